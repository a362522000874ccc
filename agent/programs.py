"""Other programs: this one again for work that must not disturb, and what the system has. The owner of `subprocess`."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

END_S: Final = 3.0
"""Until a program that was told to end is killed."""
WORDS_BYTES: Final = 16 * 1024


NICENESS: Final = 19
OOM_SCORE: Final = 900
"""Where memory ends, such a process goes before the one that watches."""


def step_back() -> None:
    """This process: behind everything else on this device, as far as the system lets it."""
    with suppress(OSError):
        os.nice(NICENESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))


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


class Pipe:
    """A program that writes bytes without end, such as pictures; its last words are kept for whoever asks why."""

    def __init__(self, command: Sequence[str]) -> None:
        """Raises `OSError` where it cannot be run."""
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `end`)
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._words, bufsize=0
            )
        except OSError:
            self._words.close()
            raise

    def read_into(self, room: memoryview) -> bool:
        """Fills all of `room`, however long that takes; False where the program ended before."""
        assert self._process.stdout is not None  # noqa: S101 (a pipe was asked for)
        filled = 0
        while filled < len(room):
            read = self._process.stdout.readinto(room[filled:])  # type: ignore[attr-defined]
            if not read:
                return False
            filled += read
        return True

    def end(self) -> str:
        """SIGTERM, then SIGKILL; the last line that it said. From the thread that reads."""
        self._process.terminate()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        with self._words as words:
            words.seek(0)
            said = words.read(WORDS_BYTES).decode(errors="replace").split("\n")
        return next((line.strip() for line in said if "ERROR" in line), "")

    def interrupt(self) -> None:
        """From any thread: a `read_into` that waits comes back."""
        self._process.terminate()

    def kill(self) -> None:
        """From any thread, for one that does not hear."""
        self._process.kill()


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
