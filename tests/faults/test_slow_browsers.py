"""Dashboards that read nothing, that read a byte now and then, and many that are gone without a word: the hub's memory
stays bounded, the others see everything, the dead are let go and the slow are told to begin anew."""

import asyncio
import base64
import os
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect

from hub.live import CLIENT_QUEUE
from hub.parts import Hub
from hub.streaming.closing import TOO_SLOW
from hub.views import LiveHello
from tests.support.bad_link import bad_link
from tests.support.hub import a_hub, a_violation, until
from tests.support.served import Served, close_code, next_of, served

GONE = 50
LETTERS = 4000
"""Of each message: more than a wall of booths brings."""
MEMORY_BYTES = 64 * 2**20

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_browsers_that_do_not_read_cost_nobody_but_themselves(tmp_path: Path) -> None:
    pings = {"ws_ping_interval": 5.0, "ws_ping_timeout": 10.0}  # as `hub.serve` has it
    async with a_hub(tmp_path) as hub, served(hub, **pings) as server, server.listen() as fast:
        await next_of(fast, "hello")
        before = resident_bytes()
        async with gone_without_a_word(hub, server), deaf(server) as nothing_read:
            with a_byte_now_and_then(server) as slow:
                await until("all of them", lambda: clients(hub) == GONE + 3)
                told = 0
                while clients(hub) > 1:
                    for _ in range(CLIENT_QUEUE // 10):
                        hub.live._send(LiveHello(instance="x" * LETTERS, at=a_violation().opened_at))
                        told += 1
                    for _ in range(CLIENT_QUEUE // 10):
                        await next_of(fast, "hello")
                    slow.recv(1)
                    assert max(client.queue.qsize() for client in hub.live._clients) <= CLIENT_QUEUE
                    await asyncio.sleep(0.1)
                grown = resident_bytes() - before
                assert grown < MEMORY_BYTES
                assert hub.metrics.live_dropped._value.get() > 0
                nothing_read.transport.resume_reading()
                # Too slow; or it answered no ping in time; or it was too full to be told.
                assert await close_code(nothing_read) in (TOO_SLOW, 1011, None)
                assert await end_of(slow), "let go"
        violation = a_violation()
        hub.live._send(LiveHello(instance=str(violation.violation_id), at=violation.opened_at))
        await next_of(fast, "hello", instance=str(violation.violation_id))
        print(f"{told} messages of {LETTERS} letters; memory grew by {grown / 2**20:.1f} MiB")


@asynccontextmanager
async def gone_without_a_word(hub: Hub, server: Served) -> AsyncIterator[None]:
    """Nothing of them arrives any more, and nothing reaches them; no FIN, no reset."""
    port = int(server.url.rsplit(":", 1)[1])
    with bad_link(port) as link:
        async with AsyncExitStack() as stack:
            url = f"ws://127.0.0.1:{link.port}/api/v1/live"
            headers = {"Cookie": server.cookie}
            for _ in range(GONE):
                connecting = connect(url, additional_headers=headers, proxy=None, close_timeout=0, ping_interval=None)
                await stack.enter_async_context(connecting)
            await until("them to be there", lambda: clients(hub) >= GONE)
            link.up.held = link.down.held = True
            yield
            link.cut()


@asynccontextmanager
async def deaf(server: Served) -> AsyncIterator[ClientConnection]:
    async with server.listen() as socket_:
        socket_.transport.pause_reading()
        yield socket_


@contextmanager
def a_byte_now_and_then(server: Served) -> Iterator["Patient"]:
    """A socket with next to no room, which is read from by hand."""
    port = int(server.url.rsplit(":", 1)[1])
    with closing(socket.socket()) as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        raw.connect(("127.0.0.1", port))
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        lines = ["GET /api/v1/live HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade"]
        lines += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", f"Cookie: {server.cookie}", "", ""]
        raw.sendall("\r\n".join(lines).encode())
        raw.setblocking(False)
        yield Patient(raw)


class Patient:
    """Reads what is there and waits for nothing."""

    def __init__(self, raw: socket.socket) -> None:
        self.raw = raw

    def recv(self, size: int) -> bytes | None:
        """None where there is nothing now; empty at the end."""
        try:
            return self.raw.recv(size)
        except BlockingIOError:
            return None
        except ConnectionError:
            return b""


async def end_of(slow: Patient) -> bool:
    def ended() -> bool:
        while (some := slow.recv(65536)) is not None:
            if not some:
                return True
        return False

    return bool(await until("its end", ended))


def clients(hub: Hub) -> int:
    return len(hub.live._clients)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
