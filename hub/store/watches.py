"""Watches: who watched whom, from when to when, and why it ended. Rows are never removed here."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import UtcDateTime, booths, watches
from hub.views import Me, WatchEnd, WatchKind, WatchView


class End(NamedTuple):
    at: datetime
    why: WatchEnd
    answered_at: datetime | None


async def begin(
    connection: AsyncConnection, watch_id: UUID, me: Me, booth_id: str, kind: WatchKind, now: datetime
) -> None:
    await connection.execute(
        insert(watches).values(
            watch_id=watch_id,
            username=me.username,
            display_name=me.display_name,
            booth_id=booth_id,
            kind=kind,
            started_at=now,
            last_beat_at=now,
        )
    )


async def answered(connection: AsyncConnection, watch_id: UUID, now: datetime) -> None:
    """The first answer counts."""
    await connection.execute(
        update(watches).where(watches.c.watch_id == watch_id, watches.c.answered_at.is_(None)).values(answered_at=now)
    )


async def beat(connection: AsyncConnection, watch_ids: Iterable[UUID], now: datetime) -> None:
    await connection.execute(update(watches).where(watches.c.watch_id.in_(list(watch_ids))).values(last_beat_at=now))


async def end(connection: AsyncConnection, watch_id: UUID, end: End) -> None:
    await connection.execute(
        update(watches)
        .where(watches.c.watch_id == watch_id, watches.c.ended_at.is_(None))
        .values(
            ended_at=end.at,
            ended_why=end.why,
            answered_at=func.coalesce(watches.c.answered_at, literal(end.answered_at, UtcDateTime)),
        )
    )


async def end_left_over(connection: AsyncConnection, before: datetime) -> int:
    """Ends what a killed hub left open, at the last time it is known to have lasted, where that was until `before`;
    returns how many."""
    ended = await connection.execute(
        update(watches)
        .where(watches.c.ended_at.is_(None), watches.c.last_beat_at <= before)
        .values(ended_at=watches.c.last_beat_at, ended_why="hub_stopped")
    )
    return ended.rowcount


async def newest(
    connection: AsyncConnection,
    booth_id: str | None,
    username: str | None,
    limit: int,
    scope: Sequence[str] | None = None,
) -> list[WatchView]:
    """Of one booth, of one person, or all, within a scope of booths, newest first."""
    found = watches.c
    statement = _views().order_by(found.started_at.desc(), found.watch_id.desc()).limit(limit)
    if booth_id is not None:
        statement = statement.where(found.booth_id == booth_id)
    if username is not None:
        statement = statement.where(found.username == username)
    if scope is not None:
        statement = statement.where(found.booth_id.in_(scope))
    return [WatchView(**row._mapping) for row in await connection.execute(statement)]


async def between(
    connection: AsyncConnection, booth_id: str, first: datetime, last: datetime, username: str | None, limit: int
) -> list[WatchView]:
    """Those of a booth that reach into a time, of one person or of all, newest first."""
    found = watches.c
    statement = (
        _views()
        .where(
            found.booth_id == booth_id,
            found.started_at < last,
            or_(found.ended_at.is_(None), found.ended_at > first),
        )
        .order_by(found.started_at.desc(), found.watch_id.desc())
        .limit(limit)
    )
    if username is not None:
        statement = statement.where(found.username == username)
    return [WatchView(**row._mapping) for row in await connection.execute(statement)]


def _views() -> Select[Any]:
    found = watches.c
    return select(
        found.watch_id,
        found.username,
        found.display_name,
        found.booth_id,
        func.coalesce(booths.c.name, found.booth_id).label("booth_name"),
        found.kind,
        found.started_at,
        found.answered_at,
        found.ended_at,
        found.ended_why,
    ).join_from(watches, booths, booths.c.booth_id == found.booth_id, isouter=True)
