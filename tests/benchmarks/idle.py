"""What booths cost that have nothing to report: thousands of them at one hub and one broker, on SQLite and PostgreSQL.

Real hub as a program with its own broker; the booths are `tests.benchmarks.idle_booths`, whose processor time is not
counted. The floor is the same broker with the same booths and no hub. Then the broker is killed: all booths come back
at once, while somebody asks the hub for its page every so often.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import tomli_w
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from rich.console import Console

from hub.config import load_settings
from hub.db import Database
from hub.devices.admission import Admission, MqttAddress
from hub.devices.certificates import DEVICE_LIFETIME, Authority
from hub.store import booths
from tests.benchmarks.fanout import program
from tests.benchmarks.processes import Cost, cost_of
from tests.benchmarks.rows import Row, show
from tests.support.broker import mosquitto
from tests.support.hub import signing_request
from tests.support.postgres import Server
from tests.support.processes import Program, wait_for
from tests.support.stack import PASSWORD, USER, Stack, stack

BOOTHS: Final = 2_000
SETTLE_S: Final = 8.0
WINDOW_S: Final = 20.0
ASK_S: Final = 0.1
GOAL_PERCENT: Final = 100.0
"""Of one core, of the two that there are."""
PATIENCE_S: Final = 240.0


class Booths:
    """`tests.benchmarks.idle_booths` as a program."""

    def __init__(self, folder: Path, port: int) -> None:
        self.process = program("tests.benchmarks.idle_booths", str(folder), "127.0.0.1", str(port))

    def tell(self) -> dict[str, int]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print("tell", file=self.process.stdin, flush=True)
        told: dict[str, int] = json.loads(self.process.stdout.readline())
        return told

    def until(self, connected: int) -> float:
        """Seconds until so many are."""
        began = time.monotonic()
        wait_for(f"{connected} booths", lambda: self.tell()["connected"] == connected, PATIENCE_S)
        return time.monotonic() - began

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@dataclass
class Asker:
    """Somebody who looks at the hub's page all the time; how long each answer took, in seconds."""

    url: str
    took_s: list[float] = field(default_factory=list)

    def __enter__(self) -> "Asker":
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _ask(self) -> None:
        with httpx.Client(base_url=self.url, headers={"X-Invigil-Request": "1"}, timeout=60) as client:
            client.post("/api/v1/sign-in", json={"username": USER, "password": PASSWORD}).raise_for_status()
            while not self.took_s or not self._end.wait(ASK_S):
                began = time.monotonic()
                client.get("/api/v1/me").raise_for_status()
                self.took_s.append(time.monotonic() - began)


def measure(*, short: bool) -> list[Row]:
    """Needs this machine's network: call it before the bench fences itself off."""
    count, window_s = (20, 3.0) if short else (BOOTHS, WINDOW_S)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        for engine in ("SQLite",) if short else ("SQLite", "PostgreSQL"):
            folder = Path(name) / engine
            (folder / "hub").mkdir(parents=True)
            with _database(folder, engine) as server:
                rows += _measure(folder, engine, server, count, window_s)
    return rows


