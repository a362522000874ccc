"""Real programs started by tests: their output on disk, their death noticed, their end certain."""

import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[2]
Value = TypeVar("Value")

PORTS = range(10_000, 32_000)
"""Below those that the kernel takes for outgoing connections: what listens there may end and begin again."""
SHARES = 16
_steps = itertools.count(random.randrange(len(PORTS)))


def free_port() -> int:
    """A port nobody listens on now, and that no other test is given: each worker has a share of its own."""
    share = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % SHARES
    mine = PORTS[share::SHARES]
    for step in itertools.islice(_steps, len(mine)):
        port = mine[step % len(mine)]
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def wait_for(what: str, probe: Callable[[], Value | None], timeout_s: float = 120) -> Value:
    """The first value of `probe` that is not None or False. The time-out only ends a test that hangs."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        value = probe()
        if value is not None and value is not False:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {timeout_s:.0f} s in vain for {what}")


def run(*command: str | Path, env: Mapping[str, str] | None = None, stdin: str = "") -> str:
    """One command of ours to its end; its standard output. A failure shows what it said."""
    done = ended(*command, env=env, stdin=stdin)
    assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def ended(
    *command: str | Path, env: Mapping[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """One command of ours, however it ends."""
    program, *arguments = map(str, command)
    _choose_database([program, *arguments])
    return subprocess.run(
        [str(BIN / program), *arguments],
        check=False,
        capture_output=True,
        input=stdin,
        text=True,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
    )


def _choose_database(command: Sequence[str]) -> None:
    """Before a hub's program sees its data directory for the first time."""
    if command[0] == "invigil-hub" and "--data" in command:
        from tests.support.postgres import configure  # it runs its server as a `Program`

        configure(Path(command[list(command).index("--data") + 1]))


class Program:
    """A long-running program, in a process group of its own."""

    def __init__(self, command: Sequence[str | Path], log: Path) -> None:
        self.command = [str(part) for part in command]
        _choose_database(self.command)
        self.log = log
        self.environment: dict[str, str] = {}
        """What it gets on top of ours, from the next start on."""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Program":
        program, *arguments = self.command
        path = BIN / program
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(path if path.exists() else program), *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                env={**os.environ, **self.environment} if self.environment else None,
                start_new_session=True,
            )
        return self

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def hears_sigterm(self) -> bool:
        """It has a handler for it: one that has only just started ends of it without a word."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
        return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)

    def must_run(self) -> None:
        assert self.running, f"{self.command[0]} has ended:\n{self.tail()}"

    def kill(self) -> None:
        """SIGKILL to this process alone, as a crash would be; children become orphans."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self, timeout_s: float = 30) -> int:
        """SIGTERM, and what a supervisor does when that is not heard. Gives the exit code."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            raise AssertionError(f"{self.command[0]} did not stop:\n{self.tail()}") from None

    def tail(self, lines: int = 40) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""
