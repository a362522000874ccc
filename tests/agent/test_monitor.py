"""The monitor: one bad frame, one full disk or one dead thread is told of and stops nothing that can go on."""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from agent.app import Agent, watch
from agent.capture.replay import ReplayCamera
from agent.capture.thread import CaptureThread
from agent.evidence.spool import Spool
from agent.frame import Frame, LatestFrame
from agent.health import Trouble
from agent.monitor import Monitor
from agent.recovery import close_what_was_left_open
from agent.uplink.outbox import Outbox
from agent.vision.analyzer import Analyzer
from agent.vision.identity import NOBODY_SAYS, Sitting
from agent.vision.observation import Observation
from contract.calibration import Calibration
from contract.device import CameraConfig, DeviceConfig
from contract.manifest import Manifest, load_manifest
from contract.messages import (
    Desired,
    Event,
    EventBody,
    MonitoringGap,
    Reported,
    ViolationClosed,
    ViolationOpened,
    ViolationUpdated,
)
from contract.profiles import PROFILES
from tests.support.broker import Authority
from tests.support.chains import invented_violation
from tests.support.footage import covered, write_video
from tests.support.processes import free_port, wait_for


class Stumbling(Analyzer):
    """The real one, which cannot stand every second frame."""

    looked = 0

    def __init__(self, manifest: Manifest, weights_dir: Path) -> None:
        self.asked: list[tuple[bool, Sitting]] = []
        super().__init__(manifest, weights_dir)

    def recognise(self, asked: bool, sitting: Sitting = NOBODY_SAYS) -> None:
        self.asked.append((asked, sitting))
        super().recognise(asked, sitting)

    def analyze(self, frame: Frame) -> Observation:
        self.looked += 1
        if self.looked % 2:
            raise ArithmeticError("a frame nobody thought of")
        return super().analyze(frame)


class Booth:
    """The vision thread over a covered camera, with no uplink."""

    def __init__(self, folder: Path, desired: Desired | None = None) -> None:
        self.trouble = Trouble()
        self.outbox = Outbox(folder / "state" / "outbox.db", "booth-1", self.trouble)
        self.spool = Spool(folder / "state" / "spool", 2**20, self.trouble, bytes(32))
        self.reports: list[Reported] = []
        video = write_video(folder / "camera.mp4", map(covered, range(50)))
        slot = LatestFrame()
        self.capture = CaptureThread(ReplayCamera(video, realtime=True, loop=True), slot)
        self.analyzer = Stumbling(load_manifest(), folder / "no weights")
        self.monitor = Monitor(
            slot,
            self.capture,
            self.analyzer,
            self.outbox,
            self.spool,
            self.trouble,
            version="1",
            desired=desired,
            on_reported=self.reports.append,
        )

    def bodies(self) -> list[EventBody]:
        return [Event.parse(event.payload).body for event in self.outbox.pending(1000)]

    def opened(self) -> list[ViolationOpened]:
        return [body for body in self.bodies() if isinstance(body, ViolationOpened)]

    def start(self) -> None:
        self.capture.start()
        self.monitor.start()

    def close(self) -> None:
        self.monitor.stop()
        self.capture.stop()
        self.analyzer.close()
        self.outbox.close()


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[Booth]:
    with closing(Booth(tmp_path)) as booth:
        yield booth


def test_frames_that_fail_are_counted_and_the_others_still_judged(
    booth: Booth, caplog: pytest.LogCaptureFixture
) -> None:
    booth.start()
    wait_for("a violation", lambda: bool(booth.opened()))
    assert booth.monitor.alive
    assert booth.trouble.of("vision") > 3
    assert "a frame nobody thought of" in caplog.text


def test_a_spool_that_takes_nothing_costs_the_picture_but_not_the_violation(booth: Booth, tmp_path: Path) -> None:
    folder = tmp_path / "state" / "spool"
    (folder / "refused").rmdir()
    folder.rmdir()
    folder.write_bytes(b"a file where the folder was")
    booth.start()
    wait_for("a violation", lambda: bool(booth.opened()))
    assert booth.opened()[0].violation.evidence == ()
    assert booth.trouble.of("evidence_lost") == 1


