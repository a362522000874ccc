"""API tokens: for programs that act for a person."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.people.permissions import Permission
from hub.tables import api_tokens, second_factors, users
from hub.views import ApiToken


def permissions_of(text: str) -> tuple[Permission, ...]:
    """Those that there are still; a later version may know fewer."""
    return tuple(one for one in json.loads(text) if one in get_args(Permission))


async def add(connection: AsyncConnection, row: dict[str, Any], permissions: Sequence[str]) -> None:
    await connection.execute(insert(api_tokens).values(row | {"permissions": json.dumps(list(permissions))}))


async def who(connection: AsyncConnection, token_sha256: str, now: datetime) -> Row[Any] | None:
    """The row of `users`, with what the token was given and when it was last used."""
    statement = (
        select(users, api_tokens.c.permissions, api_tokens.c.last_used_at, second_factors.c.confirmed_at)
        .join(api_tokens, api_tokens.c.user_id == users.c.user_id)
        .outerjoin(second_factors, second_factors.c.user_id == users.c.user_id)
        .where(
            api_tokens.c.token_sha256 == token_sha256,
            api_tokens.c.expires_at > now,
            users.c.disabled_at.is_(None),
        )
    )
    return (await connection.execute(statement)).one_or_none()


async def used(connection: AsyncConnection, token_sha256: str, now: datetime, address: str) -> None:
    await connection.execute(
        update(api_tokens)
        .where(api_tokens.c.token_sha256 == token_sha256)
        .values(last_used_at=now, last_address=address)
    )


async def views(connection: AsyncConnection, user_id: int | None = None) -> list[ApiToken]:
    """One person's or everybody's, newest first, also those that are over."""
    statement = (
        select(api_tokens, users.c.username)
        .join(users, users.c.user_id == api_tokens.c.user_id)
        .order_by(api_tokens.c.created_at.desc(), api_tokens.c.token_id)
    )
    if user_id is not None:
        statement = statement.where(api_tokens.c.user_id == user_id)
    return [
        ApiToken(
            token_id=row.token_id,
            username=row.username,
            name=row.name,
            permissions=permissions_of(row.permissions),
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            last_address=row.last_address,
        )
        for row in await connection.execute(statement)
    ]


async def count(connection: AsyncConnection, user_id: int) -> int:
    found = await connection.execute(select(api_tokens.c.token_id).where(api_tokens.c.user_id == user_id))
    return len(found.all())


async def remove(connection: AsyncConnection, token_id: UUID, user_id: int | None = None) -> str | None:
    """The name of the one that was removed, of this person where one is given."""
    statement = delete(api_tokens).where(api_tokens.c.token_id == token_id)
    if user_id is not None:
        statement = statement.where(api_tokens.c.user_id == user_id)
    removed: str | None = (await connection.execute(statement.returning(api_tokens.c.name))).scalar_one_or_none()
    return removed
