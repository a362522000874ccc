"""A candidate at the booth: a real agent with a real camera file and the real detectors, in a real Chromium.

The hub is played by a stand-in that says what it wants and acknowledges: what the booth does alone is the subject here.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
import tomli_w
from playwright.sync_api import expect

from contract.device import CameraConfig, DeviceConfig, ScreenConfig
from contract.manifest import default_weights_dir
from contract.messages import Desired, Event, MonitoringGap, Reported, ViolationOpened
from contract.profiles import PROFILES
from contract.sitting import ExamSessionStep, Sitting, code_digest
from tests.support.booth_footage import sits_still, then_leaves
from tests.support.broker import Broker
from tests.support.check_in import open_screen, press, shows, take_photo, type_code
from tests.support.evidence_server import EvidenceServer
from tests.support.hub_stand_in import HubStandIn
from tests.support.kiosk import KIOSK, browser
from tests.support.processes import Program, free_port, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

BOOTH, CODE = "booth-1", "H7K2Q9"
Body = TypeVar("Body")


class Room:
    """One booth with its screen, and the hub's two ears."""

    def __init__(self, folder: Path, broker: Broker, hub: HubStandIn, evidence: EvidenceServer) -> None:
        self.hub, self.evidence = hub, evidence
        self.video = folder / "camera.mp4"
        device = broker.device(BOOTH, folder, url=evidence.url)
        self.port = free_port()
        config = DeviceConfig(
            booth=BOOTH,
            state_dir=device.state_dir,
            weights_dir=default_weights_dir(),
            hub=device.hub,
            camera=CameraConfig(kind="replay", source=str(self.video)),
            screen=ScreenConfig(port=self.port),
            tls=device.tls,
        )
        path = folder / "device.toml"
        path.write_text(tomli_w.dumps(config.model_dump(mode="json", exclude_none=True)))
        self.agent = Program(["invigil-agent", "run", "--config", path], folder / "agent.log")
        self.revision = 0
        exam_session = uuid4()
        self.sitting = Sitting(
            exam_session=exam_session,
            state="scheduled",
            exam_name="Mathematics I",
            candidate_name="Ada Lovelace",
            scheduled_start=datetime.now(UTC),
            code_sha256=code_digest(exam_session, CODE),
            notice="A camera in this booth looks at you, and only a person decides.",
            notice_version=3,
            document_wanted=True,
            duration_s=5400,
        )

    def want(self, **changed: Any) -> None:
        """The hub says how the exam session is now; retained, as the real one does."""
        self.revision += 1
        self.sitting = self.sitting.model_copy(update={"ends_at": None, "left_s": None, **changed})
        wish = Desired(
            revision=self.revision,
            profile=PROFILES["strict"],
            exam_session=self.sitting.exam_session,
            sitting=self.sitting,
        )
        self.hub.tell(BOOTH, "desired", wish, retain=True)

    def events(self) -> list[Event]:
        return [Event.parse(payload) for _, payload in sorted(self.hub.links.items(), key=lambda link: link[0][1])]

    def bodies(self, kind: type[Body]) -> list[Body]:
        return [event.body for event in self.events() if isinstance(event.body, kind)]

    def steps(self) -> list[str]:
        return [step.step for step in self.bodies(ExamSessionStep)]

    def reported(self) -> Reported:
        payload = self.hub.latest(BOOTH, "reported")
        assert payload is not None
        return Reported.parse(payload)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    broker = Broker(tmp_path / "broker")
    broker.start()
    try:
        with closing(HubStandIn(broker)) as hub, EvidenceServer() as evidence:
            room = Room(tmp_path, broker, hub, evidence)
            try:
                yield room
            except BaseException:
                print(room.agent.tail(80))
                raise
            finally:
                room.agent.stop()
    finally:
        broker.stop()


