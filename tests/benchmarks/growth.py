"""How what a hub is asked grows with what it holds, from ten thousand violations to ten million, on both databases.

`python -m tests.benchmarks.growth [COUNT ...]`: each question is asked through the whole application of a real hub over
databases of these sizes. Times are told, and beside them what no neighbour on the machine changes: steps of SQLite's
virtual machine, pages that PostgreSQL looks at. Ten million violations take up to 15 GB for the time of the run.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import uuid4

import httpx
from rich.console import Console

from hub.db import Database
from hub.engines.postgres import PostgresConfig
from hub.intake import batch
from hub.intake.incoming import read
from hub.intake.message import Delivery, Message
from hub.parts import Hub
from hub.views.retention import DATA_CLASSES, RetentionPolicy
from tests.benchmarks.growth_questions import SCOPE, of_an_administrator, of_everybody
from tests.benchmarks.growth_work import work
from tests.benchmarks.lists import far_behind, sent
from tests.benchmarks.rows import Row, show
from tests.support.hub import Chain, a_hub, a_violation
from tests.support.large_centre import FORGOTTEN_DAYS, Centre, booth_id, fill
from tests.support.people import person
from tests.support.postgres import Server

SIZES: Final = (10_000, 100_000)
"""What `make bench` has time for."""
ENGINES: Final = ("SQLite", "PostgreSQL")
A_BATCH: Final = 100
GOAL_MS: Final = 100.0
GOAL_WORK: Final = 3.0
"""Times as much work for a thousand times as many violations: an index that is two levels deeper, pages that are
fuller. What reads all there is would need a thousand."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question at one size."""

    engine: str
    count: int
    question: str
    p50_ms: float
    p95_ms: float
    work: int
    """0 where it is not counted."""


@dataclass(frozen=True, slots=True)
class Size:
    engine: str
    count: int
    filled_s: float
    size_bytes: int


def measure(*, short: bool) -> list[Row]:
    """The rows of the bench."""
    answers, sizes = asyncio.run(ask_all((500, 1_000) if short else SIZES, 2 if short else 20))
    return rows(answers, sizes)


async def ask_all(
    counts: Sequence[int],
    times: int,
    engines: Sequence[str] = ENGINES,
    folder: Path | None = None,
    tell: Callable[[str], None] = lambda word: None,
) -> tuple[list[Answer], list[Size]]:
    """Every question at every size. A database is gone before the next one is made."""
    answers: list[Answer] = []
    sizes: list[Size] = []
    for engine in engines:
        for count in counts:
            with tempfile.TemporaryDirectory(prefix="invigil-growth-", dir=folder) as place:
                server = Server() if engine == "PostgreSQL" else None
                try:
                    at = server.database("growth") if server else Path(place) / "hub.sqlite"
                    answered, size = await _at_size(engine, at, Path(place), count, times)
                finally:
                    if server:
                        server.stop()
            answers += answered
            sizes.append(size)
            tell(f"{engine}, {count:,}: {size.filled_s:.0f} s to fill, {size.size_bytes / 1e9:.2f} GB")
    return answers, sizes


async def _at_size(
    engine: str, at: Path | PostgresConfig, folder: Path, count: int, times: int
) -> tuple[list[Answer], Size]:
    began = time.perf_counter()
    centre = await fill(at, count)
    filled_s = time.perf_counter() - began
    settings: dict[str, Any] = {"database": at} if isinstance(at, PostgresConfig) else {"database": None}
    async with a_hub(folder, **settings) as hub:
        size = Size(engine, count, filled_s, await hub.database.size_bytes())
        mine = [booth_id(each) for each in range(SCOPE)]
        found: list[Answer] = []
        async with person(hub, "ada", "admin") as admin, person(hub, "rae", "reviewer", *mine) as reviewer:
            everybodys = of_everybody(centre)
            asked = [(name, path, admin) for name, path in (everybodys | of_an_administrator(centre)).items()]
            asked += [(f"{SCOPE} booths: {name}", path, reviewer) for name, path in everybodys.items()]
            for name, path, client in asked:
                if "/queue" in path or (path.startswith("/violations?") and "q=" not in path):
                    deep = await far_behind(client, path)
                    if deep is not None:
                        found.append(await _asked(engine, hub, centre, f"{name}, far behind", deep, client, times))
                found.append(await _asked(engine, hub, centre, name, path, client, times))
        found.append(await _ingest(engine, hub.database, centre, times))
        found.append(await _retention(engine, hub, centre))
    return found, size


async def _asked(
    engine: str, hub: Hub, centre: Centre, name: str, path: str, client: httpx.AsyncClient, times: int
) -> Answer:
    async def ask() -> None:
        answer = await client.get(f"/api/v1{path}")
        assert answer.status_code == 200, f"{path}: {answer.text}"

    await ask()
    done = await work(hub.database, await sent(hub, ask))
    took = await _times_ms(ask, times)
    return Answer(engine, centre.count, name, median(took), took[int(0.95 * (len(took) - 1))], done)


