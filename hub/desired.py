"""`desired`: what each booth should be doing, retained at the broker and published again on every connection.

A booth follows one exam session at a time (`hub.exams.following`). Which one is kept in the booth's row, so that it
shows when something changed; what the booth is told of it is read afresh for every message.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.messages import Desired
from contract.profiles import ProfileName
from contract.topics import booth_topic
from hub.config import ExamConfig
from hub.db import Database
from hub.errors import StoreError
from hub.exams.following import END_SHOWN, choose, desired_of
from hub.exams.profiles import read_profile
from hub.mqtt import HubMqtt
from hub.store import booths, exam_sessions, following

log = logging.getLogger(__name__)

DEFAULT_PROFILE: ProfileName = "standard"
MOST_REVISIONS: Final = 2**30
"""No booth was ever told so often: one that says so is not believed."""
RETRY_S: Final = 2.0


class DesiredState:
    def __init__(self, database: Database, mqtt: HubMqtt, exams: ExamConfig) -> None:
        self._database = database
        self._mqtt = mqtt
        self._shown_before = timedelta(seconds=exams.shown_before_s)
        self._between = exams.watch_between
        self._one_by_one = asyncio.Lock()
        self._told_again: dict[str, int] = {}

    async def set_profile(self, booth_id: str, profile: str) -> bool:
        """Outside of exams. False when there is no such booth. A booth that is away gets it when it comes back."""
        async with self._database.writing() as connection:
            known = await booths.set_profile(connection, booth_id, profile)
        if known:
            await self.publish(booth_id)
        return known

    async def follow(self, connection: AsyncConnection, booth_ids: Iterable[str], now: datetime) -> set[str]:
        """Has each of these booths show what it should show now; those that show something else than before, to be
        published after the commit."""
        changed: set[str] = set()
        for booth_id in sorted(set(booth_ids)):
            rows = await exam_sessions.followable(connection, now, self._shown_before, END_SHOWN, booth_id)
            chosen = choose(rows, now)
            if await following.show(connection, booth_id, chosen.exam_session_id if chosen else None):
                changed.add(booth_id)
        return changed

    async def out_of_date(self, connection: AsyncConnection, now: datetime) -> set[str]:
        """Booths that show what they should not show any more, or not yet what they should."""
        rows = await exam_sessions.followable(connection, now, self._shown_before, END_SHOWN)
        of_booth: dict[str, list[Row[Any]]] = {}
        for row in rows:
            of_booth.setdefault(row.booth_id, []).append(row)
        wanted = {
            booth_id: chosen.exam_session_id
            for booth_id, some in of_booth.items()
            for chosen in [choose(some, now)]
            if chosen is not None
        }
        shown = await following.shown(connection)
        return {booth_id for booth_id in wanted.keys() | shown if wanted.get(booth_id) != shown.get(booth_id)}

    async def wanted(self, booth_ids: Collection[str]) -> dict[str, Desired]:
        """What each of these booths should be doing; without those whose rule profile cannot be read."""
        async with self._database.reading() as connection:
            rows = await following.rows(connection, booth_ids)
        found = {row.booth_id: self._desired(row) for row in rows}
        return {booth_id: desired for booth_id, desired in found.items() if desired is not None}

    async def publish(self, *booth_ids: str) -> None:
        """After a commit."""
        if booth_ids:
            await self._publish_rows(booth_ids)

    async def heard(self, followed: Mapping[str, int]) -> None:
        """The revision that each of these booths follows. Who follows an older one than it should is told again, once
        for each: of several hub processes one may publish what it read before another's change after that change.
        Bounded by the number of booths.

        Who follows a newer one knows a hub that is no more, as after a restored backup: ours is numbered after it."""
        async with self._database.reading() as connection:
            rows = await following.rows(connection, followed.keys())
        ahead = {
            row.booth_id: followed[row.booth_id]
            for row in rows
            if row.desired_revision < followed[row.booth_id] < MOST_REVISIONS
        }
        if ahead:
            log.warning("%s followed a later word than this hub's last; told anew", ", ".join(sorted(ahead)))
            async with self._database.writing() as connection:
                await following.number_after(connection, ahead)
        async with self._one_by_one:
            async with self._database.reading() as connection:
                rows = await following.rows(connection, followed.keys())
            for row in rows:
                behind = followed[row.booth_id] < row.desired_revision
                if behind and self._told_again.get(row.booth_id) != row.desired_revision:
                    self._told_again[row.booth_id] = row.desired_revision
                    self._publish(row)

    async def publish_all(self) -> None:
        await self._publish_rows(None)

    async def publish_all_at_last(self) -> None:
        """However long the database is away: the broker has forgotten what booths are to do."""
        while True:
            try:
                return await self.publish_all()
            except StoreError as error:
                log.warning("booths are not told yet what to do: %s (%s)", error, error.hint)
            await asyncio.sleep(RETRY_S)

    async def _publish_rows(self, booth_ids: Collection[str] | None) -> None:
        """One after the other: what was read later is sent later."""
        async with self._one_by_one:
            async with self._database.reading() as connection:
                rows = await following.rows(connection, booth_ids)
            for row in rows:
                self._publish(row)

    def _publish(self, row: Row[Any]) -> None:
        desired = self._desired(row)
        if desired is None:
            log.error("booth %s: no rule profile that can be read is called %r", row.booth_id, row.desired_profile)
            return
        self._mqtt.publish(booth_topic(row.booth_id, "desired"), desired.to_json(), retain=True)

    def _desired(self, row: Row[Any]) -> Desired | None:
        profile = read_profile(row.desired_profile, row.desired_document)
        return None if profile is None else desired_of(row, profile, between=self._between)
