"""Booths with journals beside a test's hub: simulated ones in one process, whole agents in one each."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.processes import Program, run
from tests.support.stack import Stack

CROWD = "crowd"
"""Under this name a stack knows the process of its simulated booths."""


def journals_of(folder: Path) -> Path:
    """Where booths of a test write, beside everything that it breaks."""
    journals = folder / "journals"
    journals.mkdir(exist_ok=True)
    return journals


def add_crowd(centre: Stack, booths: Sequence[str], events_hz: float) -> Program:
    """Simulated booths, enrolled and started; each says `events_hz` things a second until it is stopped."""
    for booth in booths:
        config = centre.enrol(booth, camera_source=Path("none"))
        crowd = centre.folder / CROWD
        crowd.mkdir(exist_ok=True)
        (crowd / booth).symlink_to(config.parent)
    centre.booths[CROWD] = crowd_of(centre.folder, events_hz)
    return centre.booths[CROWD].start()


def crowd_of(folder: Path, events_hz: float) -> Program:
    """Those that are enrolled in folders below `folder / CROWD`; not started yet."""
    return Program(_crowd(folder, str(events_hz)), folder / "crowd.log")


def add_agent(centre: Stack, booth: str, video: Path, *, profile: str = "strict") -> Program:
    """A whole agent that plays `video` for ever."""
    config = centre.enrol(booth, video)
    with centre.client() as client:
        client.put(f"/api/v1/booths/{booth}/profile", json={"profile": profile}).raise_for_status()
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "tests.support.journalled_agent",
        config,
        journals_of(centre.folder),
    ]
    centre.booths[booth] = Program(command, centre.folder / f"{booth}.log")
    return centre.booths[booth].start()


def deliver(folder: Path) -> None:
    """Sends what a crowd that was stopped still has. Fails where the hub does not take all of it."""
    run(*_crowd(folder, "0", "2", "120"))


def _crowd(folder: Path, *more: str) -> list[str | Path]:
    return [sys.executable, "-m", "tests.support.journalled_booths", folder / CROWD, journals_of(folder), *more]
