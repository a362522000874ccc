"""An update in a process of its own, which dies where a test says: at a step, at a call to the disk, or when it is
killed. Started by a fork server that has loaded everything already, so that a hundred of them take little time."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from provisioning.console import ProvisioningError
from provisioning.update.device import Device
from provisioning.update.updater import Options, Updater

QUICK = Options(limit_s=60.0, well_for_s=0.1)
CALLS = ("fsync", "replace", "unlink", "symlink", "mkdir")

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.support.updating_device"])


@dataclass(frozen=True)
class Update:
    device: Device
    release: Path
    path: str
    options: Options = QUICK
    die_at_step: str = ""
    die_at_call: int = 0
    steps: Path | None = None
    """Where the steps are written down, one a line."""

    def start(self) -> ForkServerProcess:
        process = _context.Process(target=self.run, daemon=True)
        process.start()
        return process

    def run(self) -> None:
        """In the child: everything it starts dies with its group."""
        os.setsid()
        os.environ["PATH"] = self.path
        if self.die_at_call:
            self._count_calls()
        with self.release.open("rb") as file, suppress(ProvisioningError):
            Updater(self.device, self.options, self._step).update(file)

    def _step(self, name: str) -> None:
        if self.steps is not None:
            with self.steps.open("a") as file:
                file.write(f"{name}\n")
        if name == self.die_at_step:
            _die()

    def _count_calls(self) -> None:
        left = self.die_at_call

        def counted(real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **named: Any) -> Any:
                nonlocal left
                left -= 1
                if left == 0:
                    _die()
                return real(*arguments, **named)

            return call

        for name in CALLS:
            setattr(os, name, counted(getattr(os, name)))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def cut_power(process: ForkServerProcess) -> None:
    """The process and all that it started, at once."""
    assert process.pid is not None
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
    process.close()
