"""Who is who for providers of OpenID Connect."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import identities, users


async def find(connection: AsyncConnection, issuer: str, subject: str) -> Row[Any] | None:
    """The row of `users`."""
    statement = (
        select(users)
        .join(identities, identities.c.user_id == users.c.user_id)
        .where(identities.c.issuer == issuer, identities.c.subject == subject)
    )
    return (await connection.execute(statement)).one_or_none()


async def add(connection: AsyncConnection, issuer: str, subject: str, user_id: int, now: datetime) -> None:
    await connection.execute(insert(identities).values(issuer=issuer, subject=subject, user_id=user_id, created_at=now))
