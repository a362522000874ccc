"""A broker of one's own that comes back with what it kept long ago: neither booths nor hub are misled by it."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import update

from contract.messages import Availability, Desired
from contract.topics import booth_topic
from hub.config import BrokerConfig
from hub.parts import Hub
from hub.tables import booths
from tests.support.broker import mosquitto
from tests.support.held import Held
from tests.support.hub import Device, Uplink, a_hub, until
from tests.support.outbox_booth import OutboxBooth, journals_in
from tests.support.processes import Program, ended, free_port, wait_for
from tests.support.reckoning import reckon

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


class KeepingBroker:
    """A Mosquitto as `invigil-hub broker-config` sets it up, but for that it keeps what is retained in a file."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.port = free_port()
        self.kept, self.copy = folder / "kept" / "mosquitto.db", folder / "copy.db"
        self.kept.parent.mkdir()
        made = folder / "broker"
        done = ended(
            *("invigil-hub", "broker-config", "--host", "localhost", "--port", str(self.port), "--out", made),
            *("--user", "root", "--data", data),
        )
        assert done.returncode == 0, done.stderr
        config = made / "mosquitto.conf"
        written = config.read_text()
        assert "persistence false\n" in written
        config.write_text(
            written.replace("persistence false\n", f"persistence true\npersistence_location {self.kept.parent}/\n")
        )
        self._program = Program([mosquitto(), "-c", config], folder / "mosquitto.log")

    def start(self) -> None:
        before = self._program.tail(10_000).count("running")
        self._program.start()
        wait_for("Mosquitto", lambda: self._program.tail(10_000).count("running") > before)

    def stop(self) -> None:
        """What is retained is in its file then."""
        self._program.stop()

    def note(self) -> None:
        """Remembers what it keeps now, while everybody is connected: as its hourly copy would be."""
        self.kept.unlink(missing_ok=True)
        os.kill(self._program.pid, signal.SIGUSR1)
        wait_for("Mosquitto to write it down", self.kept.exists)
        shutil.copy(self.kept, self.copy)

    def forget_since(self) -> None:
        self.stop()
        shutil.copy(self.copy, self.kept)
        self.start()


@asynccontextmanager
async def at_broker(data: Path, broker: KeepingBroker) -> AsyncIterator[Hub]:
    async with a_hub(data, broker=BrokerConfig(host="localhost", port=broker.port)) as hub:
        yield hub


async def test_a_broker_that_kept_an_older_state_misleads_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.states.GRACE_S", 4.0)
    data = tmp_path / "hub"
    async with a_hub(data):  # makes the authority
        pass
    broker = KeepingBroker(tmp_path, data)
    broker.start()
    try:
        with journals_in(tmp_path / "journals") as journals:
            async with at_broker(data, broker) as hub:
                device = await Device.enrol(hub, "booth-1", tmp_path / "device-1")
                gone = await Device.enrol(hub, "booth-2", tmp_path / "device-2")
                booth = OutboxBooth(device, broker.port, tmp_path / "booth-1")
                booth.uplink.start()
                with Uplink(gone, broker.port) as leaver:
                    await leaver.ready()
                    leaver.send(says("online"), "availability", retain=True)
                    await until("both to be online", lambda: {"booth-1", "booth-2"} <= set(hub.states.online()))
                    await until("the first wish", lambda: follows(booth, "standard"))
                    await asyncio.to_thread(broker.note)  # here booth-2 is online, and booth-1 follows its first wish
                    await hub.desired.set_profile("booth-1", "strict")
                    await until("the second wish", lambda: follows(booth, "strict"))
                    leaver.send(says("stopped"), "availability", retain=True)
                    await until("booth-2 to be gone", lambda: hub.states.online() == ["booth-1"])
                last = booth.obeyed[-1].revision
            # The hub is away: nobody but the broker speaks to the booth, and it says what was long ago.
            obeyed = len(booth.obeyed)
            await asyncio.to_thread(broker.forget_since)
            await until("the booth to hear the broker", lambda: booth.uplink.hub_here)
            booth.happen(5)
            await asyncio.sleep(1)
            assert booth.obeyed[obeyed:] == [], "the older wish came, and was not obeyed"
            assert booth.depth == 11, "that the hub is online was long ago, too: nothing is forgotten"
            async with at_broker(data, broker) as hub:
                await until("the outbox to be empty", lambda: booth.depth == 0)
                await until("the hub to know who is there", lambda: hub.states.online() == ["booth-1"])
                assert {wish.profile.name for wish in booth.obeyed[obeyed:]} <= {"strict"}
                async with hub.database.reading() as connection:
                    reckon(journals, await Held.read(connection)).must_balance()
            await a_hub_of_an_older_backup(data, broker, booth, last)
            booth.stop()
    finally:
        broker.stop()


async def a_hub_of_an_older_backup(data: Path, broker: KeepingBroker, booth: OutboxBooth, last: int) -> None:
    """It counts from where it once was. The booth follows it all the same, whichever of the two was there first."""
    async with at_broker(data, broker) as hub, hub.database.writing() as connection:
        await connection.execute(
            update(booths).where(booths.c.booth_id == "booth-1").values(desired_revision=1, desired_profile="lenient")
        )
    async with at_broker(data, broker) as hub:
        await until("the booth to follow it", lambda: follows(booth, "lenient"))
        await until("its numbers to go on", lambda: booth.obeyed[-1].revision > last)
        with Uplink(await Device.enrol(hub, "booth-1", data.parent / "other", known=True), broker.port) as listener:
            await listener.ready()
            await listener.listen(booth_topic("booth-1", "desired"))
            assert Desired.parse(await listener.receive("desired")).revision > last, "and that is what is kept now"


def follows(booth: OutboxBooth, profile: str) -> bool:
    return bool(booth.obeyed) and booth.obeyed[-1].profile.name == profile


def says(state: Literal["online", "stopped"]) -> bytes:
    return Availability(state=state, since=datetime.now(UTC)).to_json()
