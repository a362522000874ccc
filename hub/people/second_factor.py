"""The second step of a sign-in: TOTP (RFC 6238) with any authenticator, and recovery codes for when it is lost."""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Final

import pyotp
import segno
from sqlalchemy.ext.asyncio import AsyncConnection

from hub import audit
from hub.audit import Actor
from hub.db import Database
from hub.errors import RefusedError
from hub.people.auth import Auth, Entered, Origin, digest
from hub.people.keyfile import SecretBox
from hub.people.passwords import generate_password
from hub.store import second_factors, users
from hub.views import Me, RecoveryCodes, SecondFactorBegun

STEP_S: Final = 30
DRIFT_STEPS: Final = 1
"""A clock may be half a minute off, either way (RFC 6238, section 5.2)."""
RECOVERY_CODES: Final = 10
ISSUER: Final = "Invigil"


class SecondFactors:
    def __init__(self, database: Database, auth: Auth, box: SecretBox) -> None:
        self._database = database
        self._auth = auth
        self._box = box

    async def begin(self, me: Me) -> SecondFactorBegun:
        """A new secret, which counts once it is confirmed. Raises 409 where one is confirmed already."""
        secret = pyotp.random_base32()
        async with self._database.writing() as connection:
            user = await users.find(connection, me.username)
            assert user is not None  # noqa: S101 (signed in)
            if await second_factors.is_confirmed(connection, user.user_id):
                raise RefusedError(409, "Set up already", "remove the one you have first: POST /api/v1/me/totp/remove")
            await second_factors.begin(connection, user.user_id, self._box.seal(secret), datetime.now(UTC))
        uri = pyotp.TOTP(secret).provisioning_uri(name=me.username, issuer_name=ISSUER)
        qr_svg = segno.make(uri, error="m").svg_inline(scale=4, border=2, light="#fff")
        return SecondFactorBegun(secret=secret, uri=uri, qr_svg=qr_svg)

    async def confirm(self, me: Me, by: Actor, code: str) -> RecoveryCodes:
        """With a code: the authenticator has the secret. Raises 403 for a wrong one, 409 where nothing was begun."""
        async with self._database.writing() as connection:
            user = await users.find(connection, me.username)
            assert user is not None  # noqa: S101 (signed in)
            begun = await second_factors.find(connection, user.user_id)
            if begun is None or begun.confirmed_at is not None:
                raise RefusedError(409, "Nothing to confirm", "begin with POST /api/v1/me/totp")
            if not await self._take_code(connection, user.user_id, code):
                raise RefusedError(403, "Wrong code", "wait for the next code and check the authenticator's clock")
            codes = [generate_password() for _ in range(RECOVERY_CODES)]
            now = datetime.now(UTC)
            await second_factors.confirm(connection, user.user_id, now, [digest(one) for one in codes])
            await audit.record(connection, by, "second_factor.added", "user", me.username)
        return RecoveryCodes(codes=tuple(codes))

    async def enter(self, ticket: str, code: str, origin: Origin) -> Entered:
        """The second step, with a code or a recovery code. Raises 401 for a ticket that is not good or a wrong code,
        429 after repeated failures, which count towards the lock of the account."""
        async with self._database.reading() as connection:
            user = await second_factors.ticket(connection, digest(ticket), datetime.now(UTC))
        if user is None:
            raise RefusedError(401, "Begin again", "the ticket is too old or used; sign in with the password again")
        attempts = await self._auth.guarded(user.username, origin)
        entered = None
        async with self._database.writing() as connection:
            how = await self._how(connection, user.user_id, code)
            if how is not None and await second_factors.remove_ticket(connection, digest(ticket)):
                entered = await self._auth.enter(connection, user, origin, how)
        if entered is None:
            await self._auth.guessed_wrong(user.username, origin, "code")
            raise RefusedError(401, "Wrong code", "wait for the next one, or use a recovery code")
        await self._auth.guessed_right(user.username, attempts)
        return entered

    async def _how(self, connection: AsyncConnection, user_id: int, code: str) -> str | None:
        if await self._take_code(connection, user_id, code):
            return "totp"
        recovery = hashlib.sha256(code.strip().lower().encode()).hexdigest()
        return "recovery_code" if await second_factors.take_recovery_code(connection, user_id, recovery) else None

    async def _take_code(self, connection: AsyncConnection, user_id: int, code: str) -> bool:
        """Each code counts once: its time step must be later than that of the last one taken."""
        kept = await second_factors.find(connection, user_id)
        if kept is None:
            return False
        totp, now = pyotp.TOTP(self._box.open(kept.secret)), int(datetime.now(UTC).timestamp()) // STEP_S
        given = "".join(code.split()).encode()
        for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
            if hmac.compare_digest(totp.generate_otp(step).encode(), given):
                return await second_factors.take_step(connection, user_id, step)
        return False
