"""Who looks at which booth now, and when each booth was last looked at.

A page that shows a booth says so every few seconds; a live view counts by its row in `watches`. Heartbeats are kept in
memory for `EXPIRES_S`, at most `MAX_LOOKS` of them, and told to every process of the hub over the feed: one that starts
later knows after the next heartbeat. When a booth was last looked at is written at most every `WRITE_S`.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

from contract.wire import InvalidError
from hub.config import WatchingConfig
from hub.db import Database
from hub.errors import StoreError
from hub.feed import Changes, Feed, Look
from hub.intake.message import Message
from hub.store import watching
from hub.views import BoothPresence, Looking, Me, Presence

log = logging.getLogger(__name__)

EXPIRES_S: Final = 30.0
WRITE_S: Final = 15.0
MAX_LOOKS: Final = 10_000
"""A hundred people with a hundred booths each; beyond, new ones are not shown."""


class Presences:
    def __init__(self, database: Database, feed: Feed, config: WatchingConfig, loop: asyncio.AbstractEventLoop) -> None:
        self._database = database
        self._feed = feed
        self._config = config
        self._loop = loop
        self._looks: dict[tuple[str, str], tuple[Look, float]] = {}
        """By booth and person: the look, and when it was last heard of."""
        self._unwritten: set[str] = set()
        """Booths looked at through this process since that was last written."""

    def look(self, me: Me, booth_id: str) -> bool:
        """A page of the booth is open. Whether that is new."""
        now = datetime.now(UTC)
        before = self._known(booth_id, me.username)
        since = before.since if before else now
        look = Look(booth_id=booth_id, username=me.username, display_name=me.display_name, since=since)
        self._take(look)
        self._unwritten.add(booth_id)
        self._feed.looked(look)
        return before is None

    def receive(self, message: Message) -> None:
        """One message of the feed, in paho's thread. What cannot be read is told of by `hub.live`."""
        try:
            looking = Changes.parse(message.payload).looking
        except InvalidError:
            return
        for look in looking:
            self._loop.call_soon_threadsafe(self._take, look)

    async def now(self, scope: Sequence[str] | None) -> Presence:
        """Of these booths, or of all."""
        before = datetime.now(UTC) - timedelta(seconds=self._config.overlooked_after_s)
        async with self._database.reading() as connection:
            live = await watching.watching_now(connection, scope)
            overlooked = await watching.overlooked(connection, scope, before)
        people: dict[str, dict[str, Looking]] = {}
        for look in self._alive():
            if scope is None or look.booth_id in scope:
                shown = Looking(username=look.username, display_name=look.display_name, since=look.since, live=False)
                people.setdefault(look.booth_id, {})[look.username] = shown
        for row in live:
            there = people.setdefault(row.booth_id, {})
            seen = there.get(row.username)
            since = min(row.started_at, seen.since) if seen else row.started_at
            there[row.username] = Looking(username=row.username, display_name=row.display_name, since=since, live=True)
        present = {look.booth_id for look in self._alive()} | {row.booth_id for row in live}
        return Presence(
            items=tuple(
                BoothPresence(booth_id=booth_id, people=tuple(sorted(there.values(), key=lambda one: one.since)))
                for booth_id, there in sorted(people.items())
            ),
            overlooked=tuple(each for each in overlooked if each.booth_id not in present),
            overlooked_after_s=self._config.overlooked_after_s,
        )

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(WRITE_S)
            try:
                await self._write()
            except StoreError as error:
                log.warning("who was looked at is not written: %s (%s)", error, error.hint)
            self._looks = {key: kept for key, kept in self._looks.items() if monotonic() - kept[1] < EXPIRES_S}

    async def _write(self) -> None:
        """What is watched live counts, too; that another process writes the same does no harm."""
        async with self._database.reading() as connection:
            live = {row.booth_id for row in await watching.watching_now(connection, None)}
        looked = self._unwritten | live
        if not looked:
            return
        async with self._database.writing() as connection:
            await watching.looked(connection, looked, datetime.now(UTC))
        self._unwritten -= looked
        self._feed.booth_changed(*looked)

    def _take(self, look: Look) -> None:
        key = (look.booth_id, look.username)
        if key in self._looks or len(self._looks) < MAX_LOOKS:
            self._looks[key] = (look, monotonic())

    def _known(self, booth_id: str, username: str) -> Look | None:
        kept = self._looks.get((booth_id, username))
        return kept[0] if kept and monotonic() - kept[1] < EXPIRES_S else None

    def _alive(self) -> list[Look]:
        now = monotonic()
        return [look for look, heard in self._looks.values() if now - heard < EXPIRES_S]
