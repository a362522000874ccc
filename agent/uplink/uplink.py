"""The uplink: keeps the connection to the hub, sends the outbox, takes the hub's words."""

import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Final, Literal

from agent.errors import BrokerError, StorageError
from agent.health import Trouble, trouble_name
from agent.uplink.hub_clock import HubClock
from agent.uplink.mqtt import Connection, Incoming, Outgoing
from agent.uplink.outbox import Outbox
from agent.uplink.window import WINDOW, Window
from contract.checkup import Checkup
from contract.device import DeviceConfig
from contract.messages import (
    Ack,
    AnyCommand,
    AnyReply,
    Availability,
    ClockCommand,
    ClockReply,
    Desired,
    ErrorReply,
    Health,
    HubStatus,
    Reported,
    parse_command,
)
from contract.topics import HUB_STATUS, MAX_PAYLOAD_BYTES, TO_BOOTH, BoothChannel, booth_topic, reply_topic
from contract.wire import InvalidError, Wire

log = logging.getLogger(__name__)

RETRY_FIRST_S: Final = 0.5
RETRY_MAX_S: Final = 20.0
STEADY_AFTER_S: Final = 10.0
"""A connection that lasted this long was a good one: the next loss starts with the short wait again."""

INBOX_MAX: Final = 256
"""Messages from the hub not looked at yet. Beyond it new ones are dropped and counted; acknowledgements come again
because the events are sent again, the rest is retained or asked again by the hub."""

POLL_S: Final = 0.5
REPLY_EXPIRY_S: Final = 10
REPLY_PREFIX: Final = reply_topic("")


