"""Monitoring gaps: when nobody looked."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.among import among
from hub.store.upsert import insert
from hub.tables import booths, monitoring_gaps
from hub.views import GapView


async def newest(connection: AsyncConnection, booth_ids: Sequence[str] | None, limit: int) -> list[GapView]:
    """Of these booths, or of all."""
    statement = _statement().order_by(monitoring_gaps.c.started_at.desc(), monitoring_gaps.c.gap_id.desc())
    if booth_ids is not None:
        statement = statement.where(monitoring_gaps.c.booth_id.in_(booth_ids))
    return [GapView(**row._mapping) for row in await connection.execute(statement.limit(limit))]


async def views(connection: AsyncConnection, gap_ids: Iterable[UUID]) -> list[GapView]:
    statement = _statement().where(monitoring_gaps.c.gap_id.in_(list(gap_ids)))
    return [GapView(**row._mapping) for row in await connection.execute(statement)]


async def owners(connection: AsyncConnection, gap_ids: Iterable[UUID]) -> dict[UUID, str]:
    found = await connection.execute(
        select(monitoring_gaps.c.gap_id, monitoring_gaps.c.booth_id).where(
            among(connection, monitoring_gaps.c.gap_id, gap_ids)
        )
    )
    return {row.gap_id: row.booth_id for row in found}


async def upsert(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Writes each row unless a later event of the same chain was written before; never another booth's gap."""
    statement = insert(connection, monitoring_gaps)
    new = statement.excluded
    changed = ("chain_id", "seq", "reason", "detail", "started_at", "ended_at")
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["gap_id"],
            set_={name: new[name] for name in changed},
            where=and_(
                monitoring_gaps.c.booth_id == new.booth_id,
                or_(monitoring_gaps.c.chain_id != new.chain_id, monitoring_gaps.c.seq < new.seq),
            ),
        ),
        rows,
    )


async def open_with_reason(connection: AsyncConnection, reason: str) -> dict[str, Row[Any]]:
    """By booth: gaps that the hub opened for this reason and has not ended. Through each booth's index."""
    statement = select(monitoring_gaps).where(
        monitoring_gaps.c.booth_id.in_(select(booths.c.booth_id)),
        monitoring_gaps.c.ended_at.is_(None),
        monitoring_gaps.c.reason == reason,
    )
    return {row.booth_id: row for row in await connection.execute(statement)}


async def open_by_hub(connection: AsyncConnection, values: dict[str, Any]) -> None:
    await connection.execute(insert(connection, monitoring_gaps).values(values).on_conflict_do_nothing())


async def end_by_hub(connection: AsyncConnection, gap_id: UUID, ended_at: datetime) -> None:
    """The first end stands."""
    await connection.execute(
        update(monitoring_gaps)
        .where(monitoring_gaps.c.gap_id == gap_id, monitoring_gaps.c.ended_at.is_(None))
        .values(ended_at=ended_at)
    )


def _statement() -> Select[Any]:
    gaps = monitoring_gaps.c
    return select(
        gaps.gap_id,
        gaps.booth_id,
        booths.c.name.label("booth_name"),
        gaps.reason,
        gaps.detail,
        gaps.started_at,
        gaps.ended_at,
    ).join(booths, booths.c.booth_id == gaps.booth_id)
