"""A disk of a few megabytes that fills up: a tmpfs, which root may mount, in a user namespace where nobody else may."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEGABYTE = 1_000_000


class SmallDisk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._others = folder / "others"

    def fill(self) -> None:
        """By others, to the last byte, again and again until `make_room`."""
        with suppress(OSError), self._others.open("ab", buffering=0) as file:
            while file.write(bytes(4096)):
                pass

    def make_room(self) -> None:
        self._others.unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    folder.mkdir()
    size = f"size={megabytes * MEGABYTE}"
    _do("mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder))
    try:
        yield SmallDisk(folder)
    finally:
        _do("umount", "--lazy", str(folder))


def loopback_up() -> None:
    """It is down in a network namespace that was just made."""
    _do("ip", "link", "set", "lo", "up")


def _do(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr}"
