"""What may stand beside what in the schedule, and the codes candidates check in with. Pure."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self
from uuid import UUID

from hub.errors import RefusedError
from hub.exams.timing import Timing

ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without what is taken for something else: I, L, O, U, 0, 1."""
CODE_LETTERS: Final = 8
"""39 bits: typed in one booth, for one exam session."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A booth and a candidate from one time to another. `name` is how a person recognises it."""

    key: UUID | None
    name: str
    booth_id: str | None
    candidate_id: UUID
    first: datetime
    last: datetime

    @classmethod
    def of(cls, row: Any) -> Self:
        """Of a row of `exam_sessions` with its names: as scheduled, or as late as it has become by starting late."""
        timing = Timing.of(row)
        last = max(row.scheduled_end, timing.ends_at or row.scheduled_end)
        when = row.scheduled_start.strftime("%Y-%m-%d %H:%M UTC")
        name = f"{row.exam_name!r} of {row.number} in {row.booth_id or 'no booth'} at {when}"
        return cls(row.exam_session_id, name, row.booth_id, row.candidate_id, row.scheduled_start, last)


def collision(wanted: Slot, taken: Iterable[Slot], turnaround: timedelta) -> Slot | None:
    """The first that does not go with `wanted`: the same booth without `turnaround` between them, or the same candidate
    at the same time. `turnaround` is for leaving, airing and tidying."""
    for other in taken:
        if other.key is not None and other.key == wanted.key:
            continue
        if other.booth_id is not None and other.booth_id == wanted.booth_id:
            if wanted.first < other.last + turnaround and other.first < wanted.last + turnaround:
                return other
        elif other.candidate_id == wanted.candidate_id and wanted.first < other.last and other.first < wanted.last:
            return other
    return None


def free_starts(
    length: timedelta,
    booth_id: str,
    candidate_id: UUID | None,
    taken: Iterable[Slot],
    turnaround: timedelta,
    first: datetime,
    last: datetime,
) -> list[tuple[datetime, datetime]]:
    """When something of this length could begin in this booth, from `first` to `last`: each time from its first to its
    last possible moment. What `collision` refuses lies in none of them."""
    blocked: list[tuple[datetime, datetime]] = []
    for other in taken:
        if other.booth_id == booth_id:
            blocked.append((other.first - turnaround - length, other.last + turnaround))
        elif candidate_id is not None and other.candidate_id == candidate_id:
            blocked.append((other.first - length, other.last))
    found, begins = [], first
    for stops, goes_on in sorted(blocked):
        if stops >= begins:
            found.append((begins, min(stops, last)))
        begins = max(begins, goes_on)
        if begins > last:
            return found
    return [*found, (begins, last)]


def refused(wanted: Slot, other: Slot, turnaround: timedelta) -> RefusedError:
    """Which one it collides with, and what to do."""
    if other.booth_id == wanted.booth_id:
        minutes = int(turnaround.total_seconds() // 60)
        what = f"{wanted.booth_id} is taken by {other.name}; leave {minutes} minutes between, or take another booth"
    else:
        what = f"the candidate sits {other.name} then; take another time"
    return RefusedError(409, "Collides with another exam session", f"{what} (exam session {other.key})")


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
