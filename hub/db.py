"""The database connection: SQLite in WAL mode with one writer, any number of readers, and the migrations.

`synchronous=FULL` because an acknowledgement promises that a power cut changes nothing.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from hub.errors import StoreError

BUSY_TIMEOUT_MS: Final = 5000
READERS: Final = 4
_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_FULL: Final = ("disk is full", "disk I/O error")


class Database:
    """`writing()` is one transaction, committed when the block ends well; `reading()` sees one consistent state.

    One connection writes, so that writers of this process queue up in order instead of meeting in `database is
    locked`; other processes (the command line) are waited for up to `BUSY_TIMEOUT_MS`. Raises `StoreError`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        url = f"sqlite+aiosqlite:///{path}"
        self._writer = create_async_engine(url, pool_size=1, max_overflow=0)
        self._readers = create_async_engine(url, pool_size=READERS, max_overflow=0)
        _prepare(self._writer, "BEGIN IMMEDIATE")
        _prepare(self._readers, "BEGIN")

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        with _ours():
            async with self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        with _ours():
            async with self._readers.connect() as connection:
                yield connection

    async def migrate(self) -> None:
        """Bring the schema up to date; several processes may do so at once."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        async with self.writing() as connection:
            await connection.run_sync(migrate_to, "head")

    async def ping(self) -> None:
        async with self.reading() as connection:
            await connection.execute(text("SELECT 1"))

    def size_bytes(self) -> int:
        """Database with its write-ahead log."""
        found = (self.path, self.path.with_name(self.path.name + "-wal"))
        return sum(path.stat().st_size for path in found if path.exists())

    async def close(self) -> None:
        await self._readers.dispose()
        await self._writer.dispose()


def migrate_to(connection: Connection, revision: str) -> None:
    """Up to `head` or down to `base`, in the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    if revision == "base":
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


class _ours:  # noqa: N801 (used like a function)
    """Turns what SQLAlchemy raises inside the block into `StoreError`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: Any, error: BaseException | None, _traceback: Any) -> None:
        if isinstance(error, SQLAlchemyError | OSError):
            cause = str(getattr(error, "orig", None) or error)
            full = any(sign in cause for sign in _FULL)
            hint = "make room on the disk that holds the data directory" if full else "the hub tries again"
            raise StoreError(f"database: {cause}", hint=hint) from error


def _prepare(engine: AsyncEngine, begin: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN comes late and deferred; ours is emitted below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
