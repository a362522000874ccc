"""Other programs: this one again for work that must not disturb, and what the system has. The owner of `subprocess`."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple


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


class Said(NamedTuple):
    """What a program answered. `code` is None where it is not installed, or did not end in time."""

    code: int | None
    text: str

    @property
    def done(self) -> bool:
        return self.code == 0


def ask(command: Sequence[str], timeout_s: float) -> Said:
    """Run a program to its end; what it printed, or why it could not. Never raises for the program's sake."""
    try:
        ended = subprocess.run(
            command,
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired:
        return Said(None, f"{command[0]} did not end within {timeout_s:.0f} s")
    except OSError as error:
        return Said(None, f"{command[0]} cannot be run: {error.strerror}")
    return Said(ended.returncode, ended.stdout if ended.returncode == 0 else (ended.stderr or ended.stdout).strip())
