"""A real hub with its real broker, in this process, and a device that speaks to it as a booth would."""

import asyncio
import base64
import queue
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Self, TypeVar
from unittest.mock import patch
from uuid import UUID, uuid4

import httpx
import paho.mqtt.client as paho
from argon2 import PasswordHasher
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fastapi import FastAPI
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from contract import chain
from contract.messages import (
    Ack,
    Availability,
    Checkpoint,
    EnrolRequest,
    Event,
    EventBody,
    ViolationClosed,
    ViolationOpened,
)
from contract.topics import BoothChannel, booth_topic
from contract.violation import EvidenceRef, Explanation, Violation
from hub.app import create_app, running
from hub.config import Settings
from hub.db import Database
from hub.devices.enrolment import new_claim_code
from hub.engines.postgres import PostgresConfig
from hub.parts import Hub
from hub.people.passwords import hash_password
from hub.store import booths, users
from tests.support.postgres import ON_POSTGRESQL, configure, database_at, own_database, server
from tests.support.processes import free_port

PASSWORD = "correct horse battery"
Value = TypeVar("Value")

# Each test signs somebody in: at the strength that people get, that takes a third of all processor time of these tests.
patch("hub.people.passwords._HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)).start()


@asynccontextmanager
async def a_hub(data: Path, **settings: Any) -> AsyncIterator[Hub]:
    """Everything `invigil-hub serve` runs but the HTTP server, on free ports."""
    database = None
    if "database" not in settings:
        database = await _with_tables(data)
        configure(data)  # for commands that run beside it
    async with running(Settings(data=data, port=0, mqtt_port=free_port(), **{"database": database} | settings)) as hub:
        yield hub


@asynccontextmanager
async def a_database(folder: Path) -> AsyncIterator[Database]:
    """The database alone, with all tables."""
    await _with_tables(folder)
    configure(folder)  # for commands that run afterwards
    database = Database(database_at(folder))
    try:
        await database.migrate()
        yield database
    finally:
        await database.close()


TEMPLATE: Final = "with_all_tables"
_templates: list[bytes] = []
"""What a database with all tables is copied from: SQLite's file; for PostgreSQL, where the server has it, nothing."""


async def _with_tables(data: Path) -> PostgresConfig | None:
    """The database of a new data directory, as every migration leaves it: going through all of them for each test was a
    third of what its hub cost. `test_migrations` goes through them."""
    if not _templates:
        _templates.append(await _make_template())
    if ON_POSTGRESQL:
        return own_database(data, TEMPLATE)
    _copy_template(data / "hub.sqlite")
    return None


def _copy_template(file: Path) -> None:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(0o600)
        file.write_bytes(_templates[0])


async def _make_template() -> bytes:
    with TemporaryDirectory() as name:
        file = Path(name) / "hub.sqlite"
        database = Database(server().make_template(TEMPLATE) if ON_POSTGRESQL else file)
        try:
            await database.migrate()
        finally:
            await database.close()
        return b"" if ON_POSTGRESQL else file.read_bytes()


_idle_applications: list[FastAPI] = []


@contextmanager
def application(hub: Hub) -> Iterator[FastAPI]:
    """The web application of `hub`. It holds nothing else of a hub: built once, it serves one after another."""
    app = _idle_applications.pop() if _idle_applications else create_app()
    app.state.hub = hub
    yield app  # after an error it is not taken again
    del app.state.hub
    _idle_applications.append(app)


@asynccontextmanager
async def browser(hub: Hub, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client straight into the application of `hub`."""
    with application(hub) as app:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=options.pop("client", ("127.0.0.1", 1)))
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.test", **options) as client:
            yield client


async def add_user(hub: Hub, name: str = "ada", role: str = "admin") -> None:
    async with hub.database.writing() as connection:
        await users.add(
            connection,
            {
                "username": name,
                "display_name": name.title(),
                "role": role,
                "password_hash": hash_password(PASSWORD),
                "created_at": datetime.now(UTC),
            },
        )


async def comes_online(client: httpx.AsyncClient, uplink: "Uplink") -> None:
    """The booth says that it is online, and the hub shows it."""
    now = datetime.now(UTC)
    uplink.send(Availability(state="online", since=now).to_json(), "availability", retain=True)
    path = f"/api/v1/booths/{uplink.device.booth}"
    async with asyncio.timeout(60):
        while (await client.get(path)).json()["availability"] != "online":  # noqa: ASYNC110 (asked over HTTP)
            await asyncio.sleep(0.02)


async def sign_in(client: httpx.AsyncClient, name: str = "ada") -> None:
    client.headers["X-Invigil-Request"] = "1"
    answer = await client.post("/api/v1/sign-in", json={"username": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text


async def until(what: str, probe: Callable[[], Value | None], timeout_s: float = 60) -> Value:
    """The first value of `probe` that is not None or False. The time-out only ends a test that hangs."""
    async with asyncio.timeout(timeout_s):
        while True:
            value = probe()
            if value is not None and value is not False:
                return value
            await asyncio.sleep(0.02)
    raise AssertionError(what)


def a_violation(opened_s: float = 0.0, **changes: Any) -> Violation:
    began = datetime(2026, 5, 4, 9, 0, tzinfo=UTC) + timedelta(seconds=opened_s)
    values: dict[str, Any] = {
        "violation_id": uuid4(),
        "kind": "no_face",
        "severity": "high",
        "started_at": began - timedelta(seconds=1),
        "opened_at": began,
        "explanation": Explanation(hold_s=1.0, frames=10, profile="strict", profile_version=1),
    }
    return Violation(**values | changes)


def closed(violation: Violation, after_s: float = 5.0) -> Violation:
    return violation.model_copy(update={"ended_at": violation.opened_at + timedelta(seconds=after_s)})


def snapshot_ref(data: bytes) -> EvidenceRef:
    return EvidenceRef(
        sha256=chain.sha256_hex(data),
        role="snapshot",
        media_type="image/jpeg",
        size_bytes=len(data),
        taken_at=datetime(2026, 5, 4, 9, 0, tzinfo=UTC),
    )


@dataclass
class Chain:
    """Writes a booth's events, each with the hash of the one before."""

    booth: str
    chain_id: UUID = field(default_factory=uuid4)
    seq: int = 0
    head: str = chain.GENESIS_SHA256
    exam_session: UUID | None = None

    def event(self, body: EventBody) -> bytes:
        self.seq += 1
        event = Event(
            chain_id=self.chain_id,
            seq=self.seq,
            prev_sha256=self.head,
            booth=self.booth,
            wall_time=datetime(2026, 5, 4, 9, 0, tzinfo=UTC),
            monotonic_s=float(self.seq),
            boot_id="boot",
            exam_session=self.exam_session,
            body=body,
        )
        payload = event.to_json()
        self.head = chain.sha256_hex(payload)
        return payload

    def opened(self, violation: Violation | None = None) -> bytes:
        return self.event(ViolationOpened(violation=violation or a_violation()))

    def closed(self, violation: Violation) -> bytes:
        return self.event(ViolationClosed(violation=violation))

    def checkpoint(self, key: ec.EllipticCurvePrivateKey) -> bytes:
        signature = chain.sign(key, chain.checkpoint_bytes(self.chain_id, self.seq, self.head))
        return self.event(Checkpoint(head_seq=self.seq, head_sha256=self.head, signature=signature))


def signing_request(key: Any, common_name: str = "whatever") -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    csr = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return csr.public_bytes(serialization.Encoding.PEM).decode()


async def add_booth(hub: Hub, booth: str) -> str:
    """A new booth's claim code."""
    async with hub.database.writing() as connection:
        await booths.add(connection, booth, booth.title(), "standard", datetime.now(UTC))
    return (await new_claim_code(hub.database, booth)).code


@dataclass
class Device:
    """An enrolled device: its key, its certificate, and files for TLS."""

    booth: str
    key: ec.EllipticCurvePrivateKey
    certificate_pem: str
    folder: Path

    @classmethod
    async def enrol(
        cls, hub: Hub, booth: str, folder: Path, *, known: bool = False, code: str | None = None
    ) -> "Device":
        """At a new booth, at one that is `known`, or with a `code` that somebody was given."""
        if code is None:
            code = (await new_claim_code(hub.database, booth)).code if known else await add_booth(hub, booth)
        key = ec.generate_private_key(ec.SECP256R1())
        request = EnrolRequest(claim_code=code, csr_pem=signing_request(key))
        reply = await hub.enrolment.enrol(request, "127.0.0.1")
        await hub.desired.publish(reply.booth)
        device = cls(booth, key, reply.certificate_pem, folder)
        device.write(reply.ca_pem)
        return device

    def write(self, ca_pem: str) -> None:
        """The files a TLS client needs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "ca.pem").write_text(ca_pem)
        (self.folder / "device.pem").write_text(self.certificate_pem)
        (self.folder / "device.key").write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def upload_headers(self, data: bytes, **changes: str) -> dict[str, str]:
        """What signs an upload of `data`; `changes` spoil it."""
        signed_at = changes.get("Invigil-Signed-At", datetime.now(UTC).isoformat())
        signed = chain.upload_bytes(self.booth, chain.sha256_hex(data), len(data), signed_at)
        return {
            "Invigil-Booth": self.booth,
            "Invigil-Certificate": base64.b64encode(self.certificate_pem.encode()).decode(),
            "Invigil-Signed-At": signed_at,
            "Invigil-Signature": chain.sign(self.key, signed),
            "Content-Type": "image/jpeg",
        } | changes


class Uplink:
    """A booth's MQTT connection. Use as a context manager; messages that arrive wait in `inbox`."""

    def __init__(self, device: Device, port: int, client_id: str = "") -> None:
        self.device = device
        self.inbox: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self.granted: list[ReasonCode] = []
        self.published: dict[int, ReasonCode] = {}
        self.correlation: bytes | None = None
        self.response_topic = ""
        self.ended = 0
        self._port = port
        self.client = client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id or f"test-{device.booth}", protocol=paho.MQTTv5
        )
        folder = device.folder
        client.tls_set(
            str(folder / "ca.pem"),
            str(folder / "device.pem"),
            str(folder / "device.key"),
            tls_version=ssl.PROTOCOL_TLS_CLIENT,
        )
        client.reconnect_delay_set(1, 2)
        client.on_message = self._on_message
        client.on_disconnect = self._on_end
        client.on_connect_fail = self._on_end
        client.on_subscribe = lambda _c, _u, _m, reasons, _p: self.granted.extend(reasons)
        client.on_publish = lambda _c, _u, mid, reason, _p: self.published.update({mid: reason})

    def __enter__(self) -> Self:
        self.client.connect_async("127.0.0.1", self._port, keepalive=10)
        self.client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    async def ready(self) -> None:
        """Connected and listening to its own acks."""
        await until("connection", self.client.is_connected)
        await self.listen(booth_topic(self.device.booth, "acks"))

    async def listen(self, topic: str) -> ReasonCode:
        """Subscribes; what the broker said."""
        before = len(self.granted)
        self.client.subscribe(topic, qos=1)
        await until("the broker's answer", lambda: len(self.granted) > before)
        return self.granted[-1]

    def send(self, payload: bytes, channel: BoothChannel = "events", *, retain: bool = False) -> None:
        self.client.publish(booth_topic(self.device.booth, channel), payload, qos=1, retain=retain)

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> ReasonCode:
        """Sends and waits for the broker's answer."""
        mid = self.client.publish(topic, payload, qos=1, retain=retain).mid
        return await until("the broker's answer", lambda: self.published.get(mid))

    def reply(self, payload: bytes) -> None:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.CorrelationData = self.correlation
        self.client.publish(self.response_topic, payload, qos=1, properties=properties)

    async def receive(self, channel: BoothChannel) -> bytes:
        """The next message of a channel; others are thrown away."""
        topic = booth_topic(self.device.booth, channel)

        def next_one() -> bytes | None:
            while not self.inbox.empty():
                found, payload = self.inbox.get_nowait()
                if found == topic:
                    return payload
            return None

        return await until(f"a message on {topic}", next_one)

    async def acked(self, committed: int = 0, rejected: int = 0) -> list[Ack]:
        """Acknowledgements until so many numbers were named."""
        acks: list[Ack] = []

        def counts() -> tuple[int, int]:
            spans = {n for ack in acks for span in ack.committed for n in range(span.first, span.last + 1)}
            return len(spans), sum(len(ack.rejected) for ack in acks)

        while counts()[0] < committed or counts()[1] < rejected:
            acks.append(Ack.parse(await self.receive("acks")))
        return acks

    def _on_end(self, *_: object) -> None:
        self.ended += 1

    def _on_message(self, _client: paho.Client, _u: Any, message: paho.MQTTMessage) -> None:
        if message.properties is not None:
            self.correlation = getattr(message.properties, "CorrelationData", self.correlation)
            self.response_topic = getattr(message.properties, "ResponseTopic", self.response_topic)
        self.inbox.put((message.topic, bytes(message.payload)))


@asynccontextmanager
async def an_uplink(hub: Hub, folder: Path, booth: str = "booth-1") -> AsyncIterator[Uplink]:
    """A newly enrolled booth, connected."""
    device = await Device.enrol(hub, booth, folder / f"device-{booth}")
    with Uplink(device, hub.mqtt.port) as uplink:
        await uplink.ready()
        yield uplink
