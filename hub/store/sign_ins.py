"""Sign-ins: who is behind a cookie, since when and from where."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import second_factors, sign_ins, users


async def add(connection: AsyncConnection, row: dict[str, Any], now: datetime) -> None:
    """Forgets expired ones on the way."""
    await connection.execute(delete(sign_ins).where(sign_ins.c.expires_at <= now))
    await connection.execute(insert(sign_ins).values(row))


async def who(connection: AsyncConnection, token_sha256: str, now: datetime) -> Row[Any] | None:
    """The row of `users`, with `sign_in_id`, `how`, `last_seen_at` and `confirmed_at` of the second factor."""
    statement = (
        select(users, sign_ins.c.sign_in_id, sign_ins.c.how, sign_ins.c.last_seen_at, second_factors.c.confirmed_at)
        .join(sign_ins, sign_ins.c.user_id == users.c.user_id)
        .outerjoin(second_factors, second_factors.c.user_id == users.c.user_id)
        .where(sign_ins.c.token_sha256 == token_sha256, sign_ins.c.expires_at > now, users.c.disabled_at.is_(None))
    )
    return (await connection.execute(statement)).one_or_none()


async def seen(connection: AsyncConnection, token_sha256: str, now: datetime, address: str) -> None:
    await connection.execute(
        update(sign_ins).where(sign_ins.c.token_sha256 == token_sha256).values(last_seen_at=now, address=address)
    )


async def of_user(connection: AsyncConnection, user_id: int, now: datetime) -> list[Row[Any]]:
    """Those that hold, newest first."""
    statement = (
        select(sign_ins)
        .where(sign_ins.c.user_id == user_id, sign_ins.c.expires_at > now)
        .order_by(sign_ins.c.created_at.desc())
    )
    return list((await connection.execute(statement)).all())


async def end(connection: AsyncConnection, token_sha256: str) -> None:
    await connection.execute(delete(sign_ins).where(sign_ins.c.token_sha256 == token_sha256))


async def end_one(connection: AsyncConnection, user_id: int, sign_in_id: UUID) -> bool:
    """False when this person has no such sign-in."""
    ended = await connection.execute(
        delete(sign_ins).where(sign_ins.c.user_id == user_id, sign_ins.c.sign_in_id == sign_in_id)
    )
    return ended.rowcount == 1


async def end_all(connection: AsyncConnection, user_id: int, but: str = "") -> int:
    """All of a person's, `but` the one with this token's SHA-256; how many there were."""
    ended = await connection.execute(
        delete(sign_ins).where(sign_ins.c.user_id == user_id, sign_ins.c.token_sha256 != but)
    )
    return ended.rowcount
