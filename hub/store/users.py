"""Users, their sign-ins, and the failures that the rate limit counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import failures, sign_ins, users


class Person(NamedTuple):
    user_id: int
    username: str
    display_name: str
    role: str


async def find(connection: AsyncConnection, username: str) -> Row[Any] | None:
    return (await connection.execute(select(users).where(users.c.username == username))).one_or_none()


async def administrators(connection: AsyncConnection, limit: int) -> list[str]:
    """What they are called; whom to ask."""
    found = await connection.execute(
        select(users.c.display_name).where(users.c.role == "admin").order_by(users.c.user_id).limit(limit)
    )
    return list(found.scalars())


async def add(connection: AsyncConnection, values: dict[str, Any]) -> None:
    await connection.execute(insert(users).values(values))


async def set_password(connection: AsyncConnection, username: str, password_hash: str) -> bool:
    """Also ends every sign-in of the user. False when there is no such user."""
    user = await find(connection, username)
    if user is None:
        return False
    await connection.execute(update(users).where(users.c.user_id == user.user_id).values(password_hash=password_hash))
    await connection.execute(delete(sign_ins).where(sign_ins.c.user_id == user.user_id))
    return True


async def add_sign_in(
    connection: AsyncConnection, token_sha256: str, user_id: int, now: datetime, until: datetime
) -> None:
    """Forgets expired ones on the way."""
    await connection.execute(delete(sign_ins).where(sign_ins.c.expires_at <= now))
    await connection.execute(
        insert(sign_ins).values(token_sha256=token_sha256, user_id=user_id, created_at=now, expires_at=until)
    )


async def signed_in(connection: AsyncConnection, token_sha256: str, now: datetime) -> Person | None:
    row = (
        await connection.execute(
            select(users.c.user_id, users.c.username, users.c.display_name, users.c.role)
            .join(sign_ins, sign_ins.c.user_id == users.c.user_id)
            .where(sign_ins.c.token_sha256 == token_sha256, sign_ins.c.expires_at > now)
        )
    ).one_or_none()
    return Person(*row) if row else None


async def remove_sign_in(connection: AsyncConnection, token_sha256: str) -> None:
    await connection.execute(delete(sign_ins).where(sign_ins.c.token_sha256 == token_sha256))


async def count_failures(connection: AsyncConnection, what: Sequence[str], since: datetime) -> dict[str, int]:
    found = await connection.execute(
        select(failures.c.what, func.count())
        .where(failures.c.what.in_(what), failures.c.at > since)
        .group_by(failures.c.what)
    )
    return {row[0]: row[1] for row in found}


async def add_failures(
    connection: AsyncConnection, what: Sequence[str], now: datetime, forget_before: datetime
) -> list[int]:
    """Forgets those before `forget_before` on the way; returns the new ones' ids."""
    await connection.execute(delete(failures).where(failures.c.at <= forget_before))
    added = []
    for each in what:
        done = await connection.execute(insert(failures).values(what=each, at=now))
        added += [int(key) for key in done.inserted_primary_key or ()]
    return added


async def forget_failures(connection: AsyncConnection, failure_ids: Sequence[int]) -> None:
    await connection.execute(delete(failures).where(failures.c.failure_id.in_(failure_ids)))
