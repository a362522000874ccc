"""What the sums of many reports are made of, read at once: steps, and what is decided about each violation."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import exam_session_steps, violations


async def steps(connection: AsyncConnection, exam_session_ids: Collection[UUID]) -> dict[UUID, list[Row[Any]]]:
    """Of each exam session, in the order of time."""
    taken = exam_session_steps.c
    statement = select(taken.exam_session_id, taken.at, taken.action, taken.state, taken.booth_id).where(
        taken.exam_session_id.in_(list(exam_session_ids))
    )
    return _grouped((await connection.execute(statement.order_by(taken.at, taken.step_id))).all())


async def judged(connection: AsyncConnection, exam_session_ids: Collection[UUID]) -> dict[UUID, list[Row[Any]]]:
    raised = violations.c
    statement = select(raised.exam_session_id, raised.kind, raised.review, raised.ended_at, raised.document).where(
        raised.exam_session_id.in_(list(exam_session_ids))
    )
    return _grouped((await connection.execute(statement)).all())


def _grouped(rows: Iterable[Any]) -> dict[UUID, list[Row[Any]]]:
    found: dict[UUID, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.exam_session_id, []).append(row)
    return found
