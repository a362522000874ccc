"""The candidate's way as values: what each act does, what the hub's word does, and what nothing may do."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agent.sitting.acts import Candidate, Outcome
from agent.sitting.orders import orders_of
from agent.sitting.progress import CODE_PAUSE_S, CODES_AT_ONCE, DOTS_TRIES, Progress, follow, locked_s
from agent.sitting.step import step_of
from agent.sitting.way import GRACE_S, due, page, standing, tasks
from contract.calibration import Calibration
from contract.sitting import ENDED, Sitting, SittingState
from tests.support.sittings import CODE, NOON, checked_in, desired, photo_ref, sitting

STATES: tuple[SittingState, ...] = (
    "scheduled",
    "checked_in",
    "admitted",
    "in_progress",
    "paused",
    "on_break",
    "completed",
    "terminated",
    "turned_away",
    "no_show",
    "cancelled",
)


def of(session: Sitting, progress: Progress | None = None, *, sees_faces: bool = True) -> Candidate:
    return Candidate(session, progress or follow(None, session), sees_faces=sees_faces)


def where(session: Sitting, progress: Progress) -> str:
    return page(session, progress, sees_faces=True)


def test_a_check_in_is_one_page_after_the_other_and_then_the_hub_is_told() -> None:
    session = sitting()
    candidate, told = of(session), list[str]()

    def act(outcome: Outcome) -> None:
        nonlocal candidate
        settled = of(session, outcome.progress).settled()
        told.extend(step.step for step in (*outcome.steps, *settled.steps))
        candidate = of(session, settled.progress)

    pages = [candidate.page]
    deeds: tuple[Callable[[], Outcome], ...] = (
        lambda: candidate.enter_code(f" {CODE[:3].lower()} {CODE[3:]} ", NOON),
        lambda: candidate.acknowledge(3),
        lambda: candidate.photographed("face", photo_ref()),
        lambda: candidate.photographed("document", photo_ref()),
        lambda: candidate.calibrated(Calibration(yaw_deg=2)),
    )
    for deed in deeds:
        act(deed())
        pages.append(candidate.page)
    assert pages == ["code", "notice", "photo", "document", "calibration", "waiting"]
    steps = ["code_accepted", "notice_acknowledged", "photo_taken", "photo_taken", "calibrated", "ready"]
    assert told == steps
    act(candidate.recalibrate())
    assert candidate.page == "calibration"
    act(candidate.calibrated(Calibration(yaw_deg=4)))
    assert told == [*steps, "calibrated", "ready"]
    assert candidate.progress.calibration == Calibration(yaw_deg=4)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ("code", "notice", "photo", "document", "calibration")),
        ({"notice": " "}, ("code", "photo", "document", "calibration")),
        ({"photo_wanted": False, "document_wanted": False}, ("code", "notice", "calibration")),
        ({"calibration_wanted": False}, ("code", "notice", "photo", "document")),
    ],
)
def test_only_what_the_exam_wants_is_asked_for(fields: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert tasks(sitting(**fields), sees_faces=True) == expected


def test_a_booth_that_finds_no_faces_has_nothing_to_calibrate() -> None:
    assert "calibration" not in tasks(sitting(), sees_faces=False)
    session = sitting()
    assert page(session, checked_in(session, calibrated=False), sees_faces=False) == "waiting"


def test_names_are_shown_only_to_who_knows_the_code() -> None:
    session = sitting()
    before, after = follow(None, session), checked_in(session)
    assert step_of(session, before, NOON, sees_faces=True).candidate == ""
    assert step_of(session, after, NOON, sees_faces=True).candidate == "Ada Lovelace"
    moved = sitting("in_progress")
    assert step_of(moved, follow(None, moved), NOON, sees_faces=True).candidate == ""


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 90)), max_size=40))
def test_of_wrong_codes_no_more_than_five_are_looked_at_in_a_minute(tries: list[tuple[bool, float]]) -> None:
    session = sitting()
    progress, now = follow(None, session), NOON
    looked_at: list[datetime] = []
    for right, wait_s in tries:
        now += timedelta(seconds=wait_s)
        locked = locked_s(progress, now) > 0
        outcome = of(session, progress).enter_code(CODE if right else "WRONG1", now)
        if locked:
            assert outcome.progress == progress, "while locked nothing counts, not even the right one"
            continue
        if right:
            assert outcome.progress.code_accepted
            return
        assert not outcome.progress.code_accepted
        assert not outcome.steps
        looked_at.append(now)
        progress = outcome.progress
        within = [at for at in looked_at if (now - at).total_seconds() < CODE_PAUSE_S]
        assert len(within) < 2 * CODES_AT_ONCE
        assert (locked_s(progress, now) > 0) == (len(looked_at) % CODES_AT_ONCE == 0)


def test_a_clock_that_jumps_back_locks_nobody_out_for_longer_than_the_pause() -> None:
    session = sitting()
    progress = follow(None, session)
    for _ in range(CODES_AT_ONCE):
        progress = of(session, progress).enter_code("WRONG", NOON).progress
    assert locked_s(progress, NOON - timedelta(days=300)) == CODE_PAUSE_S
    shown = step_of(session, progress, NOON, sees_faces=True)
    assert (shown.locked_s, shown.tries_left) == (60, 0)
    later = step_of(session, progress, NOON + timedelta(seconds=61), sees_faces=True)
    assert (later.locked_s, later.tries_left, later.wrong_codes) == (0, CODES_AT_ONCE, 0)


def test_who_cannot_do_the_dots_goes_on_without_after_two_tries_and_may_try_again_later() -> None:
    session = sitting()
    progress = checked_in(session, calibrated=False, ready=False)
    assert of(session, progress).go_without_dots() == Outcome(progress)
    for _ in range(DOTS_TRIES):
        progress = of(session, progress).dots_failed().progress
    progress = of(session, progress).go_without_dots().progress
    assert where(session, progress) == "waiting"
    (ready,) = of(session, progress).settled().steps
    assert ready.step == "ready", "a person sees that the calibration is missing, and decides"
    again = of(session, progress).recalibrate().progress
    assert where(session, again) == "calibration"
    done = of(session, again).calibrated(Calibration(yaw_deg=1)).progress
    assert (done.dots_failed, done.calibrated) == (0, True)


def test_another_wording_is_acknowledged_anew_and_an_old_one_is_not_taken() -> None:
    session = sitting()
    changed = session.model_copy(update={"notice_version": 4, "notice": "Another one."})
    progress = checked_in(session)
    assert where(changed, progress) == "notice"
    candidate = of(changed, progress)
    assert candidate.settled().progress.ready is False
    assert candidate.acknowledge(3).steps == ()
    (step,) = candidate.acknowledge(4).steps
    assert step.notice_version == 4


def test_sent_back_to_check_in_begins_anew() -> None:
    session = sitting("checked_in")
    progress = follow(checked_in(session), session)
    assert where(session, progress) == "waiting"
    again = session.model_copy(update={"state": "scheduled"})
    assert where(again, follow(progress, again)) == "code"


def test_a_person_who_admits_skips_what_is_left() -> None:
    session = sitting("admitted")
    assert where(session, follow(None, session)) == "admitted"


def test_who_was_let_in_begins_without_the_hub_and_the_clock_runs_from_there() -> None:
    session = sitting("admitted")
    begun = of(session, checked_in(session)).begin(NOON)
    assert [step.step for step in begun.steps] == ["started"]
    assert where(session, begun.progress) == "in_progress"
    now = NOON + timedelta(minutes=30)
    assert standing(session, begun.progress).left_s(now) == 3600
    assert of(session, begun.progress).begin(now) == Outcome(begun.progress), "a second touch begins nothing"


def test_time_that_is_up_ends_the_exam_after_the_grace_and_only_while_the_hub_is_away() -> None:
    session = sitting("in_progress", ends_at=NOON)
    progress = checked_in(session)
    late = NOON + timedelta(seconds=GRACE_S)
    assert of(session, progress).time_passed(late - timedelta(seconds=1), hub_here=False) == Outcome(progress)
    assert of(session, progress).time_passed(late, hub_here=True) == Outcome(progress)
    over = of(session, progress).time_passed(late, hub_here=False)
    assert [step.step for step in over.steps] == ["finish_asked"]
    assert where(session, over.progress) == "finished"
    assert of(session, over.progress).time_passed(late, hub_here=False).steps == (), "said once"
    longer = session.model_copy(update={"ends_at": NOON + timedelta(minutes=15)})
    assert where(longer, follow(over.progress, longer)) == "in_progress", "extra time that came late counts"


def test_who_comes_back_from_a_break_is_looked_at_first() -> None:
    session = sitting("in_progress", ends_at=NOON + timedelta(hours=1))
    progress = of(session, checked_in(session)).ask_break(NOON).progress
    assert progress.break_asked_at == NOON
    assert of(session, progress).ask_break(NOON).steps == ()
    pause = session.model_copy(update={"state": "on_break", "ends_at": None, "left_s": 1800})
    progress = follow(progress, pause)
    assert (where(pause, progress), progress.break_asked_at) == ("on_break", None)
    progress = of(pause, progress).come_back().progress
    assert where(pause, progress) == "returning"
    back = of(pause, progress).returned(photo_ref(), NOON)
    assert [(step.step, step.photo_of) for step in back.steps] == [("returned", "face")]
    assert where(pause, back.progress) == "in_progress", "without waiting for the hub"
    assert standing(pause, back.progress).left_s(NOON + timedelta(minutes=10)) == 1200
    on = session.model_copy(update={"ends_at": NOON + timedelta(minutes=30)})
    assert where(on, follow(back.progress, on)) == "in_progress"
    again = follow(follow(back.progress, on), pause)
    assert where(pause, again) == "on_break", "the next break is one of its own"


def test_a_break_that_the_hub_ends_does_not_spare_the_look() -> None:
    session = sitting("on_break", left_s=60)
    progress = follow(checked_in(session.model_copy(update={"state": "in_progress"})), session)
    on = session.model_copy(update={"state": "in_progress", "ends_at": NOON})
    assert where(on, follow(progress, on)) == "returning"


def test_a_candidate_who_changed_booths_is_asked_who_they_are_and_how_they_sit() -> None:
    session = sitting("in_progress", ends_at=NOON + timedelta(hours=1))
    progress = follow(None, session)
    assert where(session, progress) == "code"
    progress = of(session, progress).enter_code(CODE, NOON).progress
    assert where(session, progress) == "calibration"
    progress = of(session, progress).calibrated(Calibration()).progress
    assert where(session, progress) == "returning"
    progress = of(session, progress).returned(photo_ref(), NOON).progress
    assert where(session, progress) == "in_progress"


def test_practice_tells_of_no_photo_and_no_calibration_and_nothing_counts() -> None:
    session = sitting(practice=True)
    progress = checked_in(session, face_taken=False, calibrated=False)
    (taken,) = of(session, progress).photographed("face", None).steps
    assert taken.photo is None
    progress = checked_in(session, calibrated=False)
    done = of(session, progress).calibrated(Calibration(yaw_deg=9))
    assert (done.progress.calibration, done.steps[0].calibration) == (None, None)
    running = session.model_copy(update={"state": "in_progress"})
    orders = orders_of(desired(running), running, follow(progress, running), sees_faces=True)
    assert not orders.counts
    assert not orders.learns


@pytest.mark.parametrize("state", STATES)
def test_violations_count_from_the_admission_to_the_end_but_for_breaks(state: SittingState) -> None:
    session = sitting(state, ends_at=NOON + timedelta(days=9000) if state == "in_progress" else None)
    orders = orders_of(desired(session), session, checked_in(session), sees_faces=True)
    assert orders.counts == (state in {"admitted", "in_progress"})
    assert orders.state == state
    assert (orders.exam_session is None) == (state in ENDED)
    assert orders.learns == (state not in ENDED)


def test_a_face_is_learned_from_the_photo_on_and_not_of_who_is_still_typing() -> None:
    session = sitting()
    for fields, learns, looks in (
        ({"code_accepted": False}, False, False),
        ({"notice_version": None}, False, False),
        ({"face_taken": False}, True, True),
        ({"calibrated": False}, True, True),
        ({}, True, False),
    ):
        orders = orders_of(desired(session), session, checked_in(session, **fields), sees_faces=True)
        assert (orders.learns, orders.looks) == (learns, looks), fields


class Way(RuleBasedStateMachine):
    """Any acts and any words of the hub in any order, cut off and read from the disk anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.session = sitting()
        self.progress = follow(None, self.session)
        self.now = NOON
        self.steps: list[str] = []

    def take(self, outcome: Outcome) -> None:
        assert outcome.progress.exam_session == self.session.exam_session
        self.progress = outcome.progress
        self.steps += [step.step for step in outcome.steps]

    @property
    def candidate(self) -> Candidate:
        return Candidate(self.session, self.progress, sees_faces=True)

    @rule(seconds=st.floats(0, 4000))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(code=st.sampled_from([CODE, "WRONG1", "", " ", CODE.lower()]))
    def code(self, code: str) -> None:
        self.take(self.candidate.enter_code(code, self.now))

    @rule(version=st.integers(1, 4))
    def acknowledge(self, version: int) -> None:
        self.take(self.candidate.acknowledge(version))

    @rule(what=st.sampled_from(["face", "document", "back"]))
    def photo(self, what: str) -> None:
        if what == "back":
            self.take(self.candidate.returned(photo_ref(), self.now))
        else:
            self.take(self.candidate.photographed("face" if what == "face" else "document", photo_ref()))

    @rule()
    def dots(self) -> None:
        self.take(self.candidate.calibrated(Calibration()))

    @rule(
        act=st.sampled_from(
            ["begin", "ask_break", "finish", "come_back", "recalibrate", "dots_failed", "go_without_dots"]
        )
    )
    def touch(self, act: str) -> None:
        candidate = self.candidate
        timed = {"begin": candidate.begin, "ask_break": candidate.ask_break, "finish": candidate.finish}
        plain = {
            "come_back": candidate.come_back,
            "recalibrate": candidate.recalibrate,
            "dots_failed": candidate.dots_failed,
            "go_without_dots": candidate.go_without_dots,
        }
        self.take(timed[act](self.now) if act in timed else plain[act]())

    @precondition(lambda self: self.session.state not in ENDED)
    @rule(state=st.sampled_from(STATES), left=st.integers(0, 4000))
    def hub_says(self, state: SittingState, left: int) -> None:
        ends_at = self.now + timedelta(seconds=left) if state == "in_progress" else None
        update = {"state": state, "ends_at": ends_at, "left_s": left if state in {"paused", "on_break"} else None}
        self.session = self.session.model_copy(update=update)
        self.progress = follow(self.progress, self.session)

    @rule(hub_here=st.booleans())
    def tick(self, hub_here: bool) -> None:
        self.take(self.candidate.settled())
        self.take(self.candidate.time_passed(self.now, hub_here=hub_here))
        assert self.candidate.settled() == Outcome(self.progress), "what is settled stays so"

    @rule()
    def power_cut(self) -> None:
        self.progress = Progress.parse(self.progress.to_json())

    @rule()
    def another_candidate(self) -> None:
        before = self.progress
        self.session = sitting(exam_session=uuid4())
        self.progress = follow(before, self.session)
        self.steps = []
        assert not self.progress.code_accepted, "nothing of one candidate is another's"

    @invariant()
    def nobody_is_ready_who_has_something_left_to_do(self) -> None:
        if page(self.session, self.progress, sees_faces=True) == "waiting":
            assert self.progress.code_accepted
            assert due(self.session, self.progress, sees_faces=True) is None
        if self.steps and self.steps[-1] == "ready":
            assert self.progress.code_accepted

    @invariant()
    def the_end_is_the_end(self) -> None:
        if self.session.state in ENDED:
            assert page(self.session, self.progress, sees_faces=True) in {"finished", "turned_away", "closed"}
            orders = orders_of(desired(self.session), self.session, self.progress, sees_faces=True)
            assert (orders.counts, orders.learns, orders.looks) == (False, False, False)

    @invariant()
    def what_is_shown_can_be_told(self) -> None:
        step = step_of(self.session, self.progress, self.now, sees_faces=True)
        assert step.page == page(self.session, self.progress, sees_faces=True)
        assert step.left_s is None or step.left_s >= 0
        assert 0 <= step.locked_s <= CODE_PAUSE_S
        assert 0 <= step.tries_left <= CODES_AT_ONCE


TestWay = Way.TestCase
