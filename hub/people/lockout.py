"""The lock of an account after too many wrong passwords or codes, from wherever they come.

It holds for names that nobody has, too. It is kept in the database, so a restart forgives nothing; an administrator or
the command line opens it. Whoever is signed in stays so: a lock keeps nobody from work that is under way.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from hub import audit
from hub.db import Database
from hub.errors import RefusedError
from hub.store import lockouts

log = logging.getLogger(__name__)

FAILURES: Final = 10
WINDOW: Final = timedelta(hours=1)
LOCKED_FOR: Final = timedelta(minutes=15)
"""OWASP's Authentication Cheat Sheet leaves the numbers open: at most 40 guesses an hour remain of one password."""


class Lockout:
    """An attempt counts before it is judged, so that many at once cannot slip through; success forgets them all."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def attempt(self, username: str) -> None:
        """Raises 429 while the name is locked."""
        now = datetime.now(UTC)
        async with self._database.writing() as connection:
            await lockouts.take_turn(connection, username)
            until = await lockouts.locked_until(connection, username, now)
            if until is None:
                await lockouts.add_failure(connection, username, now, WINDOW)
                if await lockouts.count(connection, username, now, WINDOW) > FAILURES:
                    until = now + LOCKED_FOR  # those under way are about to lock it
        if until is not None:
            raise _locked(until, now)

    async def failed(self, username: str, address: str) -> None:
        """What `attempt` counted was wrong. The one that reaches the limit locks the name."""
        now = datetime.now(UTC)
        async with self._database.writing() as connection:
            await lockouts.take_turn(connection, username)
            if await lockouts.count(connection, username, now, WINDOW) < FAILURES:
                return
            await lockouts.lock_name(connection, username, now, now + LOCKED_FOR)
            nobody = audit.Actor(None, "somebody", address)
            await audit.record(connection, nobody, "user.locked", "user", username, until=now + LOCKED_FOR)
        log.warning("%s is locked for %s after %d failures", username, LOCKED_FOR, FAILURES)

    async def succeeded(self, username: str) -> None:
        async with self._database.writing() as connection:
            await lockouts.forget(connection, username)


def _locked(until: datetime, now: datetime) -> RefusedError:
    seconds = max(1, int((until - now).total_seconds()))
    return RefusedError(
        429,
        "Locked for a while",
        f"too many failures; wait {-(-seconds // 60)} minutes, or ask an administrator to unlock the account",
        headers={"Retry-After": str(seconds)},
    )
