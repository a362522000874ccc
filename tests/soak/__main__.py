"""`make soak MINUTES=60`: whether memory and descriptors of any program grow while a centre works."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.table import Table

from tests.soak.centre import Engine
from tests.soak.chart import draw
from tests.soak.run import Found, Plan, soak
from tests.soak.trend import GOAL_DESCRIPTORS, GOAL_PERCENT

WARM_UP_MIN = 20.0
"""Until lists fill their pages and every connection has its statements: seen to take a quarter of an hour."""
MEGABYTE = 2**20
WORD_EVERY = 30
"""A line after so many samples: five minutes."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="in all, warm-up included")
    parser.add_argument("--engine", choices=get_args(Engine), default="postgresql")
    parser.add_argument("--booths", type=int, default=30, help="without a camera")
    parser.add_argument(
        "--without-camera", action="store_true", help="leave out the one with a camera and live pictures"
    )
    parser.add_argument("--page-every", type=float, default=6.0, help="mean seconds between two pages of a dashboard")
    parser.add_argument("--out", type=Path, default=Path("soak.json"), help="the picture lies beside it, as .svg")
    chosen = parser.parse_args()
    plan = Plan(
        engine=chosen.engine,
        seconds=60 * chosen.minutes,
        warm_up_s=60 * min(WARM_UP_MIN, chosen.minutes / 3),
        booths=chosen.booths,
        camera=not chosen.without_camera,
        page_every_s=chosen.page_every,
    )
    notes = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="invigil-soak-") as folder:
        found = soak(Path(folder), plan, lambda sofar, passed_s: _tell(notes, chosen.out, sofar, passed_s))
    keep(found, chosen.out)
    Console(width=120).print(table_of(found))
    for what, times in found.tally.wrong.items():
        notes.print(f"▲ {times} ×  {what}", markup=False)
    notes.print(f"Written: {chosen.out} and {chosen.out.with_suffix('.svg')}")
    return 0 if found.holds else 1


def _tell(notes: Console, out: Path, sofar: Found, passed_s: float) -> None:
    if len(sofar.samples["hub"]) % WORD_EVERY == 0:
        keep(sofar, out)  # whoever ends it early has what there is
        megabytes = {name: held[-1].resident // MEGABYTE for name, held in sofar.samples.items()}
        notes.print(f"{passed_s / 60:.0f} min, MB: {megabytes}", markup=False, highlight=False)


def keep(found: Found, out: Path) -> None:
    found.write(out)
    plan = found.plan
    title = f"{plan.engine}, {plan.booths + plan.camera} booths, {plan.dashboards} dashboards"
    draw(out.with_suffix(".svg"), found.samples, plan.warm_up_s, title)


def table_of(found: Found) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("program")
    for title in ("MB", "PSS", f"in an hour (< {GOAL_PERCENT:g} %)", "descriptors", f"more (< {GOAL_DESCRIPTORS:g})"):
        table.add_column(title, justify="right")
    for title in ("threads", "more", "of a core"):
        table.add_column(title, justify="right")
    for verdict in found.verdicts:
        colour = "[green]" if verdict.holds else "[red]"
        table.add_row(
            verdict.name,
            f"{verdict.began / MEGABYTE:.0f}",
            f"{verdict.pss / MEGABYTE:.0f}",
            f"{colour}{verdict.growth_percent:+.2f} %",
            f"{verdict.descriptors:.0f}",
            f"{verdict.descriptors_more:+.1f}",
            f"{verdict.threads:.0f}",
            f"{verdict.threads_more:+.1f}",
            f"{100 * verdict.cpu_share:.1f} %",
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
