"""Reading the audit log: pages for people, and every entry in its order for who proves it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.db import Database
from hub.tables import audit_log, deletions

ROWS_AT_ONCE: Final = 1000
SEARCHED: Final = 20_000
"""Entries that one page of a search looks at: words are not indexed, and this many take some tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page is narrowed to; None means any."""

    username: str | None = None
    action: str | None = None
    object_kind: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    """Stands somewhere in who, what, to what, from where or the details; upper and lower case are alike."""


async def page(
    connection: AsyncConnection, wanted: Wanted, before: int | None, limit: int
) -> tuple[list[Row[Any]], int | None]:
    """Newest first; and, where a search for words looked at `SEARCHED` entries and there are more, the oldest of
    them."""
    statement = _narrowed(wanted).order_by(audit_log.c.number.desc())
    if before is not None:
        statement = statement.where(audit_log.c.number < before)
    if wanted.text is None:
        return list((await connection.execute(statement.limit(limit))).all()), None
    looked_at = statement.limit(SEARCHED).subquery()
    found = select(looked_at).where(_says(looked_at.c, wanted.text)).order_by(looked_at.c.number.desc()).limit(limit)
    rows = list((await connection.execute(found)).all())
    last = statement.with_only_columns(audit_log.c.number).offset(SEARCHED - 1).limit(1)
    return rows, (await connection.execute(last)).scalar_one_or_none()


async def matching(database: Database, wanted: Wanted) -> AsyncIterator[list[Row[Any]]]:
    """Oldest first, some at a time; a long walk holds no transaction open."""
    after = 0
    while True:
        statement = _narrowed(wanted).where(audit_log.c.number > after).order_by(audit_log.c.number)
        if wanted.text is not None:
            statement = statement.where(_says(audit_log.c, wanted.text))
        async with database.reading() as connection:
            rows = list((await connection.execute(statement.limit(ROWS_AT_ONCE))).all())
        if rows:
            yield rows
        if len(rows) < ROWS_AT_ONCE:
            return
        after = rows[-1].number


def _narrowed(wanted: Wanted) -> Select[Any]:
    of, statement = audit_log.c, select(audit_log)
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
    return statement


def _says(of: Any, text: str) -> ColumnElement[bool]:
    columns = of.username, of.display_name, of.address, of.action, of.object_id, of.detail
    return or_(*(column.icontains(text, autoescape=True) for column in columns))


async def newest(connection: AsyncConnection) -> int:
    """Its number; 0 for an empty log."""
    last = select(audit_log.c.number).order_by(audit_log.c.number.desc()).limit(1)
    return (await connection.execute(last)).scalar_one_or_none() or 0


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
