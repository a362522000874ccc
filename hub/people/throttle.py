"""How often somebody may guess: attempts counted in the database, so a restart forgives nothing."""

from datetime import UTC, datetime, timedelta
from typing import Final

from hub.db import Database
from hub.errors import RefusedError
from hub.store import users
from hub.store.locks import lock

WINDOW: Final = timedelta(minutes=5)


class Throttle:
    """An attempt counts before it is judged, so that many at once cannot slip through; success takes it back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def attempt(self, limits: dict[str, int]) -> list[int]:
        """Counts one attempt for each key; raises 429 when a key has reached its limit within `WINDOW`."""
        now = datetime.now(UTC)
        async with self._database.writing(beside=True) as connection:
            await lock(connection, limits)
            counted = await users.count_failures(connection, list(limits), now - WINDOW)
            if any(counted.get(key, 0) >= limit for key, limit in limits.items()):
                minutes = int(WINDOW.total_seconds() // 60)
                raise RefusedError(
                    429,
                    "Too many attempts",
                    f"wait {minutes} minutes and try again",
                    headers={"Retry-After": str(int(WINDOW.total_seconds()))},
                )
            return await users.add_failures(connection, list(limits), now, now - WINDOW)

    async def succeeded(self, attempts: list[int]) -> None:
        async with self._database.writing(beside=True) as connection:
            await users.forget_failures(connection, attempts)
