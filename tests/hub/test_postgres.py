"""The hub on PostgreSQL: what its connections promise, who waits for whom, and what it says when it cannot."""

import asyncio
import random
from pathlib import Path

import pytest
from sqlalchemy import select, text

from contract.wire import InvalidError
from hub.config import FileSettings
from hub.db import Database
from hub.engines.postgres import PostgresConfig
from hub.errors import StoreError
from hub.intake import batch
from hub.intake.incoming import Incoming, Refused, read
from hub.intake.message import Delivery, Message
from hub.store import booths
from hub.store.locks import lock, number
from hub.tables import chain_gaps, chains, events
from tests.support.hub import Chain, a_hub, a_violation, an_uplink, closed, until
from tests.support.postgres import WITH_PASSWORD, own_database, server

pytestmark = pytest.mark.anyio
NOW = a_violation().opened_at


def of_process(folder: Path) -> Database:
    """As another process would have it: with connections of its own."""
    return Database(own_database(folder))


def arriving(booth: str, payload: bytes) -> Incoming | Refused:
    return read(booth, Message("topic", payload, False, NOW, Delivery(1, 1, 1), len(payload)))


async def test_connections_promise_what_the_hub_relies_on(tmp_path: Path) -> None:
    database = of_process(tmp_path)
    async with database.writing() as connection:
        said = {
            name: (await connection.execute(text(f"SHOW {name}"))).scalar_one()
            for name in ("synchronous_commit", "transaction_isolation", "TimeZone", "lock_timeout")
        }
    assert said == {
        "synchronous_commit": "on",
        "transaction_isolation": "read committed",
        "TimeZone": "UTC",
        "lock_timeout": "15s",
    }
    with pytest.raises(StoreError, match="read-only"):
        async with database.reading() as connection:
            await connection.execute(text("CREATE TABLE t (n int)"))
    assert await database.size_bytes() > 1_000_000
    await database.close()


async def test_a_reader_sees_one_state_while_others_write(tmp_path: Path) -> None:
    database = of_process(tmp_path)
    await database.migrate()
    async with database.reading() as reading:
        assert await booths.known(reading, ["booth-1"]) == set()
        async with database.writing() as connection:
            await booths.add(connection, "booth-1", "One", "standard", NOW)
        assert await booths.known(reading, ["booth-1"]) == set()
    async with database.reading() as reading:
        assert await booths.known(reading, ["booth-1"]) == {"booth-1"}
    await database.close()


@pytest.mark.parametrize("beside", [False, True])
async def test_what_is_read_and_then_written_is_not_lost_between_processes(tmp_path: Path, beside: bool) -> None:
    """Without `beside` nobody needs to think of others; with it, those who take the same lock take turns."""
    processes = [of_process(tmp_path) for _ in range(4)]
    async with processes[0].writing() as connection:
        await connection.execute(text("CREATE TABLE counted (n int)"))
        await connection.execute(text("INSERT INTO counted VALUES (0)"))

    async def count(database: Database) -> None:
        for _ in range(10):
            async with database.writing(beside=beside) as connection:
                if beside:
                    await lock(connection, ["counted"])
                found = (await connection.execute(text("SELECT n FROM counted"))).scalar_one()
                await asyncio.sleep(0.001)
                await connection.execute(text("UPDATE counted SET n = :n"), {"n": found + 1})

    await asyncio.gather(*(count(database) for database in processes for _ in range(2)))
    async with processes[0].reading() as connection:
        assert (await connection.execute(text("SELECT n FROM counted"))).scalar_one() == 80
    for database in processes:
        await database.close()


def test_locks_have_numbers_that_postgresql_takes() -> None:
    numbers = {number(f"chain {index}") for index in range(1000)}
    assert len(numbers) == 1000
    assert all(-(2**63) <= each < 2**63 for each in numbers)


