"""Who may write what at the same time (ADR 27). SQLite lets one transaction write at a time, so nothing is needed.

On PostgreSQL these are advisory locks, kept until the transaction ends. Names are sorted before they are taken, so two
transactions that need the same ones never wait for each other.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

WRITER: Final = "writer"
"""Taken by every transaction that writes: alone, or shared by those that say they can stand others beside them."""

LEADER: Final = "leader"
"""Held by one of several processes, for as long as its connection lasts (`hub.leader`)."""

_TAKE: Final = text("SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(:numbers AS bigint[])) AS number")
_SHARE: Final = text("SELECT pg_advisory_xact_lock_shared(number) FROM unnest(CAST(:numbers AS bigint[])) AS number")


async def lock(connection: AsyncConnection, names: Iterable[str], *, shared: bool = False) -> None:
    """Waits until nobody else holds any of them. What is read afterwards stays as it is, as long as all who write it
    take the same lock. `shared` ones only wait for those that are not."""
    if connection.dialect.name == "postgresql":
        numbers = sorted({number(name) for name in names})
        if numbers:
            await connection.execute(_SHARE if shared else _TAKE, {"numbers": numbers})


async def try_to_keep(connection: AsyncConnection, name: str) -> bool:
    """Whether this connection holds it from now on, until it ends. PostgreSQL only."""
    taken = await connection.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": number(name)})
    return bool(taken.scalar_one())


def number(name: str) -> int:
    """As PostgreSQL takes it: 64 bits with a sign. In Python, so that names are sorted as their numbers are."""
    return int.from_bytes(hashlib.sha256(f"invigil {name}".encode()).digest()[:8], "big", signed=True)
