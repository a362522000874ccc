"""How fast the hub stores what booths send, on SQLite and PostgreSQL, and how soon it is committed and on a screen.

Real hub as a program, real broker, real databases that flush to disk. Few booths send for many: each has its
certificate and chain, and more events without an answer than an agent would. The ceiling is a paho subscriber that only
receives, from the same booths through a broker of the same kind, in the same run.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import tomli_w
from rich.console import Console
from websockets.sync.client import ClientConnection, connect

from provisioning.hub import HubClient
from provisioning.simulation import booth_names, enrol_booths
from tests.benchmarks import replaced
from tests.benchmarks.replaced import Replaced
from tests.benchmarks.rows import Row, show
from tests.support.broker import Broker
from tests.support.postgres import Server
from tests.support.stack import PASSWORD, USER, stack

ROOT: Final = Path(__file__).resolve().parents[2]
BOOTHS: Final = 8
BACKLOG: Final = 2_500
"""Events of each booth."""
STEADY_HZ: Final = 1_000.0
"""Of all booths together."""
STEADY_S: Final = 20
LIKE_THE_HUBS: Final = "log_type information\nmax_inflight_messages 500\nmax_queued_messages 5000"
"""What `hub.mosquitto` sets and a broker for tests does not."""
GOAL_SHARE: Final = {"SQLite": 35.0, "PostgreSQL": 50.0}
GOAL_RATE: Final = 25.0
GOAL_SOONER: Final = 100.0
"""Times better than the design that was replaced."""
GOAL_COMMITTED_MS: Final = 100.0
GOAL_SHOWN_MS: Final = 250.0
SHOWN_HZ: Final = 100.0


@dataclass
class Pump:
    """`tests.benchmarks.pump` as a program."""

    folder: Path
    events: int
    rate_hz: float = 0.0
    options: Sequence[str] = ()

    def __post_init__(self) -> None:
        command = ["tests.benchmarks.pump", str(self.folder), str(self.events), str(self.rate_hz), *self.options]
        self.process = _program(*command)
        _expect(self.process, "ready")

    def say(self, line: object) -> None:
        assert self.process.stdin is not None
        print(line, file=self.process.stdin, flush=True)

    def result(self) -> dict[str, Any]:
        """Goes, if it has not yet, and waits for its end."""
        told, _ = self.process.communicate("go\n")
        found: dict[str, Any] = json.loads(told)
        return found


def measure(*, short: bool) -> list[Row]:
    """Events a second, milliseconds. Needs this machine's network: call it before the bench fences itself off."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        events = 100 if short else BACKLOG
        seconds = 1 if short else STEADY_S
        ceiling = _bare(folder / "bare", events)
        before = replaced.measure(folder / "replaced", 8 * events // 10, int(STEADY_HZ * seconds), STEADY_HZ)
        found = []
        for engine in ("SQLite", "PostgreSQL"):
            found += _hub(folder / engine, engine, events, ceiling, before, seconds)
    return found


def _bare(folder: Path, events: int) -> float:
    """Events a second that paho delivers to a callback that counts."""
    folder.mkdir()
    broker = Broker(folder)
    for name in booth_names(BOOTHS):
        place = folder / "booths" / name
        place.mkdir(parents=True)
        config = broker.device(name, place).model_dump(mode="json", exclude_none=True)
        (place / "device.toml").write_text(tomli_w.dumps(config))
    written = folder / "mosquitto.conf"
    written.write_text(written.read_text().replace("log_type all", LIKE_THE_HUBS))
    broker.start()
    tls = broker.hub_tls
    files = [str(path) for path in (tls.ca, tls.certificate, tls.key)]
    subscriber = _program("tests.benchmarks.bare_subscriber", "localhost", str(broker.port), *files)
    try:
        _expect(subscriber, "ready")
        pump = Pump(folder / "booths", events, options=["--unanswered"])
        received, began = 0, time.perf_counter()
        pump.say("go")
        assert subscriber.stdout is not None
        while received < events * BOOTHS:
            came = int(subscriber.stdout.readline())
            received += came
            pump.say(came)
        seconds = time.perf_counter() - began
        pump.process.communicate()
        return received / seconds
    finally:
        subscriber.kill()
        subscriber.communicate()
        broker.stop()


def _hub(folder: Path, engine: str, events: int, ceiling: float, before: Replaced, seconds: int) -> list[Row]:
    folder.mkdir()
    with _database(folder, engine), stack(folder) as centre:
        with HubClient.signed_in(centre.url, USER, PASSWORD) as client:
            enrol_booths(client, booth_names(BOOTHS), folder / "booths", None, lambda: None)
        backlog = Pump(folder / "booths", events).result()
        steady = Pump(folder / "booths", _of_each(STEADY_HZ, seconds), STEADY_HZ).result()
        with Screen(centre.url) as screen:
            pump = Pump(folder / "booths", _of_each(SHOWN_HZ, seconds), SHOWN_HZ)
            opened = pump.result()["opened"]
            shown = screen.took(opened)
    rate = events * BOOTHS / backlog["seconds"]
    held = _of_each(STEADY_HZ, seconds) * BOOTHS / steady["seconds"]
    slow = percentile(steady["ms"], 0.99)
    return [
        Row(f"{engine}: backlog stored", rate, "events/s", "higher", peer=before.rate, floor=ceiling),
        Row(f"{engine}: of the replaced design's rate", rate / before.rate, "×", "higher", GOAL_RATE),
        Row(f"{engine}: share of a subscriber's rate", 100 * rate / ceiling, "%", "higher", GOAL_SHARE[engine]),
        Row(f"{engine}: stored while {STEADY_HZ:.0f} events/s come", held, "events/s", "higher"),
        Row(f"{engine}: sent → acknowledged, p50", percentile(steady["ms"], 0.5), "ms", "lower"),
        Row(f"{engine}: sent → acknowledged, p99", slow, "ms", "lower", GOAL_COMMITTED_MS, before.p99_ms),
        Row(f"{engine}: sooner than the replaced one, p99", before.p99_ms / slow, "×", "higher", GOAL_SOONER),
        Row(f"{engine}: sent → shown, {SHOWN_HZ:.0f}/s, p50", percentile(shown, 0.5), "ms", "lower"),
        Row(f"{engine}: sent → shown, {SHOWN_HZ:.0f}/s, p99", percentile(shown, 0.99), "ms", "lower", GOAL_SHOWN_MS),
    ]


def _of_each(rate_hz: float, seconds: int) -> int:
    """Events of each booth: openings and closings in pairs."""
    return int(rate_hz * seconds / BOOTHS) // 2 * 2


@contextmanager
def _database(folder: Path, engine: str) -> Iterator[None]:
    """Settings for a hub in `folder`, before it starts."""
    if engine == "SQLite":
        yield
        return
    server = Server(durable=True)
    try:
        (folder / "hub").mkdir()
        (folder / "hub" / "hub.toml").write_text(tomli_w.dumps({"database": {"url": server.database("bench").url}}))
        yield
    finally:
        server.stop()


@dataclass
class Screen:
    """What one dashboard is told, with the time at which it arrives."""

    url: str
    seen_s: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> "Screen":
        with httpx.Client(base_url=self.url, headers={"X-Invigil-Request": "1"}, timeout=60) as client:
            who = {"username": USER, "password": PASSWORD}
            client.post("/api/v1/sign-in", json=who).raise_for_status()
            cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        live = self.url.replace("http", "ws") + "/api/v1/live"
        self._socket: ClientConnection = connect(live, additional_headers={"Cookie": cookie}, proxy=None)
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def took(self, opened: dict[str, float]) -> list[float]:
        """Milliseconds from sending the opening to this screen, sorted; waits until all are here."""
        while not opened.keys() <= self.seen_s.keys():
            time.sleep(0.05)
        return sorted((self.seen_s[violation] - left) * 1000 for violation, left in opened.items())

    def _listen(self) -> None:
        for raw in self._socket:
            now = time.perf_counter()
            message = json.loads(raw)
            if message["type"] == "violation":
                self.seen_s.setdefault(message["violation"]["violation_id"], now)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Nearest rank."""
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _program(module: str, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _expect(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line == word, f"{process.args!r}: {line!r}"


def main() -> int:
    found = measure(short="--short" in sys.argv)
    show(found, Console(width=110))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
