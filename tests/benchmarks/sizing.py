"""What a hub for so many booths needs, computed from bench.json and docs/sizing.toml.

`python -m tests.benchmarks.sizing` writes docs/sizing.md. Every figure says how it is computed and from which rows; one
whose rows are not there says so.
"""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.support.large_centre import BASE

ROOT: Final = Path(__file__).resolve().parents[2]
BOOTHS: Final = 1000
ENGINE: Final = "PostgreSQL"
YEAR_DAYS: Final = 365
HEAD: Final = """# Sizing

What a hub for {booths:,} booths needs, computed from measurements (`make bench`) and a few assumptions, which lie in
[sizing.toml](sizing.toml) for you to change: how often something happens, how long it is kept, what things cost.
No price here is a vendor's. This page is written by `python -m tests.benchmarks.sizing`.

Measured on a development machine of two cores, everything on it: hub, broker, database and the booths themselves, which
take their share. A figure of processor time is of such a core. Nothing was measured beyond what the rows say: the step
from one machine to several is in [operations.md](operations.md).

"""
TAIL: Final = """
## How an answer grows

Lists, searches and sums are led by an index, so that an answer costs about the same however many violations there are;
`python -m tests.benchmarks.growth 10000 10000000` measures that on both databases, in pages and steps as well as in
milliseconds. Ten million violations take up to 15 GB while it runs.

## Whether anything grows that should not

`make soak MINUTES=60` has a centre work for an hour (`ENGINE=sqlite` for the other database) and judges resident
memory, descriptors and threads of every program by a robust line (Theil and Sen) after twenty minutes of warm-up;
`soak.json` has every sample, `soak.svg` the picture. PostgreSQL's processes keep files open as they touch them, up to
its own limit (`max_files_per_process`).
"""


class MissingError(LookupError):
    """No row of bench.json has such a name."""


@dataclass
class Bench:
    """Rows by name, and which were used since last asked."""

    rows: dict[str, float]
    used: list[str] = field(default_factory=list)

    def of(self, pattern: str) -> float:
        return self.named(pattern)[1]

    def named(self, pattern: str) -> tuple[re.Match[str], float]:
        for name, value in self.rows.items():
            match = re.fullmatch(pattern, name)
            if match:
                self.used.append(name.strip())
                return match, value
        raise MissingError(pattern)


@dataclass(frozen=True)
class Assumed:
    load: dict[str, float]
    kept_days: dict[str, float]
    prices: dict[str, float]


@dataclass(frozen=True)
class Line:
    """One row of the page: what, how it is computed in words, and the computation; None is a heading."""

    what: str
    unit: str
    how: str
    value: Callable[[Bench, Assumed], float] | None = None


def _violation_mb(bench: Bench) -> float:
    """Of evidence: a snapshot, a clip and its boxes."""
    return (bench.of("store: a snapshot") + bench.of("store: a clip") + bench.of("store: boxes beside a clip")) / 1000


def _events_hz(bench: Bench, assumed: Assumed) -> float:
    of_violations = assumed.load["violations_an_hour"] * bench.of("store: events of one violation")
    return (of_violations + bench.of("store: other events of an hour")) / 3600


def _violation_gb(bench: Bench) -> float:
    """In the database, with events, decisions and references: the largest size at which all of them are whole."""
    sizes = []
    for name, value in bench.rows.items():
        match = re.fullmatch(rf"database on {ENGINE}, ([\d,]+) violations", name)
        if match and int(match[1].replace(",", "")) <= BASE:
            sizes.append((int(match[1].replace(",", "")), value, name))
    if not sizes:
        raise MissingError("database on")
    count, value, name = max(sizes)
    bench.used.append(name)
    return value / count


def _cores(bench: Bench, assumed: Assumed) -> float:
    idle, percent = bench.named(rf"(\d+) idle booths on {ENGINE}: CPU of all but the booths")
    idling = percent / 100 / int(idle[1])
    parts = [bench.of(f"{ENGINE}: CPU an event, {part}") for part in ("hub", "broker", "database")]
    storing = _events_hz(bench, assumed) * assumed.load["times_at_peak"] * sum(parts) / 1e6
    return BOOTHS * (idling + storing) / assumed.load["share_of_cores"]


def _hours_a_day(assumed: Assumed) -> float:
    """Exam-session hours of all booths on a day of the year, on average."""
    return BOOTHS * assumed.load["exam_hours_a_day"] * assumed.load["exam_days_a_year"] / YEAR_DAYS


def _evidence_gb(bench: Bench, assumed: Assumed) -> float:
    hourly = assumed.load["violations_an_hour"]
    clips = (bench.of("store: a clip") + bench.of("store: boxes beside a clip")) * assumed.kept_days["clips"]
    pictures = bench.of("store: a snapshot") * assumed.kept_days["snapshots"]
    return _hours_a_day(assumed) * hourly * (clips + pictures) / 1e6


def _hour_gb(bench: Bench, assumed: Assumed) -> float:
    """In the database, of one exam-session hour."""
    return assumed.load["violations_an_hour"] * _violation_gb(bench) + bench.of("store: lines of an hour") / 1000


def _database_gb(bench: Bench, assumed: Assumed) -> float:
    return _hours_a_day(assumed) * assumed.kept_days["events"] * _hour_gb(bench, assumed)


def _sent_gb(bench: Bench, assumed: Assumed) -> float:
    """By all booths in a month, over the wire to the hub."""
    idle = BOOTHS * bench.of("booth: idle, sends") / 8e6 * 86_400 * 30
    hours = _hours_a_day(assumed) * 30
    mb_an_hour = assumed.load["violations_an_hour"] * _violation_mb(bench) + bench.of("store: lines of an hour")
    return idle + hours * mb_an_hour / 1000


