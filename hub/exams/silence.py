"""A booth in an exam session that says nothing: the hub itself writes down that nobody could see it.

A booth says how it is every two seconds. The gap begins with its last word and ends with its next; what the booth saw
meanwhile comes from its outbox. While the hub is not connected to the broker it hears nobody, and blames nobody.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final
from uuid import UUID, uuid4

from hub.db import Database
from hub.errors import StoreError
from hub.exams.machine import WATCHED
from hub.feed import Feed
from hub.metrics import Metrics
from hub.store import exam_sessions, gaps

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0
HELD_UP_S: Final = 4.0
HUB_CHAIN: Final = UUID(int=0)
"""Of gaps that no booth reported."""


class Silence:
    """`heard` is when each booth was last heard, or when the hub began to listen; None while it does not listen."""

    def __init__(
        self,
        database: Database,
        feed: Feed,
        metrics: Metrics,
        heard: Callable[[str], datetime | None],
        after: timedelta,
    ) -> None:
        self._database = database
        self._feed = feed
        self._metrics = metrics
        self._heard = heard
        self._after = after

    async def run(self) -> None:
        """Until cancelled; an error of the database only makes it wait."""
        looked_s = monotonic()
        while True:
            await asyncio.sleep(LOOK_S)
            before_s, looked_s = looked_s, monotonic()
            if looked_s - before_s > HELD_UP_S:
                continue  # it was the hub that did not listen; what waits is read first
            try:
                await self.look(datetime.now(UTC))
            except StoreError as error:
                log.warning("silent booths are not written down yet: %s (%s)", error, error.hint)

    async def look(self, now: datetime) -> None:
        """Once."""
        async with self._database.reading() as connection:
            running = await exam_sessions.in_state(connection, WATCHED)
            open_gaps = await gaps.open_with_reason(connection, "booth_silent")
        watched = {row.booth_id: row for row in running if row.booth_id and not row.practice}
        opened = [
            self._gap(row, heard)
            for booth_id, row in watched.items()
            for heard in [self._heard(booth_id)]
            if heard is not None and now - heard >= self._after and booth_id not in open_gaps
        ]
        ended = {
            gap.gap_id: max(gap.started_at, end)
            for booth_id, gap in open_gaps.items()
            for end in [self._end(watched.get(booth_id), gap, now)]
            if end is not None
        }
        if not opened and not ended:
            return
        async with self._database.writing() as connection:
            for values in opened:
                await gaps.open_by_hub(connection, values)
            for gap_id, end in ended.items():
                await gaps.end_by_hub(connection, gap_id, end)
        self._metrics.booths_silent.inc(len(opened))
        self._feed.publish(gaps=[*(values["gap_id"] for values in opened), *ended])

    def _end(self, row: Any | None, gap: Any, now: datetime) -> datetime | None:
        """When it ended: with the booth's next word, or with its exam session."""
        if row is None or row.exam_session_id != gap.exam_session_id:
            return now
        heard = self._heard(gap.booth_id)
        return heard if heard is not None and now - heard < self._after else None

    def _gap(self, row: Any, heard: datetime) -> dict[str, Any]:
        log.warning("booth %s, in an exam session, is silent", row.booth_id)
        return {
            "gap_id": uuid4(),
            "booth_id": row.booth_id,
            "chain_id": HUB_CHAIN,
            "seq": 0,
            "reason": "booth_silent",
            "detail": f"nothing was heard for {self._after.total_seconds():.0f} s; what it saw comes when it is back",
            "started_at": max(heard, row.started_at or heard),
            "exam_session_id": row.exam_session_id,
        }
