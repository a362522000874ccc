"""The database: transactions that write or read, on SQLite (the default) or PostgreSQL, and the migrations."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.engines import postgres, sqlite
from hub.engines.postgres import PostgresConfig
from hub.errors import StoreError
from hub.store.locks import WRITER, lock

CANCEL_S: Final = 5.0
"""On top, for what hangs before there is a connection: that can be cancelled."""
_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_FULL: Final = ("disk is full", "disk I/O error")
_OF_THE_ROW: Final = ("22", "23", "42", "0A")
"""SQLSTATE classes of what no later attempt changes: data, constraints, statements, features."""


class Database:
    """`writing()` is one transaction, committed when the block ends well; `reading()` sees one consistent state.

    One transaction writes at a time, over all processes: code between two statements need not think of others. Where
    that is too slow, those who say `writing(beside=True)` write beside each other, and lock what they decide by
    (`hub.store.locks`); on SQLite there is no beside. Other processes are waited for up to `BUSY_TIMEOUT_MS` (SQLite)
    or `lock_timeout` (PostgreSQL). Raises `StoreError`.
    """

    def __init__(self, at: Path | PostgresConfig) -> None:
        self.at = at
        self._engines = sqlite.connect(at) if isinstance(at, Path) else postgres.connect(at)
        # Those who wait for their turn hold no connection.
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def writing(self, *, beside: bool = False, within_s: float | None = None) -> AsyncIterator[AsyncConnection]:
        """`within_s`, of those beside each other: a database that takes longer is away (`StoreError`), as when its
        machine is gone without a word. What it may have committed all the same is not known then."""
        if beside:
            with _ours():
                async with (
                    asyncio.timeout(None if within_s is None else within_s + CANCEL_S),
                    _cut_after(within_s, self._engines.writer.begin()) as connection,
                ):
                    await lock(connection, [WRITER], shared=True)
                    yield connection
            return
        async with self._turn:
            with _ours():
                async with self._engines.writer.begin() as connection:
                    await lock(connection, [WRITER])
                    yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        with _ours():
            async with self._engines.readers.connect() as connection:
                yield connection

    async def migrate(self) -> None:
        """Bring the schema up to date; several processes may do so at once."""
        if isinstance(self.at, Path):
            sqlite.create(self.at)
        async with self.writing() as connection:
            if isinstance(self.at, PostgresConfig):
                await _prepare_to_migrate(connection)
            try:
                await connection.run_sync(upgrade_to, "head")
            except CommandError as error:
                raise StoreError(
                    f"the database is not one that this version of the hub knows: {error}",
                    hint="install the version that it was last used with, or a newer one; or restore a backup",
                    lasting=True,
                ) from error

    @asynccontextmanager
    async def apart(self) -> AsyncIterator[AsyncConnection]:
        """A connection of its own, without transactions: for a lock that is kept. PostgreSQL only."""
        assert isinstance(self.at, PostgresConfig)  # noqa: S101 (SQLite has no such locks)
        engine = postgres.connect_apart(self.at)
        try:
            with _ours():
                async with engine.connect() as connection:
                    yield connection
        finally:
            await engine.dispose()

    async def ping(self) -> None:
        async with self.reading() as connection:
            await connection.execute(text("SELECT 1"))

    async def size_bytes(self) -> int:
        """With the write-ahead log on SQLite, without it on PostgreSQL, where it belongs to the whole server."""
        if isinstance(self.at, Path):
            return sqlite.size_bytes(self.at)
        async with self.reading() as connection:
            return int((await connection.execute(text("SELECT pg_database_size(current_database())"))).scalar_one())

    async def close(self) -> None:
        await self._engines.dispose()


@asynccontextmanager
async def _cut_after(
    within_s: float | None, transaction: AbstractAsyncContextManager[AsyncConnection]
) -> AsyncIterator[AsyncConnection]:
    """Who is cancelled in a statement waits for the server to hear of it, which one that hangs never does: its
    connection is closed without a word instead."""
    loop = asyncio.get_running_loop()
    deadline = None if within_s is None else loop.time() + within_s
    async with transaction as connection:
        if deadline is None or connection.dialect.name != "postgresql":
            yield connection
            return
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None  # noqa: S101 (it was just connected)
        cutting = loop.call_at(deadline, driver.terminate)
        try:
            yield connection
        finally:
            cutting.cancel()


def upgrade_to(connection: Connection, revision: str) -> None:
    """Up to a revision or to `head`, in the caller's transaction."""
    command.upgrade(_alembic(connection), revision)


def downgrade_to(connection: Connection, revision: str) -> None:
    """Down to a revision or to `base`; what only the later ones had is gone."""
    command.downgrade(_alembic(connection), revision)


def revisions() -> list[str]:
    """From the first to the last."""
    scripts = ScriptDirectory.from_config(_alembic(None))
    return [script.revision for script in scripts.walk_revisions()][::-1]


def _alembic(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def _prepare_to_migrate(connection: AsyncConnection) -> None:
    """A migration may wait for those who still write, and rebuild a large table."""
    version = int((await connection.execute(text("SHOW server_version_num"))).scalar_one())
    if version < postgres.OLDEST_SERVER:
        raise StoreError(f"PostgreSQL {version // 10000} is too old", hint="the hub needs 15 or newer", lasting=True)
    await connection.execute(text("SET LOCAL lock_timeout = '10min'"))


class _ours:  # noqa: N801 (used like a function)
    """Turns what SQLAlchemy and the drivers raise inside the block into `StoreError`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: Any, error: BaseException | None, _traceback: Any) -> None:
        if error is None:
            return
        if isinstance(error, SQLAlchemyError | OSError) or type(error).__module__.startswith("asyncpg"):
            orig: BaseException = getattr(error, "orig", None) or error
            sqlstate = str(getattr(orig, "sqlstate", None) or "")
            cause = str(getattr(orig, "__cause__", None) or orig)
            lasting = _is_lasting(error, orig, sqlstate)
            raise StoreError(f"database: {cause}", hint=_hint(cause, sqlstate, lasting), lasting=lasting) from error


def _is_lasting(error: BaseException, orig: BaseException, sqlstate: str) -> bool:
    """Whether the same would fail again: the data is not acceptable, whatever the database does."""
    if sqlstate:
        return sqlstate[:2] in _OF_THE_ROW and sqlstate != "42501"
    if type(orig).__module__.startswith("sqlalchemy") and isinstance(orig.__cause__, ValueError):
        return True  # asyncpg could not encode a value
    passing = (OperationalError, OSError, PoolTimeoutError)
    return not isinstance(error, passing) and not type(orig.__cause__ or orig).__module__.startswith("asyncpg")


def _hint(cause: str, sqlstate: str, lasting: bool) -> str:
    if lasting:
        return "this cannot be stored as it is; correct it and try again"
    if any(sign in cause for sign in _FULL):
        return "make room on the disk that holds the data directory"
    return postgres.hint_for(sqlstate) or "the database cannot be reached or is busy; the hub tries again"