class Uplink:
    """One thread that never gives up. `report`, `beat` and `nudge` may be called from any other.

    `on_desired` and `on_command` are called in the uplink's thread and must not wait for anything slow: an answer that
    takes time is given as a future, done in any thread. `on_command` may raise `StorageError`.
    """

    def __init__(
        self,
        config: DeviceConfig,
        outbox: Outbox,
        trouble: Trouble,
        *,
        on_desired: Callable[[Desired], None],
        on_command: Callable[[AnyCommand], AnyReply | Future[AnyReply]],
        hub_clock: HubClock | None = None,
    ) -> None:
        self._config = config
        self._outbox = outbox
        self._trouble = trouble
        self._on_desired = on_desired
        self._on_command = on_command
        self._hub_clock = hub_clock or HubClock()
        self._inbox: queue.Queue[Incoming | None] = queue.Queue(INBOX_MAX)
        self._window = Window()
        self._hub: HubStatus | None = None
        self._reported: Reported | None = None
        self._checkup: Checkup | None = None
        self.last_ack_at: datetime | None = None
        """When the hub last acknowledged events of this outbox, since the start."""
        self._connection: Connection | None = None
        self._stop = threading.Event()
        self._drain_until_s: float = 0.0
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)
        outbox.on_append = self.nudge

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def connected(self) -> bool:
        return self._connection is not None

    @property
    def hub_here(self) -> bool:
        """Connected, and the hub says that it listens."""
        hub = self._hub
        return self.connected and hub is not None and hub.state == "online"

    @property
    def hub_version(self) -> str:
        """Empty before the hub was heard, and of one that does not tell."""
        hub = self._hub
        return hub.version if hub is not None else ""

    def stop(self, drain_s: float = 1.5, join_s: float = 3.0) -> None:
        """Give the hub `drain_s` to acknowledge what is left, say `stopped`, disconnect."""
        self._drain_until_s = time.monotonic() + drain_s
        self._stop.set()
        self.nudge()
        self._thread.join(join_s)

    def nudge(self) -> None:
        """There may be something to send. An inbox with something in it wakes the thread as well."""
        if self._inbox.empty():
            self._offer(None)

    def cut(self) -> None:
        """Loses the connection as a bad network does, without a word; it is made again as after any loss."""
        connection = self._connection
        if connection is not None:
            connection.cut()

    def report(self, reported: Reported) -> None:
        """Publish what this booth is doing, now and after each reconnect."""
        self._reported = reported
        self._publish("reported", reported, retain=True)

    def checked(self, checkup: Checkup) -> None:
        """Publish what the doctor found, now and after each reconnect."""
        self._checkup = checkup
        self._publish("checkup", checkup, retain=True)

    def beat(self, health: Health) -> None:
        """Publish health if there is a connection; a beat that is missed is not sent later."""
        self._publish("health", health, qos=0)

    # --- the thread ---

    def _run(self) -> None:
        wait_s = RETRY_FIRST_S
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                self._converse()
                if not self._stop.is_set():
                    log.warning("The connection to the broker was lost; connecting again.")
            except BrokerError as error:
                self._trouble.count(trouble_name(error.counter), f"{error} Monitoring goes on; events are kept.")
            except Exception as error:
                self._trouble.count("uplink")
                log.exception("The connection to the hub failed in a way nobody foresaw: %s", error)
            if time.monotonic() - began > STEADY_AFTER_S:
                wait_s = RETRY_FIRST_S
            self._stop.wait(wait_s * random.uniform(0.5, 1.0))  # noqa: S311 - spreads booths, hides nothing
            wait_s = min(wait_s * 2, RETRY_MAX_S)

    def _converse(self) -> None:
        """One connection, from CONNECT to its loss or to our own stop."""
        self._hub = None
        self._window.reset()
        connection = Connection(
            self._config.booth,
            self._config.hub,
            self._config.tls,
            will=self._availability("offline"),
            subscribe=[HUB_STATUS, *(booth_topic(self._config.booth, channel) for channel in TO_BOOTH)],
            on_message=self._offer,
        )
        with connection:
            log.info("Connected to the broker at %s:%d.", self._config.hub.mqtt_host, self._config.hub.mqtt_port)
            self._connection = connection
            try:
                connection.publish(self._availability("online"))
                if self._reported:
                    self.report(self._reported)
                if self._checkup:
                    self.checked(self._checkup)
                while not connection.lost.is_set() and not self._done():
                    self._turn(connection)
                if not connection.lost.is_set():
                    connection.publish_and_wait(self._availability("stopped"), timeout_s=1.0)
            finally:
                self._connection = None

    def _turn(self, connection: Connection) -> None:
        """Look at what came, then send what is due."""
        for message in self._arrived():
            try:
                self._handle(message)
            except InvalidError as error:
                self._trouble.count("message_malformed", f"A message on {message.topic} is not understood: {error}")
            except StorageError as error:
                self._trouble.count("outbox_full" if error.kind == "full" else "outbox_failed", str(error))
            except Exception:
                self._trouble.count("uplink")
                log.exception("A message on %s could not be handled.", message.topic)
        try:
            self._send(connection)
        except StorageError as error:
            self._trouble.count("outbox_failed", str(error))

    def _arrived(self) -> list[Incoming]:
        """What waits in the inbox, after waiting for the first a little while."""
        found: list[Incoming] = []
        try:
            message = self._inbox.get(timeout=POLL_S)
            while True:
                if message is not None:
                    found.append(message)
                message = self._inbox.get_nowait()
        except queue.Empty:
            return found

    def _send(self, connection: Connection) -> None:
        if self._hub is None or self._hub.state != "online":
            return
        now = time.monotonic()
        for event in self._window.due(self._outbox.pending(WINDOW), now):
            topic = booth_topic(self._config.booth, "events")
            if not connection.publish(Outgoing(topic, event.payload)):
                break
            self._window.sent(event.seq, now)

    def _done(self) -> bool:
        if not self._stop.is_set():
            return False
        hub_listens = self._hub is not None and self._hub.state == "online"
        return not hub_listens or time.monotonic() >= self._drain_until_s or not self._unsent()

    def _unsent(self) -> bool:
        try:
            return bool(self._outbox.pending(1))
        except StorageError:
            return False

    # --- what the hub says ---

    def _handle(self, message: Incoming) -> None:
        if len(message.payload) > MAX_PAYLOAD_BYTES:
            self._trouble.count(
                "message_too_large", f"A message of {len(message.payload)} bytes on {message.topic} was not read."
            )
        elif message.topic == HUB_STATUS:
            self._hear_hub(HubStatus.parse(message.payload))
        elif message.topic == booth_topic(self._config.booth, "acks"):
            self._hear_ack(Ack.parse(message.payload))
        elif message.topic == booth_topic(self._config.booth, "desired"):
            self._hear_desired(Desired.parse(message.payload), kept=message.retained)
        elif message.topic == booth_topic(self._config.booth, "commands"):
            self._hear_command(message)

    def _hear_hub(self, status: HubStatus) -> None:
        """A new instance knows nothing of what the last one had in hand."""
        if self._hub is None or self._hub.instance != status.instance or status.state == "offline":
            self._window.reset()
            log.info("The hub is %s.", status.state)
        self._hub = status

    def _hear_ack(self, ack: Ack) -> None:
        self._outbox.apply(ack)
        if ack.chain_id != self._outbox.chain_id:
            return
        if ack.committed:
            self.last_ack_at = datetime.now(UTC)
        for span in ack.missing:
            self._window.again(span.first, span.last)
            kept = self._outbox.pending(1)
            if not kept or span.first < kept[0].seq:
                self._trouble.count(
                    "events_missing",
                    f"The hub misses events {span.first} to {span.last}; they are not here any more.",
                )

    def _hear_desired(self, desired: Desired, *, kept: bool) -> None:
        """A broker that came back with an older state than it had misleads nobody. What the hub itself says counts,
        whatever its number."""
        known = self._outbox.desired if kept else None
        if known is not None and desired.revision < known.revision:
            log.warning("The broker kept wish %d, older than the hub's last, %d.", desired.revision, known.revision)
            return
        try:
            self._outbox.store_desired(desired)
        finally:
            self._on_desired(desired)

    def _hear_command(self, message: Incoming) -> None:
        if message.response_topic is None or not message.response_topic.startswith(REPLY_PREFIX):
            raise InvalidError("a command without a Response Topic under hub/replies")
        try:
            command = parse_command(message.payload)
            if isinstance(command, ClockCommand):
                self._reply(message, ClockReply(wall_time=datetime.now(UTC)))
                if command.at is not None:
                    self._hub_clock.hear(command.at)
                return
            answer = self._on_command(command)
        except InvalidError as error:
            self._trouble.count("message_malformed", f"A command is not understood: {error}")
            answer = ErrorReply(reason=f"not understood: {error}"[:300])
        except StorageError as error:
            self._trouble.count("evidence_lost", str(error))
            answer = ErrorReply(reason=str(error)[:300])
        if isinstance(answer, Future):
            answer.add_done_callback(lambda done: self._reply(message, _outcome(done)))
        else:
            self._reply(message, answer)

    def _reply(self, message: Incoming, reply: AnyReply) -> None:
        """In whatever thread found the answer. Without a connection nobody waits for it any more."""
        connection = self._connection
        if connection is not None and message.response_topic is not None:
            connection.publish(
                Outgoing(
                    message.response_topic,
                    reply.to_json(),
                    correlation=message.correlation,
                    expiry_s=REPLY_EXPIRY_S,
                )
            )

    # --- odds and ends ---

    def _offer(self, message: Incoming | None) -> None:
        try:
            self._inbox.put_nowait(message)
        except queue.Full:
            if message is not None:
                self._trouble.count("messages_dropped", "The hub sends faster than this device reads.")

    def _publish(self, channel: BoothChannel, message: Wire, *, qos: int = 1, retain: bool = False) -> None:
        connection, payload = self._connection, message.to_json()
        if len(payload) > MAX_PAYLOAD_BYTES:
            self._trouble.count("payload_too_large", f"A {channel} message of {len(payload)} bytes was not sent.")
        elif connection is not None:
            connection.publish(Outgoing(booth_topic(self._config.booth, channel), payload, qos, retain))

    def _availability(self, state: Literal["online", "stopped", "offline"]) -> Outgoing:
        message = Availability(state=state, since=datetime.now(UTC))
        return Outgoing(booth_topic(self._config.booth, "availability"), message.to_json(), retain=True)


def _outcome(done: Future[AnyReply]) -> AnyReply:
    """An answer that failed or was given up is an answer too."""
    if done.cancelled():
        return ErrorReply(reason="the agent is stopping")
    error = done.exception()
    return done.result() if error is None else ErrorReply(reason=f"{type(error).__name__}: {error}"[:300])
