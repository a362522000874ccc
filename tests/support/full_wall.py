"""A hall of booths with candidates in them, as a program: `python -m tests.support.full_wall FOLDER BOOTHS`.

Real hub behind a real HTTP server, real broker, one MQTT connection per booth. Says `{"url": …}` when it stands; each
line on its standard input is how many violations a second open or end from now on, and its end ends the program. Every
booth says how it is every `HEALTH_S` besides. Sign in as `ada` with `tests.support.hub.PASSWORD`.
"""

import asyncio
import json
import random
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import cv2
import httpx
from sqlalchemy import update

from contract.messages import Availability, DetectorHealth, Health, Reported, ViolationClosed, ViolationOpened
from contract.violation import EvidenceRef, Explanation, Severity, Violation, ViolationKind
from hub.parts import Hub
from hub.tables import exam_sessions
from tests.support.exams import TimedChain
from tests.support.hub import PASSWORD, Device, Uplink, a_hub, snapshot_ref, until
from tests.support.portrait import scene
from tests.support.served import served

HEALTH_S: Final = 5.0
PICTURES: Final = 3
"""Of each booth, which its violations name in turn."""
BOOTHS_A_ROOM: Final = 15
KINDS: Final[tuple[tuple[ViolationKind, Severity], ...]] = (
    ("looking_away", "low"),
    ("no_face", "medium"),
    ("looking_away", "medium"),
    ("speech", "low"),
    ("multiple_faces", "high"),
)
NAMES: Final = (
    *("Ada Byron", "Grace Hopper", "Emmy Noether", "Sofja Kowalewskaja", "Mary Somerville", "Katherine Johnson"),
    *("Maryam Mirzakhani", "Hedy Lamarr", "Lise Meitner", "Rosalind Franklin", "Alan Turing", "Évariste Galois"),
    *("Srinivasa Ramanujan", "Leonhard Euler", "Bernhard Riemann", "David Hilbert", "Kurt Gödel", "Georg Cantor"),
)
STATES: Final[dict[int, tuple[tuple[str, str | None], ...]]] = {
    3: (("check-in", "check_in.by_staff"),),
    7: (("check-in", "check_in.by_staff"), ("admit", None), ("start", None), ("pause", "candidate.ill")),
    11: (("check-in", "check_in.by_staff"), ("admit", None), ("start", None), ("break", "candidate.asked")),
    13: (),
}
"""What was done with a booth's exam session, by the booth's number within twenty; the others are in progress."""
USUAL: Final = (("check-in", "check_in.by_staff"), ("admit", None), ("start", None))
AWAY: Final = 17
HAND: Final = 5


@dataclass
class Seat:
    """A booth, its connection, its pictures, and what is open in it."""

    uplink: Uplink
    chain: TimedChain
    pictures: list[EvidenceRef] = field(default_factory=list)
    exam_session: UUID | None = None
    is_open: Violation | None = None

    def health(self) -> None:
        on = tuple(
            DetectorHealth(name=name, state="on", reason="", inference_ms=31.5, rate_hz=10)
            for name in ("faces", "objects", "tamper")
        )
        said = Health(
            at=datetime.now(UTC),
            version="0.1.0",
            uptime_s=3600,
            camera="ok",
            capture_fps=15,
            frames_dropped=0,
            detectors=on,
            outbox_depth=0,
            spool_files=0,
            disk_free_bytes=20_000_000_000,
            temperature_c=round(random.uniform(44, 61), 1),
        )
        self.uplink.send(said.to_json(), "health")

    def change(self, dice: random.Random) -> None:
        """Ends what is open, or opens something."""
        if self.is_open is not None:
            ended = self.is_open.model_copy(update={"ended_at": datetime.now(UTC)})
            self.is_open = None
            self.uplink.send(self.chain.said(ViolationClosed(violation=ended), self.exam_session))
            return
        now = datetime.now(UTC)
        kind, severity = dice.choice(KINDS)
        self.is_open = Violation(
            violation_id=UUID(int=dice.getrandbits(128), version=4),
            kind=kind,
            label="left" if kind == "looking_away" else None,
            severity=severity,
            started_at=now - timedelta(seconds=dice.uniform(1, 4)),
            opened_at=now,
            explanation=Explanation(
                rule=kind, hold_s=1, frames=10, profile="standard", profile_version=1, measured=2, unit="faces"
            ),
            evidence=(dice.choice(self.pictures).model_copy(update={"taken_at": now}),),
        )
        self.uplink.send(self.chain.said(ViolationOpened(violation=self.is_open), self.exam_session))


