"""Reading the audit log: pages for people, and every entry in its order for who proves it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.db import Database
from hub.tables import audit_log, deletions

ROWS_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page is narrowed to; None means any."""

    username: str | None = None
    action: str | None = None
    object_kind: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def page(connection: AsyncConnection, wanted: Wanted, before: int | None, limit: int) -> list[Row[Any]]:
    """Newest first."""
    of = audit_log.c
    statement = select(audit_log).order_by(of.number.desc()).limit(limit)
    for column, value in (
        (of.username, wanted.username),
        (of.action, wanted.action),
        (of.object_kind, wanted.object_kind),
        (of.object_id, wanted.object_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.since is not None:
        statement = statement.where(of.at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(of.at < wanted.until)
    if before is not None:
        statement = statement.where(of.number < before)
    return list((await connection.execute(statement)).all())


async def newest_cut(connection: AsyncConnection) -> Row[Any] | None:
    """The proof of what retention deleted from the beginning, where it did."""
    cut = select(deletions).where(deletions.c.what == "audit").order_by(deletions.c.last_seq.desc()).limit(1)
    return (await connection.execute(cut)).one_or_none()


async def everything(database: Database, after: int = 0) -> AsyncIterator[Row[Any]]:
    """Oldest first, read in pages, so that a long walk holds no transaction open."""
    while True:
        async with database.reading() as connection:
            statement = select(audit_log).where(audit_log.c.number > after).order_by(audit_log.c.number)
            rows = (await connection.execute(statement.limit(ROWS_AT_ONCE))).all()
        for row in rows:
            yield row
        if len(rows) < ROWS_AT_ONCE:
            return
        after = rows[-1].number
