"""The hub's connection to the broker: the only user of paho here, from its thread to whoever receives.

MQTT 5 with mutual TLS and no persistent broker session: what the broker forgets, booths send again.
"""

import logging
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from contract.messages import HubStatus
from contract.topics import FROM_BOOTH, HUB_FEED, HUB_STATUS, MAX_PAYLOAD_BYTES, all_booths, booth_topic, reply_topic
from contract.wire import InvalidError
from hub import __version__
from hub.intake.message import Delivery, Message
from hub.metrics import Metrics
from hub.mqtt_socket import BufferedSocket, Polling

log = logging.getLogger(__name__)

paho.select = Polling  # type: ignore[assignment,attr-defined]  # it has no other way to be told how to wait

RECEIVE_MAXIMUM: Final = 2000
"""Events the broker may send before the hub confirms them, so that it is the broker where they wait. Mosquitto 2.0.11
was measured to send more once confirmations flow: the ingest queue has its own bound."""

MAX_UNSENT: Final = 10_000
"""Messages waiting for the socket. More are not sent and counted: booths ask again."""

KEEPALIVE_S: Final = 10

STAND_IN_S: Final = 3.0
"""How long the broker may take to let a stand-in in."""
HOLD_S: Final = 0.4
"""How long a stand-in stays. Who may still come in is back by then, and throws it out."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    host: str
    port: int
    ca: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Part:
    """What one of several hub processes hears."""

    events: bool = True
    """It stores events, and booths send while one such process is `online`."""
    shared: str = ""
    """Name of the MQTT shared subscription of those who take events: each goes to one of them. Empty: there is one. No
    booth may know it: Mosquitto would give it a share, and throw that away."""
    feed: bool = True
    """It shows committed changes to browsers."""


class HubMqtt:
    """`receive` and `on_connected` are called in paho's thread and must not block.

    `receive` gets every message; QoS 1 messages are confirmed to the broker by `taken`, when they are stored.
    """

    def __init__(
        self,
        address: BrokerAddress,
        instance: str,
        metrics: Metrics,
        receive: Callable[[Message], None],
        on_connected: Callable[[], object],
        part: Part = Part(),
    ) -> None:
        self._part = part
        self._stopping = False
        self._address = address
        self._instance = instance
        self._metrics = metrics
        self._receive = receive
        self._on_connected = on_connected
        self._connection = 0
        self._connected = threading.Event()
        self._client = self._make_client()

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    @property
    def port(self) -> int:
        return self._address.port

    @property
    def reply_topic(self) -> str:
        return reply_topic(self._instance)

    def start(self) -> None:
        """Connects in the background, and again whenever the connection ends."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        self._client.connect_async(
            self._address.host,
            self._address.port,
            keepalive=KEEPALIVE_S,
            clean_start=True,
            properties=properties,
        )
        self._client.loop_start()

    def wait_connected(self, timeout_s: float) -> bool:
        """Blocks; call it in a thread."""
        return self._connected.wait(timeout_s)

    def stop(self) -> None:
        """Says `offline`, so that booths keep what they have, and ends the thread. Blocks for up to two seconds."""
        self._stopping = True
        if self.connected and self._part.events:
            said = self._client.publish(HUB_STATUS, self._status("offline"), qos=1, retain=True)
            try:
                said.wait_for_publish(1.0)
            except (ValueError, RuntimeError) as error:
                log.warning("could not say goodbye to the broker: %s", error)
        self._connected.clear()
        self._client.disconnect()
        self._client.loop_stop()

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        retain: bool = False,
        correlation: bytes | None = None,
        expiry_s: int | None = None,
    ) -> bool:
        """Hands a message to paho, from any thread. False, counted, while the broker is away."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        if correlation is not None:
            properties.ResponseTopic = self.reply_topic
            properties.CorrelationData = correlation
        if expiry_s is not None:
            properties.MessageExpiryInterval = expiry_s
        sent = self.connected and len(payload) <= MAX_PAYLOAD_BYTES
        if sent:
            sent = self._client.publish(topic, payload, qos, retain, properties).rc == paho.MQTT_ERR_SUCCESS
        if not sent:
            self._metrics.mqtt_unsent.inc()
        return sent

    def taken(self, delivery: Delivery) -> None:
        """Confirms a QoS 1 message to the broker, which may now send another."""
        if delivery.qos and delivery.connection == self._connection:
            self._client.ack(delivery.mid, delivery.qos)

    def _make_client(self) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=self._instance, protocol=paho.MQTTv5, manual_ack=True
        )
        address = self._address
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(str(address.ca))
        context.load_cert_chain(str(address.certificate), str(address.key))
        context.sslsocket_class = BufferedSocket
        client.tls_set_context(context)
        if self._part.events:
            client.will_set(HUB_STATUS, self._status("offline"), qos=1, retain=True)
        client.reconnect_delay_set(1, 4)
        client.max_inflight_messages_set(RECEIVE_MAXIMUM)
        client.max_queued_messages_set(MAX_UNSENT)
        client.on_socket_open = _without_delay
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _status(self, state: Any) -> bytes:
        return HubStatus(state=state, instance=self._instance, version=__version__).to_json()

    def _on_connect(self, client: paho.Client, _u: Any, _f: Any, reason: ReasonCode, _p: Any) -> None:
        if reason.is_failure:
            log.error("the broker refuses the hub: %s", reason)
            return
        self._connection += 1
        # What is retained of other hub processes is not news; booths' own states are.
        options = {topic: SubscribeOptions(qos=1) for topic in self._topics()}
        if HUB_STATUS in options:
            options[HUB_STATUS] = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
        client.subscribe(list(options.items()))

    def _topics(self) -> list[str]:
        part = self._part
        topics = [all_booths(channel) for channel in FROM_BOOTH if channel != "events"]
        if part.events:
            topics.append(f"$share/{part.shared}/{all_booths('events')}" if part.shared else all_booths("events"))
        if part.events and part.shared:
            topics.append(HUB_STATUS)
        return [*topics, self.reply_topic, *([HUB_FEED] if part.feed else [])]

    def _on_subscribe(self, client: paho.Client, _u: Any, _mid: int, reasons: list[ReasonCode], _p: Any) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            log.error("the broker refuses a subscription: %s", ", ".join(refused))
            return
        if self._part.events:
            # Only now: booths start to send when they read this, and somebody must be listening.
            client.publish(HUB_STATUS, self._status("online"), qos=1, retain=True)
        self._connected.set()
        self._metrics.mqtt_connected.set(1)
        log.info("connected to the broker at %s:%s", self._address.host, self._address.port)
        self._on_connected()

    def _hear_status(self, payload: bytes) -> None:
        """Another process that takes events is gone; booths go on, for this one is there."""
        try:
            other_is_gone = HubStatus.parse(payload).state == "offline"
        except InvalidError:
            return
        if other_is_gone and not self._stopping:
            self._client.publish(HUB_STATUS, self._status("online"), qos=1, retain=True)

    def _on_disconnect(self, _client: paho.Client, _u: Any, _f: Any, reason: ReasonCode, _p: Any) -> None:
        if self._connected.is_set():
            log.warning("lost the broker (%s); connecting again", reason)
        self._connected.clear()
        self._metrics.mqtt_connected.set(0)

    def _on_message(self, _client: paho.Client, _u: Any, message: paho.MQTTMessage) -> None:
        properties = message.properties
        arrived = Message(
            message.topic,
            bytes(message.payload),
            message.retain,
            datetime.now(UTC),
            Delivery(self._connection, message.mid, message.qos),
            len(message.payload),
            getattr(properties, "CorrelationData", None) if properties else None,
        )
        if message.topic == HUB_STATUS:
            self._hear_status(arrived.payload)
        try:
            self._receive(arrived)
        except Exception:
            # An error here would end paho's thread, and with it the hub's hearing.
            log.exception("a message on %s could not be received", message.topic)
            self._metrics.messages_rejected.labels("unreadable").inc()


def _without_delay(_client: paho.Client, _u: Any, opened: Any) -> None:
    """An acknowledgement leaves at once; else TCP may hold it back for 40 ms, waiting for more to send with it."""
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def take_place(address: BrokerAddress, booth: str, *, farewell: bytes | None) -> bool:
    """Ends the connection that stands under a booth's name, by taking its place for a moment; blocks. `address` has
    keys made out to the booth. A `farewell` is left behind as its retained availability.

    False where the broker does not answer, or somebody came back at once: then it lets in whom it should refuse.
    """
    answered, lost = threading.Event(), threading.Event()
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=booth, protocol=paho.MQTTv5, reconnect_on_failure=False)
    client.tls_set(str(address.ca), str(address.certificate), str(address.key), tls_version=ssl.PROTOCOL_TLS_CLIENT)
    client.connect_timeout = STAND_IN_S
    client.on_connect = lambda _c, _u, _f, reason, _p: None if reason.is_failure else answered.set()
    client.on_disconnect = lambda *_: lost.set()
    try:
        client.connect(address.host, address.port, KEEPALIVE_S)
    except OSError as error:
        log.warning("nobody could take the place of %s at the broker: %s", booth, error)
        return False
    client.loop_start()
    try:
        if not answered.wait(STAND_IN_S):
            return False
        if farewell is not None:
            client.publish(booth_topic(booth, "availability"), farewell, qos=1, retain=True).wait_for_publish(HOLD_S)
        return not lost.wait(HOLD_S)
    except (ValueError, RuntimeError):
        return False
    finally:
        client.disconnect()
        client.loop_stop()
