"""`kill -9` of the hub, the broker and the booths in turn, with events flowing: all that was said is there exactly
once, and every gap is told.

`INVIGIL_KILL_ROUNDS` makes it longer (`make faults`), `INVIGIL_KILL_SEED` repeats one.
"""

import os
from functools import partial
from pathlib import Path

import pytest

from provisioning.reel import write_reel
from tests.support.held import Held
from tests.support.journal import read_journals
from tests.support.journalled import add_agent, add_crowd, deliver, journals_of
from tests.support.kills import ROUNDS, Killed, Kills, kill_and_start
from tests.support.postgres import rows_at
from tests.support.processes import Program, wait_for
from tests.support.reckoning import reckon
from tests.support.stack import Stack, stack

CROWD = ("sim-1", "sim-2", "sim-3") if ROUNDS else ("sim-1",)
CAMERA = "with-camera"
EVENTS_HZ = 15
"""Of each simulated booth."""
NEARLY = 40
"""Events in an outbox that a stop has the time for."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400 + 150 * ROUNDS)]


def test_whoever_is_killed_all_that_was_said_is_in_the_hub_exactly_once(tmp_path: Path) -> None:
    with stack(tmp_path) as centre:
        camera = add_agent(centre, CAMERA, write_reel(tmp_path / "reel.mp4"))
        crowd = add_crowd(centre, CROWD, EVENTS_HZ)
        wait_for(
            "every booth to have said something", lambda: all(said_by(centre, booth) for booth in (CAMERA, *CROWD))
        )

        kills = Kills(
            {
                "hub": lambda: kill_hub(centre),
                "broker": lambda: kill_broker(centre),
                "simulated booths": lambda: kill_and_start(crowd, *CROWD),
                "booth with camera": lambda: kill_and_start(camera, CAMERA),
            },
            ROUNDS or 1,
        )
        kills.run(partial(events_flow, centre))
        listens(crowd)  # it has perhaps only just been started
        crowd.stop()
        deliver(centre.folder)
        stop_with_all_delivered(centre, camera)

        reckoning = reckon(journals_of(centre.folder), Held.at(centre.data), killed=kills.booths)
        print(kills, reckoning, sep="\n")
        reckoning.must_balance()
        assert reckoning.gaps["agent_down"] >= kills.done["booth with camera"], "a killed booth says so"
        assert reckoning.events > 10 * kills.done.total(), "hardly anything happened, so this shows nothing"


def said_by(centre: Stack, booth: str) -> bool:
    journal = read_journals(journals_of(centre.folder)).get(booth)
    return journal is not None and bool(journal.kept)


def events_flow(centre: Stack, killed: str) -> None:
    """The hub stores again what is said."""
    before = committed(centre)
    wait_for(f"events to flow again after the {killed} was killed", lambda: committed(centre) > before)


def committed(centre: Stack) -> int:
    return int(rows_at(centre.data, "SELECT count(*) FROM events")[0][0])


def kill_hub(centre: Stack) -> Killed:
    """The hub alone: its broker lives on as an orphan, which the next hub must deal with."""
    centre.hub.kill()
    centre.start_hub()
    return ()


def kill_broker(centre: Stack) -> Killed:
    """Its hub starts another one."""
    old = centre.broker_pid()
    os.kill(old, 9)
    wait_for("the hub to start another broker", lambda: centre.broker_pid_or_none() not in (None, old))
    return ()


def listens(booth: Program) -> None:
    wait_for("the booth to listen", lambda: booth.hears_sigterm)


def stop_with_all_delivered(centre: Stack, camera: Program) -> None:
    """A booth that is stopped may hold events the hub has not confirmed in time; they leave at its next start."""
    listens(camera)
    assert camera.stop() == 0, camera.tail()
    while centre.outbox_depth(CAMERA):
        camera.start()
        listens(camera)
        wait_for("the outbox to run low", lambda: centre.outbox_depth(CAMERA) <= NEARLY)
        assert camera.stop() == 0, camera.tail()
