"""The record of who watched whom: nothing shown unrecorded, nothing left open, nobody's but one's own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from hub.db import Database
from hub.errors import StoreError
from hub.parts import Hub
from hub.store import booths, watches
from hub.tables import watches as table
from hub.views import Me, WatchView
from hub.watching import watches as watches_module
from hub.watching.watches import Watches
from tests.support.hub import a_hub, add_booth, add_user, browser, sign_in, until
from tests.support.postgres import database_at

pytestmark = pytest.mark.anyio
ADA = Me(username="ada", display_name="Ada", role="admin", booths=None)
PAT = Me(username="pat", display_name="Pat", role="proctor", booths=("booth-1",))


async def written(database: Database) -> list[WatchView]:
    async with database.reading() as connection:
        return await watches.newest(connection, None, None, 50)


async def a_database(folder: Path) -> Database:
    database = Database(database_at(folder))
    await database.migrate()
    async with database.writing() as connection:
        await booths.add(connection, "booth-1", "One", "standard", datetime.now(UTC))
    return database


async def test_administrators_see_all_and_others_their_own(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client, browser(hub) as other:
        await add_user(hub)
        await add_user(hub, "pat", "proctor")
        await add_booth(hub, "booth-1")
        await sign_in(client)
        await sign_in(other, "pat")
        first, second = uuid4(), uuid4()
        await hub.watches.begin(first, ADA, "booth-1", "view")
        await hub.watches.begin(second, PAT, "booth-1", "talk")
        await hub.watches.answered(second)
        await hub.watches.end(second, "hung_up")
        await hub.watches.end(second, "failed")
        both = (await client.get("/api/v1/watches?booth=booth-1")).json()["items"]
        assert [item["watch_id"] for item in both] == [str(second), str(first)]
        assert (both[0]["kind"], both[0]["ended_why"]) == ("talk", "hung_up")
        assert both[0]["started_at"] <= both[0]["answered_at"] <= both[0]["ended_at"]
        assert (both[1]["ended_at"], both[1]["ended_why"], both[1]["answered_at"]) == (None, None, None)
        own = (await other.get("/api/v1/watches")).json()["items"]
        assert [item["username"] for item in own] == ["pat"]
        assert (await client.get("/api/v1/watches?booth=booth-2")).json()["items"] == []
        assert len((await client.get("/api/v1/watches?limit=1")).json()["items"]) == 1
        assert (await client.get("/api/v1/watches?limit=0")).status_code == 422


async def test_what_a_killed_hub_left_open_is_ended_at_its_last_beat(tmp_path: Path) -> None:
    database = await a_database(tmp_path)
    try:
        watch_id, beat = uuid4(), datetime.now(UTC) - timedelta(hours=1)
        async with database.writing() as connection:
            await watches.begin(connection, watch_id, PAT, "booth-1", "view", beat - timedelta(minutes=5))
            await watches.beat(connection, [watch_id], beat)
        assert (await written(database))[0].ended_at is None
    finally:
        await database.close()
    async with a_hub(tmp_path) as hub:
        (view,) = await written(hub.database)
        assert (view.ended_at, view.ended_why) == (beat, "hub_stopped")


async def test_open_watches_beat_and_ended_ones_do_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watches_module, "BEAT_S", 0.02)

    async def beats(hub: Hub) -> dict[str, datetime]:
        async with hub.database.reading() as connection:
            rows = await connection.execute(select(table.c.kind, table.c.last_beat_at))
            return {row.kind: row.last_beat_at for row in rows}

    async with a_hub(tmp_path) as hub:
        await add_booth(hub, "booth-1")
        ended, lasting = uuid4(), uuid4()
        await hub.watches.begin(ended, PAT, "booth-1", "talk")
        await hub.watches.begin(lasting, PAT, "booth-1", "view")
        await hub.watches.end(ended, "left")
        before = await beats(hub)
        while (now := await beats(hub))["view"] == before["view"]:
            pass
        assert now["talk"] == before["talk"]


async def test_an_end_that_cannot_be_written_is_written_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writes fail as they would with a full disk; only the statement is made to."""
    database = await a_database(tmp_path)
    try:
        record = Watches(database)
        watch_id = uuid4()
        await record.begin(watch_id, PAT, "booth-1", "view")
        whole = watches.end

        async def full(*_: object) -> None:
            raise StoreError("database: disk is full")

        monkeypatch.setattr(watches, "end", full)
        await record.end(watch_id, "left")
        assert (await written(database))[0].ended_at is None
        after = datetime.now(UTC)
        monkeypatch.setattr(watches, "end", whole)
        await record._write_ends()
        (view,) = await written(database)
        assert view.ended_why == "left"
        assert view.ended_at is not None
        assert view.ended_at <= after, "when it ended, not when that could be written"
    finally:
        await database.close()


async def test_a_hub_that_stops_leaves_nothing_open(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        await add_booth(hub, "booth-1")
        await hub.watches.begin(uuid4(), PAT, "booth-1", "view")
        await until("open", lambda: hub.watches._open)
    async with a_hub(tmp_path) as hub:
        assert [view.ended_why for view in await written(hub.database)] == ["hub_stopped"]
