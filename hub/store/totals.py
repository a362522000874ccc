"""What the whole database holds, in a few numbers."""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import chain_gaps, chains, rejected_messages


class Totals(NamedTuple):
    events_committed: int
    chain_gaps: int
    rejected_messages: int


async def count(connection: AsyncConnection) -> Totals:
    """Events are summed over chains: counting their rows would read all of them."""
    row = (
        await connection.execute(
            select(
                select(func.coalesce(func.sum(chains.c.events), 0)).scalar_subquery(),
                select(func.count()).select_from(chain_gaps).scalar_subquery(),
                select(func.count()).select_from(rejected_messages).scalar_subquery(),
            )
        )
    ).one()
    return Totals(int(row[0]), int(row[1]), int(row[2]))
