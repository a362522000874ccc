"""The agent's only paho: one MQTT 5 connection to the broker over TLS, with the device's certificate.

A `Connection` lives from CONNECT to the first loss and is then thrown away. paho could reconnect by itself, but then
it would send what an old connection left unanswered, and would swallow why connecting failed.
"""

import contextlib
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import paho.mqtt.client as paho
from cryptography import x509
from cryptography.x509.oid import NameOID
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from agent.errors import BrokerError
from contract import tpm
from contract.device import HubConfig, TlsConfig
from contract.libcrypto import Library

log = logging.getLogger(__name__)

KEEPALIVE_S: Final = 10
"""A broker that vanished without a word is noticed after one and a half of these."""

CONNECT_TIMEOUT_S: Final = 5.0
HANG_UP_S: Final = 1.0
INFLIGHT_MAX: Final = 64
"""QoS 1 messages under way to the broker; paho's own 20 would make a slow link three times slower than the outbox's
window does."""
QUEUED_MAX: Final = 512
"""QoS 1 messages that paho holds for an answer; more are refused, and the outbox sends them again."""

INCOMING_MAX_BYTES: Final = 256 * 1024
"""The broker keeps back what is larger. Above the contract's own limit, so that its breach is seen and counted."""

ENROL: Final = "Enrol the device again with: invigil device enrol"


@dataclass(frozen=True, slots=True)
class Incoming:
    topic: str
    payload: bytes
    response_topic: str | None = None
    correlation: bytes | None = None
    retained: bool = False
    """What the broker had kept, as against what somebody says now."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False
    correlation: bytes | None = None
    expiry_s: int | None = None


class _ClosingSocket(ssl.SSLSocket):
    """paho leaves the socket of a failed handshake to the garbage collector; this one closes itself."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _socket_through(library: Library) -> type[ssl.SSLSocket]:
    """One whose handshake finds the device's key there."""

    class ThroughLibrary(_ClosingSocket):
        def do_handshake(self, block: bool = False) -> None:
            with library.in_this_thread():
                super().do_handshake(block)

    return ThroughLibrary


class Connection:
    """Connects on entering, disconnects cleanly on leaving; `lost` is set when the broker is gone.

    `on_message` is called in paho's thread and must return soon. `publish` may be called from any thread.
    """

    def __init__(
        self,
        booth: str,
        hub: HubConfig,
        tls: TlsConfig,
        *,
        will: Outgoing,
        subscribe: list[str],
        on_message: Callable[[Incoming], None],
    ) -> None:
        self._hub, self._tls = hub, tls
        self._subscribe = subscribe
        self._on_message = on_message
        self.lost = threading.Event()
        self._answered = threading.Event()
        self._subscribed = threading.Event()
        self._refusal = ""
        self._socket_error = ""
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=booth, protocol=paho.MQTTv5, reconnect_on_failure=False
        )
        client.tls_set_context(tls_context(tls, booth))
        client.will_set(will.topic, will.payload, will.qos, will.retain)
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.max_inflight_messages_set(INFLIGHT_MAX)
        client.max_queued_messages_set(QUEUED_MAX)
        client.on_socket_open = _without_delay
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_subscribe = self._granted
        client.on_message = self._received
        client.on_log = self._logged
        self._client = client

    def __enter__(self) -> Self:
        """Connect and subscribe; raises `BrokerError` that says what is wrong and what to do."""
        properties = _properties(PacketTypes.CONNECT)
        properties.MaximumPacketSize = INCOMING_MAX_BYTES
        where = f"{self._hub.mqtt_host}:{self._hub.mqtt_port}"
        try:
            self._client.connect(
                self._hub.mqtt_host, self._hub.mqtt_port, KEEPALIVE_S, clean_start=True, properties=properties
            )
        except ssl.SSLError as error:
            raise _tpm_error(self._tls) or _tls_error(where, str(error)) from error
        except OSError as error:
            raise BrokerError(
                "broker_unreachable",
                f"No broker at {where} ({error}). Check that the hub runs and that this device's network reaches it.",
            ) from error
        self._client.loop_start()
        self._await_answer(where)
        self._subscribe_all(where)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """A clean goodbye where the broker still listens: then it keeps the last will to itself."""
        self._client.disconnect()
        self._hang_up()

    def publish(self, message: Outgoing) -> bool:
        """Hand one message to paho; False when it did not take it (not connected, queue full)."""
        return self._publish(message).rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    def publish_and_wait(self, message: Outgoing, timeout_s: float) -> bool:
        """Publish and wait until the broker has it, at most `timeout_s`."""
        info = self._publish(message)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return False
        info.wait_for_publish(timeout_s)
        return info.is_published()

    def _publish(self, message: Outgoing) -> paho.MQTTMessageInfo:
        properties = _properties(PacketTypes.PUBLISH)
        if message.correlation is not None:
            properties.CorrelationData = message.correlation
        if message.expiry_s is not None:
            properties.MessageExpiryInterval = message.expiry_s
        return self._client.publish(message.topic, message.payload, message.qos, message.retain, properties)

    def _await_answer(self, where: str) -> None:
        answered = self._answered.wait(CONNECT_TIMEOUT_S)
        if answered and not self._refusal and not self.lost.is_set():
            return
        self._hang_up()
        if self._refusal:
            raise BrokerError(
                "broker_refused",
                f"The broker at {where} refused this booth ({self._refusal}). Check that the booth is known to the hub "
                f"and its certificate is not revoked. {ENROL}.",
            )
        if "SSL" in self._socket_error or "TLS" in self._socket_error.upper():
            raise _tls_error(where, self._socket_error)
        raise BrokerError(
            "broker_refused",
            f"The broker at {where} gave no answer ({self._socket_error or 'it closed the connection'}). "
            f"It may not accept this device's certificate. {ENROL}.",
        )

    def _subscribe_all(self, where: str) -> None:
        """Wait for the broker's word: a booth that says `online` must already be listening."""
        self._client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in self._subscribe])
        answered = self._subscribed.wait(CONNECT_TIMEOUT_S)
        if answered and not self._refusal and not self.lost.is_set():
            return
        self._hang_up()
        raise BrokerError(
            "broker_refused",
            f"The broker at {where} does not let this booth listen ({self._refusal or 'no answer'}). Check that the "
            f"certificate is this booth's own. {ENROL}.",
        )

    def _hang_up(self) -> None:
        """End paho's thread. It ends when the socket does, so a broker that says nothing gets its socket closed."""
        if not self.lost.wait(HANG_UP_S):
            self.cut()
        self._client.loop_stop()

    def cut(self) -> None:
        """Close the connection without a word to the broker."""
        open_socket = self._client.socket()
        if isinstance(open_socket, socket.socket):
            with contextlib.suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)

    # --- paho's thread ---

    def _connected(self, _c: Any, _u: Any, _flags: Any, reason: ReasonCode, _p: Any) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
        self._answered.set()

    def _disconnected(self, _c: Any, _u: Any, _flags: Any, reason: ReasonCode, _p: Any) -> None:
        log.debug("disconnected: %s %s", reason, self._socket_error)
        self.lost.set()
        self._answered.set()
        self._subscribed.set()

    def _granted(self, _c: Any, _u: Any, _mid: int, reasons: list[ReasonCode], _p: Any) -> None:
        self._refusal = next((str(reason) for reason in reasons if reason.is_failure), "")
        self._subscribed.set()

    def _received(self, _c: Any, _u: Any, message: paho.MQTTMessage) -> None:
        properties = message.properties
        self._on_message(
            Incoming(
                topic=message.topic,
                payload=bytes(message.payload),
                response_topic=getattr(properties, "ResponseTopic", None),
                correlation=getattr(properties, "CorrelationData", None),
                retained=message.retain,
            )
        )

    def _logged(self, _c: Any, _u: Any, level: int, text: str) -> None:
        if level == paho.MQTT_LOG_ERR:
            self._socket_error = text


