"""The way to one page: what is told to it, and when it has fallen behind."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from agent.screen.words import Show, ToPage

SIGNALS_MAX: Final = 64
"""Words of a talk that wait to be sent. A page that leaves more of them lying is let go; it comes back by itself."""

PICTURE_S: Final = 0.2
"""Five pictures a second: enough to sit straight by, little for a small board."""

BEAT_S: Final = 2.0
"""The state is told at least this often: the page takes 6 s of silence for the end of the agent."""

REPLACED: Final = 4001
BEHIND: Final = 4002


class PageLink:
    """Of the state and of pictures only the newest is told; the words of a talk go in order. Everything in the server's
    loop."""

    def __init__(self, socket: ServerConnection, state: Callable[[], Show]) -> None:
        self._socket = socket
        self._state = state
        self._signals: deque[ToPage] = deque()
        self._picture: bytes | None = None
        self._wake = asyncio.Event()
        self._wake.set()

    def show(self) -> None:
        """The state has changed, once or often."""
        self._wake.set()

    def tell(self, words: ToPage) -> bool:
        """False where the page is too far behind: its owner closes the link."""
        if len(self._signals) >= SIGNALS_MAX:
            return False
        self._signals.append(words)
        self._wake.set()
        return True

    async def write(self) -> None:
        """Until the page is gone."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), BEAT_S)
                self._wake.clear()
                picture, self._picture = self._picture, None
                if picture is not None:
                    await self._socket.send(picture)
                while self._signals:
                    await self._send(self._signals.popleft())
                await self._send(self._state())

    async def film(self, open_now: Callable[[], bool], newest: Callable[[], bytes | None]) -> None:
        """Until the page is gone: pictures, while it shows them. `newest` is called in another thread."""
        shown: bytes | None = None
        while True:
            await asyncio.sleep(PICTURE_S)
            picture = await asyncio.to_thread(newest) if open_now() else None
            if picture is not None and picture is not shown:
                self._picture = picture
                self._wake.set()
            shown = picture

    async def close(self, code: int, reason: str) -> None:
        await self._socket.close(code, reason)

    async def _send(self, words: ToPage) -> None:
        await self._socket.send(words.model_dump_json())
