"""A bare uvicorn that only sends the same bytes to every WebSocket: `python -m tests.benchmarks.bare_screens PORT`.

As the hub is set up, and nothing behind it. Each line on standard input is a JSON list of texts; each text is sent at
once to everybody. `perf_counter` of when each text left is printed as one line for each such list. Ends when it is
killed.
"""

import asyncio
import json
import sys
from time import perf_counter

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.support.hub import until

queues: set[asyncio.Queue[str]] = set()


async def listen(socket: WebSocket) -> None:
    await socket.accept()
    queue: asyncio.Queue[str] = asyncio.Queue()
    queue.put_nowait("hello")
    queues.add(queue)
    try:
        while True:
            await socket.send_text(await queue.get())
    except WebSocketDisconnect:
        queues.discard(queue)


async def say() -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        left_s = []
        for text in json.loads(line):
            left_s.append(perf_counter())
            for queue in queues:
                queue.put_nowait(text)
        print(json.dumps(left_s), flush=True)


async def main(port: int) -> None:
    config = uvicorn.Config(
        Starlette(routes=[WebSocketRoute("/live", listen)]),
        port=port,
        lifespan="off",
        log_config=None,
        ws="websockets-sansio",
        ws_ping_interval=5.0,
        ws_ping_timeout=10.0,
    )
    server = uvicorn.Server(config)
    saying = asyncio.create_task(say())
    serving = asyncio.create_task(server.serve())
    await until("the server", lambda: server.started)
    print("ready", flush=True)
    await asyncio.gather(saying, serving)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