def test_what_lasts_is_told_again_with_its_new_severity_and_its_picture(tmp_path: Path) -> None:
    strict = PROFILES["strict"]
    urgent = strict.rules.camera_blocked.model_copy(update={"severity": "low", "escalate_after_s": 1.5})
    rules = strict.rules.model_copy(update={"camera_blocked": urgent})
    with closing(Booth(tmp_path, Desired(revision=1, profile=strict.model_copy(update={"rules": rules})))) as booth:
        booth.start()
        wait_for("the update", lambda: any(isinstance(body, ViolationUpdated) for body in booth.bodies()))
        (opened,) = booth.opened()
        (updated,) = [body.violation for body in booth.bodies() if isinstance(body, ViolationUpdated)]
        assert (opened.violation.severity, updated.severity) == ("low", "medium")
        assert updated.violation_id == opened.violation.violation_id
        assert updated.evidence == opened.violation.evidence != ()
        assert [known.severity for known in booth.outbox.open_violations()] == ["medium"]


def test_who_sits_there_changes_with_the_exam_session_and_without_one_with_calibration_and_monitoring(
    booth: Booth,
) -> None:
    booth.start()
    first, second = uuid4(), uuid4()
    standard, strict = PROFILES["standard"], PROFILES["strict"]
    calibration = Calibration(yaw_deg=3)
    wishes = [
        Desired(revision=2, profile=standard),
        Desired(revision=3, profile=standard, calibration=calibration),
        Desired(revision=4, profile=standard, calibration=calibration, monitoring=False),
        Desired(revision=5, profile=standard, exam_session=first),
        Desired(revision=6, profile=standard, exam_session=first, calibration=calibration, monitoring=False),
        Desired(revision=7, profile=strict, exam_session=second),
    ]
    for wish in wishes:
        booth.monitor.want(wish)
        wait_for("the wish", lambda wish=wish: booth.reports[-1].revision == wish.revision)  # type: ignore[misc]
    before, *asked = booth.analyzer.asked
    assert before == (True, NOBODY_SAYS), "the built-in profile asks"
    assert [each for each, _ in asked] == [True] * 5 + [False]
    sittings = [sitting for _, sitting in asked]
    assert sittings[3] == sittings[4] == Sitting(first), "a break does not end an exam session"
    assert len(set(sittings)) == 5


