"""`desired`: what each booth should be doing, retained at the broker and published again on every connection."""

import logging
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from contract.messages import Desired
from contract.profiles import PROFILES, ProfileName
from contract.topics import booth_topic
from hub.countersign import Countersigner
from hub.db import Database
from hub.mqtt import HubMqtt
from hub.store import booths

log = logging.getLogger(__name__)

DEFAULT_PROFILE: ProfileName = "standard"


class DesiredState:
    def __init__(self, database: Database, mqtt: HubMqtt, countersigner: Countersigner) -> None:
        self._database = database
        self._countersigner = countersigner
        self._mqtt = mqtt

    async def set_profile(self, booth_id: str, profile: ProfileName) -> bool:
        """False when there is no such booth. A booth that is away gets it when it comes back."""
        async with self._database.writing() as connection:
            known = await booths.set_profile(connection, booth_id, profile)
        if known:
            await self.publish(booth_id)
        return known

    async def set_exam_session(self, booth_id: str, exam_session: UUID | None) -> bool:
        """False when there is no such booth or it is the one already. What the hub holds of the one before is
        countersigned first."""
        async with self._database.writing() as connection:
            before = await booths.find(connection, booth_id)
            changed = await booths.set_exam_session(connection, booth_id, exam_session)
            if changed and before is not None and before.desired_exam_session is not None:
                await self._countersigner.sign_booth(connection, booth_id, "exam_session_ended")
        if changed:
            await self.publish(booth_id)
        return changed

    async def publish(self, booth_id: str) -> None:
        async with self._database.reading() as connection:
            row = await booths.find(connection, booth_id)
        if row is not None:
            self._publish(row)

    async def publish_all(self) -> None:
        async with self._database.reading() as connection:
            rows = await booths.everything(connection)
        for row in rows:
            self._publish(row)

    def _publish(self, row: Row[Any]) -> None:
        profile = PROFILES.get(row.desired_profile)
        if profile is None:
            log.error("booth %s: no rule profile is called %r", row.booth_id, row.desired_profile)
            return
        desired = Desired(revision=row.desired_revision, profile=profile, exam_session=row.desired_exam_session)
        self._mqtt.publish(booth_topic(row.booth_id, "desired"), desired.to_json(), retain=True)
