"""SQLite as the hub's database: one file in WAL mode, one connection that writes, a few that read.

`synchronous=FULL` because an acknowledgement promises that a power cut changes nothing.
"""

import os
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from hub.engines.choice import Engines

BUSY_TIMEOUT_MS: Final = 5000
"""How long this process waits for another (the command line) that writes."""
READERS: Final = 4


def connect(path: Path) -> Engines:
    """Nothing is opened yet. One connection writes, so that writers of this process queue up in order instead of
    meeting in `database is locked`."""
    url = f"sqlite+aiosqlite:///{path}"
    writer = create_async_engine(url, pool_size=1, max_overflow=0)
    readers = create_async_engine(url, pool_size=READERS, max_overflow=0)
    _prepare(writer, "BEGIN IMMEDIATE")
    _prepare(readers, "BEGIN")
    return Engines(writer, readers)


def create(path: Path) -> None:
    """An empty file that nobody else can read, where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def size_bytes(path: Path) -> int:
    """Database with its write-ahead log."""
    found = (path, path.with_name(path.name + "-wal"))
    return sum(each.stat().st_size for each in found if each.exists())


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