async def _ingest(engine: str, database: Database, centre: Centre, times: int) -> Answer:
    """A batch of openings, from as many booths as there are, into the full tables."""
    chains = [Chain(booth_id(each)) for each in range(A_BATCH)]

    async def store() -> None:
        now = datetime.now(UTC)
        arrived = []
        for each in chains:
            payload = each.opened(a_violation(opened_at=now, started_at=now, violation_id=uuid4()))
            arrived.append(read(each.booth, Message("topic", payload, False, now, Delivery(1, 1, 1), len(payload))))
        async with database.writing() as connection:
            outcome = await batch.store(connection, arrived)
        assert len(outcome.stored) == A_BATCH, outcome

    await store()
    took = await _times_ms(store, times)
    return Answer(engine, centre.count, f"stored: {A_BATCH} events", median(took), took[int(0.95 * (len(took) - 1))], 0)


async def _retention(engine: str, hub: Hub, centre: Centre) -> Answer:
    """What a run finds where a thousand violations with their files and events are due; nothing is deleted."""
    days = dict.fromkeys(DATA_CLASSES, FORGOTTEN_DAYS - 10)

    async def look() -> None:
        preview = await hub.retention.preview(RetentionPolicy(days=days))
        assert all(item.rows or item.files for item in preview.items if item.data_class in ("events", "snapshots"))

    done = await work(hub.database, await sent(hub, look))
    took = await _times_ms(look, 1)
    return Answer(engine, centre.count, "retention: a run's look", took[0], took[0], done)


async def _times_ms(act: Callable[[], Awaitable[None]], times: int) -> list[float]:
    """Sorted."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        await act()
        took.append(1000 * (time.perf_counter() - began))
    return sorted(took)


def rows(answers: Sequence[Answer], sizes: Sequence[Size]) -> list[Row]:
    """For each database: the slowest answer at the largest size, and what grew most since the smallest."""
    found = []
    for engine in dict.fromkeys(answer.engine for answer in answers):
        mine = [answer for answer in answers if answer.engine == engine]
        low, high = min(answer.count for answer in mine), max(answer.count for answer in mine)
        small, large = ({each.question: each for each in mine if each.count == at} for at in (low, high))
        both = [(small[name], each) for name, each in large.items() if name in small and "retention" not in name]
        slowest = max((each for _, each in both), key=lambda each: each.p95_ms)
        grown = sorted(both, key=lambda pair: -_grew(*pair))
        told = f"growth on {engine}, {low:,} → {high:,} violations"
        found += [
            Row(f"{told}: slowest, p95", slowest.p95_ms, "ms", "lower", GOAL_MS, floor=small[slowest.question].p95_ms),
            Row(f"{told}: most work for one question", _grew(*grown[0]), "×", "lower", GOAL_WORK),
        ]
        found += [Row(f"  work: {each.question}", _grew(before, each), "×", "lower") for before, each in grown[:5]]
        later = sorted(both, key=lambda pair: -pair[1].p50_ms / pair[0].p50_ms)[:5]
        found += [
            Row(f"  p50: {each.question}", each.p50_ms, "ms", "lower", floor=before.p50_ms) for before, each in later
        ]
        found += [
            Row(f"growth on {engine}: {name}, p50", each.p50_ms, "ms", "lower", floor=small[name].p50_ms)
            for name, each in large.items()
            if name.startswith(("stored", "retention"))
        ]
        found += [
            Row(f"database on {engine}, {size.count:,} violations", size.size_bytes / 1e9, "GB", "lower")
            for size in sizes
            if size.engine == engine
        ]
    return found


def _grew(small: Answer, large: Answer) -> float:
    return large.work / small.work if small.work else 1.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description=__doc__)
    parser.add_argument("counts", nargs="*", type=int, default=SIZES, help=f"sizes; default: {SIZES}")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="default: both")
    parser.add_argument("--times", type=int, default=20, help="how often each is asked")
    parser.add_argument("--folder", type=Path, help="where the databases lie meanwhile; default: the system's")
    parser.add_argument("--out", type=Path, default=Path("growth.json"), help="every figure")
    chosen = parser.parse_args()
    notes = Console(stderr=True)
    logging.getLogger("hub").setLevel(logging.ERROR)  # nobody sits in these booths, which it would say of each
    answers, sizes = asyncio.run(
        ask_all(
            sorted(chosen.counts), chosen.times, chosen.engine or ENGINES, chosen.folder, lambda word: notes.print(word)
        )
    )
    figures = {"answers": [asdict(each) for each in answers], "sizes": [asdict(each) for each in sizes]}
    chosen.out.write_text(json.dumps(figures, indent=1) + "\n")
    show(rows(answers, sizes), Console(width=120))
    return 0


if __name__ == "__main__":
    sys.exit(main())
