"""WebSockets themselves, with nonsense on them: the dashboard's, a viewer's, and that of the booth's screen, which any
program on the device may reach. Whoever talks nonsense is told or left; the next one is served as ever."""

import json
import random
import socket as sockets
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
from websockets.exceptions import ConnectionClosed

from agent.health import Trouble
from tests.fuzz.test_words import BROWSER, PAGE
from tests.support import damage
from tests.support.answering_booth import an_answering_booth
from tests.support.fuzz import Record, count_of
from tests.support.hub import a_hub
from tests.support.kiosk import screen_server
from tests.support.page_stand_in import page
from tests.support.served import next_of, served

TOGETHER: Final = 10
"""Messages on one socket, so that one does not hide the next for ever."""
UPGRADE: Final = (
    b"GET /socket HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
FRAMES: Final = (
    b"\x81\x85\0\0\0\0hello",
    b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x89\x80\0\0\0\0",
    b"\x88\x80\0\0\0\0",
)


def nonsense(rng: random.Random, said: dict[str, Any]) -> str | bytes:
    """A message, damaged; text where it still is text, else as bytes."""
    document = rng.choice(list(said.values()))
    if rng.random() < 0.5:
        return damage.as_json(damage.document_of(rng, document, list(said.values()))).decode(errors="replace")
    data = damage.bytes_of(rng, json.dumps(document).encode())
    return data if rng.random() < 0.3 else data.decode(errors="replace")


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["live", "booths/booth-1/view"])
async def test_the_hubs_sockets(path: str, tmp_path: Path, record: Record) -> None:
    count = count_of(0.05, short=20)
    async with a_hub(tmp_path) as hub, an_answering_booth(hub, tmp_path), served(hub) as server:
        for start in range(0, count, TOGETHER):
            async with server.listen(path) as socket:
                with suppress(ConnectionClosed):
                    for number in range(start, start + TOGETHER):
                        await socket.send(nonsense(random.Random(f"{path} {number}"), BROWSER))
        async with server.listen("live") as socket:
            await next_of(socket, "hello")
        async with server.listen("booths/booth-1/view") as socket:
            await next_of(socket, "welcome")
        assert hub.metrics.signaling_sockets.labels("view")._value.get() <= 1
    record("fuzz", _row(f"socket: {path}", count))


def test_the_screens_socket(record: Record) -> None:
    """Half of the time the very connection is nonsense, below the WebSocket."""
    count, trouble = count_of(0.05, short=20), Trouble()
    with screen_server(trouble) as server:
        for number in range(0, count, TOGETHER):
            rng = random.Random(f"screen {number}")
            with suppress(ConnectionClosed, OSError), page(server.port, hello={}) as shown:
                for _ in range(TOGETHER):
                    shown.say(nonsense(rng, PAGE))
            opening = UPGRADE % (server.port, server.port)
            for _ in range(TOGETHER):
                with suppress(OSError), sockets.create_connection(("127.0.0.1", server.port), timeout=5) as raw:
                    raw.sendall(damage.bytes_of(rng, opening + rng.choice(FRAMES), FRAMES))
                    raw.shutdown(sockets.SHUT_WR)
                    while raw.recv(65536):
                        pass
        with page(server.port, hello={}) as shown:
            shown.say({"type": "hand", "raised": True})
        assert server.alive
    record("fuzz", _row("socket: the booth's screen", 2 * count))


def _row(parser: str, inputs: int) -> dict[str, object]:
    return {"parser": parser, "inputs": inputs, "taken": "", "refused": "", "slowest_ms": "", "bytes_per_byte": ""}
