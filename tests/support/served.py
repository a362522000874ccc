"""A hub behind a real HTTP server in this process, and WebSockets into it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from hub.parts import Hub
from tests.support.hub import add_user, application, sign_in, until


class Served:
    """The hub's application behind a real HTTP server."""

    def __init__(self, hub: Hub, port: int) -> None:
        self.hub = hub
        self.url = f"http://127.0.0.1:{port}"
        self.cookie = ""

    async def cookie_of(self, name: str) -> str:
        """Signs in."""
        async with httpx.AsyncClient(base_url=self.url, timeout=60) as client:
            await sign_in(client, name)
            return f"{self.hub.auth.cookie_name}={client.cookies[self.hub.auth.cookie_name]}"

    @asynccontextmanager
    async def listen(self, path: str = "live", **headers: str) -> AsyncIterator[ClientConnection]:
        """One WebSocket of the first person who signed in; `headers` change what is sent."""
        sent = {"Cookie": self.cookie} | headers
        url = f"{self.url.replace('http', 'ws')}/api/v1/{path}"
        async with connect(url, additional_headers=sent, proxy=None, max_queue=None, open_timeout=60) as socket:
            yield socket


@asynccontextmanager
async def served(hub: Hub, **options: Any) -> AsyncIterator[Served]:
    """`options` are uvicorn's."""
    settings: dict[str, Any] = {"ws": "websockets-sansio", "ws_max_size": 64 * 1024} | options
    with application(hub) as app:
        config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, **settings)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server._serve())
        await until("the server", lambda: server.started)
        here = Served(hub, server.servers[0].sockets[0].getsockname()[1])
        await add_user(hub)
        here.cookie = await here.cookie_of("ada")
        try:
            yield here
        finally:
            hub.live.close_all()
            hub.signaling.close_all()
            server.should_exit = True
            await task


async def next_of(socket: ClientConnection, kind: str, **wanted: Any) -> Any:
    """The next message of this type whose fields are these; others are passed over."""
    async with asyncio.timeout(60):
        while True:
            message = json.loads(await socket.recv())
            body = message.get(kind, message)
            if message["type"] == kind and all(body[name] == value for name, value in wanted.items()):
                return body


async def close_code(socket: ClientConnection) -> int | None:
    async with asyncio.timeout(60):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as error:
            return error.rcvd.code if error.rcvd else None
