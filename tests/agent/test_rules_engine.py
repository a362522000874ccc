"""The engine: hold, release, cool-down, in time and not in frames."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.rules.engine import Change, Closed, Engine, Opened
from agent.vision.observation import Detection, Face, Faceless, Observation
from contract.profiles import PROFILES, RuleProfile
from contract.violation import Violation
from tests.support.observations import SEEING, ZERO, face, item, seen

STRICT = PROFILES["strict"]
HERE = (face(),)
Spans = list[tuple[float, float]]


def profile(**changes: dict[str, object]) -> RuleProfile:
    """`strict` with some rules set otherwise."""
    rules = {kind: getattr(STRICT.rules, kind).model_copy(update=update) for kind, update in changes.items()}
    return STRICT.model_copy(update={"rules": STRICT.rules.model_copy(update=rules)})


def run(observations: Iterable[Observation], profile: RuleProfile = STRICT) -> list[Change]:
    engine, changes, last_s = Engine(profile, {"net": "a" * 64}), [], 0.0
    for observation in observations:
        changes += engine.step(observation)
        last_s = observation.captured_s
    return changes + engine.close_all(last_s)


def times(violation: Violation) -> tuple[float, float, float]:
    ended_at = violation.ended_at
    assert ended_at is not None
    began, opened, ended = ((t - ZERO).total_seconds() for t in (violation.started_at, violation.opened_at, ended_at))
    return round(began, 3), round(opened, 3), round(ended, 3)


def closed(changes: list[Change], kind: str) -> list[tuple[float, float, float]]:
    return [times(c.violation) for c in changes if isinstance(c, Closed) and c.violation.kind == kind]


def absent(spans: Spans, until_s: float, fps: float = 10) -> list[Observation]:
    """A candidate who is away during `spans`."""
    stamps = [n / fps for n in range(round(until_s * fps))]
    return [seen(t, faces=() if any(a <= t < b for a, b in spans) else HERE) for t in stamps]


def test_a_violation_opens_after_its_hold_and_is_dated_back() -> None:
    assert closed(run(absent([(1, 4)], 8)), "no_face") == [(1.0, 2.0, 4.0)]


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_set_meanwhile_stretches_and_shortens_nothing(hours: int) -> None:
    """By 2.5 s one is open; what comes later is stamped by the clock as it is then."""
    set_by = timedelta(hours=hours)
    looks = [
        o if o.captured_s < 2.5 else replace(o, wall_time=o.wall_time + set_by) for o in absent([(1, 4), (20, 24)], 28)
    ]
    first, second = closed(run(looks), "no_face")
    assert first == (1.0, 2.0, 4.0)
    assert [round(second[0] - set_by.total_seconds(), 3), second[2] - second[0]] == [20.0, 4.0]


def test_what_is_shorter_than_the_hold_is_no_violation() -> None:
    assert run(absent([(1, 1.9)], 5)) == []


def test_it_opens_while_it_lasts_and_closes_after_the_release() -> None:
    engine = Engine(STRICT, {})
    changes = [(o.captured_s, change) for o in absent([(1, 4)], 8) for change in engine.step(o)]
    assert [(round(at_s, 3), type(change)) for at_s, change in changes] == [(2.0, Opened), (4.5, Closed)]
    opened, ended = changes[0][1].violation, changes[1][1].violation
    assert opened.ended_at is None
    assert opened.violation_id == ended.violation_id


def test_a_missed_frame_does_not_end_it() -> None:
    assert closed(run(absent([(1, 3), (3.2, 5)], 8)), "no_face") == [(1.0, 2.0, 5.0)]


def test_a_longer_hole_makes_two() -> None:
    assert closed(run(absent([(1, 3), (3.6, 5)], 8)), "no_face") == [(1.0, 2.0, 3.0), (3.6, 4.6, 5.0)]


def test_a_flicker_is_outvoted() -> None:
    """One observation in three shows it: never gone for as long as the release, and yet no violation."""
    assert run([seen(n / 10, faces=() if n % 3 == 0 else HERE) for n in range(60)]) == []


def test_what_is_still_open_is_closed_at_the_end() -> None:
    assert closed(run(absent([(1, 9)], 5)), "no_face") == [(1.0, 2.0, 4.9)]


def test_not_looked_neither_holds_nor_releases() -> None:
    observations = absent([(1, 4)], 8, fps=30)
    every_third = [o if n % 3 == 0 else replace(o, faces=None) for n, o in enumerate(observations)]
    ((began, opened, ended),) = closed(run(every_third), "no_face")
    assert (began, opened, ended) == (1.0, 2.0, 4.0)


def test_a_covered_camera_leaves_open_what_was_open() -> None:
    """Nobody knows whether the candidate came back, so the violation lasts until somebody can see that."""
    dark = replace(SEEING, blocked=True, edges=0.5)
    observations = [replace(o, camera=dark) if 3 <= o.captured_s < 6 else o for o in absent([(1, 7)], 10)]
    changes = run(observations)
    assert closed(changes, "no_face") == [(1.0, 2.0, 7.0)]
    assert closed(changes, "camera_blocked") == [(3.0, 4.0, 6.0)]


def test_a_condition_that_was_pending_before_a_blind_stretch_begins_anew() -> None:
    observations = [replace(o, faces=None) if 1.5 <= o.captured_s < 6 else o for o in absent([(1, 8)], 10)]
    assert closed(run(observations), "no_face") == [(6.0, 7.0, 8.0)]


def test_a_covered_camera_shows_no_missing_face() -> None:
    dark = replace(SEEING, blocked=True, edges=0.5)
    assert {c.violation.kind for c in run([seen(n / 10, camera=dark) for n in range(50)])} == {"camera_blocked"}


def test_a_freeze_is_dated_back_to_its_first_frame() -> None:
    frozen = [
        seen(n / 10, faces=HERE, camera=replace(SEEING, frozen=n >= 30, still_s=max(0.0, n / 10 - 2)))
        for n in range(60)
    ]
    assert closed(run(frozen), "camera_frozen") == [(2.0, 4.0, 5.9)]


def test_each_object_is_a_violation_of_its_own() -> None:
    looks = [
        seen(n / 3, faces=HERE, objects=(item("book", 0.7), *((item("laptop", 0.9),) if n > 6 else ())))
        for n in range(18)
    ]
    changes = run(looks)
    assert {c.violation.label for c in changes} == {"book", "laptop"}
    assert len(changes) == 4


def test_a_direction_is_the_commonest_of_the_hold_and_then_stays() -> None:
    angles = [35] * 7 + [-35] * 4 + [-35] * 20
    changes = run([seen(n / 10, faces=(face(yaw),)) for n, yaw in enumerate(angles)])
    assert [c.violation.label for c in changes] == ["left", "left"]


def test_the_cool_down_keeps_a_second_one_back() -> None:
    patient = profile(no_face={"cooldown_s": 5.0})
    assert closed(run(absent([(1, 3), (4, 6), (7, 12)], 20), patient), "no_face") == [(1.0, 2.0, 3.0), (7.0, 8.0, 12.0)]
    assert closed(run(absent([(1, 3), (4, 12)], 20), patient), "no_face") == [(1.0, 2.0, 3.0), (4.0, 8.0, 12.0)]


def test_a_rule_that_is_switched_off_finds_nothing() -> None:
    assert run(absent([(1, 9)], 12), profile(no_face={"enabled": False})) == []


def test_a_violation_says_why() -> None:
    engine = Engine(
        STRICT, {"faces.task": "a" * 64, "objects.tflite": "b" * 64}, detector_of={"objects.tflite": "objects"}
    )
    changes = [change for n in range(20) for change in engine.step(seen(n / 10, faces=(face(40, score=0.8),)))]
    (violation,) = [change.violation for change in changes]
    why = violation.explanation
    assert (why.measured, why.limit, why.unit) == (40, 28, "deg")
    assert (why.hold_s, why.frames) == (1.0, 11)
    assert (why.profile, why.profile_version) == ("strict", 1)
    assert why.models == {"faces.task": "a" * 64}
    assert violation.confidence == pytest.approx(0.8)
    assert violation.severity == "medium"


def test_a_clock_that_jumps_moves_a_violation_but_does_not_stretch_it() -> None:
    jumped = [
        replace(o, wall_time=o.wall_time + timedelta(hours=1)) if o.captured_s >= 1.55 else o
        for o in absent([(1, 4)], 8)
    ]
    (violation,) = [c.violation for c in run(jumped) if isinstance(c, Closed)]
    assert violation.ended_at is not None
    assert (violation.opened_at - violation.started_at).total_seconds() == pytest.approx(1.0)
    assert (violation.ended_at - violation.started_at).total_seconds() == pytest.approx(3.0)


# --- what must hold for any course of events ---

ANSWER = st.sampled_from([True, True, False, None])


@settings(deadline=None)
@given(st.lists(ANSWER, max_size=150), st.sampled_from([5, 10, 15, 30]))
def test_none_is_shorter_than_its_hold_and_none_overlaps(answers: list[bool | None], fps: int) -> None:
    faces: dict[bool | None, tuple[Face, ...] | None] = {True: (), False: HERE, None: None}
    observations = [seen(n / fps, faces=faces[answer]) for n, answer in enumerate(answers)]
    changes = run(observations)
    spans = closed(changes, "no_face")
    for began, opened, ended in spans:
        assert opened - began >= STRICT.rules.no_face.hold_s - 0.001
        assert ended >= opened
    for (_, _, ended), (began, _, _) in pairwise(spans):
        assert began >= ended
    assert sum(isinstance(c, Opened) for c in changes) == len(spans), "all that opened was closed, once"


@st.composite
def courses(draw: st.DrawFn) -> tuple[Spans, float]:
    """Absences and presences whose lengths lie clear of hold and release, so that no frame decides."""
    spans, now_s = [], draw(st.floats(0.5, 2))
    for _ in range(draw(st.integers(0, 5))):
        length_s = draw(st.one_of(st.floats(0.05, 0.5), st.floats(1.5, 4)))
        spans.append((now_s, now_s + length_s))
        now_s += length_s + draw(st.floats(1.5, 3))
    return spans, now_s + 2


def at_rate(fps: int) -> Callable[[tuple[Spans, float]], list[tuple[float, float, float]]]:
    return lambda course: closed(run(absent(course[0], course[1], fps)), "no_face")


@settings(deadline=None)
@given(courses())
def test_the_frame_rate_changes_nothing_but_a_frame(course: tuple[Spans, float]) -> None:
    reference = at_rate(30)(course)
    assert len(reference) == sum(end - start > 1 for start, end in course[0])
    for fps in (5, 10, 15):
        events = at_rate(fps)(course)
        assert len(events) == len(reference)
        for event, other in zip(events, reference, strict=True):
            assert event == pytest.approx(other, abs=2 / fps)


def test_a_rule_is_pending_from_the_first_sign_until_it_opens_or_passes() -> None:
    engine, names = Engine(STRICT, {}), []
    for number in range(20):
        engine.step(seen(number / 10, faces=() if 3 <= number < 15 else HERE))
        names.append(engine.pending)
    assert names[2] == frozenset()
    assert names[3] == names[12] == {"no_face"}
    assert names[13] == frozenset(), "a second later it is open"


def test_a_camera_check_that_fails_neither_holds_nor_releases() -> None:
    """Covered for four seconds, then nobody measures, then it is open again."""
    covered, unknown = replace(SEEING, blocked=True, edges=0.6), replace(SEEING, known=False)
    cameras = [covered] * 40 + [unknown] * 60 + [SEEING] * 20
    observations = [seen(n / 10, faces=HERE, camera=camera) for n, camera in enumerate(cameras)]
    assert closed(run(observations), "camera_blocked") == [(0.0, 1.0, 10.0)]
    assert run([seen(n / 10, faces=HERE, camera=unknown) for n in range(100)]) == []


def test_a_hidden_face_is_told_late_and_dated_back() -> None:
    body = Detection("person", 0.9, (100.0, 50.0, 500.0, 470.0))

    def lost(at_s: float) -> Observation:
        missing_s = at_s - 1.0
        return replace(seen(at_s), faceless=Faceless(body, missing_s, None, sure=True))

    long = [seen(n / 10, faces=HERE) if n < 10 else lost(n / 10) for n in range(60)]
    assert closed(run(long), "no_face") == [(1.0, 3.0, 5.9)]
    short = [seen(n / 10, faces=HERE) if n < 10 or n > 28 else lost(n / 10) for n in range(60)]
    assert run(short) == []
