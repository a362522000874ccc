"""The desk: what the candidate does is on the disk and in the outbox, whatever else fails; another start goes on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from agent.evidence.spool import Spool
from agent.frame import Frame
from agent.health import Trouble
from agent.sitting.desk import Desk, Surroundings
from agent.sitting.orders import Orders
from agent.sitting.photos import Photos
from agent.sitting.step import Act, Step
from agent.uplink.outbox import Outbox
from agent.vision.observation import Face, HeadPose
from contract.messages import Desired, Event
from contract.sitting import ExamSessionStep, Sitting
from tests.support.footage import textured
from tests.support.observations import seen
from tests.support.processes import wait_for
from tests.support.sittings import CODE, desired, sitting

SITTER = Face((100.0, 60.0, 200.0, 180.0), 0.95, HeadPose(2.0, -3.0, 0.0))


class Place:
    """A desk over a real disk; camera, detectors and hub are as the test says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trouble = Trouble()
        self.outbox = Outbox(folder / "outbox.db", "booth-1", self.trouble)
        self.spool = Spool(folder / "spool", 2**22, self.trouble, bytes(32), reserve_bytes=0)
        self.frame: Frame | None = Frame(textured(1), 0.0, datetime.now(UTC), 0)
        self.sees_faces, self.hub_here = True, True
        self.orders: list[tuple[Desired, Orders]] = []
        self.shown: Step | None = None
        around = Surroundings(lambda: self.frame, lambda: self.sees_faces, lambda: self.hub_here, lambda: 7)
        self.desk = Desk(
            self.outbox,
            Photos(self.spool),
            self.trouble,
            around,
            on_orders=lambda wish, orders: self.orders.append((wish, orders)),
            on_step=lambda step: setattr(self, "shown", step),
        )

    def want(self, session: Sitting | None, revision: int = 1) -> None:
        """As the uplink does: first to the disk."""
        wish = desired(session, revision)
        self.outbox.store_desired(wish)
        self.desk.want(wish)

    def act(self, act: str, **more: Any) -> None:
        self.desk.act(Act.model_validate({"act": act, **more}))

    def wait(self, page: str | None, **fields: Any) -> Step:
        def there() -> bool:
            shown = self.shown
            if shown is None or page is None:
                return shown is None and page is None
            return shown.page == page and all(getattr(shown, name) == value for name, value in fields.items())

        wait_for(f"{page} {fields}, not {self.shown}", there)
        return cast(Step, self.shown)

    @contextmanager
    def somebody_sits_there(self) -> Iterator[None]:
        """Ten looks a second, as the vision thread gives them."""
        stop = threading.Event()

        def look() -> None:
            number = 0
            while not stop.wait(0.1):
                number += 1
                self.desk.saw(seen(number / 10, faces=(SITTER,)))

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def steps(self) -> list[ExamSessionStep]:
        events = [Event.parse(event.payload) for event in self.outbox.pending(1000)]
        return [event.body for event in events if isinstance(event.body, ExamSessionStep)]

    def close(self) -> None:
        self.desk.stop()
        assert not self.desk.alive
        self.outbox.close()


@contextmanager
def opened(folder: Path) -> Iterator[Place]:
    place = Place(folder)
    place.desk.start()
    try:
        yield place
    finally:
        place.close()


def take_photo(place: Place, page: str) -> None:
    place.wait(page, may_take=True)
    place.act("take")
    place.wait(page, taken=True)
    place.act("use")


def check_in(place: Place) -> None:
    place.wait("code")
    place.act("code", code=CODE)
    place.wait("notice")
    place.act("acknowledge", notice_version=3)
    with place.somebody_sits_there():
        take_photo(place, "photo")
        take_photo(place, "document")
        place.wait("calibration")
        place.act("calibrate")
        place.wait("waiting")


