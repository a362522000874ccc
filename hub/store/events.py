"""Chains of events: what is stored of each, what is missing, and what was kept aside."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Insert, Row, and_, bindparam, delete, or_, select, text, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.chain import sha256_hex
from hub.intake.message import KEPT_PAYLOAD_BYTES, Message
from hub.store.among import among
from hub.store.upsert import insert_new, insert_on
from hub.tables import chain_gaps, chains, checkpoints, events, rejected_messages

CHAINS_AT_ONCE: Final = 50
KEEP_REJECTED: Final = 10_000
"""Rows kept aside, the newest; with at most `KEPT_PAYLOAD_BYTES` each they cannot fill a disk."""

Key = tuple[UUID, int]
Range = tuple[int, int]


class Link(NamedTuple):
    """What ties a stored event into its chain."""

    payload_sha256: str
    prev_sha256: str
    link_ok: bool | None


_LINKS: Final = text(
    "SELECT found.* FROM unnest(CAST(:chains AS uuid[]), CAST(:numbers AS bigint[])) AS wanted (chain_id, seq),"
    # Each by the primary key, however small or large the planner takes the table to be.
    " LATERAL (SELECT chain_id, seq, payload_sha256, prev_sha256, link_ok FROM events"
    " WHERE events.chain_id = wanted.chain_id AND events.seq = wanted.seq LIMIT 1) AS found"
)


async def find_chains(connection: AsyncConnection, chain_ids: Iterable[UUID]) -> dict[UUID, Row[Any]]:
    found = await connection.execute(select(chains).where(among(connection, chains.c.chain_id, chain_ids)))
    return {row.chain_id: row for row in found}


async def chains_of(connection: AsyncConnection, booth_id: str) -> list[UUID]:
    """All chains of a booth, the oldest first."""
    statement = select(chains.c.chain_id).where(chains.c.booth_id == booth_id)
    found = await connection.execute(statement.order_by(chains.c.first_received_at, chains.c.chain_id))
    return list(found.scalars())


async def find_gaps(connection: AsyncConnection, chain_ids: Iterable[UUID]) -> dict[UUID, list[Range]]:
    found = await connection.execute(select(chain_gaps).where(among(connection, chain_gaps.c.chain_id, chain_ids)))
    missing: dict[UUID, list[Range]] = {}
    for row in found:
        missing.setdefault(row.chain_id, []).append((row.first, row.last))
    return missing


async def find_links(connection: AsyncConnection, keys: Iterable[Key]) -> dict[Key, Link]:
    """Hashes of those events that are stored."""
    if connection.dialect.name == "postgresql":
        pairs = list(keys)
        named = {"chains": [chain_id for chain_id, _ in pairs], "numbers": [seq for _, seq in pairs]}
        return {(row[0], row[1]): Link(*row[2:]) for row in await connection.execute(_LINKS, named)}
    # Chain by chain: for a list of pairs SQLite would read the whole table.
    numbers: dict[UUID, set[int]] = {}
    for chain_id, seq in keys:
        numbers.setdefault(chain_id, set()).add(seq)
    wanted = list(numbers.items())
    links: dict[Key, Link] = {}
    for start in range(0, len(wanted), CHAINS_AT_ONCE):
        some = wanted[start : start + CHAINS_AT_ONCE]
        found = await connection.execute(
            select(
                events.c.chain_id, events.c.seq, events.c.payload_sha256, events.c.prev_sha256, events.c.link_ok
            ).where(or_(*(and_(events.c.chain_id == chain_id, events.c.seq.in_(seqs)) for chain_id, seqs in some)))
        )
        links |= {(row.chain_id, row.seq): Link(row.payload_sha256, row.prev_sha256, row.link_ok) for row in found}
    return links


async def write_chains(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """New chains, and how far known ones have come; `events` is added to what was counted."""
    await connection.execute(_write_chains(connection.dialect.name), rows)


@cache
def _write_chains(dialect: str) -> Insert:
    statement = insert_on(dialect, chains)
    return statement.on_conflict_do_update(
        index_elements=["chain_id"],
        set_={"max_seq": statement.excluded.max_seq, "events": chains.c.events + statement.excluded.events},
    )


async def write_gaps(
    connection: AsyncConnection, closed: Sequence[dict[str, Any]], opened: Sequence[dict[str, Any]]
) -> None:
    if closed:
        await connection.execute(
            delete(chain_gaps).where(
                chain_gaps.c.chain_id == bindparam("chain"), chain_gaps.c.first == bindparam("start")
            ),
            [{"chain": row["chain_id"], "start": row["first"]} for row in closed],
        )
    if opened:
        await connection.execute(plain_insert(chain_gaps), opened)


async def add(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    await connection.execute(insert_new(connection, events), rows)


async def set_links(connection: AsyncConnection, links: Sequence[tuple[Key, bool]]) -> None:
    """What became known of events whose predecessor came after them."""
    await connection.execute(
        update(events)
        .where(events.c.chain_id == bindparam("chain"), events.c.seq == bindparam("number"))
        .values(link_ok=bindparam("link")),
        [{"chain": key[0], "number": key[1], "link": link} for key, link in links],
    )


async def add_checkpoints(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    await connection.execute(insert_new(connection, checkpoints), rows)


async def keep_aside(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Once each, and the newest `KEEP_REJECTED` only."""
    await connection.execute(insert_new(connection, rejected_messages), rows)
    # Counted, because PostgreSQL gives numbers also to what was there already.
    numbers = select(rejected_messages.c.rejected_id).order_by(rejected_messages.c.rejected_id.desc())
    oldest = numbers.offset(KEEP_REJECTED - 1).limit(1).scalar_subquery()
    await connection.execute(delete(rejected_messages).where(rejected_messages.c.rejected_id < oldest))


def aside(booth_id: str, message: Message, reason: str, key: Key | None) -> dict[str, Any]:
    """The row that keeps a message aside. PostgreSQL's text has no NUL."""
    return {
        "booth_id": booth_id[:60],
        "topic": message.topic[:200],
        "chain_id": key[0] if key else None,
        "seq": key[1] if key else None,
        "reason": reason.replace("\0", "\ufffd")[:300],
        "payload": message.payload[:KEPT_PAYLOAD_BYTES],
        "payload_sha256": sha256_hex(message.payload),
        "size_bytes": message.size_bytes,
        "received_at": message.received_at,
    }
