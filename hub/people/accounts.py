"""What is done to people's accounts, by routes and the command line alike; each within the caller's transaction.

Nobody can take the last administrator away, by role or by disabling, nor an administrator themselves: then nobody could
give anybody a right again.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub import audit
from hub.audit import Actor
from hub.errors import RefusedError
from hub.people.auth import digest
from hub.people.permissions import Role
from hub.store import invitations, lockouts, scopes, second_factors, sign_ins, users
from hub.views import Invitation, Scope, User

INVITATION_DAYS: Final = 7
RESET_LIFETIME: Final = timedelta(hours=24)


def now() -> datetime:
    return datetime.now(UTC)


async def find(connection: AsyncConnection, username: str) -> Row[Any]:
    """Raises 404."""
    user = await users.find(connection, username)
    if user is None:
        raise RefusedError(404, "No such user", f"nobody is called {username!r}; GET /api/v1/users lists them")
    return user


async def view(connection: AsyncConnection, username: str) -> User:
    return (await users.views(connection, now(), username))[0]


async def refuse_unknown(connection: AsyncConnection, scope: Scope) -> None:
    """Raises 422 for what does not exist."""
    missing = await scopes.unknown(connection, scope)
    if missing:
        raise RefusedError(422, f"No such {missing[0].split()[0]}", f"there is no {', no '.join(missing)}")


async def set_scope(connection: AsyncConnection, by: Actor, user: Row[Any], scope: Scope) -> None:
    """Raises 409 for somebody who reaches everything by role, 422 for what does not exist."""
    if user.role in scopes.EVERYWHERE:
        raise RefusedError(409, "Needs no scope", f"{user.username} is {user.role} and reaches every booth")
    await refuse_unknown(connection, scope)
    before = await scopes.of_person(connection, user)
    await scopes.replace(connection, user.user_id, scope)
    await users.change(connection, user.user_id, everywhere=scope.everywhere)
    await audit.record(
        connection,
        by,
        "user.scope_changed",
        "user",
        user.username,
        before=before.model_dump(mode="json"),
        after=scope.model_dump(mode="json"),
    )


async def set_role(connection: AsyncConnection, by: Actor, user: Row[Any], role: Role) -> None:
    if role == user.role:
        return
    if user.role == "admin":
        await _keep_an_administrator(connection, by, user)
    await users.change(connection, user.user_id, role=role)
    await audit.record(connection, by, "user.role_changed", "user", user.username, before=user.role, after=role)


async def rename(connection: AsyncConnection, by: Actor, user: Row[Any], display_name: str) -> None:
    if display_name != user.display_name:
        await users.change(connection, user.user_id, display_name=display_name)
        names = {"before": user.display_name, "after": display_name}
        await audit.record(connection, by, "user.renamed", "user", user.username, **names)


async def disable(connection: AsyncConnection, by: Actor, user: Row[Any]) -> None:
    """Ends everything by which this person could come in; API tokens count again only if enabled again."""
    if user.disabled_at is not None:
        return
    if user.role == "admin":
        await _keep_an_administrator(connection, by, user)
    await users.change(connection, user.user_id, disabled_at=now())
    await _put_out(connection, user.user_id)
    await audit.record(connection, by, "user.disabled", "user", user.username)


async def enable(connection: AsyncConnection, by: Actor, user: Row[Any]) -> None:
    if user.disabled_at is not None:
        await users.change(connection, user.user_id, disabled_at=None)
        await audit.record(connection, by, "user.enabled", "user", user.username)


async def unlock(connection: AsyncConnection, by: Actor, username: str) -> None:
    await lockouts.forget(connection, username)
    await audit.record(connection, by, "user.unlocked", "user", username)


async def set_password(
    connection: AsyncConnection, by: Actor, user: Row[Any], password_hash: str, *, keep: str = ""
) -> None:
    """Ends every sign-in of the person `but` the one with the token's SHA-256 `keep`."""
    await users.change(connection, user.user_id, password_hash=password_hash)
    await _put_out(connection, user.user_id, keep)
    await lockouts.forget(connection, user.username)
    await audit.record(connection, by, "user.password_changed", "user", user.username)


