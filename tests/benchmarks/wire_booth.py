"""A booth as bytes on a socket: MQTT 5 packets that were made beforehand, so that sending costs next to nothing.

Whoever measures a receiver must not be what limits it. An agent's paho takes longer to send an event than a hub to
receive one; here an event is one slice of a list, and many leave in one write.
"""

import json
import select
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from typing import Final

from agent.uplink.mqtt import tls_context
from contract.device import DeviceConfig
from contract.topics import booth_topic

AT_ONCE: Final = 32
"""Events in one write: as many as a socket takes at once."""
READ_BYTES: Final = 64 * 1024
CONNECT_TIMEOUT_S: Final = 20.0

_CONNECT: Final = 0x10
_CONNACK: Final = 0x20
_PUBLISH: Final = 0x30
_PUBLISH_QOS1: Final = 0x32
_PUBACK: Final = 0x40
_SUBSCRIBE: Final = 0x82
_SUBACK: Final = 0x90


class WireBooth:
    """Connected and listening to its acknowledgements when it is made. One thread only."""

    def __init__(self, config: DeviceConfig, payloads: Sequence[bytes], window: int) -> None:
        topic = _text(booth_topic(config.booth, "events"))
        self._frames = [
            _packet(_PUBLISH_QOS1, topic + (number % 65_535 + 1).to_bytes(2) + b"\0" + payload)
            for number, payload in enumerate(payloads)
        ]
        self.room = window
        """So many more may leave without an answer."""
        self.sent = 0
        self.left_s = [0.0] * (len(payloads) + 1)
        """When each event left or was to leave, by its number."""
        self.took_s: list[float] = []
        self._held = b""
        self._socket = _connect(config)
        greeting = _text("MQTT") + b"\x05\x02" + (600).to_bytes(2) + b"\0" + _text(config.booth)
        self._write(_packet(_CONNECT, greeting))
        self._expect(_CONNACK)
        listen = (1).to_bytes(2) + b"\0" + _text(booth_topic(config.booth, "acks")) + b"\x01"
        self._write(_packet(_SUBSCRIBE, listen))
        self._expect(_SUBACK)

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def left(self) -> int:
        """Events that have not been sent."""
        return len(self._frames) - self.sent

    def send(self, at_most: int = AT_ONCE, due_s: float | None = None) -> int:
        """The next events, as many as there is room for; their number. What was due earlier counts from then on, so
        that a receiver who makes a booth wait does not look quicker for it."""
        count = min(at_most, self.room, self.left)
        if count > 0:
            left_s = time.perf_counter() if due_s is None else due_s
            self.left_s[self.sent + 1 : self.sent + count + 1] = [left_s] * count
            self._write(b"".join(self._frames[self.sent : self.sent + count]))
            self.sent += count
            self.room -= count
        return count

    def receive(self) -> None:
        """Reads what came: acknowledgements make room."""
        now = time.perf_counter()
        confirmed = b""
        for kind, body in self._packets():
            if kind & 0xF0 == _PUBLISH:
                topic_end = 2 + int.from_bytes(body[:2])
                confirmed += b"\x40\x02" + body[topic_end : topic_end + 2]
                self._answered(body[topic_end + 3 + body[topic_end + 2] :], now)
        if confirmed:
            self._write(confirmed)

    def close(self) -> None:
        self._socket.close()

    def _answered(self, ack: bytes, now: float) -> None:
        for span in json.loads(ack)["committed"]:
            left = self.left_s[span["first"] : span["last"] + 1]
            self.took_s += [now - then for then in left]
            self.room += len(left)

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except ssl.SSLWantWriteError:
                select.select((), (self._socket,), ())

    def _packets(self) -> Iterator[tuple[int, bytes]]:
        """Whole packets of what can be read now."""
        parts = [self._held]
        try:
            while part := self._socket.recv(READ_BYTES):
                parts.append(part)
            raise ConnectionError("the broker ended a booth's connection")
        except ssl.SSLWantReadError:
            data = b"".join(parts)
        start = 0
        while (found := _length(data, start)) is not None and found[1] <= len(data):
            yield data[start], data[found[0] : found[1]]
            start = found[1]
        self._held = data[start:]

    def _expect(self, kind: int) -> None:
        deadline = time.monotonic() + CONNECT_TIMEOUT_S
        while time.monotonic() < deadline:
            select.select((self._socket,), (), (), 1.0)
            for came, body in self._packets():
                if came == kind:
                    refused = body[1] if kind == _CONNACK else body[-1]
                    assert refused < 0x80, f"the broker refuses a booth: reason code {refused:#x}"
                    return
        raise AssertionError("the broker does not answer")


def _connect(config: DeviceConfig) -> ssl.SSLSocket:
    where = (config.hub.mqtt_host, config.hub.mqtt_port)
    plain = socket.create_connection(where, CONNECT_TIMEOUT_S)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    context = tls_context(config.tls, config.booth)
    opened = context.wrap_socket(plain, server_hostname=config.hub.mqtt_host)
    opened.setblocking(False)
    return opened


def _text(text: str) -> bytes:
    return len(text).to_bytes(2) + text.encode()


def _packet(kind: int, body: bytes) -> bytes:
    """With its length in seven bits a byte."""
    length, rest = bytearray(), len(body)
    while True:
        rest, low = rest >> 7, rest & 0x7F
        length.append(low | (0x80 if rest else 0))
        if not rest:
            return bytes((kind,)) + bytes(length) + body


def _length(data: bytes, start: int) -> tuple[int, int] | None:
    """Where the body of the packet at `start` begins and ends; None while its head is not all here."""
    length = 0
    for index in range(4):
        at = start + 1 + index
        if at >= len(data):
            return None
        length |= (data[at] & 0x7F) << (7 * index)
        if data[at] < 0x80:
            return at + 1, at + 1 + length
    raise AssertionError("not a packet of MQTT")
