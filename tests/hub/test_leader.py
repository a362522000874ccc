"""One of several processes leads, and another one does when it is gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from hub.db import Database
from hub.leader import Leader
from hub.store import booths, watches
from hub.views import Me
from hub.watching.watches import SILENT_S, Watches
from tests.support.hub import until
from tests.support.postgres import own_database, server

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def leading(folder: Path, *, takes_part: bool = True) -> AsyncIterator[Leader]:
    database = Database(own_database(folder))
    leader = Leader(database, takes_part=takes_part)
    running = asyncio.create_task(leader.run())
    try:
        yield leader
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await database.close()


async def test_one_leads_and_the_other_takes_over(tmp_path: Path) -> None:
    async with leading(tmp_path) as second:
        async with leading(tmp_path) as first, leading(tmp_path, takes_part=False) as never:
            await until("one of them to lead", lambda: first.leads or second.leads)
            leader, other = (first, second) if first.leads else (second, first)
            assert not other.leads
            # The database ends its connection, as it would where the network is cut.
            server().sql("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
            await until("it to notice", lambda: not leader.leads)
            await until("somebody to lead again", lambda: leader.leads or other.leads)
            assert leader.leads != other.leads
            assert not never.leads
        await until("the last one to lead", lambda: second.leads)


async def test_work_of_the_leader_is_done_by_one_and_ends_with_it(tmp_path: Path) -> None:
    at_work: list[str] = []

    async def work(name: str) -> None:
        at_work.append(name)
        try:
            await asyncio.Event().wait()
        finally:
            at_work.remove(name)

    async with leading(tmp_path) as second:
        doing = asyncio.create_task(second.while_leading(lambda: work("second")))
        async with leading(tmp_path) as first:
            other = asyncio.create_task(first.while_leading(lambda: work("first")))
            await until("one at work", lambda: bool(at_work))
            assert len(at_work) == 1
        await until("the second at work alone", lambda: at_work == ["second"])
        for task in (doing, other):
            task.cancel()
        await asyncio.gather(doing, other, return_exceptions=True)
    assert at_work == []


async def test_the_only_process_on_sqlite_leads_from_the_start(tmp_path: Path) -> None:
    database = Database(tmp_path / "hub.sqlite")
    assert Leader(database).leads
    assert not Leader(database, takes_part=False).leads
    await database.close()


async def test_watches_of_a_process_that_lives_are_left_alone(tmp_path: Path) -> None:
    database = Database(own_database(tmp_path))
    await database.migrate()
    me = Me(username="ada", display_name="Ada", role="admin", booths=None)
    now, dead, alive = datetime.now(UTC), uuid4(), uuid4()
    async with database.writing() as connection:
        await booths.add(connection, "booth-1", "One", "standard", now)
        for watch_id, at in ((dead, now - timedelta(seconds=2 * SILENT_S)), (alive, now)):
            await watches.begin(connection, watch_id, me, "booth-1", "view", at)
    await Watches(database, one_of_several=True).end_left_over()
    async with database.reading() as connection:
        found = {view.watch_id: view.ended_why for view in await watches.newest(connection, None, None, 9)}
    assert found == {dead: "hub_stopped", alive: None}
    await database.close()