def tls_context(tls: TlsConfig, booth: str) -> ssl.SSLContext:
    """Trusts the hub's own authority only, checks the host name, shows the device's certificate.

    Whose certificate it is must be looked at here: Mosquitto lets a device with another booth's certificate connect and
    subscribe, and then silently delivers nothing.
    """
    try:
        library = tpm.for_tls() if tpm.in_tpm(tls.key.read_bytes()) else None
        with library.in_this_thread() if library else contextlib.nullcontext():
            context = _context(tls)
        context.sslsocket_class = _socket_through(library) if library else _ClosingSocket
        names = x509.load_pem_x509_certificate(tls.certificate.read_bytes()).subject
    except (OSError, ValueError) as error:
        if of_tpm := _tpm_error(tls):
            raise of_tpm from error
        files = f"{tls.ca}, {tls.certificate} or {tls.key}"
        raise BrokerError("broker_tls", f"One of {files} cannot be used ({error}). {ENROL}.") from error
    owner = [name.value for name in names.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if owner != [booth]:
        raise BrokerError("broker_tls", f"{tls.certificate} is made out to {owner}, not to booth {booth}. {ENROL}.")
    return context


def _context(tls: TlsConfig) -> ssl.SSLContext:
    """Raises `OSError`."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(tls.ca))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(str(tls.certificate), str(tls.key))
    return context


def _without_delay(_c: Any, _u: Any, opened: Any) -> None:
    """Small messages leave at once; else TCP may hold an event back for 40 ms, waiting for more to send with it."""
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]


def _tpm_error(tls: TlsConfig) -> BrokerError | None:
    """OpenSSL's words hide a TPM that does not do its part: it trusts nobody then, or reads no file."""
    tpm.begin_anew()
    said = tpm.trouble(tls.key)
    return BrokerError("broker_tls", f"No TLS with the broker: {said}.") if said else None


def _tls_error(where: str, reason: str) -> BrokerError:
    """Either side may distrust the other; OpenSSL's words tell which."""
    if "expired" in reason.lower() or "not yet valid" in reason.lower():
        advice = f"a certificate is outside its time. Check this device's clock; if it is right: {ENROL}."
    elif "CERTIFICATE_VERIFY_FAILED" in reason:
        advice = f"this device does not trust the broker: another hub, or a new CA. {ENROL}."
    elif "EOF" in reason.upper():
        advice = "the connection was cut while it began. Check the network between; it is tried again."
    else:
        advice = f"the broker does not accept this device's certificate. {ENROL}."
    return BrokerError("broker_tls", f"No TLS with the broker at {where}: {advice} ({reason})")
