"""What the design that Invigil replaces bears, in the same run: real Redis, real PostgreSQL, the parts as programs."""

import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import redis
from websockets.sync.client import ClientConnection, connect

from tests.benchmarks.pump import bodies
from tests.support.postgres import Server
from tests.support.processes import Program, free_port, wait_for

BOOTHS = 8
PART = "tests.benchmarks.replaced_parts"


@dataclass(frozen=True)
class Replaced:
    rate: float
    """Events a second, of a backlog that came at once."""
    p99_ms: float
    """From sending to committed, at the same steady rate as ours."""


def measure(folder: Path, backlog: int, steady: int, rate_hz: float) -> Replaced:
    """`backlog` and `steady` are numbers of events."""
    with _centre(folder) as (sockets, committed):
        began = time.perf_counter()
        _send(sockets, backlog, 0)
        at = committed(backlog)
        rate = backlog / (max(at.values()) - began)
        left = _send(sockets, steady, rate_hz)
        at = committed(backlog + steady)
        times = sorted((at[event] - then) * 1000 for event, then in left.items())
        return Replaced(rate, times[min(int(0.99 * len(times)), len(times) - 1)])


def _send(sockets: list[ClientConnection], events: int, rate_hz: float) -> dict[str, float]:
    """When each event left."""
    left = {}
    began = time.perf_counter()
    for number, body in enumerate(bodies(events)):
        booth = number % len(sockets)
        event = {
            "id": str(uuid4()),
            "booth": f"booth-{booth}",
            "seq": number,
            "kind": body.violation.kind,
            "body": json.loads(body.to_json()),
        }
        if rate_hz:
            time.sleep(max(began + number / rate_hz - time.perf_counter(), 0))
        left[str(event["id"])] = time.perf_counter()
        sockets[booth].send(json.dumps(event))
    return left


@contextmanager
def _centre(folder: Path) -> Iterator[tuple[list[ClientConnection], "Committed"]]:
    folder.mkdir()
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("Redis is not installed: apt-get install redis-server (the design that ours is compared with)")
    ports = {name: free_port() for name in ("redis", "api", "relay")}
    database = Server(durable=True)
    parts = [Program([program, "--port", str(ports["redis"]), "--save", "", "--dir", folder], folder / "redis.log")]
    for name, port, other in (
        ("api", ports["api"], database.database("replaced").url),
        ("relay", ports["relay"], str(ports["redis"])),
        ("worker", ports["api"], str(ports["redis"])),
    ):
        parts.append(Program([sys.executable, "-m", PART, name, str(port), other], folder / f"{name}.log"))
    try:
        for part in parts[:2]:
            part.start()
        wait_for("Redis", lambda: _answers(redis.Redis(port=ports["redis"])))
        committed = Committed(f"http://127.0.0.1:{ports['api']}")
        wait_for("the API", committed.ready)
        for part in parts[2:]:
            part.start()
        with ExitStack() as opened:
            where = f"ws://127.0.0.1:{ports['relay']}/ws"
            first = wait_for("the relay", lambda: _connected(where))
            rest = [connect(where, proxy=None) for _ in range(BOOTHS - 1)]
            yield [opened.enter_context(socket) for socket in (first, *rest)], committed
    finally:
        for part in reversed(parts):
            part.stop()
        database.stop()


@dataclass(frozen=True)
class Committed:
    """What the API says was committed, and when."""

    url: str

    def __call__(self, count: int) -> dict[str, float]:
        """Once it is so many. Asks seldom, and only for their number until then, so as not to be in the way."""
        while self._ask(count=True)["count"] < count:
            time.sleep(0.5)
        at: dict[str, float] = self._ask(count=False)["at"]
        return at

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/committed", timeout=60).is_success
        except httpx.TransportError:
            return False

    def _ask(self, *, count: bool) -> Any:
        return httpx.get(f"{self.url}/committed", params={"count": count}, timeout=60).json()


def _answers(client: "redis.Redis") -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def _connected(where: str) -> ClientConnection | None:
    try:
        return connect(where, proxy=None)
    except OSError:
        return None
