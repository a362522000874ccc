"""What the hub countersigned of each chain. Rows are added and never changed."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.upsert import insert
from hub.tables import countersignatures, events


class Head(NamedTuple):
    seq: int
    sha256: str


async def head(connection: AsyncConnection, chain_id: UUID, at_most: int | None = None) -> Head | None:
    """The last event of a chain that is stored, or the last of those up to `at_most`."""
    statement = select(events.c.seq, events.c.payload_sha256).where(events.c.chain_id == chain_id)
    if at_most is not None:
        statement = statement.where(events.c.seq <= at_most)
    row = (await connection.execute(statement.order_by(events.c.seq.desc()).limit(1))).one_or_none()
    return Head(row.seq, row.payload_sha256) if row else None


async def add(connection: AsyncConnection, values: dict[str, Any]) -> None:
    """The first word over a head stands: it says since when the hub had it."""
    await connection.execute(insert(connection, countersignatures).on_conflict_do_nothing(), values)


async def signed_heads(connection: AsyncConnection, chain_ids: Iterable[UUID], reason: str) -> dict[UUID, int]:
    """The highest number of each chain that was countersigned for this reason."""
    found = await connection.execute(
        select(countersignatures.c.chain_id, func.max(countersignatures.c.head_seq))
        .where(countersignatures.c.chain_id.in_(list(chain_ids)), countersignatures.c.reason == reason)
        .group_by(countersignatures.c.chain_id)
    )
    return {row[0]: row[1] for row in found}


async def since(connection: AsyncConnection, chain_id: UUID, first: int, last: int | None) -> Sequence[Row[Any]]:
    """Over heads from `first` on, up to `last` where that is given."""
    statement = select(countersignatures).where(
        countersignatures.c.chain_id == chain_id, countersignatures.c.head_seq >= first
    )
    if last is not None:
        statement = statement.where(countersignatures.c.head_seq <= last)
    statement = statement.order_by(countersignatures.c.head_seq, countersignatures.c.signed_at)
    return (await connection.execute(statement)).all()
