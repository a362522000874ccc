"""The outbox's SQLite file: schema, durability, and what happens when it is full or damaged."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from agent.errors import StorageError
from contract.chain import GENESIS_SHA256, sha256_hex

SCHEMA: Final = """
CREATE TABLE chain (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    chain_id TEXT NOT NULL, next_seq INTEGER NOT NULL, head_sha256 TEXT NOT NULL, signed_seq INTEGER NOT NULL
);
CREATE TABLE events (seq INTEGER PRIMARY KEY, payload BLOB NOT NULL);
CREATE TABLE open_violations (violation_id TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE open_gaps (gap_id TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB NOT NULL);
"""

CORRUPT: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Database:
    """One connection behind one lock; SQLite's errors leave as `StorageError`.

    WAL with `synchronous=FULL`: a committed row survives a pulled plug, and a technician may read while the agent
    runs. A lock file makes one process the only writer, because two agents on one outbox would fork the chain.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._only_writer = _claim(path)
        try:
            self._db = self._connect()
        except StorageError:
            os.close(self._only_writer)
            raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as error:
                raise self._explain(error, "read") from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield self._db
                    self._db.execute("COMMIT")
                finally:
                    if self._db.in_transaction:  # not after COMMIT, nor where SQLite rolled back itself: full disk
                        self._db.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise self._explain(error, "written") from error

    def begin_anew(self) -> Path:
        """Move a damaged file aside and start an empty one. Returns where the damaged one lies now."""
        with self._lock:
            self._db.close()
            aside = move_aside(self.path)
            self._db = self._connect()
        return aside

    def close(self) -> None:
        with self._lock:
            self._db.close()
            os.close(self._only_writer)

    def _connect(self) -> sqlite3.Connection:
        try:
            db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=2.0)
        except sqlite3.Error as error:
            raise self._explain(error, "opened") from error
        try:
            _prepare(db)
        except sqlite3.Error as error:
            db.close()
            raise self._explain(error, "opened") from error
        except StorageError:
            db.close()
            raise
        return db

    def _explain(self, error: sqlite3.Error, done: str) -> StorageError:
        code = getattr(error, "sqlite_errorcode", None)
        primary = code & 0xFF if code is not None else None
        if primary == sqlite3.SQLITE_FULL:
            return StorageError(f"The disk is full: {self.path} cannot be {done}. Free some space.", "full")
        if primary in CORRUPT:
            return StorageError(f"{self.path} is damaged ({error}).", "corrupt")
        return StorageError(f"{self.path} cannot be {done} ({error}). Check the disk.")


def set_state(db: sqlite3.Connection, key: str, value: bytes) -> None:
    db.execute(
        "INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value)
    )


def move_aside(path: Path) -> Path:
    """Rename the database with its journal; nothing is deleted, so that a person may still look."""
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid4().hex[:6]}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


def _claim(path: Path) -> int:
    """The lock of the only writer. The kernel lets it go when the process dies, however it dies."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageError(f"{path} cannot be made ({error.strerror}). Check the folder's owner.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise StorageError(f"{path} is in use: another agent of this booth is running. Stop one of them.") from error
    return lock


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version == 0:
        db.execute("BEGIN EXCLUSIVE")
        for statement in SCHEMA.split(";"):
            db.execute(statement)
        db.execute("INSERT INTO chain VALUES (1, ?, 1, ?, 0)", (str(uuid4()), GENESIS_SHA256))
        db.execute("PRAGMA user_version = 1")
        db.execute("COMMIT")
    _check(db)


def _check(db: sqlite3.Connection) -> None:
    """Sound pages, and a head that is the hash of the newest event: a chain that would not verify must not go on."""
    (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    row = db.execute("SELECT next_seq, head_sha256 FROM chain").fetchone()
    newest = db.execute("SELECT seq, CAST(payload AS BLOB) FROM events ORDER BY seq DESC LIMIT 1").fetchone()
    if verdict != "ok":
        raise StorageError(f"The outbox is damaged ({verdict}).", "corrupt")
    if row is None or (newest and newest[0] == row[0] - 1 and sha256_hex(newest[1]) != row[1]):
        raise StorageError("The outbox is damaged (the chain's head is not the hash of its last event).", "corrupt")
