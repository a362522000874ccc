"""Takes: five seconds before to five seconds after, shared where violations lie close together."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from agent.evidence.takes import AFTER_S, BEFORE_S, LONGEST_S, Takes


def test_a_short_violation_has_five_seconds_before_and_after_it() -> None:
    takes, one = Takes(), uuid4()
    takes.opened(one, "medium", began_s=100, now_s=101, clock_s=0)
    takes.closed(one, 103, now_s=104, clock_s=3)
    assert takes.due(107.9, 6.9) == []
    (take,) = takes.due(108.0, 7)
    assert (take.from_s, take.until_s) == (95, 108)
    assert takes.all() == []


def test_one_that_goes_on_is_cut_at_the_greatest_length() -> None:
    takes = Takes()
    takes.opened(uuid4(), "low", began_s=100, now_s=101, clock_s=0)
    (take,) = takes.due(95 + LONGEST_S, 30)
    assert take.until_s - take.from_s == LONGEST_S


def test_a_long_hold_time_never_costs_the_moment_it_opened() -> None:
    takes = Takes()
    takes.opened(uuid4(), "low", began_s=100, now_s=160, clock_s=0)
    (take,) = takes.all()
    assert take.from_s <= 160 - BEFORE_S
    assert take.until_s >= 160 + AFTER_S


def test_those_close_together_share_one_and_it_is_as_grave_as_the_gravest() -> None:
    takes, first, second = Takes(), uuid4(), uuid4()
    takes.opened(first, "high", began_s=100, now_s=101, clock_s=0)
    takes.closed(first, 102, now_s=103, clock_s=2)
    takes.opened(second, "low", began_s=106, now_s=108, clock_s=7)
    takes.closed(second, 109, now_s=110, clock_s=9)
    assert takes.due(113.9, 12) == []
    (take,) = takes.due(114, 13)
    assert set(take.ends_s) == {first, second}
    assert (take.from_s, take.until_s, take.severity) == (95, 114, "high")


def test_one_that_is_back_is_filmed_on() -> None:
    takes, one = Takes(), uuid4()
    takes.opened(one, "low", began_s=100, now_s=101, clock_s=0)
    takes.closed(one, 102, now_s=103, clock_s=2)
    takes.goes_on(one, "medium")
    assert takes.due(108, 7) == []
    takes.closed(one, 106, now_s=106, clock_s=5)
    (take,) = takes.due(111, 10)
    assert take.severity == "medium"


def test_pictures_that_never_come_are_not_waited_for() -> None:
    takes, one = Takes(grace_s=3), uuid4()
    takes.opened(one, "low", began_s=100, now_s=101, clock_s=50)
    takes.closed(one, 101, now_s=101, clock_s=50)
    assert takes.due(101, 57.9) == []
    assert len(takes.due(None, 58)) == 1


@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0, 3), st.floats(0, 40)), max_size=12))
def test_each_violation_is_in_exactly_one_clip_that_shows_it_opening(
    violations: list[tuple[float, float, float]],
) -> None:
    """Whatever overlaps: distance from the one before, hold time, and how long it lasts."""
    takes, at_s, events = Takes(), 100.0, list[tuple[float, int, UUID, float]]()
    opened: dict[UUID, float] = {}
    for apart_s, hold_s, lasts_s in violations:
        at_s += apart_s
        name = uuid4()
        opened[name] = at_s + hold_s
        events += [(at_s + hold_s, 0, name, at_s), (at_s + hold_s + lasts_s, 1, name, at_s + hold_s + lasts_s)]
    written = []
    for now_s, what, name, began_or_ended_s in sorted(events):
        written += takes.due(now_s, now_s)
        if what == 0:
            takes.opened(name, "low", began_s=began_or_ended_s, now_s=now_s, clock_s=now_s)
        else:
            takes.closed(name, began_or_ended_s, now_s=now_s, clock_s=now_s)
    written += takes.all()
    assert sorted(name for take in written for name in take.ends_s) == sorted(opened)
    for take in written:
        assert take.until_s - take.from_s <= LONGEST_S + 1e-6
        for name in take.ends_s:
            assert take.from_s <= opened[name] - BEFORE_S + 1e-6
            assert take.until_s >= opened[name] + AFTER_S - 1e-6
