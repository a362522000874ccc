"""How far each booth's clock is from the hub's, measured over MQTT request and response, shown and never corrected."""

import asyncio
import logging
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from contract.messages import ClockCommand, ClockReply
from hub.commands import Commands
from hub.errors import RefusedError
from hub.states import BoothStates

log = logging.getLogger(__name__)

INTERVAL_S: Final = 60.0
LOOK_S: Final = 2.0
"""How soon after a booth came online it is asked for the first time."""
TIMEOUT_S: Final = 5.0
AT_ONCE: Final = 20


class ClockWatch:
    def __init__(self, commands: Commands, states: BoothStates) -> None:
        self._commands = commands
        self._states = states
        self._asked: dict[str, float] = {}
        self._limit = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            online = self._states.online()
            self._asked = {booth_id: at for booth_id, at in self._asked.items() if booth_id in online}
            now = monotonic()
            due = [booth_id for booth_id in online if now - self._asked.get(booth_id, -INTERVAL_S) >= INTERVAL_S]
            self._asked.update(dict.fromkeys(due, now))
            await asyncio.gather(*(self._measure(booth_id) for booth_id in due))

    async def _measure(self, booth_id: str) -> None:
        """The booth is taken to have answered half-way between question and answer."""
        async with self._limit:
            sent = datetime.now(UTC)
            try:
                reply = await self._commands.request(booth_id, ClockCommand(), timeout_s=TIMEOUT_S)
            except RefusedError as error:
                log.info("clock of %s not measured: %s", booth_id, error.detail)
                return
            round_trip = datetime.now(UTC) - sent
        if isinstance(reply, ClockReply):
            offset = reply.wall_time - (sent + round_trip / 2)
            self._states.set_clock_offset(booth_id, round(offset.total_seconds() * 1000, 1))
