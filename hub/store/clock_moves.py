"""Times that the hub measures from, moved when its clock is set: a duration stays what it was."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.exams.machine import ACTIVE
from hub.store.gaps import open_with_reason
from hub.tables import exam_sessions, monitoring_gaps

_MEASURED_FROM = ("waiting_since", "started_at", "stopped_at")


async def move(connection: AsyncConnection, by: timedelta) -> tuple[set[UUID], set[UUID]]:
    """Exam sessions that are going on, and gaps that the hub itself holds open. What was written of steps stays."""
    moved: set[UUID] = set()
    for row in (await connection.execute(select(exam_sessions).where(exam_sessions.c.state.in_(ACTIVE)))).all():
        known = {name: getattr(row, name) for name in _MEASURED_FROM if getattr(row, name) is not None}
        if known:
            mine = exam_sessions.c.exam_session_id == row.exam_session_id
            await connection.execute(
                update(exam_sessions).where(mine).values({name: at + by for name, at in known.items()})
            )
            moved.add(row.exam_session_id)
    gaps = set()
    for gap in (await open_with_reason(connection, "booth_silent")).values():
        mine = monitoring_gaps.c.gap_id == gap.gap_id
        await connection.execute(update(monitoring_gaps).where(mine).values(started_at=gap.started_at + by))
        gaps.add(gap.gap_id)
    return moved, gaps
