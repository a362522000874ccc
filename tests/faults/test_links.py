"""Bad links, all at once, each of a booth of its own: nothing is lost or doubled, and who has a good one is not kept.

Cut again and again; acknowledgements that never arrive; nothing that arrives but acknowledgements; half a second each
way; a fifth of all packets lost. `INVIGIL_KILL_ROUNDS` makes it longer (`make faults`): then every booth has each.
"""

import asyncio
import os
import random
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hub.parts import Hub
from hub.tables import events
from tests.support.bad_link import BadLink, bad_link
from tests.support.held import Held
from tests.support.hub import Device, a_hub, until
from tests.support.outbox_booth import OutboxBooth, journals_in
from tests.support.reckoning import reckon

LONG = "INVIGIL_KILL_ROUNDS" in os.environ
VIOLATIONS = 400 if LONG else 32
CUTS = 20 if LONG else 4

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(1200 if LONG else 300)]


class Line:
    """A booth and its link."""

    def __init__(self, booth: OutboxBooth, link: BadLink) -> None:
        self.booth, self.link = booth, link

    async def delivered(self) -> None:
        await until(f"{self.booth.name} to have the hub's word for all of it", lambda: self.booth.depth == 0, 240)


@contextmanager
def lines(hub: Hub, devices: list[Device], folder: Path) -> Iterator[list[Line]]:
    with ExitStack() as stack:
        made = []
        for device in devices:
            link = stack.enter_context(bad_link(hub.mqtt.port))
            booth = OutboxBooth(device, link.port, folder / device.booth)
            stack.callback(booth.stop)
            made.append(Line(booth, link))
        yield made


async def good(_hub: Hub, line: Line) -> None:
    line.booth.happen(VIOLATIONS)
    await line.delivered()


async def cut(_hub: Hub, line: Line) -> None:
    dice = random.Random(3)
    for _ in range(CUTS):
        line.booth.happen(VIOLATIONS // CUTS)
        line.link.cut_off = True
        line.link.cut()
        await asyncio.sleep(dice.uniform(0, 1))
        line.link.cut_off = False
        await comes_back(line)


async def comes_back(line: Line) -> None:
    before = line.link.connections
    await until("the booth to try again", lambda: line.link.connections > before)


async def no_answers(hub: Hub, line: Line) -> None:
    """What goes up arrives; the booth sends it again, and after it gave the connection up once more."""
    line.link.down.held = True
    line.booth.happen(VIOLATIONS)
    sent = line.booth.depth
    async with asyncio.timeout(120):
        while await held(hub, line.booth.name) < min(sent, 64):  # noqa: ASYNC110 - asked of the database
            await asyncio.sleep(0.2)
    assert line.booth.depth == sent, "nothing is forgotten that the hub did not confirm"
    await until("the booth to notice", lambda: not line.booth.uplink.connected)


async def nothing_arrives(hub: Hub, line: Line) -> None:
    before = await held(hub, line.booth.name)
    line.link.up.held = True
    line.booth.happen(VIOLATIONS)
    await until("the broker to say that it is gone", lambda: line.booth.name not in hub.states.online())
    assert await held(hub, line.booth.name) == before


async def slow(_hub: Hub, line: Line) -> None:
    """Late is not lost: nothing is sent a second time for it."""
    line.link.up.delay_s = line.link.down.delay_s = 0.5
    line.booth.happen(VIOLATIONS)
    wanted = sum(len(event.payload) for event in line.booth.outbox.pending(10_000))
    before = line.link.up.carried
    await line.delivered()
    assert line.link.up.carried - before < 1.3 * wanted + 20_000


async def lossy(_hub: Hub, line: Line) -> None:
    line.link.up.loss = line.link.down.loss = 0.2
    line.booth.happen(VIOLATIONS)
    await line.delivered()
    assert line.link.up.lost + line.link.down.lost > 0, "nothing was lost, so this shows nothing"


FAULTS = {
    "good": good,
    "cut": cut,
    "no-answers": no_answers,
    "nothing-arrives": nothing_arrives,
    "slow": slow,
    "lossy": lossy,
}


async def test_bad_links_lose_and_double_nothing_and_keep_nobody_else(tmp_path: Path) -> None:
    async with a_hub(tmp_path / "hub") as hub:
        devices = [await Device.enrol(hub, name, tmp_path / f"device-{name}") for name in FAULTS]
        with journals_in(tmp_path / "journals") as journals, lines(hub, devices, tmp_path) as made:
            for line in made:
                line.booth.uplink.start()
            await until("everybody to be online", lambda: set(FAULTS) <= set(hub.states.online()))
            turns = deque(FAULTS.values())
            for _ in range(len(FAULTS) if LONG else 1):
                await asyncio.gather(*(fault(hub, line) for fault, line in zip(turns, made, strict=True)))
                for line in made:
                    line.link.mend()
                for line in made:
                    await line.delivered()
                turns.rotate()
            async with hub.database.reading() as connection:
                found = await Held.read(connection)
        reckoning = reckon(journals, found)
        reckoning.must_balance()
        again = hub.metrics.events_repeated._value.get()
        assert again > 0, "nothing came twice, so this shows nothing of repeats"
        print(f"{reckoning}; came again: {again:.0f}")


async def held(hub: Hub, booth: str) -> int:
    """Events of it in the database."""
    async with hub.database.reading() as connection:
        statement = select(func.count()).select_from(events).where(events.c.booth_id == booth)
        return int((await connection.execute(statement)).scalar_one())
