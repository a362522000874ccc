"""One figure of the bench, the table that shows them, and bench.json."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """`peer` is what somebody else's way gives in the same run, `floor` the best that could be had."""

    name: str
    value: float
    unit: str
    better: Literal["lower", "higher"]
    goal: float | None = None
    peer: float | None = None
    floor: float | None = None

    @property
    def reached(self) -> bool | None:
        if self.goal is None:
            return None
        return self.value <= self.goal if self.better == "lower" else self.value >= self.goal


def write(path: Path, rows: Sequence[Row]) -> None:
    path.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


def show(rows: Sequence[Row], console: Console) -> None:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("what")
    for title in ("value", "goal", "peer", "floor"):
        table.add_column(title, justify="right")
    table.add_column("unit")
    for row in rows:
        sign = "≤" if row.better == "lower" else "≥"
        goal = "" if row.goal is None else f"{sign} {row.goal:g}"
        colour = {None: "", True: "[green]", False: "[red]"}[row.reached]
        value = f"{colour}{_figure(row.value)}"
        table.add_row(row.name, value, goal, _figure(row.peer), _figure(row.floor), row.unit)
    console.print(table)


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3f}"
