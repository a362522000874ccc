"""What a hub holds, read from its database past everything that writes there: for `tests.support.reckoning`."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.messages import Event
from hub.db import Database
from hub.engines.postgres import PostgresConfig
from hub.store import gaps, recording
from hub.tables import (
    booths,
    chain_gaps,
    chains,
    checkpoints,
    events,
    evidence_refs,
    rejected_messages,
    segments,
    violations,
)
from hub.views import GapView, SegmentView
from tests.support.journal import Key, digest
from tests.support.postgres import database_at

GAPS_AT_MOST = 100_000


@dataclass(frozen=True)
class HeldEvent:
    """One row of `events`; `said_sha256` is comparable with what a journal says."""

    key: Key
    booth: str
    payload: bytes
    payload_sha256: str
    """As the hub says: the payload is hashed again by who compares."""
    prev_sha256: str
    link_ok: bool | None
    body: dict[str, Any]
    said_sha256: str

    @classmethod
    def of(cls, row: Row[Any]) -> "HeldEvent":
        parsed = Event.parse(row.payload)
        raw = json.loads(row.payload)
        return cls(
            key=(row.chain_id, row.seq),
            booth=row.booth_id,
            payload=row.payload,
            payload_sha256=row.payload_sha256,
            prev_sha256=parsed.prev_sha256,
            link_ok=row.link_ok,
            body=raw["body"],
            said_sha256=digest(raw["exam_session"], raw["body"]),
        )


@dataclass(frozen=True)
class Held:
    """Everything of all booths, in one state of the database. What people are shown (gaps, pieces of a recording) is
    read through the functions of the store that show it."""

    events: dict[Key, HeldEvent]
    """In the order of chain and number."""
    chains: dict[UUID, Row[Any]]
    chain_gaps: dict[UUID, set[int]]
    """Numbers that the hub says are missing."""
    checkpoints: list[Row[Any]]
    violations: dict[UUID, Row[Any]]
    evidence_refs: set[tuple[UUID, str]]
    gaps: dict[UUID, GapView]
    segments: dict[str, list[SegmentView]]
    """By booth, as its recording is shown."""
    rejected: list[Row[Any]]

    @classmethod
    def at(cls, at: Path | PostgresConfig) -> "Held":
        """Of a database that a hub may be running on: a data directory, or PostgreSQL."""

        async def read() -> "Held":
            database = Database(database_at(at) if isinstance(at, Path) else at)
            try:
                async with database.reading() as connection:
                    return await cls.read(connection)
            finally:
                await database.close()

        return asyncio.run(read())

    @classmethod
    async def read(cls, connection: AsyncConnection) -> "Held":
        async def rows(*what: Any) -> list[Row[Any]]:
            return list((await connection.execute(select(*what))).all())

        found = [HeldEvent.of(row) for row in await rows(events)]
        passed_over: dict[UUID, set[int]] = {}
        for row in await rows(chain_gaps):
            passed_over.setdefault(row.chain_id, set()).update(range(row.first, row.last + 1))
        return cls(
            events={event.key: event for event in sorted(found, key=lambda event: (str(event.key[0]), event.key[1]))},
            chains={row.chain_id: row for row in await rows(chains)},
            chain_gaps=passed_over,
            checkpoints=await rows(checkpoints),
            violations={row.violation_id: row for row in await rows(violations)},
            evidence_refs={(row.violation_id, row.sha256) for row in await rows(evidence_refs)},
            gaps={gap.gap_id: gap for gap in await gaps.newest(connection, None, GAPS_AT_MOST)},
            segments={row.booth_id: await _segments(connection, row.booth_id) for row in await rows(booths.c.booth_id)},
            rejected=await rows(rejected_messages),
        )


async def _segments(connection: AsyncConnection, booth_id: str) -> list[SegmentView]:
    """All pages of it."""
    times = (
        await connection.execute(
            select(segments.c.started_at, segments.c.ended_at).where(segments.c.booth_id == booth_id)
        )
    ).all()
    if not times:
        return []
    first, last = min(row.started_at for row in times), max(row.ended_at for row in times)
    found: dict[str, SegmentView] = {}
    while True:
        page = await recording.between(connection, booth_id, first, last)
        found |= {piece.sha256: piece for piece in page}
        if len(page) < recording.LIMIT:
            return sorted(found.values(), key=lambda piece: piece.started_at)
        first = page[-1].started_at