async def begin_reset(connection: AsyncConnection, by: Actor, user: Row[Any]) -> tuple[str, datetime]:
    """The one-time token with which the person chooses a new password. Until then nobody is signed in as them."""
    token, at = secrets.token_urlsafe(32), now()
    await _put_out(connection, user.user_id)
    await users.change(connection, user.user_id, password_hash="")
    await invitations.add_reset(connection, digest(token), user.user_id, at, at + RESET_LIFETIME)
    await audit.record(connection, by, "user.password_reset", "user", user.username)
    return token, at + RESET_LIFETIME


async def remove_second_factor(connection: AsyncConnection, by: Actor, user: Row[Any]) -> None:
    """Raises 404 where there is none."""
    if not await second_factors.remove(connection, user.user_id):
        raise RefusedError(404, "No second factor", f"{user.username} has none")
    await audit.record(connection, by, "second_factor.removed", "user", user.username)


async def invite(
    connection: AsyncConnection, by: Actor, role: Role, display_name: str, email: str | None, scope: Scope, days: int
) -> tuple[str, Invitation]:
    """The one-time token and what it is good for."""
    await refuse_unknown(connection, scope)
    token, at, invitation_id = secrets.token_urlsafe(32), now(), uuid4()
    row = {
        "invitation_id": invitation_id,
        "token_sha256": digest(token),
        "role": role,
        "display_name": display_name,
        "email": email,
        "created_by": by.username or by.display_name,
        "created_at": at,
        "expires_at": at + timedelta(days=days),
    }
    await invitations.add(connection, row, scope)
    detail = {"role": role, "display_name": display_name, "scope": scope.model_dump(mode="json")}
    await audit.record(connection, by, "invitation.created", "invitation", str(invitation_id), **detail)
    return token, (await invitations.views(connection, invitation_id))[0]


async def join(
    connection: AsyncConnection, invitation: Invitation, username: str, password_hash: str, address: str
) -> Row[Any]:
    """The row of `users` of somebody who accepts. Raises 409 where the name is taken or another was faster."""
    if await users.find(connection, username) is not None:
        raise RefusedError(409, "The name is taken", f"somebody is called {username!r} already; choose another one")
    at = now()
    if not await invitations.accept(connection, invitation.invitation_id, username, at):
        raise RefusedError(409, "Accepted already", "ask for a new invitation")
    values = {
        "username": username,
        "display_name": invitation.display_name,
        "role": invitation.role,
        "password_hash": password_hash,
        "created_at": at,
        "everywhere": invitation.scope.everywhere,
    }
    user_id = await users.add(connection, values)
    if invitation.role not in scopes.EVERYWHERE:
        await scopes.replace(connection, user_id, await scopes.still_there(connection, invitation.scope))
    by = Actor(username, invitation.display_name, address)
    detail = {"username": username, "role": invitation.role, "invited_by": invitation.created_by}
    await audit.record(connection, by, "invitation.accepted", "invitation", str(invitation.invitation_id), **detail)
    return await users.by_id(connection, user_id)


async def _put_out(connection: AsyncConnection, user_id: int, keep: str = "") -> None:
    await sign_ins.end_all(connection, user_id, keep)
    await second_factors.remove_tickets_of(connection, user_id)
    await invitations.remove_resets(connection, user_id)


async def _keep_an_administrator(connection: AsyncConnection, by: Actor, user: Row[Any]) -> None:
    if by.username == user.username:
        raise RefusedError(409, "Not by yourself", "another administrator has to take this from you")
    if user.disabled_at is None and await users.count_administrators(connection, user.user_id) == 0:
        detail = f"{user.username} is the only administrator; make somebody else one first"
        raise RefusedError(409, "The last administrator", detail)
