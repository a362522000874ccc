"""A field for attacks on the broker: a real Mosquitto, two booths, one who hears all, a score that shows its probes."""

import queue
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import paho.mqtt.client as paho
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from paho.mqtt.enums import CallbackAPIVersion

from contract.topics import (
    hub_common_name,
)
from hub.broker import Broker
from hub.devices.certificates import Authority
from hub.metrics import Metrics
from tests.support.hub import Device, signing_request, until

A, B = "booth-a", "booth-b"
MARK = b"forged "
"""Every payload that must not arrive begins with it."""


@dataclass
class Score:
    """How often each kind of attempt was made, and what came of it."""

    attempts: Counter[str] = field(default_factory=Counter)
    successes: list[str] = field(default_factory=list)
    controls: Counter[str] = field(default_factory=Counter)

    def tried(self, kind: str, what: str, *, succeeded: bool) -> None:
        self.attempts[kind] += 1
        if succeeded:
            self.successes.append(f"{kind}: {what}")

    def seen(self, kind: str, what: str, *, succeeded: bool) -> None:
        """The same probe by who may."""
        assert succeeded, f"the probe is blind: {kind}: {what}"
        self.controls[kind] += 1

    def table(self) -> str:
        lines = [
            f"{kind:<34}{self.attempts[kind]:>5} attempts{self.controls[kind]:>5} controls" for kind in self.attempts
        ]
        total = f"{'all':<34}{self.attempts.total():>5} attempts{self.controls.total():>5} controls"
        return "\n".join([*lines, total, f"successes: {self.successes or 'none'}"])


class _ClosingSocket(ssl.SSLSocket):
    """paho leaves the socket of a failed handshake to the garbage collector; this one closes itself."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


class Client:
    """One connection that is not given up and made again; says what came of everything."""

    def __init__(
        self,
        device: Device,
        port: int,
        client_id: str = "",
        will: tuple[str, bytes] | None = None,
        username: str | None = None,
        tls: str = "",
    ) -> None:
        self.heard: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self.ended = self.connected = False
        self._published: dict[int, bool] = {}
        self._subscribed: dict[int, bool] = {}
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5, reconnect_on_failure=False
        )
        context = ssl.create_default_context(cafile=str(device.folder / "ca.pem"))
        context.sslsocket_class = _ClosingSocket
        if tls != "bare":
            context.load_cert_chain(device.folder / "device.pem", device.folder / "device.key")
        if tls == "old":
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        if username is not None:
            client.username_pw_set(username, "")
        client.tls_set_context(context)
        if will is not None:
            client.will_set(*will, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_end
        client.on_connect_fail = self._on_end
        client.on_message = lambda _c, _u, message: self.heard.put((message.topic, bytes(message.payload)))
        client.on_publish = lambda _c, _u, mid, reason, _p: self._published.update({mid: not reason.is_failure})
        client.on_subscribe = lambda _c, _u, mid, reasons, _p: self._subscribed.update({mid: not reasons[0].is_failure})
        self._client, self._port = client, port

    def _on_connect(self, _c: Any, _u: Any, _f: Any, reason: Any, _p: Any) -> None:
        self.connected, self.ended = not reason.is_failure, reason.is_failure

    def _on_end(self, *_: Any) -> None:
        self.ended = True

    def __enter__(self) -> Self:
        self._client.connect_async("127.0.0.1", self._port, keepalive=30)
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    async def came_in(self) -> bool:
        await until("the broker's word", lambda: self.connected or self.ended)
        return self.connected

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> bool:
        """Whether the broker took it. Of QoS 0 nobody is told; of QoS 2 Mosquitto says yes and throws it away, so for
        both it counts who heard it."""
        mid = self._client.publish(topic, payload, qos=qos, retain=retain).mid
        if qos == 0:
            return False
        await until("the answer", lambda: mid in self._published or self.ended)
        return self._published.get(mid, False)

    async def subscribe(self, topic: str) -> bool:
        _, mid = self._client.subscribe(topic, qos=1)
        assert mid is not None
        await until("the answer", lambda: mid in self._subscribed or self.ended)
        return self._subscribed.get(mid, False)

    def die(self) -> None:
        """Without a word, so that the will is sent."""
        opened = self._client.socket()
        assert opened is not None
        assert isinstance(opened, socket.socket)
        opened.shutdown(socket.SHUT_RDWR)

    def took(self) -> list[tuple[str, bytes]]:
        found = []
        while not self.heard.empty():
            found.append(self.heard.get())
        return found


@dataclass
class Field:
    """A broker as the hub runs it, with booths A and B; `ears` hears everything, `voice` may say everything."""

    broker: Broker
    authority: Authority
    folder: Path
    ears: Client
    voice: Client
    score: Score = field(default_factory=Score)
    _marks: int = 0

    def __post_init__(self) -> None:
        self.a, self.b = self.device(A, "a"), self.device(B, "b")

    @contextmanager
    def connected(self, device: Device, **options: Any) -> Iterator[Client]:
        with Client(device, self.broker.port, **options) as client:
            yield client

    async def overheard(self, beginning: bytes = MARK) -> list[tuple[str, bytes]]:
        """What came by until now and begins so. A mark is said last, and waited for."""
        self._marks += 1
        mark = f"mark {self._marks}".encode()
        assert await self.voice.publish("mark", mark)
        found: list[tuple[str, bytes]] = []

        def all_of_it() -> bool:
            found.extend(self.ears.took())
            return any(payload == mark for _, payload in found)

        await until("what was said", all_of_it)
        return [(topic, payload) for topic, payload in found if payload.startswith(beginning)]

    def device(self, booth: str, name: str, **options: Any) -> Device:
        """With a certificate of the hub's authority."""
        key = ec.generate_private_key(ec.SECP256R1())
        issued = self.authority.issue_device(signing_request(key), booth, **options)
        return written(booth, key, issued.certificate_pem, self.authority.certificate_pem, self.folder / name)


def written(booth: str, key: ec.EllipticCurvePrivateKey, pem: str, ca_pem: str, folder: Path) -> Device:
    device = Device(booth, key, pem, folder)
    device.write(ca_pem)
    return device


@asynccontextmanager
async def a_field(folder: Path) -> AsyncIterator[Field]:
    authority = Authority.load_or_create(folder / "ca")
    broker = Broker(folder / "mosquitto", "127.0.0.1", 0, authority.issue_server([]), authority, Metrics())
    await broker.start()
    try:
        access = folder / "mosquitto" / "access.acl"
        everything = "topic readwrite #\ntopic read $SYS/#\n\n"
        names = (f"user {hub_common_name(name)}\n{everything}" for name in ("ears", "voice", "third"))
        access.write_text("".join(names) + access.read_text())
        broker.reload()
        with ExitStack() as stack:
            clients = {}
            for name in ("ears", "voice"):
                clients[name] = stack.enter_context(Client(process(authority, folder, name), broker.port))
                assert await clients[name].came_in()
            assert await clients["ears"].subscribe("#")
            yield Field(broker, authority, folder, clients["ears"], clients["voice"])
    finally:
        await broker.stop()


def process(authority: Authority, folder: Path, name: str) -> Device:
    """One of the hub, with its files where a device has them."""
    keys = authority.issue_hub(name)
    key = load_pem_private_key(keys.key.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return written(name, key, keys.certificate.read_text(), authority.certificate_pem, folder / f"process-{name}")
