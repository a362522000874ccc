"""`desired`: what each booth should be doing, retained at the broker and published again on every connection."""

import logging
from typing import Any

from sqlalchemy import Row

from contract.messages import Desired
from contract.profiles import PROFILES, ProfileName
from contract.topics import booth_topic
from hub.db import Database
from hub.mqtt import HubMqtt
from hub.store import booths

log = logging.getLogger(__name__)

DEFAULT_PROFILE: ProfileName = "standard"


class DesiredState:
    def __init__(self, database: Database, mqtt: HubMqtt) -> None:
        self._database = database
        self._mqtt = mqtt

    async def set_profile(self, booth_id: str, profile: ProfileName) -> bool:
        """False when there is no such booth. A booth that is away gets it when it comes back."""
        async with self._database.writing() as connection:
            known = await booths.set_profile(connection, booth_id, profile)
        if known:
            await self.publish(booth_id)
        return known

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
        desired = Desired(revision=row.desired_revision, profile=profile)
        self._mqtt.publish(booth_topic(row.booth_id, "desired"), desired.to_json(), retain=True)
