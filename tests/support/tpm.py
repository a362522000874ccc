"""A TPM in software, behind a resource manager as the kernel's is: several programs may use it at a time.

swtpm is the TPM, tpm2-abrmd the manager, reached over a D-Bus of their own; sockets are files, so no port is taken.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contract.tpm import WHERE
from tests.support.processes import Program, wait_for

NAME = "invigil.test.Tpm"


class Tpm:
    """Its seed, of which all its keys are children, lies in `folder`: switched on again it is the same TPM."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = folder / "state"
        self._state.mkdir(parents=True)
        self._socket, self._bus = folder / "socket", folder / "bus"
        self._control = folder / "socket.ctrl"  # where the manager looks for it
        self._on: list[Program] = []

    @property
    def env(self) -> dict[str, str]:
        """For programs that are to use it: ours, and tpm2-tools."""
        named = f"tabrmd:bus_type=session,bus_name={NAME}"
        return {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={self._bus}", WHERE: named, "TPM2TOOLS_TCTI": named}

    @contextmanager
    def a_bus(self) -> Iterator[None]:
        """The way to the manager, which outlives it: a program is told of a bus once, as of a device's file."""
        bus = self._start("dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address=unix:path={self._bus}")
        try:
            wait_for("the bus", self._bus.exists)
            yield
        finally:
            bus.stop()

    def switch_on(self) -> None:
        swtpm = ("swtpm", "socket", "--tpm2", "--flags", "not-need-init,startup-clear")
        sockets = ("--server", f"type=unixio,path={self._socket}", "--ctrl", f"type=unixio,path={self._control}")
        self._on.append(self._start(*swtpm, "--tpmstate", f"dir={self._state}", *sockets))
        wait_for("the TPM", self._control.exists)
        manager = ("tpm2-abrmd", "--session", "--allow-root", f"--dbus-name={NAME}")
        bus = f"DBUS_SESSION_BUS_ADDRESS=unix:path={self._bus}"
        self._on.append(self._start("env", bus, *manager, f"--tcti=swtpm:path={self._socket}"))
        wait_for("the TPM's manager", self._answers)

    def switch_off(self) -> None:
        while self._on:
            self._on.pop().stop()
        for left in (self._socket, self._control):
            left.unlink(missing_ok=True)

    def tool(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A program of tpm2-tools, to its end."""
        env = {**os.environ, **self.env}
        return subprocess.run(command, check=False, capture_output=True, text=True, env=env, cwd=self._folder)

    def lock_out(self) -> None:
        """As after too many wrong passwords; `tpm2_dictionarylockout --clear-lockout` ends it."""
        few = ("--setup-parameters", "--max-tries=1", "--recovery-time=1000", "--lockout-recovery-time=1000")
        assert self.tool("tpm2_dictionarylockout", *few).returncode == 0
        assert self.tool("tpm2_createprimary", "-Q", "-C", "o", "-p", "right", "-c", "locked").returncode == 0
        wrong = ("tpm2_create", "-Q", "-C", "locked", "-P", "wrong", "-G", "ecc", "-u", "public", "-r", "private")
        assert self.tool(*wrong).returncode != 0

    def _answers(self) -> bool:
        for each in self._on:
            each.must_run()
        return self.tool("tpm2_getcap", "properties-fixed").returncode == 0

    def _start(self, *command: str) -> Program:
        name = "tpm2-abrmd" if command[0] == "env" else command[0]
        return Program(command, self._folder / f"{name}.log").start()


@contextmanager
def a_tpm(folder: Path) -> Iterator[Tpm]:
    tpm = Tpm(folder)
    with tpm.a_bus():
        try:
            tpm.switch_on()
            yield tpm
        finally:
            tpm.switch_off()