def test_a_candidate_checks_in_sits_the_exam_takes_a_break_and_is_done(room: Room) -> None:
    sits_still(room.video)
    room.agent.start()
    room.want()
    with browser(*KIOSK) as chromium:
        context = chromium.new_context(viewport={"width": 1280, "height": 800}, has_touch=True)
        page = context.new_page()
        open_screen(page, room.port)
        shows(page, "code")
        expect(page.get_by_text("Ada Lovelace")).to_be_hidden()
        page.keyboard.type("WRONG1")
        wrong = page.get_by_text("That is not the code. 4 tries left.")

        def tried() -> bool:
            page.keyboard.press("Enter")
            return wrong.is_visible()

        wait_for("the wrong code to be looked at", tried)
        type_code(page, CODE)
        press(page, "Continue", "notice")
        press(page, "I understand", "photo")
        expect(page.get_by_text("Not recording")).to_be_visible()

        page.reload()  # in the middle of it
        shows(page, "photo")
        take_photo(page, "document")

        room.agent.kill()  # a power cut
        expect(page.get_by_text("Something is wrong with this booth")).to_be_visible(timeout=30_000)
        room.agent.start()
        shows(page, "document")
        assert room.steps() == ["code_accepted", "notice_acknowledged", "photo_taken"]
        take_photo(page, "calibration")

        room.hub.say("offline")
        press(page, "Start", "waiting")  # the dots go by themselves, with the hub away
        assert "calibrated" not in room.steps()
        room.hub.say("online")
        wait_for("the hub to hear all of it", lambda: room.steps()[-1:] == ["ready"])
        steps = room.bodies(ExamSessionStep)
        calibrated = next(step for step in steps if step.step == "calibrated")
        assert calibrated.calibration is not None
        assert {event.exam_session for event in room.events() if isinstance(event.body, ExamSessionStep)} == {
            room.sitting.exam_session
        }
        for step in steps:
            if step.photo is not None:
                name = step.photo.sha256
                wait_for("the photo to arrive", lambda name=name: room.evidence.stored.get(name))  # type: ignore[misc]
        assert room.bodies(ViolationOpened) == []
        assert (room.reported().monitoring, room.reported().sitting_state) == (False, "scheduled")

        room.want(state="admitted")
        shows(page, "admitted")
        wait_for("monitoring", lambda: room.reported().monitoring)
        expect(page.locator("#recording")).to_have_text("Recording")
        room.hub.say("offline")
        press(page, "Begin the exam", "in_progress")
        expect(page.get_by_text("1 h 29 min left")).to_be_visible()
        room.hub.say("online")
        wait_for("the beginning to be told", lambda: room.steps()[-1] == "started")

        room.want(state="in_progress", ends_at=datetime.now(UTC) + timedelta(minutes=90))
        shows(page, "in_progress")
        page.get_by_role("button", name="Ask for a break").tap()
        wait_for("the wish", lambda: room.steps()[-1] == "break_asked")
        expect(page.get_by_text("You asked for a break.")).to_be_visible()
        room.want(state="on_break", left_s=5000)
        shows(page, "on_break")
        wait_for("monitoring to be suspended", lambda: not room.reported().monitoring)
        expect(page.get_by_text("Not recording")).to_be_visible()
        before = len(room.bodies(ViolationOpened))
        then_leaves(room.video)
        press(page, "I am back", "returning")
        take_photo(page, "in_progress")
        wait_for("the return", lambda: room.steps()[-1] == "returned")
        wait_for("monitoring", lambda: room.reported().monitoring)
        room.want(state="in_progress", ends_at=datetime.now(UTC) + timedelta(minutes=80))
        wait_for("a violation", lambda: len(room.bodies(ViolationOpened)) > before)
        opened = [event for event in room.events() if isinstance(event.body, ViolationOpened)]
        assert {event.exam_session for event in opened} == {room.sitting.exam_session}

        room.want(state="completed")
        shows(page, "finished")
        wait_for("the end", lambda: (room.reported().monitoring, room.reported().exam_session) == (False, None))
        expect(page.get_by_text("Everything has been sent.")).to_be_visible(timeout=120_000)
        reasons = {gap.reason for gap in room.bodies(MonitoringGap)}
        assert reasons <= {"agent_down", "camera_lost"}, "a break is no gap"
    assert room.agent.stop() == 0
