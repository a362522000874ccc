"""What an action changes in an exam session's row. Pure: values in, values out; who may act is decided before."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from contract.sitting import ENDED
from hub.errors import RefusedError
from hub.exams.machine import Action, row_of
from hub.exams.schedule import new_code
from hub.exams.timing import Timing

LONGEST: Final = timedelta(days=2)
"""With all extra time; what the schedule looks for collisions in."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says with an action; what it does not need is ignored."""

    reason_code: str | None = None
    note: str = ""
    seconds: int | None = None
    booth_id: str | None = None
    scheduled_start: datetime | None = None


def effect(action: Action, row: Any, given: Given, now: datetime) -> dict[str, Any]:
    """The columns that change, with the state. Raises 422 for what is missing."""
    rule = row_of(action)
    state = rule.after(row.state)
    values: dict[str, Any] = {"state": state}
    if row.state == "checked_in" and state != "checked_in":
        values["waiting_since"] = None
    if action == "check_in_again":
        values |= {"notice_version": None, "notice_acknowledged_at": None, "calibration": None}
    elif action in ("start", "started"):
        values["started_at"] = now
    elif action in ("pause", "break"):
        values["stopped_at"] = now
    elif action in ("resume", "end_break", "returned"):
        values |= _goes_on(row, now)
    elif action == "extend":
        values |= _extended(row, given)
    elif action == "move":
        values["booth_id"] = _needed(given.booth_id, "booth_id", "which booth to move to")
    elif action == "reschedule":
        values |= _rescheduled(row, given)
    elif action == "new_code":
        values["check_in_code"] = new_code()
    elif action in ("ready", "check_in"):
        values["waiting_since"] = now
    if state in ENDED:
        values |= {"ended_at": now} | (_goes_on(row, now) if row.stopped_at else {})
    return values


def _goes_on(row: Any, now: datetime) -> dict[str, Any]:
    return {"stopped_s": Timing.of(row).stopped_s_after(now), "stopped_at": None}


def _extended(row: Any, given: Given) -> dict[str, Any]:
    seconds = _needed(given.seconds, "seconds", "how much time to add")
    scheduled_end = row.scheduled_end + timedelta(seconds=seconds)
    if scheduled_end - row.scheduled_start > LONGEST:
        raise RefusedError(422, "Too long", "an exam session lasts two days at most, with all extra time")
    return {"extra_time_s": row.extra_time_s + seconds, "scheduled_end": scheduled_end}


def _rescheduled(row: Any, given: Given) -> dict[str, Any]:
    start = _needed(given.scheduled_start, "scheduled_start", "the new time")
    values = {"scheduled_start": start, "scheduled_end": start + (row.scheduled_end - row.scheduled_start)}
    return values | ({"booth_id": given.booth_id} if given.booth_id else {})


def _needed(value: Any, name: str, what: str) -> Any:
    if value is None:
        raise RefusedError(422, "Something is missing", f"give {name}: {what}")
    return value
