"""Booths with nothing to report, thousands in one process: `python -m tests.benchmarks.idle_booths FOLDER HOST PORT`.

Each speaks MQTT 5 over mutual TLS with its own certificate, as an agent in an empty room does: it is online, says
every two seconds how it is, follows what it is told, tells the time when asked, and comes back with the agent's pauses
when the connection is lost. The packets are made here, because an agent's paho has two threads for each booth.

FOLDER holds `ca.pem`, `device.key` (of all of them) and a certificate `BOOTH.pem` each. Every line on standard input is
answered by one JSON object: how many are connected, how often they have said how they are, how many connections failed.
"""

import asyncio
import json
import random
import ssl
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from agent.simulation.crowd import BEAT_S
from agent.uplink.mqtt import CONNECT_TIMEOUT_S, KEEPALIVE_S
from agent.uplink.uplink import RETRY_FIRST_S, RETRY_MAX_S
from contract.messages import Availability, ClockReply, Desired, DetectorHealth, Health, Reported
from contract.topics import HUB_STATUS, TO_BOOTH, booth_topic
from contract.wire import Wire

START_HZ: Final = 100.0
"""Booths that begin in a second; after that they come as they like."""
CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PING = 0x10, 0x20, 0x30, 0x40, 0x82, 0x90, b"\xc0\0"
EXPIRY, RESPONSE, CORRELATION = 0x02, 0x08, 0x09
"""Properties that the hub's messages have (MQTT 5, 2.2.2.2)."""

FIGURES = {"connected": 0, "beats": 0, "failed": 0}


