"""The state machine of an exam session: every state with every action, walks through it, and the reasons."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.sitting import ENDED, SittingState, SittingStep
from hub.errors import RefusedError
from hub.exams.machine import (
    ACTIVE,
    ALIVE,
    BY_ACTION,
    MOVES_ON,
    ON,
    ROWS,
    STANDING,
    STATES,
    WATCHED,
    Decision,
    Row,
    allowed_actions,
)
from hub.exams.reasons import BY_CODE, CATALOGUE, OTHER, TIME_IS_UP, check_reason
from hub.people.permissions import PERMISSIONS, Permission

LEADS: dict[tuple[str, str], str] = {
    ("scheduled", "ready"): "checked_in",
    ("scheduled", "check_in"): "checked_in",
    ("scheduled", "turn_away"): "turned_away",
    ("scheduled", "cancel"): "cancelled",
    ("scheduled", "no_show"): "no_show",
    ("checked_in", "admit"): "admitted",
    ("checked_in", "turn_away"): "turned_away",
    ("checked_in", "check_in_again"): "scheduled",
    ("admitted", "start"): "in_progress",
    ("admitted", "started"): "in_progress",
    ("admitted", "terminate"): "terminated",
    ("in_progress", "pause"): "paused",
    ("in_progress", "break"): "on_break",
    ("in_progress", "complete"): "completed",
    ("in_progress", "terminate"): "terminated",
    ("in_progress", "time_is_up"): "completed",
    ("paused", "resume"): "in_progress",
    ("paused", "complete"): "completed",
    ("paused", "terminate"): "terminated",
    ("on_break", "end_break"): "in_progress",
    ("on_break", "returned"): "in_progress",
    ("on_break", "complete"): "completed",
    ("on_break", "terminate"): "terminated",
}
"""Every way from one state to another, written down a second time."""

STAYS: dict[str, tuple[str, ...]] = {
    "extend": ("scheduled", "checked_in", "admitted", "in_progress", "paused", "on_break"),
    "move": ("scheduled", "checked_in", "admitted", "in_progress", "paused", "on_break"),
    "reschedule": ("scheduled",),
    "new_code": ("scheduled",),
    "code_accepted": ("scheduled", "checked_in", "admitted", "in_progress", "paused", "on_break"),
    "notice_acknowledged": ("scheduled", "checked_in", "admitted", "in_progress", "paused", "on_break"),
    "photo_taken": ("scheduled", "checked_in", "admitted", "in_progress", "paused", "on_break"),
    "calibrated": ("scheduled", "checked_in", "admitted", "in_progress", "paused", "on_break"),
    "break_asked": ("admitted", "in_progress", "paused", "on_break"),
    "finish_asked": ("admitted", "in_progress", "paused", "on_break"),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.action)
def test_every_state_with_every_action(row: Row, state: SittingState) -> None:
    if (state, row.action) in LEADS:
        assert state in row.at
        assert row.after(state) == LEADS[state, row.action]
    elif state in STAYS.get(row.action, ()):
        assert state in row.at
        assert row.after(state) == state
    else:
        assert state not in row.at


def test_every_action_has_one_row_and_every_step_of_the_booth_is_one() -> None:
    assert len(BY_ACTION) == len(ROWS)
    assert {row.action for row in ROWS if row.who == "booth"} == set(get_args(SittingStep))
    assert {row.action for row in ROWS if row.who not in ("booth", "clock")} == set(get_args(Decision))
    assert set(MOVES_ON) == {action for _, action in LEADS} | {"schedule"}


def test_only_a_person_admits_and_ends() -> None:
    """But for the time that has run out."""
    for row in ROWS:
        if row.to in ENDED | {"admitted"}:
            assert row.who in get_args(Permission) or row.action == "time_is_up", row.action


def test_the_sets_of_states_hold_each_other() -> None:
    assert WATCHED < ON < ACTIVE < ALIVE
    assert STANDING == ON - WATCHED
    assert set(STATES) == ALIVE | ENDED
    assert not ALIVE & ENDED


@given(st.lists(st.sampled_from(ROWS), max_size=60))
def test_a_walk_never_leaves_an_end_and_admission_comes_before_the_exam(walk: list[Row]) -> None:
    state: SittingState = "scheduled"
    passed = [state]
    for row in walk:
        if state in row.at:
            state = row.after(state)
            passed.append(state)
    ends = [index for index, each in enumerate(passed) if each in ENDED]
    assert not ends or ends == [len(passed) - 1]
    for index, each in enumerate(passed):
        if each == "admitted":
            assert "checked_in" in passed[:index]
        if each in ("in_progress", "paused", "on_break", "completed", "terminated"):
            assert "admitted" in passed[:index]


def test_what_may_be_done_follows_from_state_and_permissions() -> None:
    proctor = PERMISSIONS["proctor"]
    assert allowed_actions("checked_in", proctor) == ("admit", "turn_away", "check_in_again", "extend", "move")
    assert "reschedule" not in allowed_actions("scheduled", proctor)
    assert "reschedule" in allowed_actions("scheduled", PERMISSIONS["admin"])
    for role in ("reviewer", "technician", "auditor"):
        assert all(allowed_actions(state, PERMISSIONS[role]) == () for state in STATES)
    for state in ENDED:
        assert allowed_actions(state, PERMISSIONS["admin"]) == ()


def test_every_action_that_needs_a_reason_has_some_and_all_codes_have_two_levels() -> None:
    for row in ROWS:
        if row.reason:
            assert len([reason for reason in CATALOGUE if row.action in reason.actions]) >= 2, row.action
    assert len(BY_CODE) == len(CATALOGUE)
    for reason in CATALOGUE:
        category, _, code = reason.code.partition(".")
        assert category == reason.category
        assert code.replace("_", "").isalpha()
        assert set(reason.actions) <= BY_ACTION.keys()
        assert len(reason.code) <= 60
        assert len(reason.said) < 300
    assert "time_is_up" in BY_CODE[TIME_IS_UP].actions


@pytest.mark.parametrize(
    ("action", "code", "note", "title"),
    [
        ("terminate", None, "", "A reason is needed"),
        ("terminate", "candidate.absent", "", "Not a reason for this"),
        ("terminate", "no.such", "", "Not a reason for this"),
        ("terminate", OTHER, " ", "A note is needed"),
    ],
)
def test_a_reason_that_does_not_fit_is_refused_with_those_that_do(
    action: Decision, code: str | None, note: str, title: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        check_reason(action, needed=True, code=code, note=note)
    assert (refused.value.status, refused.value.title) == (422, title)
    assert title == "A note is needed" or "misconduct.device_used" in refused.value.hint


def test_a_reason_that_fits_is_taken() -> None:
    check_reason("terminate", needed=True, code="misconduct.device_used", note="")
    check_reason("terminate", needed=True, code=OTHER, note="told")
    check_reason("complete", needed=False, code=None, note="")
