"""How soon what a booth says is on two hundred dashboards, and what each copy costs the hub.

Real hub, broker and database; a booth lets violations open and end. The floor is a uvicorn set up as the hub's, with
nothing behind it, that sends texts of the hub's own to as many sockets at the same pace. The two take turns.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import uuid4

import httpx
from rich.console import Console

from provisioning.hub import HubClient
from provisioning.simulation import booth_names, enrol_booths
from tests.benchmarks.ingest import Pump, percentile
from tests.benchmarks.processor import alone_s
from tests.benchmarks.rows import Row, show
from tests.benchmarks.screens import MARK
from tests.support.processes import ROOT, free_port
from tests.support.stack import PASSWORD, USER, stack

SCREENS: Final = 200
BOOTHS: Final = 4
RATE_HZ: Final = 10.0
"""Violations that open or end in a second, in all booths together."""
BOOTHS_HZ: Final = 2.0
"""How often the hub shows a booth that changes."""
TURNS: Final = 3
TURN_S: Final = 12
GOAL_MS: Final = 250.0


@dataclass(frozen=True)
class Turn:
    """Sorted milliseconds from leaving the booth (or the bare server) to each screen, and the sender's processor time
    for each message on each screen, microseconds."""

    took_ms: list[float]
    cost_us: float


class Screens:
    """`tests.benchmarks.screens` as a program."""

    def __init__(self, url: str, count: int, cookie: str = "") -> None:
        self.process = program("tests.benchmarks.screens", url, str(count))
        self._say(cookie)
        heard(self.process, "ready")

    def tell(self) -> dict[str, Any]:
        self._say("tell")
        assert self.process.stdout is not None
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        return told

    def close(self) -> None:
        self.process.communicate()

    def _say(self, line: str) -> None:
        assert self.process.stdin is not None
        print(line, file=self.process.stdin, flush=True)


def measure(*, short: bool) -> list[Row]:
    """Needs this machine's network: call it before the bench fences itself off."""
    screens, turns, seconds = (8, 1, 2) if short else (SCREENS, TURNS, TURN_S)
    done: list[tuple[Turn, Turn]] = []
    with tempfile.TemporaryDirectory() as name, stack(Path(name)) as centre, _bare() as (server, port):
        folder = Path(name) / "booths"
        with HubClient.signed_in(centre.url, USER, PASSWORD) as client:
            enrol_booths(client, booth_names(BOOTHS), folder, None, lambda: None)
        live = centre.url.replace("http", "ws") + "/api/v1/live"
        people = Screens(live, screens, _cookie(centre.url))
        nobody = Screens(f"ws://127.0.0.1:{port}/live", screens)
        _, texts = _of_hub(centre.hub.pid, people, folder, 1)  # the first of a kind take longer
        for _ in range(turns):
            ours, texts = _of_hub(centre.hub.pid, people, folder, seconds)
            done.append((ours, _of_bare(server, nobody, texts, seconds)))
        people.close()
        nobody.close()

    def of(number: int, share: float) -> float:
        return median(percentile(pair[number].took_ms, share) for pair in done)

    cost_us, bare_us = (median(pair[number].cost_us for pair in done) for number in (0, 1))
    what = f"published → on {SCREENS} screens"
    return [
        Row(f"{what}, p50", of(0, 0.5), "ms", "lower", floor=of(1, 0.5)),
        Row(f"{what}, p99", of(0, 0.99), "ms", "lower", GOAL_MS, floor=of(1, 0.99)),
        Row("  hub's CPU for a message on a screen", cost_us, "µs", "lower", floor=bare_us),
        Row("  letters in such a message", median(len(text) for text in texts), "", "lower"),
    ]


def _of_hub(pid: int, people: Screens, folder: Path, seconds: int) -> tuple[Turn, list[str]]:
    """And the texts that were sent."""
    before, used_s = people.tell(), alone_s(pid)
    pump = Pump(folder, max(2, int(RATE_HZ * seconds / BOOTHS) // 2 * 2), RATE_HZ)
    opened = pump.result()["opened"]
    time.sleep(1.0)  # what is shown twice a second
    after, used_s = people.tell(), alone_s(pid) - used_s
    took = [1000 * (at - left) for name, left in opened.items() for at in after["seen_s"][name]]
    messages = after["messages"] - before["messages"]
    kinds = ('{"type":"violation"', '{"type":"booth"')
    return Turn(sorted(took), 1e6 * used_s / messages), [text for text in after["texts"] if text.startswith(kinds)]


def _of_bare(server: "subprocess.Popen[str]", nobody: Screens, texts: list[str], seconds: int) -> Turn:
    """The same kinds of texts at the same pace."""
    assert server.stdin is not None
    assert server.stdout is not None
    violation, booth = sorted(texts, key=len)
    before, used_s = nobody.tell()["messages"], alone_s(server.pid)
    left: dict[str, float] = {}
    began = time.perf_counter()
    beats = round(RATE_HZ / BOOTHS_HZ)
    for number in range(int(RATE_HZ * seconds)):
        name = str(uuid4())
        start = violation.index(MARK) + len(MARK)
        sent = [violation[:start] + name + violation[start + 36 :]]
        if number % beats == 0:
            sent += [booth] * BOOTHS
        print(json.dumps(sent), file=server.stdin, flush=True)
        left[name] = json.loads(server.stdout.readline())[0]
        time.sleep(max(began + (number + 1) / RATE_HZ - time.perf_counter(), 0))
    time.sleep(1.0)
    told, used_s = nobody.tell(), alone_s(server.pid) - used_s
    took = [1000 * (at - then) for name, then in left.items() for at in told["seen_s"][name]]
    return Turn(sorted(took), 1e6 * used_s / (told["messages"] - before))


@contextmanager
def _bare() -> Iterator[tuple["subprocess.Popen[str]", int]]:
    port = free_port()
    server = program("tests.benchmarks.bare_screens", str(port))
    try:
        heard(server, "ready")
        yield server, port
    finally:
        server.kill()
        server.communicate()


def _cookie(url: str) -> str:
    with httpx.Client(base_url=url, headers={"X-Invigil-Request": "1"}, timeout=60) as client:
        client.post("/api/v1/sign-in", json={"username": USER, "password": PASSWORD}).raise_for_status()
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def program(module: str, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def heard(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line == word, f"{process.args!r}: {line!r}"


if __name__ == "__main__":
    show(measure(short="--short" in sys.argv), Console(width=110))
