"""Monitoring follows the exam session: what counts, what is suspended without a gap, and which events name it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from agent.capture.replay import ReplayCamera
from agent.capture.thread import CaptureThread
from agent.evidence.spool import Spool
from agent.frame import LatestFrame
from agent.health import Trouble
from agent.monitor import Monitor
from agent.sitting.orders import Orders, orders_of
from agent.uplink.outbox import Outbox
from agent.vision.analyzer import Analyzer
from agent.vision.identity import NOBODY_SAYS, Sitting
from agent.vision.observation import Observation
from contract.manifest import Manifest, load_manifest
from contract.messages import Desired, Event, MonitoringGap, Reported, ViolationClosed, ViolationOpened
from contract.sitting import ExamSessionStep, SittingState
from contract.trace import Trace
from tests.support.footage import covered, write_video
from tests.support.processes import wait_for
from tests.support.sittings import NOON, checked_in, desired, sitting


class Asked(Analyzer):
    """The real one, which remembers whose face it was to learn."""

    def __init__(self, manifest: Manifest, weights_dir: Path) -> None:
        self.asked: list[tuple[bool, Sitting]] = []
        super().__init__(manifest, weights_dir)

    def recognise(self, asked: bool, sitting: Sitting = NOBODY_SAYS) -> None:
        self.asked.append((asked, sitting))
        super().recognise(asked, sitting)


class Booth:
    """The vision thread over a covered camera, with no uplink; the exam session is as the test says."""

    def __init__(self, folder: Path) -> None:
        self.trouble = Trouble()
        self.outbox = Outbox(folder / "outbox.db", "booth-1", self.trouble)
        self.reports: list[Reported] = []
        self.looks: list[Observation] = []
        self.video = write_video(folder / "camera.mp4", map(covered, range(50)))
        slot = LatestFrame()
        self.capture = CaptureThread(ReplayCamera(self.video, realtime=True, loop=True), slot)
        self.analyzer = Asked(load_manifest(), folder / "no weights")
        self.session, self.traces = sitting(), False
        wish, orders = self.wish("scheduled", 1)
        self.monitor = Monitor(
            slot,
            self.capture,
            self.analyzer,
            self.outbox,
            Spool(folder / "spool", 2**20, self.trouble, bytes(32)),
            self.trouble,
            version="1",
            desired=wish,
            on_reported=self.reports.append,
            orders=orders,
            on_look=self.looks.append,
        )
        self.capture.start()
        self.monitor.start()

    def wish(
        self, state: SittingState, revision: int, monitoring: bool = True, **progress: Any
    ) -> tuple[Desired, Orders]:
        self.session = self.session.model_copy(update={"state": state})
        wish = desired(self.session, revision, monitoring=monitoring, traces=self.traces)
        return wish, orders_of(wish, self.session, checked_in(self.session, **progress), sees_faces=True)

    def follow(self, state: SittingState, revision: int, monitoring: bool = True, **progress: Any) -> Reported:
        self.monitor.want(*self.wish(state, revision, monitoring, **progress))
        wait_for("the report", lambda: self.reports[-1].revision == revision)
        return self.reports[-1]

    def events(self) -> list[Event]:
        return [Event.parse(event.payload) for event in self.outbox.pending(1000)]

    def of(self, *kinds: type) -> list[Event]:
        return [event for event in self.events() if isinstance(event.body, kinds)]

    def close(self) -> None:
        self.monitor.stop()
        self.capture.stop()
        self.analyzer.close()
        self.outbox.close()


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[Booth]:
    with closing(Booth(tmp_path)) as booth:
        yield booth


def names(events: list[Event]) -> set[UUID | None]:
    return {event.exam_session for event in events}


def test_violations_count_from_the_admission_to_the_end_and_name_the_exam_session(booth: Booth) -> None:
    mine = booth.session.exam_session
    assert booth.reports[0] == booth.reports[0].model_copy(
        update={"monitoring": False, "sitting_state": "scheduled", "exam_session": mine}
    )
    looking = booth.follow("scheduled", 2, face_taken=False)
    assert looking.monitoring is False
    wait_for("looks for the check-in", lambda: len(booth.looks) > 20)
    assert booth.of(ViolationOpened) == [], "the camera is covered, but nobody is in an exam"
    report = booth.follow("admitted", 3)
    assert (report.monitoring, report.sitting_state, report.exam_session) == (True, "admitted", mine)
    wait_for("a violation", lambda: booth.of(ViolationOpened) or None)
    assert booth.follow("on_break", 4).monitoring is False
    assert len(booth.of(ViolationClosed)) == len(booth.of(ViolationOpened))
    before = len(booth.looks)
    assert booth.follow("paused", 5).monitoring is False
    assert len(booth.looks) <= before + 1, "on a break nobody is even looked at"
    assert booth.follow("in_progress", 6).monitoring is True
    opened = wait_for("another", lambda: booth.of(ViolationOpened)[1:] or None)
    over = booth.follow("completed", 7)
    assert (over.monitoring, over.exam_session, over.sitting_state) == (False, None, "completed")
    closed = booth.of(ViolationClosed)
    assert {event.body.violation.violation_id for event in opened if isinstance(event.body, ViolationOpened)} <= {
        event.body.violation.violation_id for event in closed if isinstance(event.body, ViolationClosed)
    }
    assert names(booth.of(ViolationOpened, ViolationClosed)) == {mine}
    assert booth.of(MonitoringGap) == []


def test_traces_are_written_while_the_exam_session_counts_for_a_hub_that_takes_them(booth: Booth) -> None:
    booth.follow("admitted", 2)
    before = len(booth.looks)
    wait_for("looks", lambda: len(booth.looks) > before + 10)
    booth.traces = True
    booth.follow("on_break", 3)
    assert booth.of(Trace) == [], "an older hub would keep each of them aside"
    booth.follow("in_progress", 4)
    before = len(booth.looks)
    wait_for("more looks", lambda: len(booth.looks) > before + 20)
    booth.follow("completed", 5)
    (written,) = booth.of(Trace)
    assert isinstance(written.body, Trace)
    assert (written.exam_session, len(written.body.faces) >= 2) == (booth.session.exam_session, True)
    assert set(written.body.faces) == {None}, "the lens is covered, and that says nothing of who is there"


def test_a_camera_that_is_lost_is_a_gap_only_while_somebody_is_to_be_watched(booth: Booth) -> None:
    booth.video.rename(booth.video.with_suffix(".unplugged"))
    wait_for("the camera to be lost", lambda: booth.capture.state == "lost")
    booth.follow("checked_in", 2)
    assert booth.of(MonitoringGap) == []
    booth.follow("admitted", 3)
    (begun,) = wait_for("the gap", lambda: booth.of(MonitoringGap) or None)
    assert isinstance(begun.body, MonitoringGap)
    assert begun.body.reason == "camera_lost"
    booth.follow("on_break", 4)
    _, ended = booth.of(MonitoringGap)
    assert isinstance(ended.body, MonitoringGap)
    assert (ended.body.gap_id, ended.body.ended_at is not None) == (begun.body.gap_id, True)


def test_monitoring_that_the_hub_switched_off_is_a_gap_but_for_the_break(booth: Booth) -> None:
    booth.follow("in_progress", 2, monitoring=False)
    assert len(booth.of(MonitoringGap)) == 1
    booth.follow("on_break", 3, monitoring=False)
    assert len(booth.of(MonitoringGap)) == 2, "it ends where the break begins"
    back = booth.follow("on_break", 4, monitoring=False, returned_at=NOON, return_due=False)
    assert (back.monitoring, back.sitting_state) == (True, "in_progress")
    assert len(booth.of(MonitoringGap)) == 2, "who is back is watched, although the hub does not know it yet"


def test_a_face_belongs_to_the_exam_session_from_the_photo_to_the_end(booth: Booth) -> None:
    mine = booth.session.exam_session
    booth.follow("scheduled", 2, code_accepted=False)
    booth.follow("scheduled", 3, face_taken=False)
    booth.follow("on_break", 4)
    booth.follow("terminated", 5)
    assert booth.analyzer.asked[-4:] == [
        (False, Sitting(None)),
        (True, Sitting(mine)),
        (True, Sitting(mine)),
        (False, Sitting(None)),
    ]


def test_a_step_names_its_exam_session_whatever_is_on(booth: Booth) -> None:
    other = sitting()
    booth.outbox.append(ExamSessionStep(exam_session=other.exam_session, step="code_accepted"))
    assert names(booth.of(ExamSessionStep)) == {other.exam_session}
