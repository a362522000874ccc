"""INSERT … ON CONFLICT, which SQLite and PostgreSQL both have and SQLAlchemy keeps apart."""

from functools import cache

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def insert(connection: AsyncConnection, table: Table) -> sqlite.Insert:
    """The dialect's own INSERT; both spell `on_conflict_do_nothing` and `on_conflict_do_update` alike."""
    return insert_on(connection.dialect.name, table)


def insert_on(dialect: str, table: Table) -> sqlite.Insert:
    """For statements that are made once: making one takes longer than a database does to run it."""
    if dialect == "postgresql":
        return postgresql.insert(table)  # type: ignore[return-value]
    return sqlite.insert(table)


def insert_new(connection: AsyncConnection, table: Table) -> sqlite.Insert:
    """Rows that are there already stay as they are."""
    return _insert_new(connection.dialect.name, table)


@cache
def _insert_new(dialect: str, table: Table) -> sqlite.Insert:
    return insert_on(dialect, table).on_conflict_do_nothing()