def test_the_whole_way_is_told_in_steps_and_the_photos_lie_in_the_spool(tmp_path: Path) -> None:
    session = sitting()
    with opened(tmp_path) as place:
        assert place.shown is None
        place.want(session)
        check_in(place)
        steps = place.steps()
        assert [step.step for step in steps] == [
            *("code_accepted", "notice_acknowledged", "photo_taken", "photo_taken", "calibrated", "ready")
        ]
        assert {step.exam_session for step in steps} == {session.exam_session}
        photos = [step.photo for step in steps if step.photo is not None]
        assert [(file.label.role, file.sha256) for file in place.spool.files()] == [
            ("photo", photo.sha256) for photo in photos[:1]
        ], "one and the same picture is one file"
        assert [step.photo_of for step in steps if step.photo] == ["face", "document"]
        assert steps[4].calibration is not None
        assert place.orders[-1][1].calibration == steps[4].calibration, "in force at once"
        place.want(session.model_copy(update={"state": "admitted"}), 2)
        place.wait("admitted")
        wait_for("violations to count", lambda: place.orders[-1][1].counts)
        place.act("begin")
        place.wait("in_progress", running=True)
        place.want(None, 3)
        place.wait(None)
        assert place.orders[-1][1] == Orders()
        assert place.outbox.kept("sitting") is None


def test_a_power_cut_anywhere_costs_nobody_what_was_done(tmp_path: Path) -> None:
    session = sitting(calibration_wanted=False)
    with opened(tmp_path) as place:
        place.want(session)
        place.wait("code")
        place.act("code", code=CODE)
        place.wait("notice")
    with opened(tmp_path) as place:
        place.wait("notice")
        place.act("acknowledge", notice_version=3)
        place.wait("photo")
        with place.somebody_sits_there():
            place.wait("photo", may_take=True)
            place.act("take")
            place.wait("photo", taken=True)
    with opened(tmp_path) as place, place.somebody_sits_there():
        place.wait("photo", taken=False)
        take_photo(place, "photo")
        take_photo(place, "document")
        place.wait("waiting")
    with opened(tmp_path) as place:
        place.wait("waiting")
        assert [step.step for step in place.steps()] == [
            *("code_accepted", "notice_acknowledged", "photo_taken", "photo_taken", "ready")
        ]


def test_five_wrong_codes_lock_and_a_restart_does_not_unlock(tmp_path: Path) -> None:
    with opened(tmp_path) as place:
        place.want(sitting())
        place.wait("code")
        for number in range(5):
            place.act("code", code=f"WRONG{number}")
        place.wait("code", tries_left=0)
    with opened(tmp_path) as place:
        shown = place.wait("code", tries_left=0)
        assert 0 < shown.locked_s <= 60
        place.act("code", code=CODE)
        place.act("code", code=CODE)
        wait_for("the acts", lambda: place.desk._words.empty())
        assert place.steps() == []


def test_practice_leaves_nothing_behind(tmp_path: Path) -> None:
    with opened(tmp_path) as place:
        place.want(sitting(practice=True))
        check_in(place)
        assert all(step.photo is None and step.calibration is None for step in place.steps())
        assert place.spool.files() == []
        assert place.orders[-1][1].calibration is None


def test_a_photo_that_the_disk_does_not_take_is_asked_for_again(tmp_path: Path) -> None:
    session = sitting(notice="", document_wanted=False, calibration_wanted=False)
    with opened(tmp_path) as place:
        folder = tmp_path / "spool"
        place.want(session)
        place.act("code", code=CODE)
        with place.somebody_sits_there():
            place.wait("photo", may_take=True)
            (folder / "refused").rmdir()
            folder.rmdir()
            place.act("take")
            place.wait("photo", taken=True)
            place.act("use")
            place.wait("photo", problem="not_kept")
            assert place.trouble.of("evidence_lost") == 1
            (folder / "refused").mkdir(parents=True)
            place.act("again")
            take_photo(place, "photo")
            place.wait("waiting")


def test_a_face_that_no_detector_finds_is_photographed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sitting(notice="", document_wanted=False, calibration_wanted=False)
    with opened(tmp_path) as place:
        place.want(session)
        place.act("code", code=CODE)
        assert place.wait("photo").may_take is False
        place.act("take")
        wait_for("the act", lambda: place.desk._words.empty())
        place.wait("photo", taken=False)
        monkeypatch.setattr("agent.sitting.desk.FACE_PATIENCE_S", 0.0)
        take_photo(place, "photo")
        place.wait("waiting")


