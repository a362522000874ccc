"""How long each program takes until it is there, and what it then holds in memory.

Commands are run to their end; the floors are a Python that does nothing and one that imports the libraries of a command
line. Hub and ingester are there when they answer, with PostgreSQL and a broker of its own for the ingester; the agent,
with each face engine and the booth's screen served from the same process, when it would tell systemd so.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import httpx
import tomli_w
from rich.console import Console

from contract.device import load_device_config
from tests.benchmarks.frames import footage
from tests.benchmarks.processes import memory_mb
from tests.benchmarks.processor import together_s
from tests.benchmarks.rows import Row, show
from tests.support.broker import mosquitto
from tests.support.postgres import Server
from tests.support.processes import BIN, ROOT, Program, free_port, run, wait_for
from tests.support.stack import Stack, stack

COMMANDS: Final[tuple[tuple[str, ...], ...]] = (
    ("invigil", "--help"),
    ("invigil", "device", "doctor", "--help"),
    ("invigil", "device", "update", "--help"),
    ("invigil-hub", "--help"),
    ("invigil-agent", "--help"),
)
NOTHING: Final = ("python", "-c", "pass")
LIBRARIES: Final = ("python", "-c", "import typer, rich.console, pydantic")
SETTLE_S: Final = 5.0
LAUNCH: Final = """
import os, sys, time
began = time.perf_counter()
_, status, used = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)
took_s = time.perf_counter() - began
code = os.waitstatus_to_exitcode(status)
print([took_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, code], file=sys.stderr)
"""
"""A small process that starts another: for the kernel the most memory of a program begins with that of its parent."""


@dataclass(frozen=True)
class Start:
    took_s: float
    cpu_s: float
    rss_mb: float
    pss_mb: float | None = None
    """None where it has ended: then `rss_mb` is the most that it held."""


def measure(*, short: bool) -> list[Row]:
    """Needs this machine's network: call it before the bench fences itself off."""
    turns = 1 if short else 5
    done: dict[tuple[str, ...], list[Start]] = {}
    for _ in range(turns):
        for command in (NOTHING, LIBRARIES, *COMMANDS):
            done.setdefault(command, []).append(_to_its_end(command))
    rows = [
        *_rows("python that does nothing", done[NOTHING]),
        *_rows("python with typer, rich, pydantic", done[LIBRARIES], done[NOTHING]),
        *(row for command in COMMANDS for row in _rows(" ".join(command), done[command], done[LIBRARIES])),
    ]
    settle_s = 0.5 if short else SETTLE_S
    with tempfile.TemporaryDirectory() as name:
        with stack(Path(name)) as centre:
            rows += _rows("invigil-hub serve", [_again(centre, settle_s) for _ in range(turns if short else 3)])
            rows += _agents(centre, Path(name), settle_s, ("litert",) if short else ("litert", "mediapipe"))
        if not short:
            (Path(name) / "several").mkdir()
            rows += _rows("invigil-hub ingest, PostgreSQL", [_ingester(Path(name) / "several", settle_s)])
    return rows


def _rows(name: str, starts: Sequence[Start], floor: Sequence[Start] | None = None) -> list[Row]:
    def middle(what: str, of: Sequence[Start] | None) -> float | None:
        return None if of is None else median(getattr(start, what) for start in of)

    found = [
        Row(f"start: {name}", middle("took_s", starts) or 0.0, "s", "lower", floor=middle("took_s", floor)),
        Row("  of it on the processor", middle("cpu_s", starts) or 0.0, "s", "lower", floor=middle("cpu_s", floor)),
        Row("  resident memory", middle("rss_mb", starts) or 0.0, "MB", "lower", floor=middle("rss_mb", floor)),
    ]
    shares = [start.pss_mb for start in starts if start.pss_mb is not None]
    return [*found, Row("  of it its share (PSS)", median(shares), "MB", "lower")] if shares else found


