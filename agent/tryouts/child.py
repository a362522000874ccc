"""Another process of this program, for work that must not disturb the one that watches. The owner of `subprocess`."""

import subprocess
import sys
from collections.abc import Iterator


class Child:
    """`invigil-agent` with these arguments; what it writes to stderr goes where ours goes."""

    def __init__(self, *arguments: str) -> None:
        """Raises `OSError` where no process can be made."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "agent", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    def lines(self) -> Iterator[str]:
        """What it prints, until it ends."""
        assert self._process.stdout is not None  # noqa: S101 (a pipe was asked for)
        with self._process.stdout as printed:
            yield from printed

    def kill(self) -> None:
        """From any thread; also where it has ended."""
        self._process.kill()

    def wait(self) -> int:
        """Its exit code, which is negative for a signal."""
        return self._process.wait()
