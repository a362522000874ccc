"""Sites, the rooms in them, and which booth stands in which room."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import booths, rooms, sites
from hub.views import Room, Site


async def every_site(connection: AsyncConnection) -> list[Site]:
    rows = await connection.execute(select(sites).order_by(sites.c.name, sites.c.site_id))
    return [Site(**row._mapping) for row in rows]


async def find_site(connection: AsyncConnection, site_id: str) -> Site | None:
    row = (await connection.execute(select(sites).where(sites.c.site_id == site_id))).one_or_none()
    return Site(**row._mapping) if row else None


async def add_site(connection: AsyncConnection, site_id: str, name: str, now: datetime) -> None:
    await connection.execute(insert(sites).values(site_id=site_id, name=name, created_at=now))


async def rename_site(connection: AsyncConnection, site_id: str, name: str) -> bool:
    changed = await connection.execute(update(sites).where(sites.c.site_id == site_id).values(name=name))
    return changed.rowcount == 1


async def archive_site(connection: AsyncConnection, site_id: str, at: datetime | None) -> None:
    """None: it is used again."""
    await connection.execute(update(sites).where(sites.c.site_id == site_id).values(archived_at=at))


async def archive_room(connection: AsyncConnection, room_id: str, at: datetime | None) -> None:
    """None: it is used again."""
    await connection.execute(update(rooms).where(rooms.c.room_id == room_id).values(archived_at=at))


async def rename_booth(connection: AsyncConnection, booth_id: str, name: str) -> bool:
    changed = await connection.execute(update(booths).where(booths.c.booth_id == booth_id).values(name=name))
    return changed.rowcount == 1


async def every_room(connection: AsyncConnection, site_id: str | None) -> list[Room]:
    statement = select(rooms).order_by(rooms.c.name, rooms.c.room_id)
    if site_id is not None:
        statement = statement.where(rooms.c.site_id == site_id)
    found = (await connection.execute(statement)).all()
    return await _rooms(connection, found)


async def find_room(connection: AsyncConnection, room_id: str) -> Room | None:
    found = (await connection.execute(select(rooms).where(rooms.c.room_id == room_id))).all()
    return (await _rooms(connection, found))[0] if found else None


async def add_room(connection: AsyncConnection, room_id: str, site_id: str, name: str, now: datetime) -> None:
    await connection.execute(insert(rooms).values(room_id=room_id, site_id=site_id, name=name, created_at=now))


async def rename_room(connection: AsyncConnection, room_id: str, name: str) -> bool:
    changed = await connection.execute(update(rooms).where(rooms.c.room_id == room_id).values(name=name))
    return changed.rowcount == 1


async def put_booth(connection: AsyncConnection, booth_id: str, room_id: str | None) -> bool:
    """False when there is no such booth."""
    changed = await connection.execute(update(booths).where(booths.c.booth_id == booth_id).values(room_id=room_id))
    return changed.rowcount == 1


def booths_in(room_id: str | None, site_id: str | None) -> Select[str]:
    """Booths of a room, of a site, or of both; for use inside another statement."""
    statement = select(booths.c.booth_id)
    if room_id is not None:
        statement = statement.where(booths.c.room_id == room_id)
    if site_id is not None:
        statement = statement.where(booths.c.room_id.in_(select(rooms.c.room_id).where(rooms.c.site_id == site_id)))
    return statement


async def _rooms(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Room]:
    names = [row.room_id for row in rows]
    statement = select(booths.c.room_id, booths.c.booth_id).where(booths.c.room_id.in_(names))
    there: dict[str, list[str]] = {}
    for room_id, booth_id in await connection.execute(statement.order_by(booths.c.booth_id)):
        there.setdefault(room_id, []).append(booth_id)
    return [Room(**row._mapping, booths=tuple(there.get(row.room_id, ()))) for row in rows]
