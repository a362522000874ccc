"""What the schedule shows beside its exam sessions: booths to choose from, and codes to hand out."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.exam_sessions import Wanted, narrowed
from hub.store.places import booths_in
from hub.tables import booths, candidates, exam_sessions, exams, rooms
from hub.views.schedule import CheckInCode


async def booths_to_choose(
    connection: AsyncConnection, room_id: str | None, site_id: str | None, scope: Collection[str] | None
) -> list[tuple[str, str]]:
    """Id and name, by name."""
    statement = select(booths.c.booth_id, booths.c.name).order_by(booths.c.name, booths.c.booth_id)
    if room_id is not None or site_id is not None:
        statement = statement.where(booths.c.booth_id.in_(booths_in(room_id, site_id)))
    if scope is not None:
        statement = statement.where(booths.c.booth_id.in_(scope))
    return [(row.booth_id, row.name) for row in await connection.execute(statement)]


async def codes(connection: AsyncConnection, wanted: Wanted, limit: int) -> tuple[list[CheckInCode], bool]:
    """The earliest first, and whether there are more."""
    statement = (
        select(
            exam_sessions.c.exam_session_id,
            candidates.c.number.label("candidate_number"),
            candidates.c.name.label("candidate_name"),
            exams.c.name.label("exam_name"),
            exam_sessions.c.booth_id,
            booths.c.name.label("booth_name"),
            rooms.c.name.label("room_name"),
            exam_sessions.c.scheduled_start,
            exam_sessions.c.practice,
            exam_sessions.c.check_in_code,
        )
        .join(exams, exams.c.exam_id == exam_sessions.c.exam_id)
        .join(candidates, candidates.c.candidate_id == exam_sessions.c.candidate_id)
        .outerjoin(booths, booths.c.booth_id == exam_sessions.c.booth_id)
        .outerjoin(rooms, rooms.c.room_id == booths.c.room_id)
        .order_by(exam_sessions.c.scheduled_start, exam_sessions.c.exam_session_id)
        .limit(limit + 1)
    )
    rows = [CheckInCode(**row._mapping) for row in await connection.execute(narrowed(statement, wanted))]
    return rows[:limit], len(rows) > limit
