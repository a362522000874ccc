"""The soak itself: it finds a leak where there is one and none where there is none, and a short one runs to its end."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak.__main__ import keep, table_of
from tests.soak.resources import Held, held
from tests.soak.run import Plan, soak
from tests.soak.trend import judge, line
from tests.support.processes import wait_for

MEGABYTE = 2**20


def samples(hourly_percent: float = 0.0, descriptors_hourly: float = 0.0, odd: float = 0.0) -> list[Held]:
    """An hour of a program of 200 MB: noise of a megabyte, and a share of samples that are far too high."""
    dice = random.Random(1)
    return [
        Held(
            at_s,
            resident=int(
                200 * MEGABYTE * (1 + hourly_percent / 100 * at_s / 3600)
                + dice.uniform(-MEGABYTE, MEGABYTE)
                + (400 * MEGABYTE if dice.random() < odd else 0)
            ),
            pss=150 * MEGABYTE,
            descriptors=int(40 + dice.choice((0, 0, 3)) + descriptors_hourly * at_s / 3600),
            threads=10,
            processes=1,
            cpu_s=at_s / 10,
        )
        for at_s in range(0, 3600, 10)
    ]


def test_a_line_is_not_bent_by_a_few_odd_samples() -> None:
    times = [float(number) for number in range(100)]
    values = [5 + 2 * at_s for at_s in times]
    values[3], values[40], values[-1] = 900.0, -900.0, 9000.0
    found = line(times, values)
    assert (found.start, found.slope_per_s) == (5, 2)


@pytest.mark.parametrize("odd", [0.0, 0.2])
def test_a_leak_of_three_percent_an_hour_is_found_and_one_of_half_a_percent_let_pass(odd: float) -> None:
    leaking = judge("hub", samples(3.0, odd=odd), 600)
    assert leaking.growth_percent == pytest.approx(3, abs=0.4)
    assert not leaking.holds
    steady = judge("hub", samples(0.5, odd=odd), 600)
    assert steady.growth_percent == pytest.approx(0.5, abs=0.4)
    assert steady.holds
    assert steady.cpu_share == pytest.approx(0.1)


def test_descriptors_that_come_and_go_are_no_leak_and_those_that_only_come_are() -> None:
    assert judge("hub", samples(), 600).holds
    leaking = judge("hub", samples(descriptors_hourly=30), 600)
    assert leaking.descriptors_more == pytest.approx(30, abs=2)
    assert not leaking.holds


def test_what_happens_before_it_is_warm_does_not_count() -> None:
    cold = [Held(at_s, int(at_s * MEGABYTE), 0, 10, 1, 1, 0.0) for at_s in range(0, 600, 10)]
    assert judge("hub", [*cold, *samples()[60:]], 600).holds


def test_what_a_program_holds_counts_its_children_but_not_those_judged_by_themselves(tmp_path: Path) -> None:
    opening = (
        "import sys, time; files = [open('/dev/null') for _ in range(50)]; open(sys.argv[1], 'w'); time.sleep(600)"
    )
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {opening!r}, sys.argv[1]])"
    started = subprocess.Popen([sys.executable, "-c", parent, tmp_path / "ready"], start_new_session=True)
    try:
        wait_for("the files to be open", (tmp_path / "ready").exists)
        (both,) = held({"both": started.pid}, 1.0).values()
        assert both.processes == 2
        assert both.descriptors > 50
        assert both.resident > 10 * MEGABYTE
        child = int(Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text().split()[0])
        apart = held({"parent": started.pid, "child": child}, 1.0)
        assert (apart["parent"].processes, apart["child"].processes) == (1, 1)
        assert apart["child"].descriptors > 50 > apart["parent"].descriptors
        os.kill(child, signal.SIGKILL)
    finally:
        started.kill()
        started.wait()
    assert held({"gone": started.pid}, 2.0) == {}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_short_soak_runs_to_its_end_and_says_what_it_saw(tmp_path: Path) -> None:
    load = {"--events-hz": "1", "--rhythm": "random", "--pictures": "0.5", "--cut-every": "5"}
    plan = Plan(
        engine="sqlite",
        camera=False,
        booths=3,
        dashboards=2,
        page_every_s=0.3,
        exam_session_s=2,
        every_s=1,
        warm_up_s=1,
        samples=5,
        requests=60,
        load=load,
    )
    (tmp_path / "centre").mkdir()
    found = soak(tmp_path / "centre", plan, lambda sofar, passed_s: None)
    assert {verdict.name for verdict in found.verdicts} == {"hub", "broker", "crowd"}
    assert all(verdict.samples >= 3 for verdict in found.verdicts)
    assert all(verdict.began > MEGABYTE for verdict in found.verdicts)
    assert found.tally.wrong == {}
    assert found.tally.live_messages > 0
    assert len(found.tally.pages) > 5
    assert found.crowd["acknowledged"] > 0
    assert found.hub["events_committed"] > 0
    keep(found, tmp_path / "soak.json")
    assert json.loads((tmp_path / "soak.json").read_text())["samples"].keys() >= {"hub", "broker"}
    assert "<svg" in (tmp_path / "soak.svg").read_text()
    assert table_of(found).row_count == 3
