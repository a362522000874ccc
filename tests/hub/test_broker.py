"""The private broker: a booth speaks and hears only for itself, and the broker comes back when it dies."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest

from contract.messages import HubStatus
from contract.topics import HUB_FEED, HUB_STATUS, booth_topic, reply_topic
from hub.broker import Broker, _running_with, find_mosquitto
from hub.devices.certificates import Authority
from hub.errors import BrokerError
from hub.metrics import Metrics
from hub.mosquitto import MAX_PACKET_BYTES
from hub.parts import Hub
from tests.support.authority import Authority as OtherAuthority
from tests.support.hub import Chain, Device, Uplink, a_hub, an_uplink, until
from tests.support.processes import free_port

pytestmark = pytest.mark.anyio


def broker_pid(hub: Hub) -> int:
    return int((hub.settings.data / "mosquitto/mosquitto.pid").read_text())


async def test_a_booth_cannot_publish_as_another_or_as_the_hub(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path, "booth-1") as one:
        await Device.enrol(hub, "booth-2", tmp_path / "device-2")
        for topic in (
            booth_topic("booth-2", "events"),
            booth_topic("booth-2", "availability"),
            booth_topic("booth-1", "acks"),
            booth_topic("booth-1", "desired"),
            HUB_STATUS,
            HUB_FEED,
            "something/else",
        ):
            assert (await one.publish(topic, b"{}")).is_failure, topic
        assert not (await one.publish(booth_topic("booth-1", "reported"), b"{}")).is_failure


async def test_a_booth_cannot_hear_another_or_the_feed(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path, "booth-1") as one,
        an_uplink(hub, tmp_path, "booth-2") as two,
    ):
        for topic in ("#", "invigil/v1/booths/+/events", booth_topic("booth-2", "acks"), HUB_FEED, reply_topic("+")):
            await one.listen(topic)
        two.send(Chain("booth-2").opened())
        await two.acked(1)
        one.send(Chain("booth-1").opened())
        await one.acked(1)
        heard = set()
        while not one.inbox.empty():
            heard.add(one.inbox.get_nowait()[0])
        assert not {topic for topic in heard if "booth-2" in topic or topic == HUB_FEED}


async def test_a_booth_cannot_push_another_off_by_its_client_id(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path, "booth-1") as one:
        other = await Device.enrol(hub, "booth-2", tmp_path / "device-2")
        ids = ("test-booth-1", "booth-1", "invigil.hub")
        for client_id in ids:
            with Uplink(other, hub.mqtt.port, client_id) as intruder:
                await intruder.ready()
                one.send(Chain("booth-1").opened())
                await one.acked(1)
                assert one.client.is_connected()


async def test_only_certificates_of_this_hub_come_in(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        foreign = OtherAuthority.make().sign("booth-1", device.key.public_key())
        stranger = Device("booth-1", device.key, foreign, tmp_path / "stranger")
        stranger.write(hub.authority.certificate_pem)
        with Uplink(stranger, hub.mqtt.port) as uplink:
            await until("the connection to end", lambda: uplink.ended > 0)
            assert not uplink.client.is_connected()


async def test_what_is_far_too_large_does_not_pass_and_ends_nothing_else(tmp_path: Path) -> None:
    """What is only somewhat too large reaches the hub, which answers: see `test_ingest.py`."""
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path, "booth-1") as one,
        an_uplink(hub, tmp_path, "booth-2") as two,
    ):
        one.send(b"x" * (MAX_PACKET_BYTES + 1))
        await until("the sender to be cut off", lambda: one.ended > 0)
        two.send(Chain("booth-2").opened())
        await two.acked(1)
        assert hub.mqtt.connected
        assert hub.metrics.broker_restarts._value.get() == 0


async def test_the_hub_says_that_it_is_there_and_that_it_goes(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        device = await Device.enrol(hub, "booth-1", tmp_path / "device")
        with Uplink(device, hub.mqtt.port) as uplink:
            await uplink.ready()
            await uplink.listen(HUB_STATUS)
            _, payload = await until("hub status", lambda: None if uplink.inbox.empty() else uplink.inbox.get())
            status = HubStatus.parse(payload)
            assert (status.state, status.instance) == ("online", hub.instance)
            await asyncio.to_thread(hub.mqtt.stop)
            _, payload = await until("hub status", lambda: None if uplink.inbox.empty() else uplink.inbox.get())
            assert HubStatus.parse(payload).state == "offline"


async def test_a_killed_broker_is_started_again_and_events_go_on(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        chain = Chain("booth-1")
        uplink.send(chain.opened())
        await uplink.acked(1)
        for _ in range(2):
            before = broker_pid(hub)
            os.kill(before, signal.SIGKILL)
            await until("a new broker", lambda before=before: broker_pid(hub) != before)  # type: ignore[misc]
            await until("the booth to be back", lambda: uplink.client.is_connected() and hub.mqtt.connected)
            await uplink.listen(booth_topic("booth-1", "acks"))
            uplink.send(chain.opened())
            await uplink.acked(1)
        assert hub.metrics.broker_restarts._value.get() == 2


async def test_a_broker_left_behind_by_a_killed_hub_is_ended_first(tmp_path: Path) -> None:
    authority = Authority.load_or_create(tmp_path / "ca")
    keys = authority.issue_server([])
    left = Broker(tmp_path / "mosquitto", "127.0.0.1", free_port(), keys, authority, Metrics())
    await left.start()
    orphan = int((tmp_path / "mosquitto/mosquitto.pid").read_text())
    new = Broker(tmp_path / "mosquitto", "127.0.0.1", left.port, keys, authority, Metrics())
    watch = left._watch
    assert watch is not None
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    try:
        await new.start()
        assert new.port == left.port
        assert int((tmp_path / "mosquitto/mosquitto.pid").read_text()) != orphan
        assert orphan not in _running_with(tmp_path / "mosquitto/mosquitto.conf")
    finally:
        await new.stop()
        await left.stop()


async def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    authority = Authority.load_or_create(tmp_path / "ca")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        broker = Broker(tmp_path / "mosquitto", "127.0.0.1", port, authority.issue_server([]), authority, Metrics())
        with pytest.raises(BrokerError, match=str(port)) as caught:
            await broker.start()
        assert "--mqtt-port" in caught.value.hint


def test_a_missing_mosquitto_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_args, **_options: None)
    with pytest.raises(BrokerError, match="not installed") as caught:
        find_mosquitto()
    assert "apt-get install mosquitto" in caught.value.hint
