"""What the dashboard costs the machine that shows it: a wall of sixty booths in Chromium, behind a real hub and broker.

Twenty violations a second open or end, and every booth says every five seconds how it is. Tasks are those of the
page's main thread in Chromium's own trace: from 50 ms on people notice that a page does not answer
(https://w3c.github.io/longtasks/). The floor of a task is the same wall while no violation comes; that of a paint, a
page of the hub that is one line of text. On a machine that does other work besides, a task takes longer than it works:
compare it with its time on the processor.
"""

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.sync_api import Browser, Page, WebSocket
from rich.console import Console

from tests.benchmarks.rows import Row, show
from tests.support.browser import open_page
from tests.support.hall import hall

BOOTHS: Final = 60
UPDATES_PER_S: Final = 20
LONG_MS: Final = 50.0
GOAL_KB: Final = 250.0
GOAL_PAINT_S: Final = 1.0
SETTLE_MS: Final = 4000
PAINT_MS: Final = 2000
"""After this a page that has nothing new to fetch paints nothing larger any more."""
CATEGORIES: Final = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]

PAINTED: Final = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
})"""


def measure(*, short: bool) -> list[Row]:
    """Needs this machine's network: call it before the bench fences itself off."""
    with (
        tempfile.TemporaryDirectory() as folder,
        hall(Path(folder), 4 if short else BOOTHS) as here,
        open_page() as page,
    ):
        here.sign_in(page)
        page.mouse.move(1, 1)
        page.wait_for_timeout(SETTLE_MS)
        quiet = _watch(page, 3 if short else 20)
        here.updates(UPDATES_PER_S)
        page.wait_for_timeout(SETTLE_MS)
        busy = _watch(page, 3 if short else 60)
        here.updates(0)
        loads = [_load(page, here.url) for _ in range(1 if short else 7)]
        empty = [_load(page, f"{here.url}/readyz") for _ in range(1 if short else 7)]
    return [
        Row(
            f"dashboard wall longest task, {BOOTHS} booths, {UPDATES_PER_S} updates/s",
            max(busy.tasks_ms),
            "ms",
            "lower",
            LONG_MS,
            floor=max(quiet.tasks_ms),
        ),
        Row("  of it on the processor", busy.longest_on_processor_ms, "ms", "lower"),
        Row("  tasks of 50 ms or more", float(sum(task >= LONG_MS for task in busy.tasks_ms)), "", "lower"),
        Row("  main thread busy", busy.busy_percent, "%", "lower", floor=quiet.busy_percent),
        Row("  messages a second", busy.messages_per_s, "1/s", "higher", floor=quiet.messages_per_s),
        Row(
            "dashboard first load JavaScript compressed",
            median(load.script_kb for load in loads),
            "kB",
            "lower",
            GOAL_KB,
        ),
        Row(
            "dashboard largest contentful paint on localhost",
            median(load.paint_s for load in loads),
            "s",
            "lower",
            GOAL_PAINT_S,
            floor=median(load.paint_s for load in empty),
        ),
    ]


@dataclass(frozen=True)
class Watched:
    """What the page's main thread did meanwhile."""

    tasks_ms: list[float]
    longest_on_processor_ms: float
    busy_percent: float
    messages_per_s: float


def _watch(page: Page, seconds: float) -> Watched:
    heard: list[int] = []

    def count(socket: WebSocket) -> None:
        socket.on("framereceived", lambda _: heard.append(1))

    page.on("websocket", count)
    page.reload()  # a socket is told of when it opens
    page.get_by_test_id("booth-tile").first.wait_for(state="attached")
    page.wait_for_timeout(SETTLE_MS)
    browser = _browser(page)
    before = len(heard)
    browser.start_tracing(page=page, categories=CATEGORIES)
    page.wait_for_timeout(1000 * seconds)
    trace = json.loads(browser.stop_tracing())
    page.remove_listener("websocket", count)
    tasks = _tasks(trace["traceEvents"])
    assert tasks, "the trace holds no task of a page's main thread"
    return Watched(
        tasks_ms=[task["dur"] / 1000 for task in tasks],
        longest_on_processor_ms=max(task.get("tdur", task["dur"]) / 1000 for task in tasks),
        busy_percent=sum(task["dur"] for task in tasks) / (10_000 * seconds),
        messages_per_s=(len(heard) - before) / seconds,
    )


def _tasks(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the main threads of pages. A page that is not ours does nothing: it is Chromium's spare."""
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["ph"] == "M" and event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    return [
        event
        for event in events
        if event["ph"] == "X" and event["name"] == "RunTask" and (event["pid"], event["tid"]) in mains
    ]


@dataclass(frozen=True)
class Load:
    script_kb: float
    paint_s: float


def _load(page: Page, url: str) -> Load:
    """With nothing in the cache: a context of its own, signed in as `page` is."""
    context = _browser(page).new_context(storage_state=page.context.storage_state(), viewport=page.viewport_size)
    try:
        fresh = context.new_page()
        session = context.new_cdp_session(fresh)
        scripts: set[str] = set()
        sizes: dict[str, float] = {}

        def received(said: dict[str, Any]) -> None:
            if said["type"] == "Script":
                scripts.add(said["requestId"])

        def finished(said: dict[str, Any]) -> None:
            sizes[said["requestId"]] = said["encodedDataLength"]

        session.on("Network.responseReceived", received)
        session.on("Network.loadingFinished", finished)
        session.send("Network.enable")
        fresh.goto(url)
        fresh.wait_for_timeout(PAINT_MS)
        painted_ms: float = fresh.evaluate(PAINTED)
        return Load(sum(sizes.get(script, 0) for script in scripts) / 1000, painted_ms / 1000)
    finally:
        context.close()


def _browser(page: Page) -> Browser:
    browser = page.context.browser
    assert browser is not None
    return browser


if __name__ == "__main__":
    show(measure(short="--short" in sys.argv), Console(width=110))
