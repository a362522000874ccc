"""Assignments: which booths a person may watch. Administrators may watch all and are assigned none."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.upsert import insert
from hub.tables import assignments, users
from hub.views import User

EVERYWHERE = ("admin",)
"""Roles that need no assignment."""


async def of_person(connection: AsyncConnection, user_id: int, role: str) -> tuple[str, ...] | None:
    """The person's booths by id; None for all of them."""
    if role in EVERYWHERE:
        return None
    found = await connection.execute(
        select(assignments.c.booth_id).where(assignments.c.user_id == user_id).order_by(assignments.c.booth_id)
    )
    return tuple(found.scalars())


async def everyone(connection: AsyncConnection) -> list[User]:
    """All people with their booths, by name."""
    booths: dict[int, list[str]] = {}
    for user_id, booth_id in await connection.execute(
        select(assignments.c.user_id, assignments.c.booth_id).order_by(assignments.c.booth_id)
    ):
        booths.setdefault(user_id, []).append(booth_id)
    rows = await connection.execute(select(users).order_by(users.c.username))
    return [
        User(
            username=row.username,
            display_name=row.display_name,
            role=row.role,
            booths=None if row.role in EVERYWHERE else tuple(booths.get(row.user_id, ())),
        )
        for row in rows
    ]


async def add(connection: AsyncConnection, user_id: int, booth_ids: Iterable[str]) -> None:
    """What is there already stays."""
    rows = [{"user_id": user_id, "booth_id": booth_id} for booth_id in dict.fromkeys(booth_ids)]
    if rows:
        await connection.execute(insert(connection, assignments).on_conflict_do_nothing(), rows)


async def remove(connection: AsyncConnection, user_id: int, booth_ids: Sequence[str]) -> None:
    await connection.execute(
        delete(assignments).where(assignments.c.user_id == user_id, assignments.c.booth_id.in_(booth_ids))
    )


async def replace(connection: AsyncConnection, user_id: int, booth_ids: Iterable[str]) -> None:
    """These and no others."""
    await connection.execute(delete(assignments).where(assignments.c.user_id == user_id))
    await add(connection, user_id, booth_ids)
