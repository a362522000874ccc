"""A booth without a camera that answers commands, each under the correlation data it came with."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from contract.live import AnswerReply, DoneReply, OfferCommand, TalkCommand
from contract.messages import (
    AnyCommand,
    AnyReply,
    Availability,
    ClockCommand,
    ClockReply,
    Health,
    Reported,
    parse_command,
)
from contract.topics import booth_topic
from hub.parts import Hub
from tests.support.hub import Device, Uplink, until

ANSWER_SDP = "v=0\r\ns=answer\r\na=candidate:1 1 udp 2130706431 192.0.2.1 50000 typ host\r\n"
OFFER_SDP = "v=0\r\ns=offer\r\n"
Kind = TypeVar("Kind")


def willing(command: AnyCommand) -> AnyReply | None:
    """What a booth answers that can do everything."""
    if isinstance(command, ClockCommand):
        return ClockReply(wall_time=datetime.now(UTC))
    return AnswerReply(sdp=ANSWER_SDP) if isinstance(command, OfferCommand | TalkCommand) else DoneReply()


class AnsweringBooth(Uplink):
    """`answer` may be changed at any time; None leaves a command without an answer. `heard` is in order of arrival."""

    def __init__(self, device: Device, port: int) -> None:
        super().__init__(device, port)
        self.answer: Callable[[AnyCommand], AnyReply | None] = willing
        self.heard: list[AnyCommand] = []

    async def online(self, hub: Hub) -> None:
        """Listens to commands and says so, and the hub has heard it."""
        await self.ready()
        await self.listen(booth_topic(self.device.booth, "commands"))
        await self.say("online", hub)

    async def say(self, state: Any, hub: Hub) -> None:
        availability = Availability(state=state, since=datetime.now(UTC))
        self.send(availability.to_json(), "availability", retain=True)
        await until(state, lambda: (self.device.booth in hub.states.online()) == (state == "online"))

    def report(self, **changes: Any) -> None:
        reported = Reported(revision=1, monitoring=True, profile="standard", profile_version=1, **changes)
        self.send(reported.to_json(), "reported", retain=True)

    def beat(self, health: Health) -> None:
        self.send(health.to_json(), "health")

    def all_of(self, kind: type[Kind]) -> list[Kind]:
        return [command for command in self.heard if isinstance(command, kind)]

    async def hears(self, kind: type[Kind], count: int = 1) -> Kind:
        """The last of `count` commands of this kind."""
        await until(kind.__name__, lambda: len(self.all_of(kind)) >= count)
        return self.all_of(kind)[count - 1]

    def _on_message(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        if message.topic != booth_topic(self.device.booth, "commands"):
            super()._on_message(client, userdata, message)
            return
        command = parse_command(bytes(message.payload))
        if not isinstance(command, ClockCommand):
            self.heard.append(command)
        reply, asked = self.answer(command), message.properties
        if reply is not None and asked is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.CorrelationData = asked.CorrelationData  # type: ignore[attr-defined]
            client.publish(asked.ResponseTopic, reply.to_json(), qos=1, properties=properties)  # type: ignore[attr-defined]


@asynccontextmanager
async def an_answering_booth(hub: Hub, folder: Path, booth: str = "booth-1") -> AsyncIterator[AnsweringBooth]:
    """Newly enrolled, connected and online."""
    device = await Device.enrol(hub, booth, folder / f"device-{booth}")
    with AnsweringBooth(device, hub.mqtt.port) as uplink:
        await uplink.online(hub)
        yield uplink
