"""Scopes: which booths a person reaches, by sites, rooms and single booths granted to them, and by exam sessions that
they are responsible for, until these end."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Row, Table, delete, insert, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.sitting import ENDED
from hub.tables import (
    assignments,
    booths,
    exam_session_proctors,
    exam_sessions,
    room_grants,
    rooms,
    site_grants,
    sites,
)
from hub.views import Scope

EVERYWHERE = ("admin",)
"""Roles whose scope is everything."""

_GRANTS: tuple[tuple[str, Table, Column[Any]], ...] = (
    ("sites", site_grants, site_grants.c.site_id),
    ("rooms", room_grants, room_grants.c.room_id),
    ("booths", assignments, assignments.c.booth_id),
)


async def booths_of(connection: AsyncConnection, person: Row[Any]) -> tuple[str, ...] | None:
    """The booths in the scope of a row of `users`, by id; None for all of them."""
    if person.role in EVERYWHERE or person.everywhere:
        return None
    mine = person.user_id
    responsible = exam_session_proctors.c.user_id == mine, exam_sessions.c.state.not_in(tuple(ENDED))
    reached = union(
        select(assignments.c.booth_id).where(assignments.c.user_id == mine),
        select(booths.c.booth_id)
        .join(room_grants, room_grants.c.room_id == booths.c.room_id)
        .where(room_grants.c.user_id == mine),
        select(booths.c.booth_id)
        .join(rooms, rooms.c.room_id == booths.c.room_id)
        .join(site_grants, site_grants.c.site_id == rooms.c.site_id)
        .where(site_grants.c.user_id == mine),
        select(exam_sessions.c.booth_id)
        .join(exam_session_proctors, exam_session_proctors.c.exam_session_id == exam_sessions.c.exam_session_id)
        .where(*responsible, exam_sessions.c.booth_id.is_not(None)),
    )
    return tuple(sorted((await connection.execute(reached)).scalars()))


async def of_person(connection: AsyncConnection, person: Row[Any]) -> Scope:
    """What was granted, as it was granted."""
    granted: dict[str, tuple[str, ...]] = {}
    for name, table, column in _GRANTS:
        found = await connection.execute(select(column).where(table.c.user_id == person.user_id).order_by(column))
        granted[name] = tuple(found.scalars())
    return Scope(everywhere=person.everywhere, **granted)


async def replace(connection: AsyncConnection, user_id: int, scope: Scope) -> None:
    """These grants and no others; `everywhere` is a column of the person."""
    for name, table, column in _GRANTS:
        await connection.execute(delete(table).where(table.c.user_id == user_id))
        rows = [{"user_id": user_id, column.name: value} for value in dict.fromkeys(getattr(scope, name))]
        if rows:
            await connection.execute(insert(table), rows)


async def unknown(connection: AsyncConnection, scope: Scope) -> list[str]:
    """What the scope names and does not exist, such as `room r-9`."""
    missing = [
        ("site", set(scope.sites) - await _known(connection, sites.c.site_id, scope.sites)),
        ("room", set(scope.rooms) - await _known(connection, rooms.c.room_id, scope.rooms)),
        ("booth", set(scope.booths) - await _known(connection, booths.c.booth_id, scope.booths)),
    ]
    return [f"{what} {name}" for what, names in missing for name in sorted(names)]


async def still_there(connection: AsyncConnection, scope: Scope) -> Scope:
    """The scope without what was removed since it was written."""
    return Scope(
        everywhere=scope.everywhere,
        sites=_kept(scope.sites, await _known(connection, sites.c.site_id, scope.sites)),
        rooms=_kept(scope.rooms, await _known(connection, rooms.c.room_id, scope.rooms)),
        booths=_kept(scope.booths, await _known(connection, booths.c.booth_id, scope.booths)),
    )


def _kept(names: tuple[str, ...], there: set[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in there)


async def _known(connection: AsyncConnection, column: Column[Any], names: Iterable[str]) -> set[str]:
    return set((await connection.execute(select(column).where(column.in_(list(names))))).scalars())