async def serve(folder: Path, count: int) -> None:
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(a_hub(folder))
        here = await stack.enter_async_context(served(hub))
        headers = {"X-Invigil-Request": "1", "Cookie": here.cookie}
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"{here.url}/api/v1", headers=headers, timeout=60)
        )
        seats = [await a_seat(hub, client, stack, folder, number) for number in range(count)]
        await sit_down(hub, client, seats)
        health = asyncio.create_task(all_healthy(seats))
        print(json.dumps({"url": here.url, "username": "ada", "password": PASSWORD}), flush=True)
        changes: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            if changes is not None:
                changes.cancel()
            changes = asyncio.create_task(keep_changing(seats, float(line)))
        health.cancel()
        if changes is not None:
            changes.cancel()


async def a_seat(hub: Hub, client: httpx.AsyncClient, stack: AsyncExitStack, folder: Path, number: int) -> Seat:
    """Enrolled, connected, online, with its pictures at the hub."""
    device = await Device.enrol(hub, f"booth-{number + 1:02}", folder / f"device-{number}")
    seat = Seat(stack.enter_context(Uplink(device, hub.mqtt.port)), TimedChain(device.booth))
    await until("connection", seat.uplink.client.is_connected)
    seat.uplink.send(Availability(state="online", since=datetime.now(UTC)).to_json(), "availability", retain=True)
    for turn in range(PICTURES):
        ok, data = cv2.imencode(".jpg", scene(1, PICTURES * number + turn), [cv2.IMWRITE_JPEG_QUALITY, 80])
        assert ok
        picture = data.tobytes()
        seat.pictures.append(snapshot_ref(picture))
        url = f"/evidence/{seat.pictures[-1].sha256}"
        answer = await client.put(url, content=picture, headers=device.upload_headers(picture))
        assert answer.status_code == 201, answer.text
    return seat


async def sit_down(hub: Hub, client: httpx.AsyncClient, seats: list[Seat]) -> None:
    """Rooms, an exam, and a candidate in nearly every booth; each with a violation that is over, and so a picture."""
    dice = random.Random(1)

    async def post(path: str, **body: Any) -> Any:
        answer = await client.post(path, json=body)
        assert answer.status_code in {200, 201}, f"{path}: {answer.text}"
        return answer.json()

    if not seats:
        return
    await post("/sites", site_id="main", name="Main hall")
    for room in range((len(seats) - 1) // BOOTHS_A_ROOM + 1):
        await post("/rooms", room_id=f"room-{room + 1}", site_id="main", name=f"Room {room + 1}")
    exam = await post("/exams", name="Linear algebra II", duration_s=5400, notice="You are recorded.", profile="strict")
    names = cycle(NAMES)
    for number, seat in enumerate(seats):
        booth, now = seat.uplink.device.booth, datetime.now(UTC)
        await client.put(f"/booths/{booth}/room", json={"room_id": f"room-{number // BOOTHS_A_ROOM + 1}"})
        seat.health()
        for _ in range(2):
            seat.change(dice)
        if number % 20 == AWAY:
            seat.uplink.send(Availability(state="offline", since=now).to_json(), "availability", retain=True)
            continue
        done = STATES.get(number % 20, USUAL)
        if not done:
            continue
        candidate = await post("/candidates", number=f"{4711 + number}", name=next(names))
        body = {"exam_id": exam["exam_id"], "candidate_id": candidate["candidate_id"], "booth_id": booth}
        session = await post("/exam-sessions", **body, scheduled_start=(now - timedelta(minutes=5)).isoformat())
        seat.exam_session = UUID(session["exam_session_id"])
        for action, reason in done:
            await post(f"/exam-sessions/{seat.exam_session}/{action}", reason_code=reason, note="by hand")
        began = now - timedelta(minutes=dice.uniform(1, 80))
        async with hub.database.writing() as connection:
            await connection.execute(
                update(exam_sessions)
                .where(exam_sessions.c.exam_session_id == seat.exam_session, exam_sessions.c.started_at.is_not(None))
                .values(started_at=began)
            )
        if number % 20 == HAND:
            raised = Reported(
                revision=1, monitoring=True, profile="strict", profile_version=1, hand_raised_at=datetime.now(UTC)
            )
            seat.uplink.send(raised.to_json(), "reported", retain=True)


async def all_healthy(seats: list[Seat]) -> None:
    """Each every `HEALTH_S`, not all at once. Those that are away stay silent."""
    there = [seat for number, seat in enumerate(seats) if number % 20 != AWAY]
    while there:
        for seat in there:
            seat.health()
            await asyncio.sleep(HEALTH_S / len(there))


async def keep_changing(seats: list[Seat], per_second: float) -> None:
    dice = random.Random()
    there = [seat for number, seat in enumerate(seats) if number % 20 != AWAY]
    loop = asyncio.get_running_loop()
    due = loop.time()
    while per_second > 0:
        dice.choice(there).change(dice)
        due += 1 / per_second
        await asyncio.sleep(max(0.0, due - loop.time()))


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
