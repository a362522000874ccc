"""Eight hours without the hub, of a whole hall: what waited comes in a bounded window, and who has something new to say
does not wait until it is through."""

import os
import random
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from agent.uplink.window import WINDOW
from tests.support.held import Held
from tests.support.hub import Device, a_hub, until
from tests.support.outbox_booth import OutboxBooth, journals_in
from tests.support.reckoning import reckon

HALL = int(os.environ.get("INVIGIL_HALL", "20"))
VIOLATIONS = 480
"""Of each booth that was alone: one a minute for eight hours, each of two events."""

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(900)]


async def test_a_hall_that_comes_back_keeps_nobody_from_speaking(tmp_path: Path) -> None:
    names = [f"booth-{number}" for number in range(HALL)]
    async with a_hub(tmp_path / "hub") as hub:
        with journals_in(tmp_path / "journals") as journals, ExitStack() as stack:

            async def a_booth(name: str) -> OutboxBooth:
                device = await Device.enrol(hub, name, tmp_path / f"device-{name}")
                booth = OutboxBooth(device, hub.mqtt.port, tmp_path / name)
                stack.callback(booth.stop)
                return booth

            fresh = await a_booth("fresh")
            fresh.uplink.start()
            await until("it to be there", lambda: fresh.uplink.hub_here)
            hall = [await a_booth(name) for name in names]
            for booth in hall:
                booth.happen(VIOLATIONS, random.Random(booth.name))
            waited = sum(booth.depth for booth in hall)
            began_s, fresh_s = time.monotonic(), list[float]()
            for booth in hall:
                booth.uplink.start()
            for booth in hall:  # and what happens now, of the same booths
                booth.happen(1)
            last_s: dict[str, float] = {}
            while len(last_s) < HALL:
                said_s = time.monotonic()
                fresh.happen(1)
                await until("its word to be heard", lambda: fresh.depth == 0)
                fresh_s.append(time.monotonic() - said_s)
                last_s |= {
                    each.name: time.monotonic() - began_s for each in hall if not each.depth and each.name not in last_s
                }
                in_queue = hub.metrics.ingest_queue._value.get()
                assert in_queue <= WINDOW * (HALL + 1), "no more is under way than the windows allow"
            took_s = time.monotonic() - began_s
            assert len(fresh_s) >= 2, "it waited until all the others were through"
            dropped = hub.metrics.ingest_overflow._value.get()
            again = hub.metrics.events_repeated._value.get()
            async with hub.database.reading() as connection:
                reckoning = reckon(journals, await Held.read(connection))
    reckoning.must_balance()
    assert dropped == 0, "the hub had no room for what it let come"
    fresh_s.sort()
    print(
        f"\n{HALL} booths with {waited} events: {took_s:.1f} s, {waited / took_s:.0f} events/s; the first booth was "
        f"through after {min(last_s.values()):.1f} s, the last after {max(last_s.values()):.1f} s\n"
        f"of a booth that was not away: {len(fresh_s)} words, median {1000 * fresh_s[len(fresh_s) // 2]:.0f} ms, "
        f"longest {1000 * fresh_s[-1]:.0f} ms; came again: {again:.0f}\n{reckoning}"
    )
