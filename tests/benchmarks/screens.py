"""Many dashboards' WebSockets in one process: `python -m tests.benchmarks.screens URL COUNT`.

The cookie of a sign-in is read from standard input. Says `ready` when all are connected and greeted; at the next line
it prints a JSON object: how many messages came to all of them together, how many letters they had, one text of each
type, and for each violation when it came to each screen first (`perf_counter`, the same clock in all processes).
"""

import asyncio
import json
import sys
from collections import defaultdict
from time import perf_counter
from typing import Final

from websockets.asyncio.client import ClientConnection, connect

AT_ONCE: Final = 20
"""Sockets that connect at a time."""
MARK: Final = '"violation_id":"'
TYPE: Final = 14
"""Letters by which types of messages differ: `{"type":"booth`."""


class Screens:
    def __init__(self) -> None:
        self.messages = 0
        self.letters = 0
        self.texts: dict[str, str] = {}
        self.seen_s: dict[str, list[float]] = defaultdict(list)

    async def listen(self, socket: ClientConnection) -> None:
        """A message is not parsed, only searched: what a browser does with it costs the browser's machine."""
        known: set[str] = set()
        async for raw in socket:
            now = perf_counter()
            text = raw if isinstance(raw, str) else raw.decode()
            self.messages += 1
            self.letters += len(text)
            self.texts[text[:TYPE]] = text
            if text.startswith('{"type":"violation"'):
                start = text.index(MARK) + len(MARK)
                name = text[start : start + 36]
                if name not in known:  # its end is told of as well
                    known.add(name)
                    self.seen_s[name].append(now)


async def main(url: str, count: int) -> None:
    cookie = sys.stdin.readline().strip()
    screens, gate = Screens(), asyncio.Semaphore(AT_ONCE)

    async def opened() -> ClientConnection:
        async with gate:
            headers = {"Cookie": cookie} if cookie else {}
            socket = await connect(url, additional_headers=headers, proxy=None, max_queue=None, open_timeout=60)
            await socket.recv()  # hello
            return socket

    sockets = await asyncio.gather(*(opened() for _ in range(count)))
    listening = [asyncio.create_task(screens.listen(socket)) for socket in sockets]
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        texts = list(screens.texts.values())
        told = {"messages": screens.messages, "letters": screens.letters, "texts": texts, "seen_s": screens.seen_s}
        print(json.dumps(told), flush=True)
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    for socket in sockets:
        socket.transport.abort()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