def test_without_a_camera_there_is_no_photo(tmp_path: Path) -> None:
    with opened(tmp_path) as place:
        place.frame = None
        place.want(sitting(notice=""))
        place.act("code", code=CODE)
        with place.somebody_sits_there():
            place.wait("photo", may_take=False)
            place.act("take")
            assert place.desk.picture() is None
            wait_for("the act", lambda: place.desk._words.empty())
            assert place.wait("photo").taken is False


def test_only_pages_with_the_camera_on_them_show_its_picture(tmp_path: Path) -> None:
    with opened(tmp_path) as place:
        assert place.desk.picture() is None
        place.want(sitting(notice=""))
        place.wait("code")
        assert place.desk.picture() is None
        place.act("code", code=CODE)
        with place.somebody_sits_there():
            place.wait("photo", may_take=True)
            live = place.desk.picture()
            assert live is not None
            assert live[:3] == b"L\xff\xd8"
            place.act("take")
            place.wait("photo", taken=True)
            still = place.desk.picture()
            assert still is not None
            assert still[:3] == b"T\xff\xd8"
            assert place.desk.picture() is still
            place.act("again")
            place.wait("photo", taken=False)


def test_an_exam_ends_by_itself_while_the_hub_is_away_and_goes_on_where_there_was_more_time(tmp_path: Path) -> None:
    up = datetime.now(UTC) - timedelta(minutes=5)
    session = sitting("admitted")
    with opened(tmp_path) as place:
        place.want(session)
        place.wait("admitted")
        running = session.model_copy(update={"state": "in_progress", "ends_at": up})
        place.want(running, 2)
        place.wait("in_progress", left_s=0.0)
        place.hub_here = False
        place.wait("finished", uploads=7)
        assert [step.step for step in place.steps()] == ["finish_asked"]
        assert place.orders[-1][1].counts is False
    with opened(tmp_path) as place:
        place.hub_here = False
        place.wait("finished")
        place.want(running.model_copy(update={"ends_at": up + timedelta(hours=1)}), 3)
        place.wait("in_progress")
        wait_for("violations to count again", lambda: place.orders[-1][1].counts)
        assert [step.step for step in place.steps()] == ["finish_asked"]


def test_dots_that_fail_say_why_and_can_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.sitting.dots.DOT_TIMES_OUT_S", 0.3)
    with opened(tmp_path) as place:
        place.want(sitting(notice="", photo_wanted=False, document_wanted=False))
        place.act("code", code=CODE)
        place.wait("calibration", dot=None)
        place.act("calibrate")
        place.wait("calibration", problem="unseen", may_skip=False)
        place.act("without")
        place.act("calibrate")
        place.wait("calibration", problem="unseen", may_skip=True)
        place.act("without")
        place.wait("waiting", calibrated=False)
        assert place.steps()[-1].step == "ready"
        place.act("calibrate")
        place.wait("calibration", may_skip=True)
        monkeypatch.setattr("agent.sitting.dots.DOT_TIMES_OUT_S", 60.0)
        with place.somebody_sits_there():
            place.act("calibrate")
            place.wait("waiting", calibrated=True)


def test_what_is_kept_and_cannot_be_read_begins_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with opened(tmp_path) as place:
        place.want(sitting())
        place.wait("code")
        place.outbox.keep("sitting", b"{nonsense")
    with opened(tmp_path) as place:
        place.wait("code")
    assert "check-in begins anew" in caplog.text


def test_a_disk_that_takes_nothing_stops_no_check_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path) as place:
        place.want(sitting(photo_wanted=False, document_wanted=False, calibration_wanted=False))
        place.wait("code")
        place.outbox._database._db.execute("PRAGMA query_only = ON")
        place.act("code", code=CODE)
        place.wait("notice")
        place.act("acknowledge", notice_version=3)
        place.wait("waiting")
        assert place.trouble.of("outbox_failed") > 0
        assert place.outbox.waiting == 3
        place.outbox._database._db.execute("PRAGMA query_only = OFF")
        assert place.outbox.retry()
        assert [step.step for step in place.steps()] == ["code_accepted", "notice_acknowledged", "ready"]
