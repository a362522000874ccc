"""The bench itself: it runs, its rows are there and bench.json can be read. Never how fast anything is."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from tests.benchmarks import rows
from tests.support.processes import run
from tests.support.weights import real_weights

KEYS = {"name", "value", "unit", "goal", "better", "peer", "floor"}
EXPECTED = {
    "pipeline against the bare model calls",
    "CPU per processed frame",
    "CPU per second of 640 × 480 at 15 fps",
    "  of it faces",
    "  of it objects",
    "  of it tamper",
    "  of it rules",
    "frames per CPU second",
    "decoding one second of the file",
    "listening a second, nobody speaks",
    "listening a second, somebody types",
    "listening a second, somebody speaks",
    "resident memory, fresh process",
    "live: CPU with 8 viewers against 1",
    "live: CPU of one encoder a viewer against ours, 8",
    "live: slowest of 8 viewers",
    "live: slowest of 16 viewers",
    "live: memory with 8 viewers against 1",
    "live: viewer behind 300 kbit/s",
    "live: slowest of the others meanwhile",
    "live: longest freeze at 5 % loss",
    "evidence: CPU of a clip against encoding it again",
    "lists on SQLite: slowest page",
    "lists on PostgreSQL: slowest page",
    "published → on 200 screens, p99",
    "dashboard wall longest task, 60 booths, 20 updates/s",
    "dashboard first load JavaScript compressed",
    "dashboard largest contentful paint on localhost",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    real_weights()
    out = tmp_path_factory.mktemp("bench") / "bench.json"
    # In a process of its own, for it fences that. What takes its time, or needs Redis, is left to `make bench SHORT=1`.
    parts = ("streaming", "streaming_links", "lists", "dashboard", "fanout")
    run("python", "-m", "tests.benchmarks", "--short", "--out", out, "--only", *parts)
    found: list[dict[str, object]] = json.loads(out.read_text())
    return found


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_row_is_there_and_well_formed(written: list[dict[str, object]]) -> None:
    names = {str(row["name"]) for row in written}
    assert names >= EXPECTED
    assert any(name.startswith("identity, one look") for name in names)
    for row in written:
        assert set(row) == KEYS
        assert row["better"] in {"lower", "higher"}
        value = row["value"]
        assert isinstance(value, int | float)
        assert np.isfinite(value)
        assert value >= 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_what_is_compared_has_something_beside_it(written: list[dict[str, object]]) -> None:
    by_name = {row["name"]: row for row in written}
    assert by_name["pipeline against the bare model calls"]["floor"] == 1
    for name in ("frames per CPU second", "CPU per second of 640 × 480 at 15 fps"):
        assert isinstance(by_name[name]["peer"], float)


def test_a_goal_is_reached_from_the_better_side() -> None:
    assert rows.Row("a", 1.0, "s", "lower", goal=1.0).reached is True
    assert rows.Row("a", 1.1, "s", "lower", goal=1.0).reached is False
    assert rows.Row("a", 1.1, "1/s", "higher", goal=1.0).reached is True
    assert rows.Row("a", 1.1, "s", "lower").reached is None


def test_the_table_names_value_goal_and_peer(tmp_path: Path) -> None:
    text = io.StringIO()
    found = [rows.Row("seeing", 0.5, "s", "lower", goal=0.4, peer=2.0)]
    rows.show(found, Console(file=text, width=100))
    assert text.getvalue().splitlines()[1].split() == ["seeing", "0.500", "≤", "0.4", "2.000", "s"]
    rows.write(tmp_path / "bench.json", found)
    assert json.loads((tmp_path / "bench.json").read_text())[0]["peer"] == 2.0
