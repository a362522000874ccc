"""The booths of the ingest bench: what they send arrives whole at a hub, and at a subscriber that only receives."""

import asyncio
import select
from pathlib import Path

import pytest

from contract.device import DeviceConfig, HubConfig, TlsConfig
from hub.store import events
from tests.benchmarks import ingest
from tests.benchmarks.pump import bodies
from tests.benchmarks.wire_booth import WireBooth
from tests.support.hub import Chain, Device, a_hub

pytestmark = pytest.mark.anyio
WINDOW = 7


async def test_a_hub_takes_all_of_it_and_is_never_sent_more_than_there_is_room_for(
    tmp_path: Path,
) -> None:
    async with a_hub(tmp_path / "hub") as hub:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        files = {"ca": "ca.pem", "certificate": "device.pem", "key": "device.key"}
        config = DeviceConfig(
            booth=device.booth,
            state_dir=tmp_path / "state",
            hub=HubConfig(url="http://127.0.0.1:9", mqtt_host="localhost", mqtt_port=hub.mqtt.port),
            tls=TlsConfig(**{name: device.folder / file for name, file in files.items()}),
        )
        chain = Chain(device.booth)
        payloads = [chain.event(body) for body in bodies(40)]
        unanswered = await asyncio.to_thread(_send_all, config, payloads)
        assert max(unanswered) == WINDOW
        async with hub.database.reading() as connection:
            found = await events.find_links(connection, {(chain.chain_id, seq) for seq in range(1, 41)})
        assert len(found) == 40
        assert all(link.link_ok for link in found.values()), "each hash is that of the bytes before"


def test_a_bare_subscriber_hears_every_event(tmp_path: Path) -> None:
    assert ingest._bare(tmp_path / "bare", 10) > 0  # it ends when all have come


def _send_all(config: DeviceConfig, payloads: list[bytes]) -> list[int]:
    """How many were without an answer, time and again."""
    booth, unanswered = WireBooth(config, payloads, WINDOW), [0]
    try:
        while len(booth.took_s) < len(payloads):
            booth.send()
            unanswered.append(booth.sent - len(booth.took_s))
            if select.select((booth,), (), (), 60)[0]:
                booth.receive()
    finally:
        booth.close()
    return unanswered
