"""What the growth bench measures, in small: four times the violations are about the same work for an answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from hub.db import Database
from hub.store import exam_sessions, retention, violation_lists
from tests.benchmarks.growth import Answer, Size, rows
from tests.benchmarks.growth_work import work
from tests.support.large_centre import FORGOTTEN, FORGOTTEN_DAYS, Centre, exam_id, exam_session_id, fill
from tests.support.statements import statements

pytestmark = pytest.mark.anyio
FEW, MANY = 6_000, 24_000
DEEPER = 2.0
"""Four times as much work would be every row; an index that is a level deeper is much less."""


@dataclass
class Filled:
    centre: Centre
    database: Database


@asynccontextmanager
async def filled(path: Path, count: int) -> AsyncIterator[Filled]:
    centre = await fill(path, count)
    database = Database(path)
    try:
        yield Filled(centre, database)
    finally:
        await database.close()


async def asked(here: Filled) -> dict[str, int]:
    """Work by question, on SQLite."""
    wanted = violation_lists.Wanted
    lists = {
        "all": wanted(),
        "of a kind": wanted(kinds=("no_face",)),
        "of booths": wanted(booths=("booth-1", "booth-7")),
        "dismissed": wanted(review=("dismissed",)),
        "high": wanted(severity="high"),
        "of an exam session": wanted(exam_session=exam_session_id(3)),
    }
    found = {}
    async with here.database.reading() as connection:
        for name, each in lists.items():
            with statements(connection) as seen:
                await violation_lists.newest(connection, each, None, 50)
            found[name] = await work(here.database, seen)
        for name, sittings in (
            ("exam sessions", exam_sessions.Wanted()),
            ("exam sessions of an exam", exam_sessions.Wanted(exam_id=exam_id(3))),
            ("exam sessions of two booths", exam_sessions.Wanted(booths=["booth-1", "booth-7"])),
        ):
            with statements(connection) as seen:
                await exam_sessions.page(connection, sittings, None, 10)
            found[name] = await work(here.database, seen)
        before = here.centre.now - timedelta(days=FORGOTTEN_DAYS - 10)
        with statements(connection) as seen:
            page = await retention.violations_before(connection, before, None, 200)
            last = page[-1]
            behind = await retention.violations_before(connection, before, (last.received_at, last.violation_id), 2000)
            assert len(page) + len(behind) == FORGOTTEN
            await retention.held_times(connection)
        found["retention"] = await work(here.database, seen)
    return found


@pytest.mark.slow
async def test_four_times_the_violations_are_hardly_more_work(tmp_path: Path) -> None:
    async with filled(tmp_path / "few.sqlite", FEW) as here:
        few = await asked(here)
    async with filled(tmp_path / "many.sqlite", MANY) as here:
        many = await asked(here)
    grown = {name: many[name] / few[name] for name in few if many[name] > DEEPER * few[name]}
    assert grown == {}
    assert min(few.values()) > 0


def test_rows_name_what_is_slowest_and_what_grew_most() -> None:
    def answer(count: int, question: str, ms: float, done: int) -> Answer:
        return Answer("SQLite", count, question, ms, ms, done)

    answers = [
        answer(10, "flat", 1, 100),
        answer(1000, "flat", 2, 150),
        answer(10, "steep", 1, 100),
        answer(1000, "steep", 50, 9000),
    ]
    found = {row.name: row for row in rows(answers, [Size("SQLite", 1000, 1.0, 2_000_000)])}
    assert found["growth on SQLite, 10 → 1,000 violations: slowest, p95"].value == 50
    assert found["growth on SQLite, 10 → 1,000 violations: most work for one question"].reached is False
    assert found["  work: flat"].value == 1.5
    assert found["database on SQLite, 1,000 violations"].value == 0.002
