"""Locks between processes on one data directory. They end with the process that holds them, however it ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.errors import HubError


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Waits its turn, blocking: for moments at the start."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def only_one(path: Path, what: str) -> Iterator[None]:
    """Raises `HubError` while another process holds it."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise HubError(
                f"{what} is running already on {path.parent}", hint="stop it, or choose another --data"
            ) from error
        yield
