"""One happening is one item: what comes back soon goes on, and what lasts becomes more severe."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.rules.engine import Change, Closed, Engine, Opened, Updated, next_severity
from agent.vision.observation import Observation
from contract.profiles import PROFILES
from contract.violation import Severity, Violation
from tests.agent.test_rules_engine import HERE, absent, closed, profile, run, times
from tests.support.observations import face, seen

PATIENT = profile(no_face={"merge_s": 3.0}, looking_away={"merge_s": 3.0, "escalate_after_s": 4.0})
LASTING = profile(looking_away={"escalate_after_s": 5.0})
Spans = list[tuple[float, float]]


def steps(changes: list[Change]) -> list[str]:
    return [type(change).__name__ for change in changes]


def turned(spans: Spans, until_s: float, yaw_deg: float = 40) -> list[Observation]:
    stamps = [n / 10 for n in range(round(until_s * 10))]
    return [seen(t, faces=(face(yaw_deg if any(a <= t < b for a, b in spans) else 0),)) for t in stamps]


def last(changes: list[Change]) -> Violation:
    return changes[-1].violation


def test_what_comes_back_soon_goes_on_with_the_same_violation() -> None:
    changes = run(absent([(1, 3), (5, 7)], 10), PATIENT)
    assert steps(changes) == ["Opened", "Closed", "Updated", "Closed"]
    assert len({change.violation.violation_id for change in changes}) == 1
    assert changes[2].violation.ended_at is None
    assert times(last(changes)) == (1.0, 2.0, 7.0)
    assert last(changes).explanation.parts == 2


def test_what_comes_back_must_last_for_its_hold_again() -> None:
    assert steps(run(absent([(1, 3), (5, 5.9)], 10), PATIENT)) == ["Opened", "Closed"]


def test_what_comes_back_late_is_another() -> None:
    changes = run(absent([(1, 3), (6.2, 8)], 12), PATIENT)
    assert steps(changes) == ["Opened", "Closed", "Opened", "Closed"]
    assert len({change.violation.violation_id for change in changes}) == 2


def test_another_direction_is_another_violation() -> None:
    observations = [*turned([(1, 3)], 4), *(seen(n / 10, faces=(face(-40),)) for n in range(40, 60))]
    assert steps(run(observations, PATIENT)) == ["Opened", "Closed", "Opened", "Closed"]


def test_the_cool_down_does_not_keep_back_what_goes_on() -> None:
    cooling = profile(no_face={"merge_s": 3.0, "cooldown_s": 60.0})
    assert steps(run(absent([(1, 3), (5, 7), (20, 30)], 40), cooling)) == ["Opened", "Closed", "Updated", "Closed"]


def test_nothing_goes_on_after_somebody_stopped_looking() -> None:
    engine, observations = Engine(PATIENT, {}), absent([(1, 6)], 8)
    before = [change for o in observations[:35] for change in engine.step(o)]
    before += engine.close_all(3.4)
    after = [change for o in observations[40:] for change in engine.step(o)]
    assert (steps(before), steps(after)) == (["Opened", "Closed"], ["Opened", "Closed"])


def test_strict_shows_every_interval_apart() -> None:
    assert all(rule.merge_s == 0 for _, rule in PROFILES["strict"].rules)
    assert steps(run(absent([(1, 3), (3.6, 6)], 8))) == ["Opened", "Closed", "Opened", "Closed"]


def test_what_lasts_takes_the_next_severity_once() -> None:
    changes = run(turned([(1, 20)], 25), LASTING)
    assert steps(changes) == ["Opened", "Updated", "Closed"]
    assert [change.violation.severity for change in changes] == ["medium", "high", "high"]
    assert changes[0].violation.explanation.escalated_after_s is None
    assert changes[1].violation.explanation.escalated_after_s == pytest.approx(5.0)
    assert changes[1].violation.ended_at is None


def test_what_ends_in_time_keeps_its_severity() -> None:
    assert steps(run(turned([(1, 5.8)], 10), LASTING)) == ["Opened", "Closed"]


def test_breaks_do_not_count_towards_escalation() -> None:
    """Two parts of 2 s with 2.9 s between them: 4 s, reached with the last observation of the second part."""
    kept = run(turned([(1, 3), (5.9, 7.8)], 12), PATIENT)
    assert [change.violation.severity for change in kept] == ["medium"] * 4
    raised = run(turned([(1, 3), (5.9, 8.5)], 12), PATIENT)
    assert steps(raised) == ["Opened", "Closed", "Updated", "Updated", "Closed"]
    assert last(raised).severity == "high"


def test_the_highest_severity_stays() -> None:
    assert steps(run(absent([(1, 20)], 22), profile(no_face={"escalate_after_s": 3.0}))) == ["Opened", "Closed"]


@pytest.mark.parametrize(("severity", "then"), [("low", "medium"), ("medium", "high"), ("high", "high")])
def test_severities_rise_by_one(severity: Severity, then: Severity) -> None:
    assert next_severity(severity) == then


# --- what must hold for any course of events ---


@settings(deadline=None)
@given(st.lists(st.sampled_from([True, True, False, None]), max_size=250), st.sampled_from([0.0, 1.0, 3.0]))
def test_one_violation_is_open_at_a_time_and_its_steps_are_in_order(answers: list[bool | None], merge_s: float) -> None:
    faces = {True: (), False: HERE, None: None}
    rising: dict[str, object] = {"merge_s": merge_s, "severity": "low", "escalate_after_s": 4.0}
    changes = run((seen(n / 10, faces=faces[answer]) for n, answer in enumerate(answers)), profile(no_face=rising))
    open_ids: set[object] = set()
    for change in changes:
        known = change.violation.violation_id
        if isinstance(change, Opened):
            assert not open_ids
        if isinstance(change, Opened | Updated):
            assert change.violation.ended_at is None
            open_ids.add(known)
        else:
            assert change.violation.ended_at is not None
            open_ids.remove(known)
        assert len(open_ids) <= 1
    assert not open_ids
    newest = {change.violation.violation_id: change.violation for change in changes if isinstance(change, Closed)}
    spans = [times(violation) for violation in newest.values()]
    assert all(opened - began >= 1.0 - 0.001 for began, opened, _ in spans), "none is shorter than its hold"
    for (_, _, ended), (began, _, _) in pairwise(spans):
        assert began - ended > merge_s - 0.001


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(1.5, 4), st.sampled_from([1.2, 2.0, 4.5])), max_size=6))
def test_merging_gives_the_same_at_any_frame_rate_within_a_frame(course: list[tuple[float, float]]) -> None:
    spans, now_s = [], 1.0
    for length_s, break_s in course:
        spans.append((now_s, now_s + length_s))
        now_s += length_s + break_s
    reference = final(absent(spans, now_s + 2, 30))
    assert len(reference) == len([1 for _, break_s in course[:-1] if break_s > 3.5]) + bool(course)
    for fps in (5, 10, 15):
        for event, other in zip(final(absent(spans, now_s + 2, fps)), reference, strict=True):
            assert event == pytest.approx(other, abs=1 / fps + 1 / 30 + 0.001)


def final(observations: list[Observation]) -> list[tuple[float, float, float]]:
    """The newest state of every violation, in the order they opened."""
    changes = run(observations, PATIENT)
    newest = {change.violation.violation_id: change.violation for change in changes}
    assert len(closed(changes, "no_face")) >= len(newest)
    return [times(violation) for violation in newest.values()]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["here", "gone", "left", "two", None]), max_size=120), st.floats(0, 1e6))
def test_the_same_frames_give_the_same_whenever_they_are_looked_at(course: list[str | None], later_s: float) -> None:
    """Only order and distance of the frames count, neither when the clock began nor how often one replays."""
    faces = {"here": HERE, "gone": (), "left": (face(40),), "two": (face(), face()), None: None}

    def spans(start_s: float) -> list[tuple[str, str | None, str, float]]:
        engine, found = Engine(PATIENT, {}), list[tuple[str, str | None, str, float]]()
        for n, what in enumerate(course):
            changes = engine.step(seen(start_s + n / 8, faces=faces[what]))
            found += [
                (type(each).__name__, each.violation.label, each.violation.kind, round(n / 8, 3)) for each in changes
            ]
        return found

    assert spans(0.0) == spans(0.0) == spans(round(later_s))
