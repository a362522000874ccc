"""The audit log: entries are only ever added, one after the other."""

from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.locks import lock
from hub.tables import audit_log


async def last(connection: AsyncConnection) -> Row[int, str] | None:
    """The newest entry; until the transaction ends nobody else adds one."""
    await lock(connection, ["audit log"])
    newest = select(audit_log.c.number, audit_log.c.entry_sha256).order_by(audit_log.c.number.desc()).limit(1)
    return (await connection.execute(newest)).one_or_none()


async def add(connection: AsyncConnection, row: dict[str, Any]) -> None:
    await connection.execute(insert(audit_log).values(row))
