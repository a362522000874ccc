"""A poor network between a viewer and a booth, in user space: loss, a narrow link with a short queue, delay.

It stands in the answer in the place of the booth's candidates, and the viewer's own are taken out of its offer: so all
datagrams of the connection pass through it, and no root is needed.
"""

import asyncio
import random
import re
from dataclasses import dataclass
from typing import Any

_CANDIDATE = re.compile(r"^a=candidate:.*\r\n|^a=end-of-candidates\r\n", re.MULTILINE)
_ADDRESS = re.compile(r"^a=candidate:\S+ 1 udp \d+ ([\d.]+) (\d+) typ host", re.MULTILINE)


@dataclass
class Weather:
    """Of one direction. May be changed at any time."""

    loss: float = 0.0
    rate_bps: float | None = None
    queue_s: float = 0.25
    """What would have to wait longer for its turn on the link is dropped."""
    delay_s: float = 0.0
    cut: bool = False
    passed: int = 0
    dropped: int = 0
    free_s: float = 0.0


class _Port(asyncio.DatagramProtocol):
    """One side: what comes in here leaves at the other one."""

    def __init__(self, relay: "UdpRelay", weather: Weather) -> None:
        self.other: _Port | None = None
        self.peer: Any = None
        self.transport: Any = None
        self._relay, self._weather = relay, weather

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        if self.peer is None:
            self.peer = address
        assert self.other is not None
        wait_s = self._relay.wait_s(self._weather, len(data))
        if wait_s is None or self.other.peer is None:
            self._weather.dropped += 1
            return
        self._weather.passed += 1
        if wait_s > 0:
            asyncio.get_running_loop().call_later(wait_s, self.other.send, data)
        else:
            self.other.send(data)

    def send(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.sendto(data, self.peer)


class UdpRelay:
    """`down` is from the booth to the viewer, `up` the way back."""

    def __init__(self, down: Weather | None = None, up: Weather | None = None, seed: int = 1) -> None:
        self.down, self.up = down or Weather(), up or Weather()
        self._dice = random.Random(seed)
        self._viewer: _Port | None = None
        self._booth: _Port | None = None

    async def __aenter__(self) -> "UdpRelay":
        loop = asyncio.get_running_loop()
        _, self._viewer = await loop.create_datagram_endpoint(lambda: _Port(self, self.up), local_addr=("127.0.0.1", 0))
        _, self._booth = await loop.create_datagram_endpoint(lambda: _Port(self, self.down), local_addr=("0.0.0.0", 0))  # noqa: S104
        self._viewer.other, self._booth.other = self._booth, self._viewer
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._viewer is not None
        assert self._booth is not None
        self._viewer.transport.close()
        self._booth.transport.close()

    def offer(self, sdp: str) -> str:
        """The offer without the viewer's candidates; the booth learns where to send from what arrives."""
        return _CANDIDATE.sub("", sdp)

    def answer(self, sdp: str) -> str:
        """The answer with the relay in the booth's place."""
        assert self._viewer is not None
        assert self._booth is not None
        found = _ADDRESS.search(sdp)
        assert found, "the booth has no IPv4 candidate"
        self._booth.peer = found[1], int(found[2])
        host, port = self._viewer.transport.get_extra_info("sockname")
        line = f"a=candidate:relay 1 udp 2130706431 {host} {port} typ host\r\na=end-of-candidates\r\n"
        bare = _CANDIDATE.sub("", sdp)
        return re.sub(r"^(a=ice-ufrag)", line + r"\1", bare, count=1, flags=re.MULTILINE)

    def wait_s(self, weather: Weather, size: int) -> float | None:
        """How long a datagram is under way; None: it is lost."""
        if weather.cut or self._dice.random() < weather.loss:
            return None
        if weather.rate_bps is None:
            return weather.delay_s
        now_s = asyncio.get_running_loop().time()
        begin_s = max(now_s, weather.free_s)
        if begin_s - now_s > weather.queue_s:
            return None
        weather.free_s = begin_s + size * 8 / weather.rate_bps
        return weather.free_s - now_s + weather.delay_s
