"""What a bundle is cut from: stretches of chains, and what is known to be missing from them."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final, get_args
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.sitting import SittingStep
from hub.db import Database
from hub.store.events import Range
from hub.tables import chain_gaps, chains, checkpoints, events, exam_session_steps, rejected_messages

ROWS_AT_ONCE: Final = 500
_TOLD: Final[tuple[str, ...]] = get_args(SittingStep)


async def stretches(
    connection: AsyncConnection, booth_id: str, first: datetime | None, last: datetime | None
) -> list[tuple[UUID, int, int]]:
    """Chains with an event in the interval, by the booth's clock, oldest first: lowest and highest number of those."""
    statement = (
        select(events.c.chain_id, func.min(events.c.seq), func.max(events.c.seq))
        .join(chains, chains.c.chain_id == events.c.chain_id)
        .where(events.c.booth_id == booth_id)
        .group_by(events.c.chain_id)
        .order_by(func.min(chains.c.first_received_at), events.c.chain_id)
    )
    if first is not None:
        statement = statement.where(events.c.wall_time >= first)
    if last is not None:
        statement = statement.where(events.c.wall_time <= last)
    return [(row[0], row[1], row[2]) for row in await connection.execute(statement)]


async def extents(connection: AsyncConnection, exam_session_id: UUID) -> dict[str, tuple[datetime, datetime]]:
    """On which booths an exam session has events, and from when to when, by each booth's own clock: also what a booth
    told of the check-in, which comes before its events name the exam session."""
    event, step = events.c, exam_session_steps.c
    seen = (
        select(event.booth_id, func.min(event.wall_time), func.max(event.wall_time))
        .where(event.exam_session_id == exam_session_id)
        .group_by(event.booth_id)
    )
    told = (
        select(step.booth_id, func.min(step.at), func.max(step.at))
        .where(step.exam_session_id == exam_session_id, step.username.is_(None), step.action.in_(_TOLD))
        .group_by(step.booth_id)
    )
    found: dict[str, tuple[datetime, datetime]] = {}
    for statement in (seen, told):
        for booth_id, first, last in await connection.execute(statement):
            known = found.get(booth_id, (first, last))
            found[booth_id] = min(known[0], first), max(known[1], last)
    return found


async def before(connection: AsyncConnection, chain_id: UUID, seq: int) -> int:
    """The event before, where there is one: it shows that nothing lies between."""
    statement = select(func.max(events.c.seq)).where(events.c.chain_id == chain_id, events.c.seq < seq)
    return (await connection.execute(statement)).scalar_one() or seq


async def closing(connection: AsyncConnection, chain_id: UUID, seq: int) -> int:
    """The first event with which the device signs for this number; without one, the last that is here."""
    statement = select(func.min(checkpoints.c.seq)).where(
        checkpoints.c.chain_id == chain_id, checkpoints.c.head_seq >= seq, checkpoints.c.signature_ok
    )
    found = (await connection.execute(statement)).scalar_one()
    if found is None:
        found = (
            await connection.execute(select(func.max(events.c.seq)).where(events.c.chain_id == chain_id))
        ).scalar_one()
    return int(found)


async def highest_seq(connection: AsyncConnection, chain_id: UUID) -> int:
    found: int = (await connection.execute(select(chains.c.max_seq).where(chains.c.chain_id == chain_id))).scalar_one()
    return found


async def known_gaps(connection: AsyncConnection, chain_id: UUID) -> list[tuple[Range, str]]:
    """Numbers that never came, and those that the hub refused."""
    gaps = await connection.execute(select(chain_gaps).where(chain_gaps.c.chain_id == chain_id))
    found = [((row.first, row.last), "the booth has not sent them") for row in gaps]
    refused = await connection.execute(
        select(rejected_messages.c.seq, rejected_messages.c.reason).where(
            rejected_messages.c.chain_id == chain_id, rejected_messages.c.seq.is_not(None)
        )
    )
    return found + [((row.seq, row.seq), f"refused by the hub: {row.reason}") for row in refused]


async def lines(database: Database, chain_id: UUID, first: int, last: int) -> AsyncIterator[Any]:
    """Events in their order, read in pages, so that a slow reader holds no transaction open."""
    after = first - 1
    while True:
        async with database.reading() as connection:
            rows: Sequence[Any] = (
                await connection.execute(
                    select(
                        events.c.seq,
                        events.c.payload,
                        events.c.wall_time,
                        events.c.received_at,
                        events.c.clock_offset_ms,
                    )
                    .where(events.c.chain_id == chain_id, events.c.seq > after, events.c.seq <= last)
                    .order_by(events.c.seq)
                    .limit(ROWS_AT_ONCE)
                )
            ).all()
        for row in rows:
            yield row
        if len(rows) < ROWS_AT_ONCE:
            return
        after = rows[-1].seq
