"""Signing in, staying signed in, and who is behind a cookie or an API token.

Of a random token only the SHA-256 is kept, so a stolen database signs nobody in.
"""

import hashlib
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hub import audit
from hub.audit import Actor
from hub.config import SignInConfig
from hub.db import Database
from hub.errors import RefusedError, StoreError
from hub.metrics import Metrics
from hub.people.lockout import Lockout
from hub.people.passwords import Judgement, hash_password, is_outdated, judge, nobodys_hash, password_matches
from hub.people.permissions import PERMISSIONS
from hub.people.throttle import Throttle
from hub.store import api_tokens, scopes, second_factors, sign_ins, users
from hub.views import Me

log = logging.getLogger(__name__)

PER_ACCOUNT_AND_ADDRESS: Final = 5
PER_ADDRESS: Final = 60
"""More than the account limit: a room of proctors may share one address."""
SEEN_INTERVAL: Final = timedelta(minutes=1)
"""How exact `last_seen_at` is: it is written no more often than that."""
TICKET_LIFETIME: Final = timedelta(minutes=5)
API_TOKEN_PREFIX: Final = "ivg_"  # noqa: S105 (what every token begins with)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from."""

    address: str
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """Signed in: what the cookie holds."""

    token: str
    me: Me


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The password was right; a code is still to come, with this ticket."""

    ticket: str


class Tried:
    """An attempt that counts as a failure until it was `right`."""

    was_right = False

    def right(self) -> None:
        self.was_right = True


class Auth:
    cookie_name: Final = "invigil_session"
    lifetime: Final = timedelta(hours=12)

    def __init__(self, database: Database, metrics: Metrics, config: SignInConfig | None = None) -> None:
        self._database = database
        self._metrics = metrics
        self._config = config or SignInConfig()
        self._throttle = Throttle(database)
        self._lockout = Lockout(database)
        # Each check takes 64 MiB and about 50 ms of a core.
        self._limiter = CapacityLimiter(2)

    async def sign_in(self, username: str, password: str, origin: Origin) -> Entered | SecondStep:
        """Raises 401, 403 or 429. An unknown name takes as long as a known one and is answered alike."""
        attempts = await self._attempt(username, origin)
        user = await self._checked(username, password)
        if user is None:
            await self._refused(username, origin, "password")
            raise RefusedError(401, "Wrong name or password", "check both; an administrator can set a new password")
        if user.disabled_at is not None:
            await self._note_refusal(username, origin, "disabled")
            raise RefusedError(403, "Disabled", f"{username} may not sign in any more; ask an administrator")
        await self._throttle.succeeded(attempts)
        if is_outdated(user.password_hash):
            renewed = await self.hash(password)
            async with self._database.writing() as connection:
                await users.change(connection, user.user_id, password_hash=renewed)
        async with self._database.writing() as connection:
            if await second_factors.is_confirmed(connection, user.user_id):
                ticket, now = secrets.token_urlsafe(32), datetime.now(UTC)
                await second_factors.add_ticket(
                    connection, digest(ticket), user.user_id, "password", now, now + TICKET_LIFETIME
                )
                return SecondStep(ticket)
            entered = await self.enter(connection, user, origin, "password")
        await self._lockout.succeeded(username)
        return entered

    async def password_is_right(self, username: str, password: str, origin: Origin) -> bool:
        """Of somebody who is signed in; counts like a sign-in. Raises 429."""
        attempts = await self._attempt(username, origin)
        if await self._checked(username, password) is None:
            await self._refused(username, origin, "password")
            return False
        await self._throttle.succeeded(attempts)
        await self._lockout.succeeded(username)
        return True

    async def guarded(self, username: str, origin: Origin) -> list[int]:
        """Counts an attempt at a second step; raises 429. To be followed by `guessed_right` or `guessed_wrong`."""
        return await self._attempt(username, origin)

    async def guessed_right(self, username: str, attempts: list[int]) -> None:
        await self._throttle.succeeded(attempts)
        await self._lockout.succeeded(username)

    async def guessed_wrong(self, username: str, origin: Origin, what: str) -> None:
        await self._refused(username, origin, what)

    @asynccontextmanager
    async def link_tried(self, origin: Origin) -> AsyncIterator["Tried"]:
        """Counts an attempt at a one-time link, unless the block calls `right`; raises 429."""
        tried = Tried()
        attempts = await self._throttle.attempt({f"link {origin.address}": PER_ADDRESS})
        yield tried
        if tried.was_right:
            await self._throttle.succeeded(attempts)

    async def enter(self, connection: AsyncConnection, user: Row[Any], origin: Origin, how: str) -> Entered:
        """A new sign-in of a row of `users`, in the caller's transaction, recorded there."""
        token, now = secrets.token_urlsafe(32), datetime.now(UTC)
        row = {
            "token_sha256": digest(token),
            "user_id": user.user_id,
            "sign_in_id": uuid4(),
            "created_at": now,
            "expires_at": now + self.lifetime,
            "last_seen_at": now,
            "address": origin.address[:60],
            "user_agent": origin.user_agent[:200],
            "how": how,
        }
        await sign_ins.add(connection, row, now)
        confirmed = await second_factors.is_confirmed(connection, user.user_id)
        me = await self._me(connection, user, must_enrol=self._must_enrol(user.role, how, confirmed))
        await audit.record(connection, Actor.of(me, origin.address), "sign_in.created", "user", user.username, how=how)
        return Entered(token, me)

    async def who(self, token: str | None, address: str = "") -> Me | None:
        """Behind a cookie."""
        if not token:
            return None
        now = datetime.now(UTC)
        async with self._database.reading() as connection:
            found = await sign_ins.who(connection, digest(token), now)
            if found is None:
                return None
            must_enrol = self._must_enrol(found.role, found.how, found.confirmed_at is not None)
            me = await self._me(connection, found, must_enrol=must_enrol)
        if address and (found.last_seen_at is None or now - found.last_seen_at >= SEEN_INTERVAL):
            await self._write_seen(sign_ins.seen, digest(token), now, address)
        return me

    async def who_by_token(self, token: str, address: str = "") -> Me | None:
        """Behind an API token: what it was given, as far as the person has it now."""
        now = datetime.now(UTC)
        async with self._database.reading() as connection:
            found = await api_tokens.who(connection, digest(token), now)
            if found is None:
                return None
            given = api_tokens.permissions_of(found.permissions)
            must_enrol = self._must_enrol(found.role, "token", found.confirmed_at is not None)
            me = await self._me(connection, found, must_enrol=must_enrol)
        if address and (found.last_used_at is None or now - found.last_used_at >= SEEN_INTERVAL):
            await self._write_seen(api_tokens.used, digest(token), now, address)
        return me.model_copy(update={"permissions": tuple(one for one in me.permissions if one in given)})

    async def sign_out(self, token: str | None, address: str) -> None:
        me = await self.who(token)
        if token and me:
            async with self._database.writing() as connection:
                await sign_ins.end(connection, digest(token))
                await audit.record(connection, Actor.of(me, address), "sign_in.ended", "user", me.username)

    async def hash(self, password: str) -> str:
        return await to_thread.run_sync(hash_password, password, limiter=self._limiter)

    async def judge(self, password: str, *about: str) -> Judgement:
        """How good a password is; beside the loop, one of few at a time."""
        return await to_thread.run_sync(judge, password, *about, limiter=self._limiter)

    async def _attempt(self, username: str, origin: Origin) -> list[int]:
        limits = {
            f"sign-in {username} {origin.address}": PER_ACCOUNT_AND_ADDRESS,
            f"sign-in {origin.address}": PER_ADDRESS,
        }
        attempts = await self._throttle.attempt(limits)
        await self._lockout.attempt(username)
        return attempts

    async def _checked(self, username: str, password: str) -> Row[Any] | None:
        async with self._database.reading() as connection:
            user = await users.find(connection, username)
        password_hash = user.password_hash if user is not None and user.password_hash else nobodys_hash()
        right = await to_thread.run_sync(password_matches, password_hash, password, limiter=self._limiter)
        return user if right else None

    async def _refused(self, username: str, origin: Origin, what: str) -> None:
        self._metrics.sign_ins_refused.inc()
        await self._note_refusal(username, origin, what)
        await self._lockout.failed(username, origin.address)

    async def note_refused(self, username: str, origin: Origin, what: str) -> None:
        """Of a sign-in that was refused elsewhere."""
        self._metrics.sign_ins_refused.inc()
        await self._note_refusal(username, origin, what)

    async def _note_refusal(self, username: str, origin: Origin, what: str) -> None:
        nobody = Actor(None, "somebody", origin.address)
        async with self._database.writing() as connection:
            await audit.record(connection, nobody, "sign_in.refused", "user", username, wrong=what)

    def _must_enrol(self, role: str, how: str, confirmed: bool) -> bool:
        """A provider of OpenID Connect asks for its own second factor."""
        return role in self._config.totp_required and how != "oidc" and not confirmed

    async def _me(self, connection: AsyncConnection, user: Row[Any], *, must_enrol: bool) -> Me:
        return Me(
            username=user.username,
            display_name=user.display_name,
            role=user.role,
            booths=await scopes.booths_of(connection, user),
            permissions=PERMISSIONS[user.role],
            must_enrol=must_enrol,
        )

    async def _write_seen(self, write: Any, token_sha256: str, now: datetime, address: str) -> None:
        """Whoever has a right to look is not refused because that cannot be written."""
        try:
            async with self._database.writing() as connection:
                await write(connection, token_sha256, now, address[:60])
        except StoreError as error:
            log.warning("when somebody was last seen is not written: %s", error)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