class Booth(asyncio.Protocol):
    """One connection."""

    def __init__(self, name: str, gone: "asyncio.Future[None]") -> None:
        self._name = name
        self._gone = gone
        self._held = b""
        self._ids = 0
        self._beating: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._pinged = self._loop.time()
        detectors = [
            DetectorHealth(name=each, state="on", reason="", inference_ms=31.5, rate_hz=10)
            for each in ("faces", "objects", "tamper", "voice")
        ]
        self._health = Health(
            at=datetime.now(UTC),
            version="1.0.0",
            uptime_s=3600,
            camera="ok",
            capture_fps=15,
            frames_dropped=0,
            detectors=tuple(detectors),
            outbox_depth=0,
            spool_files=0,
            disk_free_bytes=20_000_000_000,
            temperature_c=50.0,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._to = transport
        will = Availability(state="offline", since=datetime.now(UTC)).to_json()
        topic = booth_topic(self._name, "availability")
        # MQTT 5 with a clean start and a will, QoS 1, retained; no properties.
        head = text("MQTT") + b"\x05" + bytes([0x02 | 0x04 | 0x08 | 0x20]) + KEEPALIVE_S.to_bytes(2) + b"\0"
        body = text(self._name) + b"\0" + text(topic) + len(will).to_bytes(2) + will
        self._to.write(packet(CONNECT, head + body))

    def connection_lost(self, _error: Exception | None) -> None:
        if self._beating is not None:
            self._beating.cancel()
            FIGURES["connected"] -= 1
        if not self._gone.done():
            self._gone.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._held += data
        for kind, body in self._packets():
            match kind & 0xF0:
                case 0x20:
                    wanted = [HUB_STATUS, *(booth_topic(self._name, channel) for channel in TO_BOOTH)]
                    topics = b"".join(text(topic) + b"\x01" for topic in wanted)
                    self._to.write(packet(SUBSCRIBE, self._next_id() + b"\0" + topics))
                case 0x90:
                    FIGURES["connected"] += 1
                    self._publish("availability", Availability(state="online", since=datetime.now(UTC)), 0x33)
                    self._beating = self._loop.call_later(random.uniform(0, BEAT_S), self._beat)
                case 0x30:
                    self._hear(kind, body)

    def _beat(self) -> None:
        self._beating = self._loop.call_later(BEAT_S, self._beat)
        changed = {"at": datetime.now(UTC), "temperature_c": round(random.uniform(44, 61), 1)}
        self._publish("health", self._health.model_copy(update=changed), 0x30)
        FIGURES["beats"] += 1
        if self._loop.time() - self._pinged >= KEEPALIVE_S:  # paho asks also when only it was heard
            self._pinged = self._loop.time()
            self._to.write(PING)

    def _hear(self, kind: int, body: bytes) -> None:
        end = 2 + int.from_bytes(body[:2])
        topic = body[2:end].decode()
        if kind & 0x06:
            self._to.write(packet(PUBACK, body[end : end + 2]))
            end += 2
        properties, payload = body[end + 1 : end + 1 + body[end]], body[end + 1 + body[end] :]
        if topic == booth_topic(self._name, "desired"):
            told = Desired.parse(payload)
            reported = Reported(
                revision=told.revision,
                monitoring=told.monitoring,
                profile=told.profile.name,
                profile_version=told.profile.version,
            )
            self._publish("reported", reported, 0x33)
        elif topic == booth_topic(self._name, "commands") and json.loads(payload)["type"] == "clock":
            to, what = _reply_to(properties)
            reply = ClockReply(wall_time=datetime.now(UTC)).to_json()
            with_what = bytes([CORRELATION]) + len(what).to_bytes(2) + what
            head = len(to).to_bytes(2) + to + self._next_id() + bytes([len(with_what)]) + with_what
            self._to.write(packet(PUBLISH | 0x02, head + reply))

    def _publish(self, channel: str, message: Wire, kind: int) -> None:
        topic = text(f"{booth_topic(self._name, 'health').rpartition('/')[0]}/{channel}")
        number = self._next_id() if kind & 0x06 else b""
        self._to.write(packet(kind, topic + number + b"\0" + message.to_json()))

    def _next_id(self) -> bytes:
        self._ids = self._ids % 65_535 + 1
        return self._ids.to_bytes(2)

    def _packets(self) -> Iterator[tuple[int, bytes]]:
        """Whole packets of what is held."""
        while len(self._held) >= 2:
            length, at = 0, 1
            while True:
                if at >= len(self._held):
                    return
                length |= (self._held[at] & 0x7F) << (7 * (at - 1))
                at += 1
                if self._held[at - 1] < 0x80:
                    break
            if at + length > len(self._held):
                return
            kind, body, self._held = self._held[0], self._held[at : at + length], self._held[at + length :]
            yield kind, body


def text(value: str) -> bytes:
    return len(value.encode()).to_bytes(2) + value.encode()


def packet(kind: int, body: bytes) -> bytes:
    """With its length in seven bits a byte."""
    length, rest = bytearray(), len(body)
    while True:
        rest, low = rest >> 7, rest & 0x7F
        length.append(low | (0x80 if rest else 0))
        if not rest:
            return bytes((kind,)) + bytes(length) + body


def _reply_to(properties: bytes) -> tuple[bytes, bytes]:
    """Response Topic and Correlation Data."""
    found: dict[int, bytes] = {RESPONSE: b"", CORRELATION: b""}
    at = 0
    while at < len(properties):
        if properties[at] == EXPIRY:
            at += 5
            continue
        end = at + 3 + int.from_bytes(properties[at + 1 : at + 3])
        found[properties[at]] = properties[at + 3 : end]
        at = end
    return found[RESPONSE], found[CORRELATION]


async def live(name: str, folder: Path, host: str, port: int, starts_s: float) -> None:
    """For ever, with the agent's pauses between two attempts."""
    loop = asyncio.get_running_loop()
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(str(folder / f"{name}.pem"), str(folder / "device.key"))
    await asyncio.sleep(starts_s)
    pause_s = RETRY_FIRST_S
    while True:
        gone = loop.create_future()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                made = partial(Booth, name, gone)
                await loop.create_connection(made, host, port, ssl=context, server_hostname=host)
            pause_s = RETRY_FIRST_S
            await gone
        except OSError:
            FIGURES["failed"] += 1
        await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))
        pause_s = min(2 * pause_s, RETRY_MAX_S)


async def main(folder: Path, names: list[str], host: str, port: int) -> None:
    booths = [
        asyncio.create_task(live(name, folder, host, port, number / START_HZ)) for number, name in enumerate(names)
    ]
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(FIGURES), flush=True)
    for booth in booths:
        booth.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*booths)


if __name__ == "__main__":
    where = Path(sys.argv[1])
    everybody = sorted(path.stem for path in where.glob("*.pem") if path.stem != "ca")
    asyncio.run(main(where, everybody, sys.argv[2], int(sys.argv[3])))
