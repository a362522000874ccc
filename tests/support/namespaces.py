"""Network namespaces: machines of a test's own, each with an address, joined to one of them as to a switch.

Needs CAP_NET_ADMIN and iproute2. `as_somebody_who_may` runs a test's file again in a user namespace where that lacks.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from tests.support.processes import BIN, ROOT, Program, wait_for

CLONE_NEWNET: Final = 0x40000000
"""From sched.h."""
MIDDLE: Final = "10.77.0.1"
Value = TypeVar("Value")


class Machine:
    """One namespace, held open by a process that sleeps."""

    def __init__(self, name: str, address: str, folder: Path) -> None:
        self.name, self.address, self.folder = name, address, folder
        self._holder = Program(["unshare", "--net", "sleep", "infinity"], folder / f"{name}.log").start()
        own = os.readlink("/proc/self/ns/net")
        wait_for(f"the namespace of {name}", lambda: os.readlink(f"/proc/{self.pid}/ns/net") != own)
        self.do("ip", "link", "set", "lo", "up")

    @property
    def pid(self) -> int:
        return self._holder.pid

    def close(self) -> None:
        self._holder.stop()

    def inside(self, *command: str | Path) -> list[str]:
        """The command line that runs it there."""
        program, *arguments = map(str, command)
        ours = BIN / program
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", str(ours if ours.exists() else program), *arguments]

    def do(self, *command: str | Path) -> None:
        done = subprocess.run(self.inside(*command), check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}: {done.stderr}"

    def run(self, *command: str | Path, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        """A command of ours to its end, whatever that is."""
        return subprocess.run(
            self.inside(*command),
            check=False,
            capture_output=True,
            input=stdin,
            text=True,
            cwd=ROOT,
            env={**os.environ, **env},
        )

    def start(self, name: str, *command: str | Path) -> Program:
        return Program(self.inside(*command), self.folder / f"{self.name}-{name}.log").start()


class Switch:
    """`middle` has the address everybody reaches; the others reach each other through it alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._joined = 0
        self.middle = Machine("hub", MIDDLE, folder)
        self.machines = [self.middle]
        self.middle.do("ip", "address", "add", f"{MIDDLE}/32", "dev", "lo")

    def join(self, name: str) -> Machine:
        self._joined += 1
        number = self._joined
        machine = Machine(name, f"10.77.{number}.2", self._folder)
        self.machines.append(machine)
        here, there = f"veth{number}", "uplink"
        self.middle.do("ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", str(machine.pid))
        self.middle.do("ip", "address", "add", f"10.77.{number}.1/30", "dev", here)
        self.middle.do("ip", "link", "set", here, "up")
        machine.do("ip", "address", "add", f"{machine.address}/30", "dev", there)
        machine.do("ip", "link", "set", there, "up")
        machine.do("ip", "route", "add", "default", "via", f"10.77.{number}.1")
        return machine


@contextmanager
def a_switch(folder: Path) -> Iterator[Switch]:
    switch = Switch(folder)
    try:
        yield switch
    finally:
        for machine in switch.machines:
            machine.close()


@contextmanager
def a_thread_in(machine: Machine) -> Iterator[Callable[[Callable[[], Value]], Value]]:
    """Something that calls what it is given in that machine's network, one call after the other."""

    def enter() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/proc/{machine.pid}/ns/net", "rb") as namespace:
            if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")

    with ThreadPoolExecutor(1, initializer=enter) as pool:

        def call(work: Callable[[], Any]) -> Any:
            return pool.submit(work).result()

        yield call


def as_somebody_who_may(file: str) -> bool:
    """Whether this process may make namespaces; where not, the tests of `file` were run by one that may."""
    if os.geteuid() == 0:
        return True
    tests = [sys.executable, "-m", "pytest", "-n", "0", "-q", file]
    unshare = shutil.which("unshare") or "unshare"
    done = subprocess.run([unshare, "-Urnm", *tests], check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return False