def _cost(bench: Bench, assumed: Assumed) -> float:
    return (
        _cores(bench, assumed) * assumed.prices["core"]
        + _database_gb(bench, assumed) * assumed.prices["disk_gb"]
        + _evidence_gb(bench, assumed) * assumed.prices["store_gb"]
        + _sent_gb(bench, assumed) * assumed.prices["traffic_gb"]
    )


LINES: Final[tuple[Line, ...]] = (
    Line("One booth on the network", "", ""),
    Line("idle, sends", "kbit/s", "measured", lambda bench, _: bench.of("booth: idle, sends")),
    Line("idle, gets", "kbit/s", "measured", lambda bench, _: bench.of("booth: idle, gets")),
    Line(
        "in an exam session, sends on average",
        "kbit/s",
        "idle + violations an hour × evidence of one + lines of an hour",
        lambda bench, assumed: (
            bench.of("booth: idle, sends")
            + 8000
            * (assumed.load["violations_an_hour"] * _violation_mb(bench) + bench.of("store: lines of an hour"))
            / 3600
        ),
    ),
    Line(
        "watched live, sends to each viewer beside that",
        "kbit/s",
        "measured",
        lambda bench, _: bench.of("booth: watched live, sends to each viewer"),
    ),
    Line("One hub and broker", "", ""),
    Line("events stored, at most", "1/s", "measured", lambda bench, _: bench.of(f"{ENGINE}: backlog stored")),
    Line("events stored on SQLite, at most", "1/s", "measured", lambda bench, _: bench.of("SQLite: backlog stored")),
    Line(
        "events of one booth in an exam session", "1/s", "violations an hour × events of one + other events", _events_hz
    ),
    Line(
        "booths in exam sessions that one hub's ingest bears",
        "",
        "events stored at most × share of cores ÷ (events of one booth × times at peak)",
        lambda bench, assumed: (
            bench.of(f"{ENGINE}: backlog stored")
            * assumed.load["share_of_cores"]
            / (_events_hz(bench, assumed) * assumed.load["times_at_peak"])
        ),
    ),
    Line("What an exam-session hour leaves", "", ""),
    Line(
        "evidence",
        "MB",
        "violations an hour × (a snapshot + a clip + its boxes)",
        lambda bench, assumed: assumed.load["violations_an_hour"] * _violation_mb(bench),
    ),
    Line("lines of the timeline", "MB", "measured", lambda bench, _: bench.of("store: lines of an hour")),
    Line(
        "database",
        "MB",
        "violations an hour × database a violation + lines of an hour",
        lambda bench, assumed: 1000 * _hour_gb(bench, assumed),
    ),
    Line("A million violations", "", ""),
    Line(
        "database, with events, decisions and references",
        "GB",
        f"measured at {BASE:,} at most, × a million",
        lambda bench, _: 1e6 * _violation_gb(bench),
    ),
    Line(f"{BOOTHS:,} booths", "", ""),
    Line("cores", "", "booths × (idle + events × CPU an event × times at peak) ÷ share of cores", _cores),
    Line("database", "GB", "exam-session hours a day × days kept × database of an hour", _database_gb),
    Line("evidence", "GB", "exam-session hours a day × days kept × evidence of an hour", _evidence_gb),
    Line(
        "sent to the hub in a month", "GB", "idle all the time + evidence and lines of the exam-session hours", _sent_gb
    ),
    Line(
        "live pictures at one time",
        "Mbit/s",
        "booths × share watched × watched live",
        lambda bench, assumed: (
            BOOTHS * assumed.load["share_watched"] * bench.of("booth: watched live, sends to each viewer") / 1000
        ),
    ),
    Line("cost a month, at the prices assumed", "", "cores, disk, store and traffic, each × its price", _cost),
)


def page(bench: Bench, assumed: Assumed) -> str:
    parts = [HEAD.format(booths=BOOTHS)]
    for line in LINES:
        if line.value is None:
            parts.append(f"\n## {line.what}\n\n| what | how much | how | rows of bench.json |\n|---|---:|---|---|\n")
            continue
        bench.used.clear()
        try:
            value = line.value(bench, assumed)
            told, rows = f"{_figure(value)} {line.unit}".strip(), "; ".join(dict.fromkeys(bench.used))
        except MissingError as error:
            told, rows = "not measured", f"`{error.args[0]}` is missing"
        parts.append(f"| {line.what} | {told} | {line.how} | {rows} |\n")
    parts.append("\n## Assumed\n\n| what | value |\n|---|---:|\n")
    groups = {"": assumed.load, "days kept: ": assumed.kept_days, "price a month: ": assumed.prices}
    parts += [
        f"| {before}{name.replace('_', ' ')} | {value:g} |\n"
        for before, group in groups.items()
        for name, value in group.items()
    ]
    return "".join([*parts, TAIL])


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def read_bench(path: Path) -> Bench:
    found: Sequence[dict[str, Any]] = json.loads(path.read_text())
    return Bench({str(row["name"]): float(row["value"]) for row in found})


def read_assumed(path: Path) -> Assumed:
    said = tomllib.loads(path.read_text("utf-8"))
    return Assumed(said["load"], said["kept_days"], said["prices_a_month"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sizing", description=__doc__)
    parser.add_argument("--bench", type=Path, default=ROOT / "bench.json")
    parser.add_argument("--assumed", type=Path, default=ROOT / "docs" / "sizing.toml")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "sizing.md")
    chosen = parser.parse_args()
    if not chosen.bench.exists():
        print(f"✗ {chosen.bench} is not there\n  → make bench", file=sys.stderr)
        return 1
    text = page(read_bench(chosen.bench), read_assumed(chosen.assumed))
    chosen.out.write_text(text, "utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
