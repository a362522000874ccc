"""Passwords, sign-ins and who is behind a cookie.

Passwords are kept as Argon2id; of a sign-in's random token only the SHA-256 is kept, so a stolen database signs
nobody in.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.db import Database
from hub.errors import RefusedError
from hub.metrics import Metrics
from hub.store import assignments, users
from hub.throttle import Throttle
from hub.views import Me

PER_ACCOUNT_AND_ADDRESS: Final = 5
PER_ADDRESS: Final = 60
"""More than the account limit: a room of proctors may share one address."""

_HASHER: Final = PasswordHasher()


class Auth:
    cookie_name: Final = "invigil_session"
    lifetime: Final = timedelta(hours=12)

    def __init__(self, database: Database, metrics: Metrics) -> None:
        self._database = database
        self._metrics = metrics
        self._throttle = Throttle(database)
        # Each check takes 64 MiB and about 50 ms of a core.
        self._limiter = CapacityLimiter(2)

    async def sign_in(self, username: str, password: str, address: str) -> tuple[str, Me]:
        """The new sign-in's token and who it is; raises 401 or 429. An unknown name takes as long as a known one."""
        limits = {f"sign-in {username} {address}": PER_ACCOUNT_AND_ADDRESS, f"sign-in {address}": PER_ADDRESS}
        attempts = await self._throttle.attempt(limits)
        async with self._database.reading() as connection:
            user = await users.find(connection, username)
        password_hash = user.password_hash if user else _nobodys_hash()
        right = await to_thread.run_sync(password_matches, password_hash, password, limiter=self._limiter)
        if user is None or not right:
            self._metrics.sign_ins_refused.inc()
            raise RefusedError(401, "Wrong name or password", "check both; an administrator can set a new password")
        await self._throttle.succeeded(attempts)
        token, now = secrets.token_urlsafe(32), datetime.now(UTC)
        async with self._database.writing() as connection:
            await users.add_sign_in(connection, _digest(token), user.user_id, now, now + self.lifetime)
            me = await _me(connection, users.Person(user.user_id, user.username, user.display_name, user.role))
        return token, me

    async def who(self, token: str | None) -> Me | None:
        if not token:
            return None
        async with self._database.reading() as connection:
            person = await users.signed_in(connection, _digest(token), datetime.now(UTC))
            return await _me(connection, person) if person else None

    async def sign_out(self, token: str | None) -> None:
        if token:
            async with self._database.writing() as connection:
                await users.remove_sign_in(connection, _digest(token))


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


def generate_password() -> str:
    """Four groups that can be read aloud: 80 bits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))


async def _me(connection: AsyncConnection, person: users.Person) -> Me:
    booths = await assignments.of_person(connection, person.user_id, person.role)
    return Me.model_validate({**person._asdict(), "booths": booths}, extra="ignore")


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
