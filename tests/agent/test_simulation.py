"""Simulated booths against a real hub: what they did is there exactly once, with chains, pictures and lost links."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from agent.simulation.figures import Figures, percentile_ms
from agent.simulation.load import Load
from agent.simulation.pictures import picture
from agent.simulation.run import simulate
from contract.wire import InvalidError
from tests.support.postgres import rows_at
from tests.support.processes import run
from tests.support.stack import stack

BOOTHS = ("sim-1", "sim-2", "sim-3")


def test_what_simulated_booths_did_is_in_the_hub_exactly_once(tmp_path: Path) -> None:
    with stack(tmp_path) as centre:
        for booth in BOOTHS:
            centre.enrol(booth, camera_source=Path("none"))
        report, journal = tmp_path / "report", tmp_path / "journal"
        run(
            *("invigil-agent", "simulate", tmp_path, "--seconds", "6", "--events-hz", "10", "--rhythm", "bursts"),
            *("--burst", "5", "--backlog", "40", "--pictures", "0.3", "--picture-bytes", "20000"),
            *("--cut-every", "2", "--report", report, "--journal", journal),
        )

        last = json.loads(report.read_text().splitlines()[-1])
        assert (last["booths"], last["waiting"]) == (3, 0)
        assert last["appended"] == last["acknowledged"] > 3 * 40
        assert last["cuts"] > 0
        assert 0 < last["ack_p50_ms"] <= last["ack_p99_ms"]
        words = [line.split() for line in journal.read_text().splitlines()]
        assert {word for word, _ in words} == {"will", "kept"}
        opened = {violation for word, violation in words if word == "kept"}
        shown = centre.violations()
        assert sorted(row["violation_id"] for row in shown) == sorted(opened)
        pictured = [row for row in shown if row["evidence"]]
        assert len(pictured) == last["pictures"] > 0
        with centre.client() as client:
            file = client.get(f"/api/v1/evidence/{pictured[0]['evidence'][0]['sha256']}").raise_for_status()
            assert len(file.content) == 20_000
        assert rows_at(centre.data, "SELECT count(*) FROM rejected_messages") == [["0"]]


def test_the_picture_is_one_and_of_the_size_asked_for(tmp_path: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(first := picture(60_000))
    assert len(first) == 60_000
    assert first != picture(60_000)
    with Image.open(tmp_path / "one.jpg") as opened:
        opened.load()
        assert opened.size == (640, 480)


@pytest.mark.parametrize("rhythm", ["steady", "random", "bursts"])
def test_the_mean_rate_is_the_one_asked_for(rhythm: str) -> None:
    load, dice = Load.configure({"events_hz": 4.0, "rhythm": rhythm, "burst": 10}), random.Random(3)
    turns = [load.pause_s(dice) for _ in range(20_000)]
    assert sum(events for _, events in turns) / sum(pause for pause, _ in turns) == pytest.approx(4.0, rel=0.03)


def test_a_load_that_makes_no_sense_is_refused(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(InvalidError, match="rhythm"):
        Load.configure({"rhythm": "waltz"})
    for share, folder in (("3/2", tmp_path), ("1/1", tmp_path)):
        given = simulate(folder, {}, seconds=1, drain_s=1, share=share, seed=1, report=tmp_path / "r", journal=None)
        assert given == 2
    assert "--share 3/2 is not K/N" in caplog.text
    assert "enrol some devices there first" in caplog.text


def test_percentiles_are_by_nearest_rank() -> None:
    assert percentile_ms([], 0.5) is None
    assert percentile_ms([0.001 * n for n in range(1, 101)], 0.99) == 100.0
    figures = Figures()
    figures.happened(3)
    figures.took([0.1, 0.3], 3)
    sheet = figures.sheet(booths=1, connected=1, waiting=0, trouble=Counter())
    assert (sheet["appended"], sheet["acknowledged"], sheet["ack_p50_ms"]) == (3, 3, 300.0)
