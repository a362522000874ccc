"""One soak from start to verdict: a centre at a realistic mix, sampled to the end of the time."""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from provisioning.simulation import booth_names
from tests.soak.centre import LOAD, Centre, Engine, centre
from tests.soak.resources import Held, held
from tests.soak.sittings import run_exam_sessions
from tests.soak.trend import Verdict, judge
from tests.soak.visitors import Tally, Visitor, together, watch

OWN: Final = "this program"
"""Visitors, viewer and sampler: shown, not judged."""


@dataclass(frozen=True)
class Plan:
    """How long, and how much. The mix is many times a quiet hall's, so that an hour shows what a day would."""

    engine: Engine = "postgresql"
    seconds: float = 3600
    warm_up_s: float = 1200
    every_s: float = 10
    booths: int = 30
    """Without a camera."""
    camera: bool = True
    """One more booth, with a real agent before a reel, which somebody watches now and then."""
    dashboards: int = 5
    page_every_s: float = 4
    watch_s: float = 45
    pause_s: float = 30
    """Between two looks at the live picture."""
    exam_session_s: float = 240
    samples: int = 0
    """End after so many, and `requests` of the visitors, instead of after the time; 0: by the time."""
    requests: int = 0
    load: dict[str, str] = field(default_factory=lambda: dict(LOAD))


@dataclass
class Found:
    """Samples by program, and what happened meanwhile."""

    plan: Plan
    samples: dict[str, list[Held]] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    crowd: dict[str, Any] = field(default_factory=dict)
    hub: dict[str, Any] = field(default_factory=dict)
    """What it said of itself at the end."""

    @property
    def verdicts(self) -> list[Verdict]:
        return [judge(name, samples, self.plan.warm_up_s) for name, samples in self.samples.items() if name != OWN]

    @property
    def holds(self) -> bool:
        return all(verdict.holds for verdict in self.verdicts) and not self.tally.wrong

    def write(self, path: Path) -> None:
        document = {
            "plan": asdict(self.plan),
            "holds": self.holds,
            "verdicts": [asdict(verdict) | {"holds": verdict.holds} for verdict in self.verdicts],
            "visitors": self.tally.as_json(),
            "crowd": self.crowd,
            "hub": self.hub,
            "samples": {name: [sample.as_json() for sample in each] for name, each in self.samples.items()},
        }
        path.write_text(json.dumps(document) + "\n")


def soak(folder: Path, plan: Plan, tell: Callable[[Found, float], None]) -> Found:
    """`tell` is called after each sample, with the seconds that have passed."""
    found = Found(plan)
    with centre(folder, plan.engine, plan.booths, plan.load, camera=plan.camera) as here:
        asyncio.run(_meanwhile(here, found, tell))
        found.crowd = json.loads(_last_line(folder / "crowd.json"))
        with here.client() as client:
            found.hub = client.get("/api/v1/system").raise_for_status().json()
    return found


async def _meanwhile(here: Centre, found: Found, tell: Callable[[Found, float], None]) -> None:
    """Visitors come and go until the last sample."""
    plan = found.plan
    booths = [*here.booths, *booth_names(-(-plan.booths // 4))]
    proctor = Visitor(here.url, 1, found.tally, plan.page_every_s)
    visits: list[Callable[[], Awaitable[None]]]
    visits = [Visitor(here.url, 2 + number, found.tally, plan.page_every_s).visit for number in range(plan.dashboards)]
    if plan.camera:
        visits.append(partial(watch, here.url, found.tally, plan.watch_s, plan.pause_s))
    going = asyncio.create_task(together(*visits, partial(run_exam_sessions, proctor, booths, plan.exam_session_s)))
    sampling = asyncio.create_task(_sample(here, found, tell))
    try:
        await asyncio.wait([going, sampling], return_when=asyncio.FIRST_COMPLETED)
        if going.done():
            going.result()  # it ends only by an error
    finally:
        going.cancel()
        sampling.cancel()
        results = await asyncio.gather(going, sampling, return_exceptions=True)
    if isinstance(results[1], Exception):
        raise results[1]


async def _sample(here: Centre, found: Found, tell: Callable[[Found, float], None]) -> None:
    began, taken = time.monotonic(), 0
    plan = found.plan
    while True:
        here.must_run()
        passed = time.monotonic() - began
        everybody = {**here.roots(), OWN: os.getpid()}
        for name, sample in (await asyncio.to_thread(held, everybody, passed)).items():
            found.samples.setdefault(name, []).append(sample)
        taken += 1
        tell(found, passed)
        enough = taken >= plan.samples and found.tally.requests >= plan.requests
        if enough if plan.samples else passed >= plan.seconds:
            return
        await asyncio.sleep(max(0.0, began + taken * plan.every_s - time.monotonic()))


def _last_line(path: Path) -> str:
    return path.read_text().splitlines()[-1]
