"""What one booth sends and what the hub keeps of it: a real agent before a reel, counted on its cable and in the store.

The reel shows several violations a minute, many times what an exam session has; so what is told is told for one
violation, and for an hour of what goes on without any.
"""

import asyncio
import json
import re
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import tomli_w
from rich.console import Console
from websockets.asyncio.client import connect

from provisioning.reel import write_reel
from tests.benchmarks.rows import Row, show
from tests.benchmarks.streaming_crowd import Watcher
from tests.support.counting_relay import CountingRelay
from tests.support.postgres import rows_at
from tests.support.processes import Program, wait_for
from tests.support.stack import Stack, stack

BOOTH: Final = "booth-1"
HOUR_S: Final = 3600
SETTLE_S: Final = 3.0


def measure(*, short: bool) -> list[Row]:
    """Bytes and bits, by what they are for."""
    seconds = 4.0 if short else 30.0
    with tempfile.TemporaryDirectory() as name, ExitStack() as opened:
        folder = Path(name)
        (folder / "hub").mkdir()
        (folder / "hub" / "hub.toml").write_text(tomli_w.dumps({"exams": {"watch_between": False}}))
        centre = opened.enter_context(stack(folder))
        mqtt = opened.enter_context(CountingRelay(centre.mqtt_port))
        http = opened.enter_context(CountingRelay(centre.http_port))
        _start(centre, mqtt.port, http.port)
        time.sleep(SETTLE_S)
        idle = _counted(seconds, mqtt)
        with centre.client() as client:
            exam_session = _begin(client)
            began_s = time.monotonic()
            wait_for("a violation with a clip", lambda: _kept(centre, "video/mp4"), 300)
            if not short:
                time.sleep(max(0.0, began_s + 90 - time.monotonic()))
            watched_bps = asyncio.run(_watched_bps(centre, client, seconds))
            passed_s = time.monotonic() - began_s
            client.post(f"/api/v1/exam-sessions/{exam_session}/complete", json={}).raise_for_status()
        return [*_on_the_cable(idle, watched_bps), *_in_the_store(centre, passed_s)]


def _on_the_cable(idle: tuple[float, float], watched_bps: float) -> list[Row]:
    up_bps, down_bps = idle
    return [
        Row("booth: idle, sends", up_bps / 1000, "kbit/s", "lower"),
        Row("booth: idle, gets", down_bps / 1000, "kbit/s", "lower"),
        Row("booth: watched live, sends to each viewer", watched_bps / 1000, "kbit/s", "lower"),
    ]


def _in_the_store(centre: Stack, passed_s: float) -> list[Row]:
    of_type = {
        kind: (int(many), float(size))
        for kind, many, size in rows_at(
            centre.data, "SELECT type, count(*), sum(length(payload)) FROM events GROUP BY 1"
        )
    }
    violations = int(rows_at(centre.data, "SELECT count(*) FROM violations")[0][0])
    told = [each for kind, each in of_type.items() if kind.startswith(("violation_", "evidence_"))]
    others = sum(many for kind, (many, _) in of_type.items()) - sum(many for many, _ in told)
    lines_bytes = of_type.get("trace", (0, 0.0))[1]
    kept = {
        kind: float(size)
        for kind, size in rows_at(centre.data, "SELECT media_type, avg(size_bytes) FROM evidence_files GROUP BY 1")
    }
    return [
        Row("store: events of one violation", sum(many for many, _ in told) / violations, "", "lower"),
        Row("store: an event of it", sum(size for _, size in told) / sum(many for many, _ in told), "bytes", "lower"),
        Row("store: other events of an hour", others / passed_s * HOUR_S, "", "lower"),
        Row("store: lines of an hour", lines_bytes / passed_s * HOUR_S / 1e6, "MB", "lower"),
        Row("store: a snapshot", kept.get("image/jpeg", 0.0) / 1000, "kB", "lower"),
        Row("store: a clip", kept.get("video/mp4", 0.0) / 1000, "kB", "lower"),
        Row("store: boxes beside a clip", kept.get("application/json", 0.0) / 1000, "kB", "lower"),
    ]


def _start(centre: Stack, mqtt_port: int, http_port: int) -> None:
    """The booth's agent, which knows the hub by the cable's ends."""
    config = centre.enrol(BOOTH, write_reel(centre.folder / "reel.mp4"))
    written = config.read_text()
    written = re.sub(r"^mqtt_port = \d+$", f"mqtt_port = {mqtt_port}", written, flags=re.MULTILINE)
    assert centre.url in written
    config.write_text(written.replace(centre.url, f"http://127.0.0.1:{http_port}"))
    command = ["invigil-agent", "run", "--config", str(config)]
    centre.booths[BOOTH] = Program(command, centre.folder / f"{BOOTH}.log").start()

    def online() -> bool:
        with centre.client() as client:
            booth = client.get(f"/api/v1/booths/{BOOTH}").raise_for_status().json()
            return bool(booth["availability"] == "online")

    wait_for("the booth", online)


def _counted(seconds: float, cable: CountingRelay) -> tuple[float, float]:
    """Bits a second, up and down."""
    before, began_s = (cable.up, cable.down), time.monotonic()
    time.sleep(seconds)
    passed_s = time.monotonic() - began_s
    return 8 * (cable.up - before[0]) / passed_s, 8 * (cable.down - before[1]) / passed_s


def _begin(client: httpx.Client) -> str:
    def post(path: str, **body: Any) -> dict[str, Any]:
        answer = client.post(f"/api/v1{path}", json=body)
        assert answer.is_success, f"{path}: {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    exam = post("/exams", name="Algebra", duration_s=HOUR_S, notice="You are watched.", profile="strict")
    candidate = post("/candidates", number="1", name="Noa")
    scheduled: str = post(
        "/exam-sessions",
        exam_id=exam["exam_id"],
        candidate_id=candidate["candidate_id"],
        booth_id=BOOTH,
        scheduled_start=datetime.now(UTC).isoformat(),
    )["exam_session_id"]
    for act, body in (("check-in", {"reason_code": "check_in.by_staff"}), ("admit", {}), ("start", {})):
        post(f"/exam-sessions/{scheduled}/{act}", **body)
    return scheduled


def _kept(centre: Stack, media_type: str) -> bool:
    asked = f"SELECT count(*) FROM evidence_files WHERE media_type = '{media_type}'"  # noqa: S608 (our own)
    return rows_at(centre.data, asked) != [["0"]]


async def _watched_bps(centre: Stack, client: httpx.Client, seconds: float) -> float:
    """What one viewer's picture takes, as packets with their headers of RTP."""
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    address = f"{centre.url.replace('http', 'ws')}/api/v1/booths/{BOOTH}/view"
    watcher = Watcher()
    async with connect(address, additional_headers={"Cookie": cookie}, proxy=None) as socket:
        assert json.loads(await socket.recv())["type"] == "welcome"
        await socket.send(json.dumps({"type": "offer", "sdp": await watcher.offer()}))
        answer = json.loads(await socket.recv())
        assert answer["type"] == "answer", answer
        await watcher.accept(answer["sdp"])
        await asyncio.sleep(SETTLE_S)
        before, began_s = watcher.count.bytes, time.monotonic()
        await asyncio.sleep(seconds)
        bps = 8 * (watcher.count.bytes - before) / (time.monotonic() - began_s)
        await socket.send(json.dumps({"type": "hang_up"}))
    await watcher.close()
    return bps


if __name__ == "__main__":
    show(measure(short="--short" in sys.argv), Console(width=110))