def _to_its_end(command: Sequence[str]) -> Start:
    path = str(BIN / command[0])
    launched = [sys.executable, "-I", "-S", "-c", LAUNCH, path, *command[1:]]
    done = subprocess.run(launched, capture_output=True, text=True, cwd=ROOT, check=True)
    took_s, cpu_s, rss_mb, code = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, (command, done.stderr)
    return Start(took_s, cpu_s, rss_mb)


def _there(pid: int, began: float, settle_s: float) -> Start:
    """It is there now; its memory is looked at when it has settled."""
    took_s, cpu_s = time.perf_counter() - began, together_s(pid)
    time.sleep(settle_s)
    pss_mb, rss_mb = memory_mb(pid)
    return Start(took_s, cpu_s, rss_mb, pss_mb)


def _again(centre: Stack, settle_s: float) -> Start:
    """The hub over data that it has, with its broker's memory, which is its child."""
    centre.hub.stop()
    began = time.perf_counter()
    centre.start_hub()
    return _there(centre.hub.pid, began, settle_s)


def _agents(centre: Stack, folder: Path, settle_s: float, engines: Sequence[str]) -> Iterator[Row]:
    video = footage(folder)[0]
    for engine in engines:
        config = centre.enrol(f"booth-{engine}", video)
        told = load_device_config(config).model_dump(mode="json", exclude_none=True)
        told["vision"]["face_engine"] = engine
        config.write_text(tomli_w.dumps(told))
        agent = Program(["invigil-agent", "run", "--config", config], folder / f"{engine}.log")
        with _told(folder / f"{engine}.socket") as ready:
            yield from _rows(f"invigil-agent run, {engine}, with its screen", [_agent(agent, ready, settle_s)])


def _agent(agent: Program, ready: "Ready", settle_s: float) -> Start:
    def there() -> bool:
        agent.must_run()
        return ready()

    began = time.perf_counter()
    try:
        agent.start()
        wait_for("the agent", there)
        return _there(agent.pid, began, settle_s)
    finally:
        agent.stop()


@contextmanager
def _told(path: Path) -> "Iterator[Ready]":
    """What stands in for systemd: hears `READY=1`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        listener.setblocking(False)
        os.environ["NOTIFY_SOCKET"] = str(path)
        try:
            yield Ready(listener)
        finally:
            del os.environ["NOTIFY_SOCKET"]


@dataclass(frozen=True)
class Ready:
    listener: socket.socket

    def __call__(self) -> bool:
        try:
            return b"READY=1" in self.listener.recv(4096)
        except BlockingIOError:
            return False


def _ingester(folder: Path, settle_s: float) -> Start:
    data, port, mqtt = folder / "hub", free_port(), free_port()
    data.mkdir()
    database = Server()
    address = {"host": "localhost", "port": mqtt, "public_host": "127.0.0.1"}
    settings = {"database": {"url": database.database("ingester").url}, "broker": address}
    (data / "hub.toml").write_text(tomli_w.dumps(settings))
    options = ("--host", "localhost", "--port", str(mqtt), "--out", folder / "mosquitto", "--user", "root")
    run("invigil-hub", "broker-config", *options, "--data", data)
    broker = Program([mosquitto(), "-c", folder / "mosquitto" / "mosquitto.conf"], folder / "mosquitto.log")
    command: list[str | Path] = ["invigil-hub", "ingest", "--name", "ingest", "--port", str(port), "--data", data]
    ingester = Program(command, folder / "ingest.log")

    def answers() -> bool:
        ingester.must_run()
        try:
            return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    try:
        broker.start()
        run("invigil-hub", "migrate", "--data", data)
        began = time.perf_counter()
        ingester.start()
        wait_for("the ingester", answers)
        return _there(ingester.pid, began, settle_s)
    finally:
        ingester.stop()
        broker.stop()
        database.stop()


if __name__ == "__main__":
    show(measure(short="--short" in sys.argv), Console(width=110))
