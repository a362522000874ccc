"""The recording of each booth: pieces of video, each named by an event, and whether its file has come."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store import deletions
from hub.store.upsert import insert
from hub.tables import dropped_evidence, evidence_files, segments
from hub.views import SegmentView

LIMIT: Final = 2000
"""Pieces in one answer: sixteen hours of them at half a minute each."""

LONGEST_PIECE: Final = timedelta(hours=1)
"""So that older ones need not be read: a booth cuts its recording into pieces of minutes."""


async def add(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    await connection.execute(insert(connection, segments).on_conflict_do_nothing(), rows)


async def between(connection: AsyncConnection, booth_id: str, first: datetime, last: datetime) -> list[SegmentView]:
    """Pieces that reach into the interval, oldest first, at most `LIMIT`."""
    dropped = and_(dropped_evidence.c.booth_id == segments.c.booth_id, dropped_evidence.c.sha256 == segments.c.sha256)
    statement = (
        select(
            segments.c.sha256,
            segments.c.media_type,
            segments.c.size_bytes,
            segments.c.started_at,
            segments.c.ended_at,
            segments.c.has_sound,
            evidence_files.c.sha256.is_not(None).label("available"),
            dropped_evidence.c.reason.label("dropped"),
        )
        .outerjoin(evidence_files, evidence_files.c.sha256 == segments.c.sha256)
        .outerjoin(dropped_evidence, dropped)
        .where(
            segments.c.booth_id == booth_id,
            segments.c.started_at.between(first - LONGEST_PIECE, last),
            segments.c.started_at < last,
            segments.c.ended_at > first,
        )
        .order_by(segments.c.started_at, segments.c.seq)
        .limit(LIMIT)
    )
    rows = (await connection.execute(statement)).all()
    absent = [row.sha256 for row in rows if not row.available]
    deleted = await deletions.of_files(connection, absent) if absent else {}
    return [
        SegmentView(**row._mapping, deleted_at=deleted[row.sha256].deleted_at if row.sha256 in deleted else None)
        for row in rows
    ]


async def newest_end(connection: AsyncConnection, booth_id: str) -> datetime | None:
    """When the booth's newest piece ends; None while nothing was recorded."""
    newest: datetime | None = (
        await connection.execute(
            select(segments.c.ended_at)
            .where(segments.c.booth_id == booth_id)
            .order_by(segments.c.started_at.desc())
            .limit(1)
        )
    ).scalar_one_or_none()
    return newest
