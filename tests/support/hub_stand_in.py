"""The hub's side of MQTT for tests of the agent: says that it is online, keeps what it hears, acknowledges.

A stand-in only where the agent is the subject; the real hub is used wherever the hub has a say.
"""

import queue
import ssl
import threading
from collections import defaultdict
from typing import Any
from uuid import UUID, uuid4

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from contract.messages import Ack, Event, HubStatus, SeqRange
from contract.topics import (
    FROM_BOOTH,
    HUB_STATUS,
    BoothChannel,
    all_booths,
    booth_topic,
    parse_booth_topic,
    reply_topic,
)
from contract.wire import Wire
from tests.support.broker import Broker


class HubStandIn:
    """One MQTT client that may be thrown away and made anew: each has an `instance` of its own."""

    def __init__(self, broker: Broker, *, online: bool = True, acknowledge: bool = True) -> None:
        self.acknowledge = acknowledge
        self.instance = uuid4().hex
        self.replies: queue.Queue[tuple[bytes | None, bytes]] = queue.Queue(100)
        self._lock = threading.Lock()
        self._events: list[tuple[Event, bytes]] = []
        self._said: dict[str, list[bytes]] = defaultdict(list)
        self._subscribed = threading.Event()
        self._reply_topic = reply_topic(self.instance)
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"hub-{self.instance}", protocol=paho.MQTTv5)
        context = ssl.create_default_context(cafile=str(broker.hub_tls.ca))
        context.load_cert_chain(str(broker.hub_tls.certificate), str(broker.hub_tls.key))
        client.tls_set_context(context)
        client.will_set(HUB_STATUS, self._status("offline").to_json(), qos=1, retain=True)
        client.on_message = self._hear
        client.on_subscribe = lambda *_: self._subscribed.set()
        self._client = client
        client.connect("localhost", broker.port, keepalive=30, clean_start=True)
        client.loop_start()
        topics = [*(all_booths(channel) for channel in FROM_BOOTH), self._reply_topic]
        client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in topics])
        assert self._subscribed.wait(30), "the broker did not answer a subscription"
        if online:
            self.say("online")

    def close(self) -> None:
        """Gone without a word: `online` stays retained, as after a crash of hub and broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def say(self, state: str) -> None:
        self.publish(HUB_STATUS, self._status(state).to_json(), retain=True)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(30)

    def tell(self, booth: str, channel: BoothChannel, message: Wire | bytes, *, retain: bool = False) -> None:
        payload = message if isinstance(message, bytes) else message.to_json()
        self.publish(booth_topic(booth, channel), payload, retain=retain)

    def command(self, booth: str, payload: bytes) -> tuple[bytes | None, bytes]:
        """Send a request and wait for its answer: correlation data and payload."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ResponseTopic = self._reply_topic
        asked = uuid4().bytes
        properties.CorrelationData = asked
        self._client.publish(booth_topic(booth, "commands"), payload, qos=1, properties=properties)
        correlation, answer = self.replies.get(timeout=60)
        assert correlation == asked
        return correlation, answer

    @property
    def events(self) -> list[Event]:
        """All that were heard, repeats included, in order of arrival."""
        with self._lock:
            return [event for event, _ in self._events]

    @property
    def links(self) -> dict[tuple[UUID, int], bytes]:
        """Payloads by chain and number, as the hub's key makes repeats one."""
        with self._lock:
            return {(event.chain_id, event.seq): payload for event, payload in self._events}

    def said(self, booth: str, channel: BoothChannel) -> list[bytes]:
        """In order: what was true for a moment only is here, too."""
        with self._lock:
            return list(self._said[booth_topic(booth, channel)])

    def latest(self, booth: str, channel: BoothChannel) -> bytes | None:
        return next(reversed(self.said(booth, channel)), None)

    def _hear(self, client: paho.Client, _userdata: Any, message: paho.MQTTMessage) -> None:
        topic = parse_booth_topic(message.topic)
        if topic is None:
            self.replies.put((getattr(message.properties, "CorrelationData", None), bytes(message.payload)))
            return
        payload = bytes(message.payload)
        with self._lock:
            self._said[message.topic].append(payload)
        if topic.channel == "events":
            event = Event.parse(payload)
            with self._lock:
                self._events.append((event, payload))
            if self.acknowledge:
                ack = Ack(chain_id=event.chain_id, committed=(SeqRange(first=event.seq, last=event.seq),))
                client.publish(booth_topic(topic.booth, "acks"), ack.to_json(), qos=1)

    def _status(self, state: str) -> HubStatus:
        return HubStatus.model_validate({"state": state, "instance": self.instance})
