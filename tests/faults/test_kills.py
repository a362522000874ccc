"""`kill -9` of the hub, the broker and the booths in turn, with events flowing: every violation is there exactly once.

`INVIGIL_KILL_ROUNDS` makes it longer (`make faults`).
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from provisioning.reel import write_reel
from tests.support.postgres import rows_at
from tests.support.processes import Program, wait_for
from tests.support.stack import Stack, stack

ROUNDS = int(os.environ.get("INVIGIL_KILL_ROUNDS", "2"))
RATE_HZ = 40

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300 + 120 * ROUNDS)]


def test_whoever_is_killed_every_violation_is_in_the_hub_exactly_once(tmp_path: Path) -> None:
    dice = random.Random(20)
    with stack(tmp_path) as centre:
        camera = centre.add_booth("with-camera", write_reel(tmp_path / "reel.mp4"))
        journal = tmp_path / "journal"
        pump = add_pump(centre, journal)

        victims: dict[str, Callable[[], None]] = {
            "hub": lambda: kill_hub(centre),
            "broker": lambda: kill_broker(centre),
            "booth without camera": lambda: kill_and_start(pump),
            "booth with camera": lambda: kill_and_start(camera),
        }
        order = list(victims) * ROUNDS
        dice.shuffle(order)
        for victim in order:
            before = committed(centre)
            victims[victim]()
            wait_for(f"events to flow again after the {victim} was killed", partial(more_than, centre, before))
            time.sleep(dice.uniform(0, 1.5))  # the next kill falls anywhere between two batches

        wait_for("the camera to have seen something", lambda: any_of(centre, "with-camera"))
        for booth in (pump, camera):  # one of them has perhaps only just been started
            listens(booth)
            assert booth.stop() == 0, booth.tail()
        deliver_the_rest(centre, pump, camera)

        will, kept = read_journal(journal)
        ids = Counter(row["violation_id"] for row in centre.violations() if row["booth_id"] == "without-camera")
        assert kept - set(ids) == set(), "lost"
        assert set(ids) - will == set(), "invented"
        assert set(ids.values()) <= {1}, "doubled"
        assert len(kept) > RATE_HZ, "hardly anything happened, so this shows nothing"
        assert_chains_are_whole(centre)


def add_pump(centre: Stack, journal: Path) -> Program:
    config = centre.enrol("without-camera", camera_source=Path("none"))
    pump = Program(
        ["python", "-m", "tests.support.camera_less_booth", config, journal, str(RATE_HZ)], centre.folder / "pump.log"
    )
    centre.booths["without-camera"] = pump.start()
    return pump


def kill_hub(centre: Stack) -> None:
    """The hub alone: its broker lives on as an orphan, which the next hub must deal with."""
    centre.hub.kill()
    centre.start_hub()


def kill_broker(centre: Stack) -> None:
    """Its hub starts another one."""
    old = centre.broker_pid()
    os.kill(old, 9)
    wait_for("the hub to start another broker", lambda: centre.broker_pid_or_none() not in (None, old))


def kill_and_start(program: Program) -> None:
    program.kill()
    program.start()


def listens(program: Program) -> None:
    wait_for("the booth to listen", lambda: program.hears_sigterm)


def committed(centre: Stack) -> int:
    return int(rows_at(centre.data, "SELECT count(*) FROM events")[0][0])


def more_than(centre: Stack, before: int) -> bool:
    return committed(centre) > before


def nearly_empty(centre: Stack, booth: str) -> bool:
    return centre.outbox_depth(booth) <= RATE_HZ


def any_of(centre: Stack, booth: str) -> bool:
    return any(row["booth_id"] == booth for row in centre.violations())


def deliver_the_rest(centre: Stack, *programs: Program) -> None:
    """A booth that was stopped may hold events the hub has not confirmed in time; they leave at its next start."""
    for program in programs:
        booth = next(name for name, known in centre.booths.items() if known is program)
        while centre.outbox_depth(booth):
            program.start()
            listens(program)
            wait_for("the outbox to run low", partial(nearly_empty, centre, booth))
            assert program.stop() == 0, program.tail()


def read_journal(path: Path) -> tuple[set[str], set[str]]:
    """Ids that were going to be appended, and ids that the outbox had on disk."""
    will: set[str] = set()
    kept: set[str] = set()
    for line in path.read_text().splitlines():
        word, _, violation_id = line.partition(" ")
        if len(violation_id) == 36:
            (will if word == "will" else kept).add(violation_id)
    return will, kept


def assert_chains_are_whole(centre: Stack) -> None:
    """Numbers from 1 without a hole, each once, and nothing put aside as bad."""
    chains = rows_at(
        centre.data, "SELECT count(*), count(DISTINCT seq), min(seq), max(seq) FROM events GROUP BY chain_id"
    )
    assert chains
    for count, distinct, first, last in chains:
        assert (first, count, distinct) == ("1", last, last)
    assert rows_at(centre.data, "SELECT count(*) FROM rejected_messages") == [["0"]]