def test_a_calibration_takes_effect_and_what_was_open_is_judged_afresh(
    booth: Booth, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    booth.start()
    wait_for("a violation", lambda: bool(booth.opened()))
    calibrated = Desired(revision=2, profile=PROFILES["standard"], calibration=Calibration(yaw_deg=12))
    booth.monitor.want(calibrated)
    wait_for("another", lambda: len(booth.opened()) == 2)
    assert "Calibration of the candidate in force." in caplog.text
    assert booth.reports[-1].revision == 2
    booth.monitor.want(calibrated.model_copy(update={"revision": 3}))
    wait_for("the report", lambda: booth.reports[-1].revision == 3)
    assert caplog.text.count("Calibration") == 1, "the same calibration changes nothing"


def test_a_clean_stop_closes_what_is_open(booth: Booth) -> None:
    booth.start()
    wait_for("a violation", lambda: bool(booth.opened()))
    booth.monitor.stop()
    closed = [body.violation for body in booth.bodies() if isinstance(body, ViolationClosed)]
    assert [violation.violation_id for violation in closed] == [booth.opened()[0].violation.violation_id]
    assert booth.outbox.open_violations() == []
    assert booth.reports[-1].profile == "standard"


def test_a_part_that_died_ends_the_program_and_is_not_taken_for_a_clean_stop(tmp_path: Path) -> None:
    video = write_video(tmp_path / "camera.mp4", map(covered, range(10)))
    config = DeviceConfig.model_validate(
        {
            "booth": "booth-1",
            "state_dir": tmp_path / "state",
            "weights_dir": tmp_path / "no weights",
            "hub": {"url": f"http://127.0.0.1:{free_port()}", "mqtt_host": "localhost", "mqtt_port": free_port()},
            "camera": CameraConfig(kind="replay", source=str(video)),
            "tls": Authority(tmp_path / "authority").issue("booth-1"),
        }
    )
    agent = Agent(config)
    assert agent.dead_part() == "vision", "nothing was started"
    stop = threading.Event()
    ended: list[int] = []
    thread = threading.Thread(target=lambda: ended.append(watch(agent, stop)))
    thread.start()
    wait_for("the threads", lambda: agent.dead_part() is None)
    agent._monitor.stop()
    thread.join()
    assert ended == [1]
    with closing(Outbox(config.state_dir / "outbox.db", "booth-1")) as outbox:
        assert outbox.last_alive is not None


# --- after a crash ---


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with closing(Outbox(tmp_path / "outbox.db", "booth-1")) as outbox:
        yield outbox


def left_behind(outbox: Outbox) -> list[EventBody]:
    return [Event.parse(event.payload).body for event in outbox.pending(100)]


def test_after_a_clean_stop_there_is_nothing_to_put_right(outbox: Outbox) -> None:
    close_what_was_left_open(outbox, datetime.now(UTC))
    assert outbox.depth == 0


def test_ends_are_set_at_the_last_sign_of_life(outbox: Outbox) -> None:
    violation = invented_violation()
    lost = MonitoringGap(gap_id=uuid4(), reason="camera_lost", started_at=violation.opened_at)
    outbox.append(ViolationOpened(violation=violation))
    outbox.append(lost)
    last_alive = violation.opened_at + timedelta(minutes=5)
    outbox.mark_alive(last_alive)
    now = last_alive + timedelta(minutes=1)
    close_what_was_left_open(outbox, now)
    gap, closed, over = left_behind(outbox)[2:]
    assert isinstance(gap, MonitoringGap)
    assert (gap.reason, gap.started_at, gap.ended_at) == ("agent_down", last_alive, now)
    assert isinstance(closed, ViolationClosed)
    assert closed.violation.ended_at == last_alive
    assert over == lost.model_copy(update={"ended_at": last_alive})
    assert outbox.open_violations() == []
    assert outbox.open_gaps() == []


def test_a_clock_that_went_back_turns_no_interval_round(outbox: Outbox) -> None:
    violation = invented_violation()
    outbox.append(ViolationOpened(violation=violation))
    outbox.mark_alive(violation.opened_at + timedelta(seconds=9))
    long_ago = violation.opened_at - timedelta(days=300)
    close_what_was_left_open(outbox, long_ago)
    gap, closed = left_behind(outbox)[1:]
    assert isinstance(gap, MonitoringGap)
    assert gap.started_at == gap.ended_at == long_ago
    assert "clock went back" in gap.detail
    assert isinstance(closed, ViolationClosed)
    assert closed.violation.ended_at is not None
    assert closed.violation.ended_at >= closed.violation.opened_at


def test_a_profile_with_an_object_nobody_looks_for_is_in_force_and_told_of(
    booth: Booth, caplog: pytest.LogCaptureFixture
) -> None:
    strict = PROFILES["strict"]
    items = strict.rules.prohibited_object.model_copy(update={"min_score": {"cellphone": 0.3, "book": 0.4}})
    rules = strict.rules.model_copy(update={"prohibited_object": items})
    booth.start()
    booth.monitor.want(Desired(revision=2, profile=strict.model_copy(update={"name": "typo", "rules": rules})))
    wait_for("the report", lambda: bool(booth.reports) and booth.reports[-1].profile == "typo")
    assert "Rule profile typo: no detector looks for 'cellphone' (did you mean 'cell phone'?)." in caplog.text
