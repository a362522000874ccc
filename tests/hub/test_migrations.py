"""Tables and migrations agree, and lead up and down."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from hub.db import Database, migrate_to
from hub.tables import metadata

pytestmark = pytest.mark.anyio


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


async def test_migrations_make_what_the_tables_say(tmp_path: Path) -> None:
    database = Database(tmp_path / "hub.sqlite")
    try:
        await database.migrate()
        await database.migrate()
        async with database.writing() as connection:
            assert await connection.run_sync(differences) == []
            await connection.run_sync(migrate_to, "base")
            left = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
            assert left == ["alembic_version"]
            await connection.run_sync(migrate_to, "head")
            assert await connection.run_sync(differences) == []
    finally:
        await database.close()


async def test_the_database_is_kept_as_the_acknowledgement_promises(tmp_path: Path) -> None:
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
