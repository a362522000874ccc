"""How far each booth's clock is from the hub's, measured over MQTT request and response, shown and never corrected."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

from contract.messages import ClockCommand, ClockReply
from hub.commands import Commands
from hub.errors import RefusedError
from hub.jumps import Jumps
from hub.states import BoothStates

log = logging.getLogger(__name__)

INTERVAL_S: Final = 60.0
LOOK_S: Final = 2.0
"""How soon after a booth came online it is asked for the first time."""
TIMEOUT_S: Final = 5.0
AT_ONCE: Final = 20
SUSPECT_S: Final = 5.0
"""More than a slow network makes of two seconds' news."""


class ClockWatch:
    def __init__(self, commands: Commands, states: BoothStates) -> None:
        self._commands = commands
        self._states = states
        self._asked: dict[str, float] = {}
        self._limit = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Until cancelled."""
        jumps = Jumps()
        while True:
            await asyncio.sleep(LOOK_S)
            if jumps.since_last():
                self._asked.clear()
            online = dict.fromkeys(self._states.online())
            self._asked = {booth_id: at for booth_id, at in self._asked.items() if booth_id in online}
            now = monotonic()
            due = [booth_id for booth_id in online if now - self._asked.get(booth_id, -INTERVAL_S) >= INTERVAL_S]
            self._asked.update(dict.fromkeys(due, now))
            await asyncio.gather(*(self._measure(booth_id) for booth_id in due))

    def heard(self, booth_id: str, at: datetime, received_at: datetime) -> None:
        """What a booth's clock says beside its health. Where that does not fit what was measured it was set, or the
        hub's was, and it is measured again at the next look."""
        known_ms = self._states.clock_offset_ms(booth_id)
        if known_ms is not None and abs((at - received_at).total_seconds() - known_ms / 1000) > SUSPECT_S:
            self._asked.pop(booth_id, None)

    async def _measure(self, booth_id: str) -> None:
        """The booth is taken to have answered half-way between question and answer."""
        async with self._limit:
            jumps, sent, sent_s = Jumps(), datetime.now(UTC), monotonic()
            try:
                reply = await self._commands.request(booth_id, ClockCommand(at=sent), timeout_s=TIMEOUT_S)
            except RefusedError as error:
                log.info("clock of %s not measured: %s", booth_id, error.detail)
                return
            round_trip = timedelta(seconds=monotonic() - sent_s)
        if jumps.since_last():
            self._asked.pop(booth_id, None)
        elif isinstance(reply, ClockReply):
            offset = reply.wall_time - (sent + round_trip / 2)
            self._states.set_clock_offset(booth_id, round(offset.total_seconds() * 1000, 1))
