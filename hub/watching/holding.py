"""Who has which violation before them for review now, so that two reviewers do not decide the same one unaware.

Nothing is locked: a hold only says so. It is kept in memory for `EXPIRES_S` after it was last heard of, one a person,
at most `MAX_HOLDS`, and told to every process of the hub over the feed.
"""

import asyncio
from datetime import UTC, datetime
from time import monotonic
from typing import Final
from uuid import UUID

from contract.wire import InvalidError
from hub.feed import Changes, Feed, Hold
from hub.intake.message import Message
from hub.views import Held, Me

EXPIRES_S: Final = 30.0
MAX_HOLDS: Final = 10_000


class Holds:
    def __init__(self, feed: Feed, loop: asyncio.AbstractEventLoop) -> None:
        self._feed = feed
        self._loop = loop
        self._holds: dict[str, tuple[Hold, float]] = {}
        """By person: the hold, and when it was last heard of."""

    def hold(self, me: Me, violation_id: UUID, booth_id: str) -> None:
        """Instead of what this person held before."""
        before = self._holds.get(me.username)
        same = before is not None and before[0].violation_id == violation_id
        since = before[0].since if before and same else datetime.now(UTC)
        self._tell(me, violation_id, booth_id, since)

    def let_go(self, me: Me) -> None:
        if me.username in self._holds:
            self._tell(me, None, None, datetime.now(UTC))

    def receive(self, message: Message) -> None:
        """One message of the feed, in paho's thread. What cannot be read is told of by `hub.live`."""
        try:
            holding = Changes.parse(message.payload).holding
        except InvalidError:
            return
        for hold in holding:
            self._loop.call_soon_threadsafe(self._take, hold)

    def of_others(self, me: Me) -> list[Held]:
        """In this person's scope."""
        now = monotonic()
        self._holds = {name: kept for name, kept in self._holds.items() if now - kept[1] < EXPIRES_S}
        return [
            Held(
                violation_id=hold.violation_id,
                username=hold.username,
                display_name=hold.display_name,
                since=hold.since,
            )
            for hold, _ in self._holds.values()
            if hold.username != me.username and hold.violation_id and hold.booth_id and me.sees(hold.booth_id)
        ]

    def _tell(self, me: Me, violation_id: UUID | None, booth_id: str | None, since: datetime) -> None:
        hold = Hold(
            username=me.username,
            display_name=me.display_name,
            violation_id=violation_id,
            booth_id=booth_id,
            since=since,
        )
        self._take(hold)
        self._feed.held(hold)

    def _take(self, hold: Hold) -> None:
        if hold.violation_id is None:
            self._holds.pop(hold.username, None)
        elif hold.username in self._holds or len(self._holds) < MAX_HOLDS:
            self._holds[hold.username] = (hold, monotonic())
