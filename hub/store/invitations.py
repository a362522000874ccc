"""Invitations, and links that let somebody choose a new password."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import invitations, password_resets, users
from hub.views import Invitation, Scope


async def add(connection: AsyncConnection, row: dict[str, Any], scope: Scope) -> None:
    await connection.execute(insert(invitations).values(row | {"scope": scope.model_dump_json()}))


async def views(connection: AsyncConnection, invitation_id: UUID | None = None) -> list[Invitation]:
    """Newest first, also those that were accepted or are over."""
    statement = select(invitations).order_by(invitations.c.created_at.desc(), invitations.c.invitation_id)
    if invitation_id is not None:
        statement = statement.where(invitations.c.invitation_id == invitation_id)
    return [_view(row) for row in await connection.execute(statement)]


async def by_token(connection: AsyncConnection, token_sha256: str, now: datetime) -> Invitation | None:
    """One that is still good."""
    statement = select(invitations).where(
        invitations.c.token_sha256 == token_sha256, invitations.c.expires_at > now, invitations.c.accepted_at.is_(None)
    )
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _view(row)


async def by_email(connection: AsyncConnection, email: str, now: datetime) -> Invitation | None:
    """The newest that is still good for this address, which the caller knows to be verified."""
    statement = (
        select(invitations)
        .where(
            func.lower(invitations.c.email) == email.lower(),
            invitations.c.expires_at > now,
            invitations.c.accepted_at.is_(None),
        )
        .order_by(invitations.c.created_at.desc())
        .limit(1)
    )
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _view(row)


async def accept(connection: AsyncConnection, invitation_id: UUID, username: str, now: datetime) -> bool:
    """False when somebody else was faster."""
    changed = await connection.execute(
        update(invitations)
        .where(invitations.c.invitation_id == invitation_id, invitations.c.accepted_at.is_(None))
        .values(accepted_at=now, accepted_by=username)
    )
    return changed.rowcount == 1


async def withdraw(connection: AsyncConnection, invitation_id: UUID) -> bool:
    """False when there is none that is still open."""
    removed = await connection.execute(
        delete(invitations).where(invitations.c.invitation_id == invitation_id, invitations.c.accepted_at.is_(None))
    )
    return removed.rowcount == 1


async def add_reset(
    connection: AsyncConnection, token_sha256: str, user_id: int, now: datetime, until: datetime
) -> None:
    """The newest link counts; earlier ones of the same person and expired ones are forgotten."""
    over = (password_resets.c.user_id == user_id) | (password_resets.c.expires_at <= now)
    await connection.execute(delete(password_resets).where(over))
    await connection.execute(
        insert(password_resets).values(token_sha256=token_sha256, user_id=user_id, created_at=now, expires_at=until)
    )


async def take_reset(connection: AsyncConnection, token_sha256: str, now: datetime) -> Row[Any] | None:
    """The row of `users` it is for; the link is good no more."""
    statement = (
        select(users)
        .join(password_resets, password_resets.c.user_id == users.c.user_id)
        .where(
            password_resets.c.token_sha256 == token_sha256,
            password_resets.c.expires_at > now,
            users.c.disabled_at.is_(None),
        )
    )
    user = (await connection.execute(statement)).one_or_none()
    await connection.execute(delete(password_resets).where(password_resets.c.token_sha256 == token_sha256))
    return user


async def reset_by_token(connection: AsyncConnection, token_sha256: str, now: datetime) -> Row[Any] | None:
    """The row of `users` that a link is for, with `expires_at`; the link stays good."""
    statement = (
        select(users, password_resets.c.expires_at)
        .join(password_resets, password_resets.c.user_id == users.c.user_id)
        .where(
            password_resets.c.token_sha256 == token_sha256,
            password_resets.c.expires_at > now,
            users.c.disabled_at.is_(None),
        )
    )
    return (await connection.execute(statement)).one_or_none()


async def remove_resets(connection: AsyncConnection, user_id: int) -> None:
    await connection.execute(delete(password_resets).where(password_resets.c.user_id == user_id))


def _view(row: Row[Any]) -> Invitation:
    shown = {name: value for name, value in row._mapping.items() if name not in ("token_sha256", "scope")}
    return Invitation(**shown, scope=Scope.model_validate_json(row.scope))
