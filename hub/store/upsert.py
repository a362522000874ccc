"""INSERT … ON CONFLICT, which SQLite and PostgreSQL both have and SQLAlchemy keeps apart."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def insert(connection: AsyncConnection, table: Table) -> sqlite.Insert:
    """The dialect's own INSERT; both spell `on_conflict_do_nothing` and `on_conflict_do_update` alike."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)  # type: ignore[return-value]
    return sqlite.insert(table)