async def test_parts_of_one_chain_that_several_processes_store_at_once_make_the_whole(tmp_path: Path) -> None:
    """As ingesters with a shared subscription get them: any part, in any order, some of it twice."""
    dice = random.Random(7)
    processes = [of_process(tmp_path) for _ in range(3)]
    await processes[0].migrate()
    arrived: list[Incoming | Refused] = []
    for booth in ("booth-1", "booth-2"):
        async with processes[0].writing() as connection:
            await booths.add(connection, booth, booth, "standard", NOW)
        chain = Chain(booth)
        for second in range(30):
            violation = a_violation(second)
            arrived += [arriving(booth, chain.opened(violation)), arriving(booth, chain.closed(closed(violation)))]
    repeated = arrived + dice.sample(arrived, 30)
    dice.shuffle(repeated)

    async def store(database: Database, mine: list[Incoming | Refused]) -> int:
        stored = 0
        while mine:
            some, mine = mine[:7], mine[7:]
            async with database.writing(beside=True) as connection:
                stored += len((await batch.store(connection, some)).stored)
        return stored

    stored = await asyncio.gather(*(store(each, repeated[index::3]) for index, each in enumerate(processes)))
    assert sum(stored) == len(arrived)
    async with processes[0].reading() as connection:
        found = (await connection.execute(select(events.c.seq, events.c.link_ok))).all()
        assert sorted(row.seq for row in found) == sorted([*range(1, 61)] * 2)
        assert {row.link_ok for row in found} == {True}
        assert not (await connection.execute(select(chain_gaps))).all()
        assert (await connection.execute(select(chains.c.events, chains.c.max_seq))).all() == [(60, 60)] * 2
    for database in processes:
        await database.close()


async def test_nothing_is_acknowledged_while_the_database_is_away(tmp_path: Path) -> None:
    async with a_hub(tmp_path, database=own_database(tmp_path)) as hub, an_uplink(hub, tmp_path) as uplink:
        chain = Chain("booth-1")
        uplink.send(chain.opened())
        await uplink.acked(1)
        server().crash()
        try:
            uplink.send(chain.opened())
            await until("a try that fails", lambda: hub.metrics.ingest_retries._value.get() > 1)
            with pytest.raises(StoreError, match="database") as caught:
                await hub.database.ping()
            assert "tries again" in caught.value.hint
            assert uplink.inbox.empty()
        finally:
            server().start()
        await uplink.acked(1)
        async with hub.database.reading() as connection:
            assert list((await connection.execute(select(events.c.seq))).scalars()) == [1, 2]


async def test_what_can_never_be_stored_is_told_from_what_passes(tmp_path: Path) -> None:
    database = of_process(tmp_path)
    await database.migrate()
    for booth_id, name in (("booth-1", "nul \0"), ("booth-1", "x" * 121), ("b" * 41, "One")):
        with pytest.raises(StoreError) as caught:
            async with database.writing() as connection:
                await booths.add(connection, booth_id, name, "standard", NOW)
        assert caught.value.lasting

    async def too_slow() -> None:
        async with database.writing() as connection:
            await connection.execute(text("SET LOCAL statement_timeout = 1"))
            await connection.execute(text("SELECT pg_sleep(1)"))

    with pytest.raises(StoreError) as caught:
        await too_slow()
    assert not caught.value.lasting
    await database.close()


async def test_the_password_is_read_from_its_file_for_every_connection(tmp_path: Path) -> None:
    name = own_database(tmp_path).url.split("/")[3].partition("?")[0]
    server().sql(f"DROP ROLE IF EXISTS {WITH_PASSWORD}")
    server().sql(f"CREATE ROLE {WITH_PASSWORD} LOGIN PASSWORD 'first secret'")
    file = tmp_path / "password"
    url = server().url(name).replace("invigil@", f"{WITH_PASSWORD}@")
    config = PostgresConfig(url=url, password_file=Path("password")).under(tmp_path)
    database = Database(config)
    file.write_text("wrong\n")
    file.chmod(0o600)
    with pytest.raises(StoreError) as caught:
        await database.ping()
    assert "password_file" in caught.value.hint
    file.write_text("first secret\n")
    await database.ping()
    file.chmod(0o644)
    with pytest.raises(StoreError, match="others") as caught:
        await Database(config).ping()
    assert "chmod 600" in caught.value.hint
    file.unlink()
    with pytest.raises(StoreError, match="password"):
        await Database(config).ping()
    await database.close()


async def test_a_database_that_is_not_there_is_said_with_what_to_do(tmp_path: Path) -> None:
    missing = Database(PostgresConfig(url=server().url("nobody_made_it")))
    with pytest.raises(StoreError, match="nobody_made_it") as caught:
        await missing.migrate()
    assert "createdb" in caught.value.hint
    await missing.close()
    away = Database(PostgresConfig(url=f"postgresql://invigil@/invigil?host={tmp_path}"))
    with pytest.raises(StoreError) as caught:
        await away.migrate()
    assert "reach" in caught.value.hint
    await away.close()


@pytest.mark.parametrize(
    "url", ["postgresql://invigil:secret@db/invigil", "postgresql://db/invigil?password=secret", "mysql://db/invigil"]
)
def test_settings_hold_no_password(url: str) -> None:
    with pytest.raises(InvalidError, match=r"url|password_file") as caught:
        FileSettings.configure({"database": {"url": url}})
    assert "secret" not in str(caught.value)
