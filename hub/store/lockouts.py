"""Locks of names that were tried too often, and the failures that lead to them."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.locks import lock
from hub.store.upsert import insert as upsert
from hub.store.users import ACCOUNT
from hub.tables import failures, lockouts


async def take_turn(connection: AsyncConnection, username: str) -> None:
    """Until the transaction ends nobody else counts failures of this name."""
    await lock(connection, [f"{ACCOUNT}{username}"])


async def locked_until(connection: AsyncConnection, username: str, now: datetime) -> datetime | None:
    statement = select(lockouts.c.locked_until).where(lockouts.c.username == username, lockouts.c.locked_until > now)
    found: datetime | None = (await connection.execute(statement)).scalar_one_or_none()
    return found


async def count(connection: AsyncConnection, username: str, now: datetime, window: timedelta) -> int:
    statement = select(func.count()).where(failures.c.what == f"{ACCOUNT}{username}", failures.c.at > now - window)
    return int((await connection.execute(statement)).scalar_one())


async def add_failure(connection: AsyncConnection, username: str, now: datetime, window: timedelta) -> None:
    """Forgets on the way what is too old to count, of all names."""
    old = (failures.c.at <= now - window, failures.c.what.like(f"{ACCOUNT}%"))
    await connection.execute(delete(failures).where(*old))
    await connection.execute(insert(failures).values(what=f"{ACCOUNT}{username}", at=now))


async def forget(connection: AsyncConnection, username: str) -> None:
    """Its failures and its lock."""
    await connection.execute(delete(failures).where(failures.c.what == f"{ACCOUNT}{username}"))
    await connection.execute(delete(lockouts).where(lockouts.c.username == username))


async def lock_name(connection: AsyncConnection, username: str, now: datetime, until: datetime) -> None:
    """Counting begins anew afterwards; locks that are over are forgotten on the way."""
    await connection.execute(delete(lockouts).where(lockouts.c.locked_until <= now))
    await connection.execute(delete(failures).where(failures.c.what == f"{ACCOUNT}{username}"))
    values = {"locked_at": now, "locked_until": until}
    await connection.execute(
        upsert(connection, lockouts)
        .values(username=username, **values)
        .on_conflict_do_update(index_elements=["username"], set_=values)
    )
