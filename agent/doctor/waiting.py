"""What waits in an outbox that no agent has open: read without changing it, and without what the events say."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

TIMEOUT_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Waiting:
    depth: int = 0
    since: datetime | None = None
    """When the oldest event that waits was written, by this device's clock."""
    problem: str = ""


def read_waiting(path: Path) -> Waiting:
    """SQLite gives journal files that it makes here to the owner of the database, also where root asks."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=TIMEOUT_S)) as db:
            (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                return Waiting(problem=f"it is damaged ({verdict})")
            (depth,) = db.execute("SELECT count(*) FROM events").fetchone()
            oldest = db.execute("SELECT payload FROM events ORDER BY seq LIMIT 1").fetchone()
    except sqlite3.Error as error:
        return Waiting(problem=f"it cannot be read ({error})")
    return Waiting(int(depth), written_at(oldest[0]) if oldest else None)


def written_at(payload: bytes) -> datetime | None:
    """When an event was written; None where it does not say."""
    try:
        return datetime.fromisoformat(json.loads(payload)["wall_time"])
    except (ValueError, KeyError, TypeError):
        return None
