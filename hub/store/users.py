"""Users, and the failures that the rate limit counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store import scopes
from hub.tables import audit_log, failures, lockouts, second_factors, sign_ins, users
from hub.views import User


async def find(connection: AsyncConnection, username: str) -> Row[Any] | None:
    return (await connection.execute(select(users).where(users.c.username == username))).one_or_none()


async def by_id(connection: AsyncConnection, user_id: int) -> Row[Any]:
    return (await connection.execute(select(users).where(users.c.user_id == user_id))).one()


async def administrators(connection: AsyncConnection, limit: int) -> list[str]:
    """What they are called; whom to ask."""
    found = await connection.execute(
        select(users.c.display_name)
        .where(users.c.role == "admin", users.c.disabled_at.is_(None))
        .order_by(users.c.user_id)
        .limit(limit)
    )
    return list(found.scalars())


async def count_administrators(connection: AsyncConnection, besides: int) -> int:
    """Who may sign in, `besides` this one."""
    statement = select(func.count()).where(
        users.c.role == "admin", users.c.disabled_at.is_(None), users.c.user_id != besides
    )
    return int((await connection.execute(statement)).scalar_one())


async def views(connection: AsyncConnection, now: datetime, username: str | None = None) -> list[User]:
    """All people, or one, by name."""
    # The newest of the few entries about the person: a walk of an index that ends at the first.
    entered = (
        select(audit_log.c.at)
        .where(audit_log.c.object_kind == "user", audit_log.c.object_id == users.c.username)
        .where(audit_log.c.action == "sign_in.created")
        .order_by(audit_log.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    inside = (
        select(func.count())
        .where(sign_ins.c.user_id == users.c.user_id, sign_ins.c.expires_at > now)
        .correlate(users)
        .scalar_subquery()
    )
    statement = (
        select(
            users,
            lockouts.c.locked_until,
            second_factors.c.confirmed_at,
            entered.label("last_sign_in_at"),
            inside.label("sign_ins"),
        )
        .outerjoin(lockouts, (lockouts.c.username == users.c.username) & (lockouts.c.locked_until > now))
        .outerjoin(second_factors, second_factors.c.user_id == users.c.user_id)
        .order_by(users.c.username)
    )
    if username is not None:
        statement = statement.where(users.c.username == username)
    return [
        User(
            username=row.username,
            display_name=row.display_name,
            role=row.role,
            booths=await scopes.booths_of(connection, row),
            scope=await scopes.of_person(connection, row),
            created_at=row.created_at,
            disabled_at=row.disabled_at,
            locked_until=row.locked_until,
            second_factor=row.confirmed_at is not None,
            last_sign_in_at=row.last_sign_in_at,
            sign_ins=row.sign_ins,
        )
        for row in (await connection.execute(statement)).all()
    ]


async def add(connection: AsyncConnection, values: dict[str, Any]) -> int:
    done = await connection.execute(insert(users).values(values))
    return int((done.inserted_primary_key or (0,))[0])


async def change(connection: AsyncConnection, user_id: int, **values: Any) -> None:
    await connection.execute(update(users).where(users.c.user_id == user_id).values(values))


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
    """Forgets those before `forget_before` on the way, but those of accounts; returns the new ones' ids."""
    old = (failures.c.at <= forget_before, failures.c.what.not_like(f"{ACCOUNT}%"))
    await connection.execute(delete(failures).where(*old))
    added = []
    for each in what:
        done = await connection.execute(insert(failures).values(what=each, at=now))
        added += [int(key) for key in done.inserted_primary_key or ()]
    return added


async def forget_failures(connection: AsyncConnection, failure_ids: Sequence[int]) -> None:
    await connection.execute(delete(failures).where(failures.c.failure_id.in_(failure_ids)))


ACCOUNT = "account "
"""How failures begin that count towards the lock of an account; `hub.store.lockouts` keeps them for an hour."""
