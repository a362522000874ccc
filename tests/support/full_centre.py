"""A centre with something on every page of the dashboard: written through the REST API, as its people would."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from contract.enrolment import EnrolmentAsked
from contract.profiles import PROFILES
from tests.support.hub import signing_request
from tests.support.processes import Program, wait_for
from tests.support.stack import USER, Stack
from tests.support.tiny_release import Workshop

PEOPLE = (("4711", "Ada Byron"), ("4712", "Grace Hopper"), ("4713", "Emmy Noether"), ("4714", "Sofja Kowalewskaja"))
BEGAN = ("check-in", "admit", "start")
REASONS = {"check-in": "check_in.by_staff", "cancel": "candidate.ill"}


@dataclass
class FullCentre:
    """What was made, by the names that the dashboard's addresses use."""

    client: httpx.Client
    ids: dict[str, str] = field(default_factory=dict)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.client.post(f"/api/v1{path}", json=body)
        assert answer.is_success, f"{path}: {answer.text}"
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def exam_session(self, candidate_id: str, booth: str, starts_in: timedelta, *acts: str) -> str:
        session: str = self.post(
            "/exam-sessions",
            exam_id=self.ids["examId"],
            candidate_id=candidate_id,
            booth_id=booth,
            scheduled_start=(datetime.now(UTC) + starts_in).isoformat(),
        )["exam_session_id"]
        for act in acts:
            self.post(f"/exam-sessions/{session}/{act}", reason_code=REASONS.get(act))
        return session


def violate(centre: Stack, booth: str, count: int, meanwhile: Callable[[], object] = lambda: None) -> None:
    """The booth's outbox and uplink report violations until the hub has this many, and stop. `meanwhile` is done when
    they have come, and the booth is online."""
    journal = centre.folder / f"{booth}.journal"
    program = Program(
        [sys.executable, "-m", "tests.support.camera_less_booth", centre.folder / booth / "device.toml", journal, "20"],
        centre.folder / f"{booth}.log",
    ).start()

    def came() -> bool:
        program.must_run()
        return len(centre.violations()) >= count

    try:
        wait_for("violations at the hub", came)
        meanwhile()
    finally:
        program.stop()


def roll_out(centre: Stack, full: FullCentre) -> str:
    """A release whose key this hub trusts begins to go over the devices, which are away: it waits for them."""
    workshop = Workshop(centre.folder / "workshop")
    shutil.copytree(workshop.keys_dir, centre.data / "release-keys", dirs_exist_ok=True)
    sent = full.client.post(
        "/api/v1/releases",
        content=workshop.release("9.1.0", notes="Starts twice as fast.").read_bytes(),
        headers={"Content-Type": "application/octet-stream"},
    )
    assert sent.status_code == 201, sent.text
    rollout_id: str = full.post("/rollouts", version="9.1.0")["rollout"]["rollout_id"]
    return rollout_id


def fill(centre: Stack, client: httpx.Client) -> FullCentre:
    """Two booths in a room; exam sessions that ended, runs, is planned and was called off; and what lies around."""
    full = FullCentre(client, {"boothId": "booth-1", "username": USER})
    full.post("/sites", site_id="berlin", name="Berlin")
    full.post("/rooms", room_id="b1", site_id="berlin", name="Room 1")
    for booth in ("booth-1", "booth-2"):
        centre.enrol(booth, Path("none"))
        client.put(f"/api/v1/booths/{booth}/room", json={"room_id": "b1"}).raise_for_status()
    full.ids["deviceId"] = client.get("/api/v1/devices").json()["items"][0]["device_id"]
    full.post("/booths", booth_id="booth-3", name="Booth 3")
    full.post("/booths/booth-3/claim-code")
    full.post("/expected-devices", hardware_serial="100000003e1c5a01", booth_id="booth-3")
    key = ec.generate_private_key(ec.SECP256R1())
    asked = EnrolmentAsked(csr_pem=signing_request(key), hardware_serial="10000000a7c2f318", model="Raspberry Pi 5")
    full.post("/enrol/request", **asked.model_dump(mode="json"))
    full.post(f"/devices/{full.ids['deviceId']}/rescue-code")
    notice = "Your face, your desk and what you say are recorded while the exam lasts."
    rules = PROFILES["standard"].rules.model_dump(mode="json")
    rules["looking_away"] |= {"yaw_deg": 35, "cooldown_s": 10}
    full.ids["name"] = full.post("/profiles", name="Written exam", description="Nobody speaks.", rules=rules)["name"]
    exam = full.post("/exams", name="Linear algebra II", duration_s=5400, notice=notice, profile=full.ids["name"])
    full.ids["examId"] = exam["exam_id"]
    full.post(f"/exams/{exam['exam_id']}/notice", text=notice.replace("recorded", "filmed and recorded"))
    candidates = [full.post("/candidates", number=number, name=name)["candidate_id"] for number, name in PEOPLE]
    full.ids["candidateId"] = candidates[0]
    ended = full.exam_session(candidates[0], "booth-1", timedelta(minutes=-2), *BEGAN)
    full.post(f"/exam-sessions/{ended}/flags", note="Looks below the desk")
    violate(centre, "booth-1", 6)
    full.post(f"/exam-sessions/{ended}/complete")
    first, *others = (violation["violation_id"] for violation in centre.violations())
    full.post(f"/violations/{first}/reviews", decision="confirmed", note="Seen clearly")
    full.post("/reviews", decision="dismissed", violation_ids=others[:2])
    full.ids |= {"violation": others[-1], "ended": ended}
    full.ids["examSessionId"] = full.exam_session(candidates[1], "booth-2", timedelta(minutes=-1), *BEGAN)
    full.exam_session(candidates[2], "booth-1", timedelta(hours=3))
    full.exam_session(candidates[3], "booth-2", timedelta(hours=4), "cancel")
    full.post("/canned-messages", kind="message", texts={"en": "Five minutes left.", "de": "Noch fünf Minuten."})
    full.post("/invitations", role="proctor", display_name="Katherine Johnson")
    full.post("/me/tokens", name="statistics", permissions=["reports.read"])
    webhook = full.post("/webhooks", url="https://exams.example/hook", description="Campus system")
    full.ids["webhookId"] = webhook["webhook_id"]
    full.ids["rolloutId"] = roll_out(centre, full)
    full.post(f"/exam-sessions/{ended}/legal-hold", reason="An appeal is expected")
    return full
