"""The record of who watched whom. Nothing is shown before its row is written.

A row that could not be ended is kept and tried again with every beat: at most one for each connection that ended while
the database was away. What a killed hub leaves open is ended at the next start, at its last beat.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from hub.db import Database
from hub.errors import StoreError
from hub.jumps import Jumps
from hub.store import watches
from hub.views import Me, WatchEnd, WatchKind

log = logging.getLogger(__name__)

BEAT_S: Final = 10.0
"""How exact the end of a watch is that a killed hub did not write down."""
SILENT_S: Final = 4 * BEAT_S
"""After which another process is taken to be dead."""


class Watches:
    def __init__(self, database: Database, *, one_of_several: bool = False) -> None:
        self._one_of_several = one_of_several
        self._database = database
        self._open: dict[UUID, datetime | None] = {}
        """With when the booth first answered."""
        self._unwritten: dict[UUID, watches.End] = {}

    async def end_left_over(self) -> None:
        """At the start, before anybody watches, all of them; where several processes run, those without a beat."""
        before = datetime.now(UTC) - timedelta(seconds=SILENT_S if self._one_of_several else 0)
        async with self._database.writing() as connection:
            ended = await watches.end_left_over(connection, before)
        if ended:
            log.warning("%d watches were open when the hub stopped; ended at their last beat", ended)

    async def begin(self, watch_id: UUID, me: Me, booth_id: str, kind: WatchKind) -> None:
        """Raises `StoreError`; whoever cannot be recorded may not watch."""
        async with self._database.writing(beside=True) as connection:
            await watches.begin(connection, watch_id, me, booth_id, kind, datetime.now(UTC))
        self._open[watch_id] = None

    async def answered(self, watch_id: UUID) -> None:
        """Noted at once, so that the end tells it even where this is cancelled or raises `StoreError`."""
        if watch_id not in self._open:
            return
        now = self._open[watch_id] = self._open[watch_id] or datetime.now(UTC)
        async with self._database.writing(beside=True) as connection:
            await watches.answered(connection, watch_id, now)

    async def end(self, watch_id: UUID, why: WatchEnd) -> None:
        """Of a watch that began; again changes nothing."""
        if watch_id not in self._open:
            return
        self._unwritten[watch_id] = watches.End(datetime.now(UTC), why, self._open.pop(watch_id))
        try:
            await self._write_ends()
        except StoreError as error:
            log.warning("the end of a watch is not written yet: %s", error)

    async def look(self, me: Me, booth_id: str) -> UUID:
        """A watch of one moment: a picture that is about to be taken. To be ended with `done` or `failed`."""
        watch_id = uuid4()
        await self.begin(watch_id, me, booth_id, "snapshot")
        return watch_id

    async def run(self) -> None:
        """Until cancelled."""
        jumps = Jumps()
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                await self._write_ends()
                await self._beat()
                if jumps.since_last():
                    continue  # the beats of the others are still of the clock as it was
                if self._one_of_several:
                    await self.end_left_over()
            except StoreError as error:
                log.warning("watches not written: %s (%s)", error, error.hint)

    async def _beat(self) -> None:
        if self._open:
            async with self._database.writing(beside=True) as connection:
                await watches.beat(connection, self._open, datetime.now(UTC))

    async def _write_ends(self) -> None:
        ends = dict(self._unwritten)
        if not ends:
            return
        async with self._database.writing(beside=True) as connection:
            for watch_id, end in ends.items():
                await watches.end(connection, watch_id, end)
        for watch_id in ends:
            self._unwritten.pop(watch_id, None)
