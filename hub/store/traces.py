"""Traces: some seconds of an exam session each, in the event that told them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.upsert import insert_new
from hub.tables import events, traces

LIMIT: Final = 6000
"""In one answer: sixteen hours at ten seconds each."""
LONGEST: Final = timedelta(hours=4)
"""So that older ones need not be read: the longest that a booth's message may be."""


async def add(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    await connection.execute(insert_new(connection, traces), rows)


def of_exam_session(exam_session_id: UUID) -> ColumnElement[bool]:
    return traces.c.exam_session_id == exam_session_id


def of_booth(booth_id: str) -> ColumnElement[bool]:
    return traces.c.booth_id == booth_id


async def extent(connection: AsyncConnection, which: ColumnElement[bool]) -> tuple[datetime, datetime] | None:
    """From the first to the newest; None without any. By the end of what began last."""
    statement = select(traces.c.started_at, traces.c.ended_at).where(which)
    first = (await connection.execute(statement.order_by(traces.c.started_at).limit(1))).first()
    last = (await connection.execute(statement.order_by(traces.c.started_at.desc()).limit(1))).first()
    return (first.started_at, last.ended_at) if first and last else None


async def between(
    connection: AsyncConnection, which: ColumnElement[bool], first: datetime, last: datetime
) -> list[bytes]:
    """The bytes of the events of those that reach into the interval, oldest first, at most `LIMIT`."""
    statement = (
        select(events.c.payload)
        .join(traces, and_(traces.c.chain_id == events.c.chain_id, traces.c.seq == events.c.seq))
        .where(
            which,
            traces.c.started_at > first - LONGEST,
            traces.c.started_at < last,
            traces.c.ended_at > first,
        )
        .order_by(traces.c.started_at, traces.c.seq)
        .limit(LIMIT)
    )
    return list((await connection.execute(statement)).scalars())
