"""What people set while the hub runs, and what its processes agree on: one JSON text a name."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.upsert import insert
from hub.tables import settings


async def find(connection: AsyncConnection, name: str) -> str | None:
    found: str | None = (
        await connection.execute(select(settings.c.value).where(settings.c.name == name))
    ).scalar_one_or_none()
    return found


async def put(connection: AsyncConnection, name: str, value: str, now: datetime) -> None:
    statement = insert(connection, settings).values(name=name, value=value, changed_at=now)
    new = {"value": statement.excluded.value, "changed_at": statement.excluded.changed_at}
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=new))


async def swap(connection: AsyncConnection, name: str, old: str, new: str, now: datetime) -> bool:
    """Puts `new` in the place of `old`; False where somebody else was first."""
    statement = update(settings).where(settings.c.name == name, settings.c.value == old)
    return (await connection.execute(statement.values(value=new, changed_at=now))).rowcount == 1