def _measure(folder: Path, engine: str, database: int | None, count: int, window_s: float) -> list[Row]:
    """`database` is the process of the database, where it is one."""
    devices = folder / "booths"
    devices.mkdir()
    asyncio.run(_admit(folder / "hub", devices, [f"idle-{number:04}" for number in range(count)]))
    with stack(folder) as centre:
        crowd = Booths(devices, centre.mqtt_port)
        try:
            crowd.until(count)
            _until_shown(centre, count)
            pids = {"hub": centre.hub.pid, "broker": centre.broker_pid()} | ({"database": database} if database else {})
            beats, costs = _watch(crowd, pids, SETTLE_S if count == BOOTHS else 1.0, window_s)
            with Asker(centre.url) as asker:
                os.kill(pids["broker"], signal.SIGKILL)
                wait_for("the booths to notice", lambda: crowd.tell()["connected"] == 0, PATIENCE_S)
                began = time.monotonic()
                back_s = crowd.until(count)
                _until_shown(centre, count)
                shown_s = time.monotonic() - began
            centre.hub.stop()
            floor = _without_hub(folder, crowd, count, window_s)
        finally:
            crowd.close()
    together = sum(cost.percent for cost in costs.values())
    what = f"{BOOTHS} idle booths on {engine}"
    return [
        Row(f"{what}: CPU of all but the booths", together, "% of a core", "lower", GOAL_PERCENT, floor=floor.percent),
        *(Row(f"  of it {name}", cost.percent, "% of a core", "lower") for name, cost in costs.items()),
        *(Row(f"  memory of {name} (PSS)", cost.pss_mb, "MB", "lower") for name, cost in costs.items()),
        Row("  heard from them", beats, "1/s", "higher"),
        Row("  broker killed: all connected again", back_s, "s", "lower"),
        Row("  and shown as online", shown_s, "s", "lower"),
        Row("  slowest answer of the hub meanwhile", 1000 * max(asker.took_s), "ms", "lower"),
    ]


@contextmanager
def _database(folder: Path, engine: str) -> Iterator[int | None]:
    """Settings for a hub in `folder`, before it starts."""
    if engine == "SQLite":
        yield None
        return
    server = Server(durable=True)
    try:
        (folder / "hub" / "hub.toml").write_text(tomli_w.dumps({"database": {"url": server.database("idle").url}}))
        yield server.program.pid
    finally:
        server.stop()


def _watch(crowd: Booths, pids: Mapping[str, int], settle_s: float, window_s: float) -> tuple[float, dict[str, Cost]]:
    """What booths said in a second, and what each process needed for it."""
    time.sleep(settle_s)
    before = crowd.tell()["beats"]
    costs = cost_of(pids, window_s)
    return (crowd.tell()["beats"] - before) / window_s, costs


def _without_hub(folder: Path, crowd: Booths, count: int, window_s: float) -> Cost:
    """The hub's own configuration, and nobody who listens."""
    broker = Program([mosquitto(), "-c", folder / "hub" / "mosquitto" / "mosquitto.conf"], folder / "bare.log")
    broker.start()
    try:
        crowd.until(count)
        return _watch(crowd, {"broker": broker.pid}, SETTLE_S if count == BOOTHS else 1.0, window_s)[1]["broker"]
    finally:
        broker.stop()


def _until_shown(centre: Stack, count: int) -> None:
    with centre.client() as client:

        def online() -> bool:
            found: list[dict[str, Any]] = client.get("/api/v1/booths").raise_for_status().json()["items"]
            return len([booth for booth in found if booth["availability"] == "online"]) == count

        wait_for("the hub to show them", online, PATIENCE_S)


async def _admit(data: Path, folder: Path, names: list[str]) -> None:
    """Booths and devices in the database of a hub that has not started. All devices have one key: their certificates
    differ, and nothing here depends on who else could speak for them."""
    settings = load_settings(data, {})
    database = Database(settings.database_at)
    await database.migrate()
    authority = Authority.load_or_create(data / "ca")
    admission = Admission(authority, MqttAddress("127.0.0.1", 0), DEVICE_LIFETIME)
    key = ec.generate_private_key(ec.SECP256R1())
    request, now = signing_request(key), datetime.now(UTC)
    async with database.writing() as connection:
        for name in names:
            await booths.add(connection, name, name, "standard", now)
            issued = await admission.admit(
                connection, request, name, how="claim_code", by=None, address="127.0.0.1", now=now
            )
            (folder / f"{name}.pem").write_text(issued.certificate_pem)
    await database.close()
    (folder / "ca.pem").write_text(authority.certificate_pem)
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "device.key").write_bytes(pem)


if __name__ == "__main__":
    show(measure(short="--short" in sys.argv), Console(width=110))
