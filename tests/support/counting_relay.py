"""A cable on which everything is counted: how many bytes a booth sends and gets, as its network card would tell."""

import asyncio
import threading
from contextlib import suppress
from types import TracebackType

CHUNK = 65536


class CountingRelay:
    """Listens on a free port of loopback, hands everything to another one, and counts what goes each way."""

    def __init__(self, to_port: int) -> None:
        self.up = self.down = 0
        self._to_port = to_port
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="counting-relay", daemon=True)
        self._thread.start()
        started.wait(timeout=30)

    def __enter__(self) -> "CountingRelay":
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=30)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()
        server.close()
        for task in (tasks := asyncio.all_tasks(self._loop)):
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._to_port)

        async def copy(source: asyncio.StreamReader, to: asyncio.StreamWriter, way: str) -> None:
            with suppress(OSError):
                while data := await source.read(CHUNK):
                    setattr(self, way, getattr(self, way) + len(data))
                    to.write(data)
                    await to.drain()
            to.close()

        try:
            with suppress(asyncio.CancelledError):  # the cable is taken away
                await asyncio.gather(copy(reader, up_writer, "up"), copy(up_reader, writer, "down"))
        finally:
            writer.close()
            up_writer.close()
