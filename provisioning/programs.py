"""Other programs: run to their end, or kept running with their output in a log. The only file that imports subprocess.

A program that is kept running gets a process group of its own: Ctrl-C in the terminal reaches only us, and we stop the
children in the right order; what does not hear SIGTERM is killed with all it started.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from provisioning.console import ProvisioningError

Value = TypeVar("Value")

PR_SET_CHILD_SUBREAPER: Final = 36
"""From linux/prctl.h."""

POLL_S: Final = 0.1
STOP_S: Final = 15.0
"""A hub closes its broker and database, an agent its camera and outbox; both need about a second."""


def beside_python(name: str) -> str:
    """The command `name` of this installation; raises `ProvisioningError` when it was not installed."""
    path = Path(sys.executable).with_name(name)
    if not path.exists():
        raise ProvisioningError(
            f"{name} is not installed beside {sys.executable}", "run: pip install 'invigil[agent,hub]'"
        )
    return str(path)


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    timeout_s: float = 600,
    user: str | None = None,
    held: Sequence[int] = (),
) -> str:
    """A command to its end; its standard output. Raises `ProvisioningError` with the end of what it said.

    `user`: whose rights it gets, where root asks and there is such a user. `held`: open files that it holds as well, so
    that a lock of ours is not free while something that we started goes on without us.
    """
    try:
        finished: subprocess.CompletedProcess[str] = subprocess.run(
            command,
            check=False,
            capture_output=True,
            input=stdin,
            text=True,
            errors="replace",
            timeout=timeout_s,
            env={**os.environ, **(env or {})},
            pass_fds=held,
            **_as(user),
        )
    except FileNotFoundError as error:
        raise ProvisioningError(f"{command[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise ProvisioningError(f"{Path(command[0]).name} took longer than {timeout_s:.0f} s") from error
    if finished.returncode != 0:
        said = (finished.stderr or finished.stdout).strip().splitlines()[-5:]
        raise ProvisioningError(f"{Path(command[0]).name} failed (exit {finished.returncode}): {' | '.join(said)}")
    return finished.stdout


class Answer(NamedTuple):
    """What a program said, and the code that it ended with, whatever that means."""

    code: int
    out: str
    err: str


def ask(command: Sequence[str], *, timeout_s: float) -> Answer:
    """A command to its end, for which more than one exit code is an answer. Raises `ProvisioningError` where it cannot
    be run, or does not end in time."""
    name = Path(command[0]).name
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
    except subprocess.TimeoutExpired as error:
        raise ProvisioningError(f"{name} took longer than {timeout_s:.0f} s") from error
    except OSError as error:
        raise ProvisioningError(f"{name} cannot be run: {error.strerror}") from error
    return Answer(ended.returncode, ended.stdout, ended.stderr)


def _as(user: str | None) -> dict[str, Any]:
    """What has a child run as `user`: nothing, where we are not root or nobody is called so."""
    if user is None or os.geteuid() != 0:
        return {}
    try:
        found = pwd.getpwnam(user)
    except KeyError:
        return {}
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": [], "cwd": "/"}


def adopt_orphans() -> None:
    """From now on what our programs leave behind when they die becomes our child (Linux: child subreaper)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans() -> list[int]:
    """Kill and bury every child that is left; call it when all programs of ours are stopped. Gives their ids."""
    try:
        listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:
        return []
    orphans = [int(pid) for pid in listed.split()]
    for pid in orphans:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return orphans


@dataclass
class Program:
    """A program kept running. Its output is appended to `log`; `name` is what messages call it."""

    name: str
    command: Sequence[str]
    log: Path
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll() if self._process else None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise ProvisioningError(f"{self.name} was not started")
        return self._process.pid

    def ends_within(self, timeout_s: float) -> bool:
        """Whether it has ended by then, after waiting for it that long at most."""
        if self._process is None:
            return False
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout_s)
        return self._process.returncode is not None

    def must_run(self) -> None:
        """Raises `ProvisioningError` with the end of its log when it has ended."""
        if self.exit_code is not None:
            raise ProvisioningError(
                f"{self.name} ended by itself (exit {self.exit_code}):\n{self.tail()}", f"all it said: {self.log}"
            )

    def wait_for(self, what: str, probe: Callable[[], Value | None], timeout_s: float) -> Value:
        """The first value of `probe` that is not None, while the program runs."""
        deadline = time.monotonic() + timeout_s
        while True:
            self.must_run()
            value = probe()
            if value is not None:
                return value
            if time.monotonic() > deadline:
                raise ProvisioningError(
                    f"{self.name}: waited {timeout_s:.0f} s in vain for {what}:\n{self.tail()}",
                    f"all it said: {self.log}",
                )
            time.sleep(POLL_S)

    def stop(self, timeout_s: float = STOP_S) -> bool:
        """SIGTERM, then SIGKILL to it and all it started. Whether it heard the first."""
        if self._process is None:
            return True
        heard = True
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                heard = False
        # Also after a clean end: whatever it left behind in its group would hold ports and files.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        return heard

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log, indented."""
        try:
            said = self.log.read_text(errors="replace").splitlines()
        except OSError:
            said = []
        return "\n".join(f"    {line}" for line in said[-lines:]) or "    (it said nothing)"
