"""What may stand beside what, how time runs, which exam session a booth shows: by property where it can be."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.profiles import PROFILES
from hub.errors import RefusedError
from hub.exams.effects import Given, effect
from hub.exams.following import END_SHOWN, choose, with_rules_off
from hub.exams.machine import ACTIVE, ON, ROWS
from hub.exams.schedule import ALPHABET, CODE_LETTERS, Slot, collision, free_starts, new_code, refused
from hub.exams.timing import Timing, duration_s

NINE = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
TURNAROUND = timedelta(minutes=10)
BOOTHS = ("booth-1", "booth-2")
PEOPLE = (UUID(int=1), UUID(int=2))
slots = st.builds(
    lambda booth, person, first, minutes: Slot(
        uuid4(), "x", booth, person, NINE + timedelta(minutes=first), NINE + timedelta(minutes=first + minutes)
    ),
    st.sampled_from(BOOTHS),
    st.sampled_from(PEOPLE),
    st.integers(0, 300),
    st.integers(1, 120),
)


@given(slots, slots)
def test_two_collide_whichever_comes_first(one: Slot, other: Slot) -> None:
    assert (collision(one, [other], TURNAROUND) is None) == (collision(other, [one], TURNAROUND) is None)


@given(st.lists(slots, max_size=20))
def test_what_is_booked_one_by_one_never_overlaps(wanted: list[Slot]) -> None:
    taken: list[Slot] = []
    for slot in wanted:
        if collision(slot, taken, TURNAROUND) is None:
            taken.append(slot)
    for one in taken:
        for other in taken:
            if one is not other and one.booth_id == other.booth_id:
                assert one.first >= other.last + TURNAROUND or other.first >= one.last + TURNAROUND
            if one is not other and one.candidate_id == other.candidate_id:
                assert one.first >= other.last or other.first >= one.last


@given(st.lists(slots, max_size=8), st.integers(1, 120))
def test_a_start_is_free_exactly_where_nothing_collides(taken: list[Slot], minutes: int) -> None:
    length, last = timedelta(minutes=minutes), NINE + timedelta(minutes=300)
    free = free_starts(length, BOOTHS[0], PEOPLE[0], taken, TURNAROUND, NINE, last)
    for minute in range(301):
        start = NINE + timedelta(minutes=minute)
        collides = collision(Slot(None, "", BOOTHS[0], PEOPLE[0], start, start + length), taken, TURNAROUND)
        assert any(begins <= start <= ends for begins, ends in free) == (collides is None)


def test_a_refusal_tells_what_is_in_the_way() -> None:
    key = uuid4()
    there = Slot(key, "'Algebra' of A-1 in booth-1", "booth-1", PEOPLE[0], NINE, NINE + timedelta(hours=1))
    near = Slot(None, "", "booth-1", PEOPLE[1], NINE + timedelta(minutes=69), NINE + timedelta(hours=2))
    assert collision(near, [there], TURNAROUND) is there
    assert collision(near, [there], timedelta(minutes=9)) is None
    problem = refused(near, there, TURNAROUND)
    assert (problem.status, str(key) in problem.hint, "10 minutes" in problem.hint) == (409, True, True)
    elsewhere = Slot(None, "", "booth-2", PEOPLE[0], NINE, NINE + timedelta(minutes=1))
    assert collision(elsewhere, [there], TURNAROUND) is there
    assert "the candidate sits" in refused(elsewhere, there, TURNAROUND).hint
    assert collision(there, [there], TURNAROUND) is None, "itself is not in the way"


def test_codes_have_no_letters_that_look_alike() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(len(code) == CODE_LETTERS and set(code) <= set(ALPHABET) for code in codes)
    assert not set(ALPHABET) & set("ILOU01")


@pytest.mark.parametrize(
    ("exam_s", "percent", "all_s"), [(3600, 0, 3600), (3600, 25, 4500), (61, 33, 82), (60, 200, 180)]
)
def test_extra_time_is_rounded_for_the_candidate(exam_s: int, percent: int, all_s: int) -> None:
    assert duration_s(exam_s, percent) == all_s


@dataclass
class Row:
    """What the functions read of an exam session's row."""

    state: Any = "scheduled"
    exam_session_id: UUID = PEOPLE[0]
    scheduled_start: datetime = NINE
    scheduled_end: datetime = NINE + timedelta(hours=1)
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_s: int = 0
    ended_at: datetime | None = None
    extra_time_s: int = 0
    booth_id: str | None = "booth-1"
    waiting_since: datetime | None = None


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 600)), max_size=8))
def test_time_stands_in_pauses_and_none_is_lost(pauses: list[tuple[int, int]]) -> None:
    """However often it stands: it ends as much later as it stood, and what is left never grows."""
    row, now, stood = Row("in_progress", started_at=NINE), NINE, 0
    for runs_s, stands_s in pauses:
        now += timedelta(seconds=runs_s)
        left = (row.scheduled_end + timedelta(seconds=stood) - now).total_seconds()
        for name, value in effect("pause", row, Given(), now).items():
            setattr(row, name, value)
        assert Timing.of(row).ends_at is None
        assert Timing.of(row).left_s == max(0, int(left))
        now += timedelta(seconds=stands_s)
        stood += stands_s
        for name, value in effect("resume", row, Given(), now).items():
            setattr(row, name, value)
        assert Timing.of(row).left_s is None
    assert Timing.of(row).ends_at == row.scheduled_end + timedelta(seconds=stood)


