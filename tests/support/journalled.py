"""Booths with journals beside a test's hub: simulated ones in one process, whole agents in one each."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.processes import Program, run
from tests.support.stack import Stack

CROWD = "crowd"
"""Under this name a stack knows the process of its simulated booths."""


def journals_of(centre: Stack) -> Path:
    """Where booths of this stack write, beside everything that a test breaks."""
    folder = centre.folder / "journals"
    folder.mkdir(exist_ok=True)
    return folder


def add_crowd(centre: Stack, booths: Sequence[str], events_hz: float) -> Program:
    """Simulated booths, enrolled and started; each says `events_hz` things a second until it is stopped."""
    for booth in booths:
        config = centre.enrol(booth, camera_source=Path("none"))
        crowd = centre.folder / CROWD
        crowd.mkdir(exist_ok=True)
        (crowd / booth).symlink_to(config.parent)
    program = Program(_crowd(centre.folder, journals_of(centre), str(events_hz)), centre.folder / "crowd.log")
    centre.booths[CROWD] = program
    return program.start()


def add_agent(centre: Stack, booth: str, video: Path, *, profile: str = "strict") -> Program:
    """A whole agent that plays `video` for ever."""
    config = centre.enrol(booth, video)
    with centre.client() as client:
        client.put(f"/api/v1/booths/{booth}/profile", json={"profile": profile}).raise_for_status()
    command: list[str | Path] = [sys.executable, "-m", "tests.support.journalled_agent", config, journals_of(centre)]
    centre.booths[booth] = Program(command, centre.folder / f"{booth}.log")
    return centre.booths[booth].start()


def deliver(folder: Path, journals: Path) -> None:
    """Sends what a crowd that was stopped still has. Fails where the hub does not take all of it."""
    run(*_crowd(folder, journals, "0", "2", "120"))


def _crowd(folder: Path, journals: Path, *more: str) -> list[str | Path]:
    return [sys.executable, "-m", "tests.support.journalled_booths", folder / CROWD, journals, *more]
