"""Rows by the million into a database that no hub uses yet: without its secondary indexes, which come afterwards."""

import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

import asyncpg
from sqlalchemy import Index, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, DropIndex

from hub.db import Database
from hub.engines.postgres import PostgresConfig
from hub.tables import metadata

Rows = Iterable[Sequence[Any]]
_TIMES: Final = ("opened_at", "received_at", "scheduled_start", "scheduled_end", "started_at", "created_at")
_POSTGRESQL: Final = postgresql.dialect()  # type: ignore[no-untyped-call]
CACHE_KB: Final = 1_500_000
"""Of SQLite while it is filled: keys come in no order."""


class Loader(Protocol):
    async def copy(self, table: Table, columns: Sequence[str], rows: Rows) -> None: ...

    async def repeat(self, copies: int, lasts: timedelta, before: timedelta) -> None:
        """Exam sessions and violations once more, so many times, each `lasts` earlier; what is older than `before`
        is left out. Copies are told from each other by the sixteen bits above the last 64 of the exam session's id;
        all are over and decided upon."""
        ...


@asynccontextmanager
async def loading(at: Path | PostgresConfig) -> AsyncIterator[Loader]:
    """An empty database with all tables; at the end every index is there and the planner knows its numbers."""
    database = Database(at)
    try:
        await database.migrate()
    finally:
        await database.close()
    if isinstance(at, Path):
        with closing(sqlite3.connect(at)) as connection:
            yield _into_sqlite(connection)
            _finish_sqlite(connection)
        return
    apart = await asyncpg.connect(at.url)
    try:
        await apart.execute("SET session_replication_role = replica")  # foreign keys are right as they come
        await apart.execute("SET maintenance_work_mem = '512MB'")
        for index in _indexes():
            await apart.execute(str(DropIndex(index).compile(dialect=_POSTGRESQL)))
        yield _PostgresLoader(apart)
        for index in _indexes():
            await apart.execute(str(CreateIndex(index).compile(dialect=_POSTGRESQL)))
        await apart.execute("VACUUM ANALYZE")
    finally:
        await apart.close()


def _indexes() -> list[Index]:
    """Of all tables but those that make a key unique."""
    tables = sorted(metadata.tables.values(), key=lambda table: table.name)
    named = (sorted(table.indexes, key=lambda index: str(index.name)) for table in tables)
    return [index for some in named for index in some if not index.unique]


class _PostgresLoader:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def copy(self, table: Table, columns: Sequence[str], rows: Rows) -> None:
        await self._connection.copy_records_to_table(table.name, records=rows, columns=columns)

    async def repeat(self, copies: int, lasts: timedelta, before: timedelta) -> None:
        shifted = {
            name: f"{name} - copy * interval '{lasts.total_seconds()} seconds'" for name in (*_TIMES, "ended_at")
        }
        key = "overlay(exam_session_id::text placing lpad(to_hex(copy), 4, '0') from 15 for 4)::uuid"
        violation_id = "gen_random_uuid()"
        since = f"now() - interval '{before.days} days'"
        series = f"generate_series(1, {copies}) AS copy"
        for statement in _repeated(shifted, key, violation_id, since, series):
            await self._connection.execute(statement)


class _SqliteLoader:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def copy(self, table: Table, columns: Sequence[str], rows: Rows) -> None:
        places = ", ".join("?" * len(columns))
        named = ", ".join(f'"{column}"' for column in columns)
        self._connection.executemany(
            f"INSERT INTO {table.name} ({named}) VALUES ({places})",  # noqa: S608 (names of our own tables)
            (tuple(map(_plain, row)) for row in rows),
        )

    async def repeat(self, copies: int, lasts: timedelta, before: timedelta) -> None:
        step = f"'-' || (copy * {lasts.total_seconds()}) || ' seconds'"
        shifted = {name: f"strftime('%Y-%m-%d %H:%M:%f', {name}, {step}) || '000'" for name in (*_TIMES, "ended_at")}
        key = "substr(exam_session_id, 1, 12) || printf('%04x', copy) || substr(exam_session_id, 17)"
        since = f"datetime('now', '-{before.days} days')"
        numbers = f"WITH RECURSIVE n(copy) AS (SELECT 1 UNION ALL SELECT copy + 1 FROM n WHERE copy < {copies})"  # noqa: S608
        series = f"({numbers} SELECT copy FROM n) AS copies"  # noqa: S608
        if copies:
            for statement in _repeated(shifted, key, "lower(hex(randomblob(16)))", since, series):
                self._connection.execute(statement)


def _into_sqlite(connection: sqlite3.Connection) -> _SqliteLoader:
    connection.isolation_level = None
    for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KB}", "temp_store=FILE"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    for index in _indexes():
        connection.execute(str(DropIndex(index).compile(dialect=sqlite.dialect())))
    return _SqliteLoader(connection)


def _finish_sqlite(connection: sqlite3.Connection) -> None:
    for index in _indexes():
        connection.execute(str(CreateIndex(index).compile(dialect=sqlite.dialect())))
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")


def _repeated(shifted: Mapping[str, str], key: str, violation_id: str, since: str, series: str) -> list[str]:
    """Statements that copy rows, for one kind of database."""
    ended = f"coalesce({shifted['ended_at']}, {shifted['opened_at']})"
    decided = "CASE review WHEN 'confirmed' THEN review ELSE 'dismissed' END"
    own = {
        "exam_sessions": {"exam_session_id": key, "state": "'completed'", "ended_at": shifted["scheduled_end"]},
        "violations": {
            "violation_id": violation_id,
            "exam_session_id": key,
            "ended_at": ended,
            "review": decided,
            "reviewed_rank": "severity_rank",
        },
    }
    since_when = {"exam_sessions": "scheduled_start", "violations": "opened_at"}
    found = []
    for name, values in own.items():
        columns = [column.name for column in metadata.tables[name].columns]
        taken = ", ".join(values.get(column) or shifted.get(column) or column for column in columns)
        found.append(
            f"INSERT INTO {name} ({', '.join(columns)}) SELECT {taken} FROM {name}, {series} "  # noqa: S608 (our own)
            f"WHERE {since_when[name]} > {since}"
        )
    return found


def _plain(value: Any) -> Any:
    """As SQLAlchemy's types keep it in SQLite."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value
