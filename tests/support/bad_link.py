"""A link between a booth and the broker or hub that behaves as badly as it is told to, in each direction on its own.

Bytes of a TCP connection are delayed, held back or handed on late. That is what is left of loss and of a one-way link
above TCP: a lost packet is a stall until it is sent again (RFC 6298: 0.2 s on Linux, doubled each time), a direction in
which nothing arrives is silence until somebody gives up. Whatever was held is handed on when the link is mended, unless
the connection has ended, as TCP does.
"""

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

SEGMENT: Final = 1448
"""Bytes of a TCP segment on an Ethernet."""
RESENT_AFTER_S: Final = 0.2
"""Linux' shortest retransmission time-out (TCP_RTO_MIN)."""
WINDOW: Final = 64
"""Pieces under way in one direction; then the sender has to wait, as with a TCP window."""


@dataclass
class Direction:
    """`loss` is the share of segments that are lost at each try; `held` lets nothing through."""

    delay_s: float = 0.0
    loss: float = 0.0
    held: bool = False
    carried: int = 0
    """Bytes that came through."""
    lost: int = 0
    """Segments that had to be sent again."""
    dice: random.Random = field(default_factory=lambda: random.Random(1))

    def late_s(self, size: int) -> float:
        """How late what is read now arrives. Each segment that is lost again doubles the wait."""
        late_s = self.delay_s
        for _ in range(-(-size // SEGMENT)):
            wait_s = RESENT_AFTER_S
            while self.dice.random() < self.loss:
                self.lost += 1
                late_s += wait_s
                wait_s *= 2
        return late_s


class BadLink:
    """Listens on a free port of loopback and hands everything to another one, in a thread of its own."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self.up, self.down = Direction(), Direction()
        self.connections = 0
        self.cut_off = False
        """While set, connections are reset as soon as they are made."""
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="bad-link", daemon=True)
        self._thread.start()
        started.wait(timeout=30)
        self.port: int = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Resets every connection; more can be made."""
        self._loop.call_soon_threadsafe(self._abort)

    def mend(self) -> None:
        """A good link from here on; what was held arrives."""
        for direction in (self.up, self.down):
            direction.delay_s, direction.loss, direction.held = 0.0, 0.0, False
        self.cut_off = False

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._abort)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=30)

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        started.set()
        self._loop.run_forever()
        for task in (tasks := asyncio.all_tasks(self._loop)):
            task.cancel()
        self._server.close()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # asyncio tells of a cancelled handler as of an error
            await self._join(reader, writer)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.cut_off:
            writer.transport.abort()
            return
        with suppress(OSError):
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
            ends = {writer, up_writer}
            self._writers |= ends
            try:
                await asyncio.gather(_carry(reader, up_writer, self.up), _carry(up_reader, writer, self.down))
            finally:
                self._writers -= ends
                for end in ends:
                    end.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: Direction) -> None:
    """Until either end is closed. Everything arrives in order, each piece at its own time or with the one before."""
    loop = asyncio.get_running_loop()
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(WINDOW)

    async def hand_on() -> None:
        with suppress(OSError):
            while (piece := await under_way.get())[1]:
                await asyncio.sleep(max(0.0, piece[0] - loop.time()))
                while direction.held:  # noqa: ASYNC110 - set from another thread
                    await asyncio.sleep(0.02)
                writer.write(piece[1])
                direction.carried += len(piece[1])
                await writer.drain()
        with suppress(OSError):
            writer.close()

    handing_on = asyncio.create_task(hand_on())
    try:
        with suppress(OSError):
            while data := await reader.read(16 * SEGMENT):
                await under_way.put((loop.time() + direction.late_s(len(data)), data))
        await under_way.put((loop.time(), b""))
        await handing_on
    finally:
        handing_on.cancel()


@contextmanager
def bad_link(to_port: int) -> Iterator[BadLink]:
    link = BadLink(to_port)
    try:
        yield link
    finally:
        link.close()
