"""That somebody looked at what shows a candidate, or took it away: written into the audit log before it is shown.

A page asks for one picture several times, and a player for a clip in many ranges: the same person looking at the same
thing again within `AGAIN` is one look. At most `REMEMBERED` looks are remembered; what was forgotten is written again.
"""

from datetime import timedelta
from time import monotonic
from typing import Any, Final

from hub import audit
from hub.audit import Actor
from hub.db import Database

AGAIN: Final = timedelta(minutes=10)
REMEMBERED: Final = 10_000


class Viewed:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._looks: dict[tuple[str | None, str, str], float] = {}

    async def record(self, by: Actor, action: str, object_kind: str, object_id: str, **detail: Any) -> None:
        """`action` such as `evidence.viewed`. Raises `StoreError`: what cannot be recorded is not to be shown."""
        look = (by.username, action, object_id)
        now = monotonic()
        seen = self._looks.get(look)
        if seen is not None and now - seen < AGAIN.total_seconds():
            return
        async with self._database.writing() as connection:
            await audit.record(connection, by, action, object_kind, object_id, **detail)
        self._looks.pop(look, None)
        self._looks[look] = now
        while len(self._looks) > REMEMBERED:
            del self._looks[next(iter(self._looks))]
