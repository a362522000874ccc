"""Tables and migrations agree, and lead up and down with rows in every table, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from hub.db import Database, downgrade_to, revisions, upgrade_to
from hub.errors import StoreError
from hub.tables import metadata
from tests.support.postgres import own_database
from tests.support.rows import ROWS, counts, fill

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    made = Database(tmp_path / "hub.sqlite" if request.param == "sqlite" else own_database(tmp_path))
    await made.migrate()
    yield made
    await made.close()


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


def table_counts(connection: Connection) -> dict[str, int]:
    """Of our tables that there are now."""
    there = set(inspect(connection).get_table_names())
    return counts(connection, [table for table in metadata.sorted_tables if table.name in there])


async def test_migrations_make_what_the_tables_say(database: Database) -> None:
    await database.migrate()
    async with database.writing() as connection:
        assert await connection.run_sync(differences) == []
        await connection.run_sync(downgrade_to, "base")
        left = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        assert left == ["alembic_version"]
        await connection.run_sync(upgrade_to, "head")
        assert await connection.run_sync(differences) == []


async def test_every_step_down_and_up_again_keeps_the_rows_of_the_tables_that_stay(database: Database) -> None:
    async with database.writing() as connection:
        await connection.run_sync(fill, metadata)
        assert set((await connection.run_sync(table_counts)).values()) == {ROWS}
    *earlier, _ = revisions()
    assert len(earlier) > 2
    for revision in reversed(earlier):
        # In one transaction each, as a hub migrates: constraints are checked with the rows there are.
        async with database.writing() as connection:
            await connection.run_sync(downgrade_to, revision)
            kept = await connection.run_sync(table_counts)
            assert kept
            assert set(kept.values()) == {ROWS}, revision
        async with database.writing() as connection:
            await connection.run_sync(upgrade_to, "head")
            assert await connection.run_sync(differences) == []
            assert (await connection.run_sync(table_counts)).items() >= kept.items()
    async with database.writing() as connection:
        await connection.run_sync(downgrade_to, "base")


async def test_several_processes_may_migrate_at_once(database: Database) -> None:
    async with database.writing() as connection:
        await connection.run_sync(downgrade_to, "base")
    others = [Database(database.at) for _ in range(4)]
    async with anyio.create_task_group() as tasks:
        for other in others:
            tasks.start_soon(other.migrate)
    for other in others:
        async with other.reading() as connection:
            assert await connection.run_sync(differences) == []
        await other.close()


async def test_a_database_of_a_newer_hub_is_left_alone(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="9999") as caught:
        await database.migrate()
    assert "newer" in caught.value.hint


async def test_sqlite_is_kept_as_the_acknowledgement_promises(tmp_path: Path) -> None:
    database = Database(tmp_path / "hub.sqlite")
    try:
        await database.migrate()
        for enter in (database.writing, database.reading):
            async with enter() as connection:
                read = [
                    (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
                    for name in ("journal_mode", "synchronous", "foreign_keys")
                ]
                assert read == ["wal", 2, 1]
        assert (tmp_path / "hub.sqlite").stat().st_mode & 0o077 == 0
    finally:
        await database.close()
