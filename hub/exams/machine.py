"""The state machine of an exam session, as rows: which action leads from where to where, and who decides it.

Pure. Only a person admits, turns away, pauses, ends or cancels; the clock ends what has run out of time, and the booth
tells what the candidate did. Nothing follows an end.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from contract.sitting import ENDED, SittingState, SittingStep
from hub.people.permissions import Permission

Decision = Literal[
    "check_in",
    "admit",
    "turn_away",
    "check_in_again",
    "start",
    "pause",
    "resume",
    "break",
    "end_break",
    "extend",
    "move",
    "reschedule",
    "new_code",
    "complete",
    "terminate",
    "cancel",
    "no_show",
]
"""What a person does."""

Action = Decision | Literal["schedule", "time_is_up"] | SittingStep
Who = Permission | Literal["booth", "clock"]

STATES: Final[tuple[SittingState, ...]] = get_args(SittingState)
ALIVE: Final[frozenset[SittingState]] = frozenset(STATES) - ENDED
ON: Final[frozenset[SittingState]] = frozenset({"admitted", "in_progress", "paused", "on_break"})
"""From admission to the end: what the booth sees belongs to this exam session."""
ACTIVE: Final[frozenset[SittingState]] = ON | {"checked_in"}
"""A candidate sits there: the booth shows this exam session and no other."""
WATCHED: Final[frozenset[SittingState]] = frozenset({"admitted", "in_progress"})
"""Violations are raised; while paused and on a break they are not."""
STANDING: Final[frozenset[SittingState]] = frozenset({"paused", "on_break"})
"""The clock stands."""

BEGINNING: Final[frozenset[SittingState]] = frozenset({"scheduled", "checked_in"})
RUNNING: Final[frozenset[SittingState]] = frozenset({"in_progress", "paused", "on_break"})


@dataclass(frozen=True, slots=True)
class Row:
    action: Action
    at: frozenset[SittingState]
    to: SittingState | None = None
    """None: the state stays."""
    who: Who = "exam_sessions.run"
    reason: bool = False
    """Whether a reason must be given; elsewhere one may be."""

    def after(self, state: SittingState) -> SittingState:
        return self.to or state


def _at(*states: SittingState) -> frozenset[SittingState]:
    return frozenset(states)


ROWS: Final[tuple[Row, ...]] = (
    # What people decide.
    Row("check_in", _at("scheduled"), "checked_in", reason=True),
    Row("admit", _at("checked_in"), "admitted"),
    Row("turn_away", BEGINNING, "turned_away", reason=True),
    Row("check_in_again", _at("checked_in"), "scheduled", reason=True),
    Row("start", _at("admitted"), "in_progress"),
    Row("pause", _at("in_progress"), "paused", reason=True),
    Row("resume", _at("paused"), "in_progress"),
    Row("break", _at("in_progress"), "on_break"),
    Row("end_break", _at("on_break"), "in_progress"),
    Row("extend", ALIVE, reason=True),
    Row("move", ALIVE, reason=True),
    Row("reschedule", _at("scheduled"), who="exams.manage", reason=True),
    Row("new_code", _at("scheduled")),
    Row("complete", RUNNING, "completed"),
    Row("terminate", ON, "terminated", reason=True),
    Row("cancel", _at("scheduled"), "cancelled", reason=True),
    Row("no_show", _at("scheduled"), "no_show", reason=True),
    # What nobody needs to decide.
    Row("time_is_up", _at("in_progress"), "completed", who="clock"),
    # What the candidate does. The first three lead on; the others add to what is known and may come out of order.
    Row("ready", _at("scheduled"), "checked_in", who="booth"),
    Row("started", _at("admitted"), "in_progress", who="booth"),
    Row("returned", _at("on_break"), "in_progress", who="booth"),
    Row("code_accepted", ALIVE, who="booth"),
    Row("notice_acknowledged", ALIVE, who="booth"),
    Row("photo_taken", ALIVE, who="booth"),
    Row("calibrated", ALIVE, who="booth"),
    Row("break_asked", ON, who="booth"),
    Row("finish_asked", ON, who="booth"),
)

BY_ACTION: Final[dict[str, Row]] = {row.action: row for row in ROWS}
MOVES_ON: Final = ("schedule", *(row.action for row in ROWS if row.to is not None))
"""Actions that lead to another state, and the one that makes the first."""
ASKS: Final = ("break_asked", "finish_asked")
"""What a candidate asks a person for; the next change of state answers it."""


def row_of(action: Action) -> Row:
    return BY_ACTION[action]


def allowed_actions(state: SittingState, may: frozenset[Permission] | tuple[Permission, ...]) -> tuple[Decision, ...]:
    """What somebody with these permissions may do now, in the table's order."""
    return tuple(row.action for row in ROWS if state in row.at and row.who in may)  # type: ignore[misc]
