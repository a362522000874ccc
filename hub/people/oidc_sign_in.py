"""Who somebody is here whom the provider of OpenID Connect knows.

A person is known by the provider's `sub`, which never changes, and never by an e-mail address: that makes an account
only where it is verified and was invited.
"""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub import audit
from hub.db import Database
from hub.errors import RefusedError
from hub.people import accounts as people
from hub.people.auth import Auth, Entered, Origin, digest
from hub.people.oidc import Provider
from hub.people.permissions import Role
from hub.store import identities, invitations, users
from hub.views import Invitation

log = logging.getLogger(__name__)


class OidcSignIns:
    def __init__(self, provider: Provider, database: Database, auth: Auth) -> None:
        self.provider = provider
        self._database = database
        self._auth = auth

    async def finish(self, cookie: str, state: str, code: str, origin: Origin) -> Entered:
        """Raises 403 for somebody who is neither known, nor invited, nor given a role by the provider."""
        flow = self.provider.flow_of(cookie, state)
        claims = await self.provider.claims(flow, code)
        self._refuse_domain(claims)
        role = self._role(claims)
        async with self._database.writing() as connection:
            issuer, subject = self.provider.config.issuer, str(claims["sub"])
            user = await identities.find(connection, issuer, subject)
            if user is None:
                invitation = await self._invitation(connection, flow.invitation, claims)
                user = await self._join(connection, invitation, role, claims, origin)
                await identities.add(connection, issuer, subject, user.user_id, people.now())
            elif user.disabled_at is not None:
                raise RefusedError(403, "Disabled", f"{user.username} may not sign in any more; ask an administrator")
            elif role is not None and role != user.role:
                user = await self._change_role(connection, user, role)
            return await self._auth.enter(connection, user, origin, "oidc")

    def _refuse_domain(self, claims: dict[str, Any]) -> None:
        allowed = [domain.lower() for domain in self.provider.config.allowed_domains]
        email = _verified_email(claims)
        if allowed and (email is None or email.rpartition("@")[2].lower() not in allowed):
            raise RefusedError(403, "Not from here", f"sign in with a verified address at {' or '.join(allowed)}")

    def _role(self, claims: dict[str, Any]) -> Role | None:
        """In the order of hub.toml."""
        found = claims.get(self.provider.config.role_claim) if self.provider.config.role_claim else None
        values = found if isinstance(found, Sequence) and not isinstance(found, str) else [found]
        return next((role for value, role in self.provider.config.roles.items() if value in values), None)

    async def _invitation(self, connection: AsyncConnection, token: str, claims: dict[str, Any]) -> Invitation | None:
        if token:
            found = await invitations.by_token(connection, digest(token), people.now())
            if found is None:
                raise RefusedError(403, "Not a good link", "it was used, withdrawn or is too old; ask for a new one")
            return found
        email = _verified_email(claims)
        return None if email is None else await invitations.by_email(connection, email, people.now())

    async def _join(
        self,
        connection: AsyncConnection,
        invitation: Invitation | None,
        role: Role | None,
        claims: dict[str, Any],
        origin: Origin,
    ) -> Row[Any]:
        username = await _free_name(connection, claims)
        if invitation is not None:
            return await people.join(connection, invitation, username, "", origin.address)
        if role is None:
            raise RefusedError(403, "Not invited", "ask an administrator for an invitation")
        name = str(claims.get("name") or username).strip()[:120] or username
        values = {"username": username, "display_name": name, "role": role, "password_hash": ""}
        user_id = await users.add(connection, {**values, "created_at": people.now()})
        by = audit.Actor(username, name, origin.address)
        await audit.record(connection, by, "user.added", "user", username, role=role, by="oidc")
        return await users.by_id(connection, user_id)

    async def _change_role(self, connection: AsyncConnection, user: Row[Any], role: Role) -> Row[Any]:
        """As the provider says now; but the last administrator stays one."""
        try:
            await people.set_role(connection, audit.HUB, user, role)
        except RefusedError as error:
            log.warning("%s stays %s: %s", user.username, user.role, error.detail)
        return await users.by_id(connection, user.user_id)


def _verified_email(claims: dict[str, Any]) -> str | None:
    email = claims.get("email")
    return email if isinstance(email, str) and claims.get("email_verified") is True else None


async def _free_name(connection: AsyncConnection, claims: dict[str, Any]) -> str:
    """What the provider calls the person, with a number where somebody else is called so."""
    said = str(claims.get("preferred_username") or _verified_email(claims) or claims["sub"])
    name = "".join(letter for letter in said if letter.isprintable() and letter not in "/ ")[:70] or "person"
    number, found = 1, name
    while await users.find(connection, found) is not None:
        number += 1
        found = f"{name}-{number}"
    return found
