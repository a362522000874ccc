"""The clock of exam sessions: ends those whose time is up, and turns booths to the next one.

The process that leads runs it. When the machine's clock is set, exam sessions that go on are moved along: nobody loses
or gains time because NTP came late.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hub import audit
from hub.audit import HUB
from hub.db import Database
from hub.desired import DesiredState
from hub.errors import StoreError
from hub.exams.effects import Given, effect
from hub.exams.reasons import TIME_IS_UP
from hub.exams.sessions import Done, ExamSessions
from hub.exams.timing import Timing
from hub.feed import Feed
from hub.jumps import Jumps
from hub.metrics import Metrics
from hub.store import clock_moves, exam_sessions, following

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0


class ExamClock:
    def __init__(
        self, database: Database, desired: DesiredState, sessions: ExamSessions, feed: Feed, metrics: Metrics
    ) -> None:
        self._database = database
        self._desired = desired
        self._sessions = sessions
        self._feed = feed
        self._metrics = metrics
        self._grace = timedelta(seconds=sessions.config.time_up_grace_s)

    async def run(self) -> None:
        """Until cancelled; an error of the database only makes it wait."""
        jumps, jumped = Jumps(), timedelta()
        while True:
            jumped += jumps.since_last()
            try:
                if jumped:
                    await self.moved(jumped)
                    jumped = timedelta()
                await self.look(datetime.now(UTC))
            except StoreError as error:
                log.warning("the clock of exam sessions waits: %s (%s)", error, error.hint)
            await asyncio.sleep(LOOK_S)

    async def moved(self, by: timedelta) -> None:
        """The machine's clock was set; what goes on has as much time left as before."""
        by_s = round(by.total_seconds(), 1)
        log.error("the clock of this machine was set by %+.1f s; exam sessions keep the time they have", by_s)
        self._metrics.clock_jumps.inc()
        async with self._database.writing() as connection:
            moved, gaps = await clock_moves.move(connection, by)
            for exam_session_id in moved:
                await audit.record(
                    connection, HUB, "exam_session.clock_set", "exam_session", str(exam_session_id), by_s=by_s
                )
            booths = await following.revise(connection, moved)
        await self._sessions.tell(Done(tuple(moved), frozenset(booths)))
        self._feed.publish(gaps=gaps)

    async def look(self, now: datetime) -> None:
        """Once."""
        async with self._database.reading() as connection:
            running = await exam_sessions.in_state(connection, ["in_progress"])
            stale = await self._desired.out_of_date(connection, now)
        for row in running:
            ends_at = Timing.of(row).ends_at
            if ends_at is not None and now >= ends_at + self._grace:
                await self._end(row, ends_at)
        if stale:
            await self._turn(stale, now)

    async def _end(self, row: Any, ends_at: datetime) -> None:
        """As of when its time was up, however late the hub comes to it."""
        async with self._database.writing() as connection:
            # Read again: it may have got more time, or been paused, since it was looked at.
            fresh = await exam_sessions.find(connection, row.exam_session_id)
            if fresh is None or fresh.state != "in_progress" or Timing.of(fresh).ends_at != ends_at:
                return
            values = effect("time_is_up", fresh, Given(), ends_at)
            given = Given(reason_code=TIME_IS_UP)
            done = await self._sessions.apply(connection, fresh, "time_is_up", values, HUB, datetime.now(UTC), given)
        if done is not None:
            await self._sessions.tell(done)

    async def _turn(self, booth_ids: set[str], now: datetime) -> None:
        async with self._database.writing() as connection:
            changed = await self._desired.follow(connection, booth_ids, now)
        await self._sessions.tell(Done((), frozenset(changed)))
