"""How fast the hub stores what booths send, on SQLite and PostgreSQL, and how soon it is committed and on a screen.

    python -m tests.benchmarks.ingest [--short]

Real hub as a program, real broker, real databases that flush to disk. Few booths send for many: each has its
certificate and chain, and more events without an answer than an agent would. The ceiling is a paho subscriber that only
receives, from the same booths by the same pump through a broker of the same kind, in the same round; what is reported
is the median of the rounds. What each program used of the two or more processors says which of them was the limit.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import httpx
import tomli_w
from rich.console import Console
from websockets.sync.client import ClientConnection, connect

from provisioning.hub import HubClient
from provisioning.simulation import booth_names, enrol_booths
from tests.benchmarks import replaced
from tests.benchmarks.processor import alone_s, child_named, together_s
from tests.benchmarks.replaced import Replaced
from tests.benchmarks.rows import Row, show
from tests.support.broker import Broker
from tests.support.postgres import Server
from tests.support.stack import PASSWORD, USER, Stack, stack

ROOT: Final = Path(__file__).resolve().parents[2]
ENGINES: Final = ("SQLite", "PostgreSQL")
ROUNDS: Final = 3
BOOTHS: Final = 8
BACKLOG: Final = 2_500
"""Events of each booth."""
STEADY_HZ: Final = 1_000.0
"""Of all booths together."""
STEADY_S: Final = 8
REPLACED_S: Final = 4
"""Its delay grows with every second that it cannot keep up: less than ours is in its favour."""
REPLACED_BACKLOG: Final = 1_000
LIKE_THE_HUBS: Final = "log_type information\nmax_inflight_messages 500\nmax_queued_messages 5000"
"""What `hub.mosquitto` sets and a broker for tests does not."""
GOAL_SHARE: Final = {"SQLite": 35.0, "PostgreSQL": 50.0}
GOAL_RATE: Final = 25.0
GOAL_SOONER: Final = 100.0
"""Times better than the design that was replaced."""
GOAL_COMMITTED_MS: Final = 100.0
GOAL_SHOWN_MS: Final = 250.0
SHOWN_HZ: Final = 100.0


@dataclass(frozen=True)
class Round:
    """What one engine bore, beside the ceiling that was measured just before it."""

    backlog: float
    """Events a second."""
    share: float
    """Of the ceiling, in percent."""
    ceiling: float
    held: float
    """Events a second, of those that came steadily."""
    times_ms: list[float]
    shown_ms: list[float]
    processor_us: dict[str, float]
    """For one event of the backlog, by program."""


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
        before = replaced.measure(
            folder / "replaced",
            8 * events // 10 if short else REPLACED_BACKLOG,
            int(STEADY_HZ * (1 if short else REPLACED_S)),
            STEADY_HZ,
        )
        rounds: dict[str, list[Round]] = {engine: [] for engine in ENGINES}
        for number in range(1 if short else ROUNDS):
            for engine in ENGINES:
                place = folder / f"{engine}-{number}"
                place.mkdir()
                ceiling = _bare(place / "bare", events)
                rounds[engine].append(_hub(place, engine, events, ceiling, 1 if short else STEADY_S))
        return [row for engine in ENGINES for row in _rows(engine, rounds[engine], before)]


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


def _hub(folder: Path, engine: str, events: int, ceiling: float, seconds: int) -> Round:
    with _database(folder, engine) as server, stack(folder) as centre:
        with HubClient.signed_in(centre.url, USER, PASSWORD) as client:
            enrol_booths(client, booth_names(BOOTHS), folder / "booths", None, lambda: None)
        pump = Pump(folder / "booths", events)
        used = _used(centre, server)
        backlog = pump.result()
        costs = {name: now - used[name] for name, now in _used(centre, server).items()}
        costs["the booths"] = backlog["processor_s"]
        steady = Pump(folder / "booths", _of_each(STEADY_HZ, seconds), STEADY_HZ).result()
        with Screen(centre.url) as screen:
            opened = Pump(folder / "booths", _of_each(SHOWN_HZ, seconds), SHOWN_HZ).result()["opened"]
            shown = screen.took(opened)
    rate = events * BOOTHS / backlog["seconds"]
    return Round(
        backlog=rate,
        share=100 * rate / ceiling,
        ceiling=ceiling,
        held=_of_each(STEADY_HZ, seconds) * BOOTHS / steady["seconds"],
        times_ms=steady["ms"],
        shown_ms=shown,
        processor_us={name: 1e6 * cost / (events * BOOTHS) for name, cost in costs.items()},
    )


def _used(centre: Stack, server: Server | None) -> dict[str, float]:
    """Seconds of processor time so far, by program."""
    hub = centre.hub.pid
    used = {"hub": alone_s(hub), "broker": alone_s(child_named(hub, "mosquitto"))}
    return used | ({"database": together_s(server.program.pid)} if server else {})


def _rows(engine: str, rounds: Sequence[Round], before: Replaced) -> list[Row]:
    def median(of: Callable[[Round], float]) -> float:
        return statistics.median(of(each) for each in rounds)

    rate = median(lambda each: each.backlog)
    p99 = median(lambda each: percentile(each.times_ms, 0.99))
    found = [
        Row("backlog stored", rate, "events/s", "higher", None, before.rate, median(lambda each: each.ceiling)),
        Row("of the replaced design's rate", rate / before.rate, "×", "higher", GOAL_RATE),
        Row("share of a subscriber's rate", median(lambda each: each.share), "%", "higher", GOAL_SHARE[engine]),
        Row(f"stored while {STEADY_HZ:.0f} events/s come", median(lambda each: each.held), "events/s", "higher"),
        Row("sent → acknowledged, p50", median(lambda each: percentile(each.times_ms, 0.5)), "ms", "lower"),
        Row("sent → acknowledged, p99", p99, "ms", "lower", GOAL_COMMITTED_MS, before.p99_ms),
        Row("sooner than the replaced one, p99", before.p99_ms / p99, "×", "higher", GOAL_SOONER),
        *(
            Row(
                f"sent → shown, {SHOWN_HZ:.0f}/s, p{share}",
                median(lambda each, share=share: percentile(each.shown_ms, share / 100)),  # type: ignore[misc]
                "ms",
                "lower",
                GOAL_SHOWN_MS if share == 99 else None,
            )
            for share in (50, 99)
        ),
        *(
            Row(f"CPU an event, {name}", median(lambda each, name=name: each.processor_us[name]), "µs", "lower")  # type: ignore[misc]
            for name in rounds[0].processor_us
        ),
    ]
    return [replace(row, name=f"{engine}: {row.name}") for row in found]


def _of_each(rate_hz: float, seconds: int) -> int:
    """Events of each booth: openings and closings in pairs."""
    return int(rate_hz * seconds / BOOTHS) // 2 * 2


@contextmanager
def _database(folder: Path, engine: str) -> Iterator[Server | None]:
    """Settings for a hub in `folder`, before it starts."""
    if engine == "SQLite":
        yield None
        return
    server = Server(durable=True)
    try:
        (folder / "hub").mkdir()
        (folder / "hub" / "hub.toml").write_text(tomli_w.dumps({"database": {"url": server.database("bench").url}}))
        yield server
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
