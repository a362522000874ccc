"""The sizing page: computed from rows by their names, and honest about those that are not there."""

import json
from pathlib import Path

import pytest

from tests.benchmarks import sizing
from tests.support.processes import ROOT

ROWS = {
    "booth: idle, sends": 4.0,
    "booth: idle, gets": 1.0,
    "booth: watched live, sends to each viewer": 1000.0,
    "store: events of one violation": 3.0,
    "store: other events of an hour": 324.0,
    "store: an event of it": 900.0,
    "store: lines of an hour": 1.0,
    "store: a snapshot": 50.0,
    "store: a clip": 940.0,
    "store: boxes beside a clip": 10.0,
    "PostgreSQL: backlog stored": 3000.0,
    "SQLite: backlog stored": 2000.0,
    "2000 idle booths on PostgreSQL: CPU of all but the booths": 50.0,
    "PostgreSQL: CPU an event, hub": 200.0,
    "PostgreSQL: CPU an event, broker": 20.0,
    "PostgreSQL: CPU an event, database": 80.0,
    "database on PostgreSQL, 10,000 violations": 0.06,
    "database on PostgreSQL, 100,000 violations": 0.5,
    "database on PostgreSQL, 10,000,000 violations": 13.0,
}


def assumed() -> sizing.Assumed:
    return sizing.read_assumed(ROOT / "docs" / "sizing.toml")


def figure(text: str, what: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"| {what} |")).split("|")[2].strip()


def test_figures_follow_from_rows_and_assumptions() -> None:
    text = sizing.page(sizing.Bench(dict(ROWS)), assumed())
    assert "not measured" not in text
    # 12 violations × 3 events + 324 others in an hour.
    assert figure(text, "events of one booth in an exam session") == "0.1 1/s"
    assert figure(text, "booths in exam sessions that one hub's ingest bears") == "3,000"
    assert figure(text, "evidence") == "12 MB"
    # By the largest size at which everything is whole: not by the ten million, whose old ones are bare.
    assert figure(text, "database, with events, decisions and references") == "5 GB"
    # (50 % of a core ÷ 2000 + 0.1 events/s × 5 × 300 µs) × 1000 booths ÷ 0.5.
    assert figure(text, "cores") == "0.8"
    assert "database on PostgreSQL, 100,000 violations" in text


@pytest.mark.parametrize("gone", ["store: a clip", "2000 idle booths on PostgreSQL: CPU of all but the booths"])
def test_what_was_not_measured_is_said(gone: str) -> None:
    text = sizing.page(sizing.Bench({name: value for name, value in ROWS.items() if name != gone}), assumed())
    assert figure(text, "cores" if "idle" in gone else "evidence") == "not measured"
    assert figure(text, "idle, sends") == "4 kbit/s"


def test_the_page_in_the_documentation_has_every_line() -> None:
    written = (ROOT / "docs" / "sizing.md").read_text("utf-8")
    for line in sizing.LINES:
        assert (f"| {line.what} |" if line.value else f"## {line.what}") in written


def test_rows_are_read_from_the_bench(tmp_path: Path) -> None:
    (tmp_path / "bench.json").write_text(json.dumps([{"name": "a", "value": 1}]))
    assert sizing.read_bench(tmp_path / "bench.json").of("a") == 1
