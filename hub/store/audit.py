"""The audit log: entries are only ever added, one after the other."""

from typing import Any

from sqlalchemy import Row, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import audit_log

_LOCK = 0x1A7D17
"""PostgreSQL's advisory lock of the chain. SQLite has one writer anyway."""


async def last(connection: AsyncConnection) -> Row[int, str] | None:
    """The newest entry; until the transaction ends nobody else adds one."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    newest = select(audit_log.c.number, audit_log.c.entry_sha256).order_by(audit_log.c.number.desc()).limit(1)
    return (await connection.execute(newest)).one_or_none()


async def add(connection: AsyncConnection, row: dict[str, Any]) -> None:
    await connection.execute(insert(audit_log).values(row))