@pytest.mark.parametrize("action", sorted({row.action for row in ROWS if row.to is not None}))
def test_an_effect_leads_where_the_machine_says_and_ends_what_stands(action: Any) -> None:
    rule = next(row for row in ROWS if row.action == action)
    for state in rule.at:
        stands = state in ("paused", "on_break")
        row = Row(state, started_at=NINE, stopped_at=NINE + timedelta(minutes=1) if stands else None)
        values = effect(action, row, Given(), NINE + timedelta(minutes=3))
        assert values["state"] == rule.to
        if rule.to in ("completed", "terminated", "turned_away", "no_show", "cancelled"):
            assert values["ended_at"] == NINE + timedelta(minutes=3)
            assert not stands or (values["stopped_s"], values["stopped_at"]) == (120, None)


@pytest.mark.parametrize(
    ("action", "missing"), [("extend", "seconds"), ("move", "booth_id"), ("reschedule", "scheduled_start")]
)
def test_what_an_action_needs_is_asked_for(action: Any, missing: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        effect(action, Row(), Given(), NINE)
    assert (refusal.value.status, missing in refusal.value.hint) == (422, True)


def test_nothing_lasts_longer_than_two_days() -> None:
    with pytest.raises(RefusedError):
        effect("extend", Row(), Given(seconds=48 * 3600), NINE)


def row(state: str, start_minutes: float, ended_minutes: float | None = None) -> Row:
    start = NINE + timedelta(minutes=start_minutes)
    ended = None if ended_minutes is None else NINE + timedelta(minutes=ended_minutes)
    return Row(state, uuid4(), start, start + timedelta(hours=1), ended_at=ended)


def test_a_booth_shows_the_candidate_who_sits_there_before_all_others() -> None:
    coming, ended = row("scheduled", 1), row("completed", -60, -1)
    for state in ACTIVE:
        sits = row(state, -30)
        assert choose([coming, ended, sits], NINE) is sits
    waits, admitted = row("checked_in", -90), row("admitted", -30)
    assert choose([waits, admitted], NINE) is admitted
    assert choose([row("checked_in", -5), waits], NINE) is waits
    assert waits.state not in ON


def test_an_end_is_told_until_the_next_is_about_to_begin() -> None:
    ended = row("terminated", -60, -1)
    later, next_up = row("scheduled", 30), row("scheduled", END_SHOWN.total_seconds() / 60)
    assert choose([later, ended], NINE) is ended
    assert choose([next_up, ended], NINE) is next_up
    assert choose([later, next_up], NINE) is next_up
    assert choose([row("completed", -90, -3), ended], NINE) is ended
    assert choose([], NINE) is None


def test_an_accommodation_switches_rules_off_and_touches_nothing_else() -> None:
    standard = PROFILES["standard"]
    assert with_rules_off(standard, ()) is standard
    spared = with_rules_off(standard, ("looking_away", "no_such_rule", "speech"))
    assert not spared.rules.looking_away.enabled
    assert spared.rules.looking_away.yaw_deg == standard.rules.looking_away.yaw_deg
    assert spared.rules.no_face == standard.rules.no_face
    assert (spared.name, spared.version) == (standard.name, standard.version)
