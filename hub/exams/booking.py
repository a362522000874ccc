"""New exam sessions: what is scheduled must exist, lie ahead and collide with nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.audit import Actor
from hub.errors import RefusedError
from hub.exams.schedule import Slot, collision, new_code, refused
from hub.exams.timing import duration_s
from hub.store import booths, candidates, exam_sessions, exams, sittings
from hub.views import Candidate, Exam


@dataclass(frozen=True, slots=True)
class Booking:
    """One candidate, one booth, one sitting, before it is written."""

    exam: Exam
    candidate: Candidate
    booth_id: str
    start: datetime
    practice: bool = False

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=duration_s(self.exam.duration_s, self.candidate.extra_time_percent))

    def slot(self, key: UUID | None = None, name: str = "") -> Slot:
        return Slot(key, name, self.booth_id, self.candidate.candidate_id, self.start, self.end)


async def booking(
    connection: AsyncConnection, exam_id: UUID, candidate_id: UUID, booth_id: str, start: datetime, practice: bool
) -> Booking:
    """Raises 422 for what does not exist or cannot be."""
    exam = await exams.find(connection, exam_id)
    if exam is None or exam.archived_at is not None:
        raise RefusedError(422, "No such exam", f"no exam {exam_id} that is not archived; GET /api/v1/exams lists them")
    candidate = await candidates.find(connection, candidate_id)
    if candidate is None:
        raise RefusedError(422, "No such candidate", f"no candidate {candidate_id}; GET /api/v1/candidates lists them")
    if not await booths.known(connection, [booth_id]):
        raise RefusedError(422, "No such booth", f"no booth is called {booth_id!r}; GET /api/v1/booths lists them")
    return Booking(exam, candidate, booth_id, start, practice)


def refuse_past(end: datetime, now: datetime) -> None:
    if end <= now:
        raise RefusedError(422, "It lies in the past", f"it would have ended at {end.isoformat()}; check date and year")


async def rows_around(connection: AsyncConnection, slots: Sequence[Slot], turnaround: timedelta) -> Sequence[Row[Any]]:
    """Everything of the same booths and candidates that could collide with one of these."""
    return await exam_sessions.overlapping(
        connection,
        min(slot.first for slot in slots) - turnaround,
        max(slot.last for slot in slots) + turnaround,
        {slot.booth_id for slot in slots if slot.booth_id},
        {slot.candidate_id for slot in slots},
    )


async def refuse_collision(connection: AsyncConnection, slot: Slot, turnaround: timedelta) -> None:
    """Raises 409 with the exam session that is in the way."""
    taken = [Slot.of(row) for row in await rows_around(connection, [slot], turnaround)]
    other = collision(slot, taken, turnaround)
    if other is not None:
        raise refused(slot, other, turnaround)


async def write(connection: AsyncConnection, bookings: Sequence[Booking], actor: Actor, now: datetime) -> list[UUID]:
    """With the first step of each."""
    rows: list[dict[str, Any]] = [
        {
            "exam_session_id": uuid4(),
            "exam_id": each.exam.exam_id,
            "candidate_id": each.candidate.candidate_id,
            "booth_id": each.booth_id,
            "state": "scheduled",
            "scheduled_start": each.start,
            "scheduled_end": each.end,
            "practice": each.practice,
            "check_in_code": new_code(),
            "extra_time_s": 0,
            "stopped_s": 0,
            "legal_hold": False,
            "created_at": now,
        }
        for each in bookings
    ]
    await exam_sessions.add(connection, rows)
    await sittings.add_first_steps(connection, rows, actor.username, actor.display_name)
    return [row["exam_session_id"] for row in rows]
