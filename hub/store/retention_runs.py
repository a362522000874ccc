"""Runs of retention, and legal holds."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import exam_sessions, legal_holds, retention_runs
from hub.views.retention import LegalHoldView, RetentionRunView


async def begin(connection: AsyncConnection, run_id: UUID, now: datetime, started_by: str) -> None:
    await connection.execute(
        insert(retention_runs).values(
            run_id=run_id, began_at=now, started_by=started_by, found="{}", complete=False, ended_at=None
        )
    )


async def end(connection: AsyncConnection, run_id: UUID, now: datetime, found: dict[Any, Any], complete: bool) -> None:
    values = {"ended_at": now, "found": json.dumps(found), "complete": complete}
    await connection.execute(update(retention_runs).where(retention_runs.c.run_id == run_id).values(values))


async def newest(connection: AsyncConnection, limit: int) -> list[RetentionRunView]:
    statement = select(retention_runs).order_by(retention_runs.c.began_at.desc(), retention_runs.c.run_id).limit(limit)
    return [
        RetentionRunView(**{**row._mapping, "found": json.loads(row.found)})
        for row in await connection.execute(statement)
    ]


async def find(connection: AsyncConnection, run_id: UUID) -> RetentionRunView | None:
    statement = select(retention_runs).where(retention_runs.c.run_id == run_id)
    row = (await connection.execute(statement)).one_or_none()
    return RetentionRunView(**{**row._mapping, "found": json.loads(row.found)}) if row else None


async def exam_session(connection: AsyncConnection, exam_session_id: UUID) -> Any | None:
    """Booth, and whether it is held; None where there is no such exam session."""
    columns = exam_sessions.c
    statement = select(columns.booth_id, columns.legal_hold).where(columns.exam_session_id == exam_session_id)
    return (await connection.execute(statement)).one_or_none()


async def hold(connection: AsyncConnection, exam_session_id: UUID, row: dict[str, Any]) -> None:
    await connection.execute(insert(legal_holds).values({**row, "exam_session_id": exam_session_id}))
    await _mark(connection, exam_session_id, held=True)


async def release(connection: AsyncConnection, exam_session_id: UUID, values: dict[str, Any]) -> None:
    await connection.execute(
        update(legal_holds)
        .where(legal_holds.c.exam_session_id == exam_session_id, legal_holds.c.released_at.is_(None))
        .values(values)
    )
    await _mark(connection, exam_session_id, held=False)


async def holds(
    connection: AsyncConnection, booths: Sequence[str] | None, exam_session_id: UUID | None, in_force: bool, limit: int
) -> list[LegalHoldView]:
    """The newest first; `booths` None: of all."""
    columns = legal_holds.c
    statement = select(legal_holds).order_by(columns.placed_at.desc(), columns.hold_id).limit(limit)
    if booths is not None:
        statement = statement.join(exam_sessions, exam_sessions.c.exam_session_id == columns.exam_session_id)
        statement = statement.where(exam_sessions.c.booth_id.in_(list(booths)))
    if exam_session_id is not None:
        statement = statement.where(columns.exam_session_id == exam_session_id)
    if in_force:
        statement = statement.where(columns.released_at.is_(None))
    return [
        LegalHoldView(
            hold_id=row.hold_id,
            exam_session_id=row.exam_session_id,
            reason=row.reason,
            placed_by=row.display_name,
            placed_at=row.placed_at,
            released_at=row.released_at,
            released_by=row.released_by,
            release_reason=row.release_reason,
        )
        for row in await connection.execute(statement)
    ]


async def _mark(connection: AsyncConnection, exam_session_id: UUID, *, held: bool) -> None:
    statement = update(exam_sessions).where(exam_sessions.c.exam_session_id == exam_session_id)
    await connection.execute(statement.values(legal_hold=held))
