"""Second factors: TOTP secrets (encrypted), recovery codes (hashed), and the tickets between the two steps."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import recovery_codes, second_factors, sign_in_tickets, users


async def find(connection: AsyncConnection, user_id: int) -> Row[Any] | None:
    return (await connection.execute(select(second_factors).where(second_factors.c.user_id == user_id))).one_or_none()


async def is_confirmed(connection: AsyncConnection, user_id: int) -> bool:
    statement = select(exists().where(second_factors.c.user_id == user_id, second_factors.c.confirmed_at.is_not(None)))
    return bool((await connection.execute(statement)).scalar_one())


async def begin(connection: AsyncConnection, user_id: int, secret: str, now: datetime) -> None:
    """In the place of one that was begun before."""
    await connection.execute(delete(second_factors).where(second_factors.c.user_id == user_id))
    await connection.execute(insert(second_factors).values(user_id=user_id, secret=secret, created_at=now))


async def confirm(connection: AsyncConnection, user_id: int, now: datetime, codes: Iterable[str]) -> None:
    """`codes` are the SHA-256 of the recovery codes."""
    await connection.execute(update(second_factors).where(second_factors.c.user_id == user_id).values(confirmed_at=now))
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    await connection.execute(insert(recovery_codes), [{"user_id": user_id, "code_sha256": code} for code in codes])


async def take_step(connection: AsyncConnection, user_id: int, step: int) -> bool:
    """False when a code of this step or a later one was taken before."""
    changed = await connection.execute(
        update(second_factors)
        .where(second_factors.c.user_id == user_id, second_factors.c.last_step < step)
        .values(last_step=step)
    )
    return changed.rowcount == 1


async def take_recovery_code(connection: AsyncConnection, user_id: int, code_sha256: str) -> bool:
    removed = await connection.execute(
        delete(recovery_codes).where(recovery_codes.c.user_id == user_id, recovery_codes.c.code_sha256 == code_sha256)
    )
    return removed.rowcount == 1


async def count_recovery_codes(connection: AsyncConnection, user_id: int) -> int:
    statement = select(func.count()).where(recovery_codes.c.user_id == user_id)
    return int((await connection.execute(statement)).scalar_one())


async def remove(connection: AsyncConnection, user_id: int) -> bool:
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    removed = await connection.execute(delete(second_factors).where(second_factors.c.user_id == user_id))
    return removed.rowcount == 1


async def add_ticket(
    connection: AsyncConnection, token_sha256: str, user_id: int, how: str, now: datetime, until: datetime
) -> None:
    """Forgets expired ones on the way."""
    await connection.execute(delete(sign_in_tickets).where(sign_in_tickets.c.expires_at <= now))
    await connection.execute(
        insert(sign_in_tickets).values(
            token_sha256=token_sha256, user_id=user_id, how=how, created_at=now, expires_at=until
        )
    )


async def ticket(connection: AsyncConnection, token_sha256: str, now: datetime) -> Row[Any] | None:
    """The row of `users` that it is for."""
    statement = (
        select(users)
        .join(sign_in_tickets, sign_in_tickets.c.user_id == users.c.user_id)
        .where(
            sign_in_tickets.c.token_sha256 == token_sha256,
            sign_in_tickets.c.expires_at > now,
            users.c.disabled_at.is_(None),
        )
    )
    return (await connection.execute(statement)).one_or_none()


async def remove_ticket(connection: AsyncConnection, token_sha256: str) -> bool:
    removed = await connection.execute(delete(sign_in_tickets).where(sign_in_tickets.c.token_sha256 == token_sha256))
    return removed.rowcount == 1


async def remove_tickets_of(connection: AsyncConnection, user_id: int) -> None:
    await connection.execute(delete(sign_in_tickets).where(sign_in_tickets.c.user_id == user_id))
