"""How much a statement makes a database do, in numbers that no clock and no neighbour changes."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any, Final

from hub.db import Database
from tests.support.statements import Statement

STEPS: Final = 50
"""Of SQLite's virtual machine between two counts."""


async def work(database: Database, said: Sequence[Statement]) -> int:
    """Steps of SQLite's virtual machine, or pages of 8 kB that PostgreSQL looked at. Nothing may be changed by it."""
    if isinstance(database.at, Path):
        return sum(_steps(database.at, *statement) for statement in said)
    pages = 0
    async with database.reading() as connection:
        for statement, parameters in said:
            explained = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}"
            (plan,) = (await connection.exec_driver_sql(explained, parameters)).scalar_one()
            pages += plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    return pages


def _steps(path: Path, statement: str, parameters: Any) -> int:
    counted = count()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.set_progress_handler(lambda: next(counted) < 0, STEPS)
        connection.execute(statement, parameters).fetchall()
    return STEPS * next(counted)


async def plan(database: Database, statement: Statement) -> str:
    """For who wants to know why."""
    said, parameters = statement
    words = "EXPLAIN QUERY PLAN" if isinstance(database.at, Path) else "EXPLAIN (ANALYZE, BUFFERS)"
    async with database.reading() as connection:
        rows = (await connection.exec_driver_sql(f"{words} {said}", parameters)).all()
    return "\n".join(str(row[-1]) for row in rows) + "\n" + said + "\n" + json.dumps(parameters, default=str)
