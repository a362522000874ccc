"""A board that starts: systemd as the first process over this machine's own system, in namespaces of its own.

Programs, libraries, units and users are real, as is the kernel; what is written goes into the sandbox's layer and stays
there from start to start. Of this machine's own services none is enabled. The network is this machine's. Root only.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.processes import Program, wait_for
from tests.support.sandbox import PATH, Sandbox

BEFORE = """
set -e
mount -t cgroup2 cgroup2 /mnt
mkdir -p /mnt/$BOARD && echo $$ >/mnt/$BOARD/cgroup.procs
umount /mnt
exec unshare --pid --fork --kill-child --mount --cgroup --uts --ipc sh -c "$BOOT"
"""
BOOT = """
set -e
cd "$ROOT"
mount -t tmpfs -o mode=755 tmpfs mnt
for node in null zero full random urandom tty; do touch mnt/$node; mount --bind /dev/$node mnt/$node; done
mkdir mnt/pts mnt/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts mnt/pts
mount -t tmpfs tmpfs mnt/shm
ln -s pts/ptmx mnt/ptmx
ln -s /proc/self/fd mnt/fd
umount -l proc dev
mount --move mnt dev
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
# Not chroot: who lives in one may have no user namespace, which our units want (PrivateUsers=).
pivot_root . mnt
umount -l mnt
exec env -i container=invigil PATH=/usr/sbin:/usr/bin /lib/systemd/systemd --log-level=info --show-status=no
"""
FIRST = """
set -e
rm -rf /etc/systemd/system/* /var/log/journal /etc/machine-id
touch /etc/machine-id /etc/.updated /var/.updated
echo booth >/etc/hostname
ln -s /lib/systemd/system/multi-user.target /etc/systemd/system/default.target
# Not over the kernel that this machine uses as well; and what tests show must stay.
ln -sf /dev/null /etc/tmpfiles.d/tmp.conf
for unit in systemd-sysctl.service systemd-modules-load.service sys-kernel-debug.mount sys-kernel-tracing.mount \\
    systemd-networkd.service systemd-timesyncd.service systemd-tmpfiles-clean.timer tmp.mount; do
    ln -s /dev/null /etc/systemd/system/$unit
done
"""
CLEAN = """
mount -t cgroup2 cgroup2 /mnt
while grep -q populated.1 "/mnt/$BOARD/cgroup.events"; do sleep 0.1; done
find "/mnt/$BOARD" -depth -type d -exec rmdir {} \\;
"""
UP = ("running", "degraded")


class Booted:
    """Off when it is made; what is to be there before the first start is put in through `sandbox`."""

    def __init__(self, folder: Path) -> None:
        boot = folder / "boot"
        boot.mkdir(parents=True)
        self._name = f"invigil-{folder.name}"
        self.sandbox = Sandbox(folder / "system", boot)
        self._log = folder / "systemd.log"
        self._power: Program | None = None

    def __enter__(self) -> Self:
        self.sandbox.__enter__()
        done = self.sandbox.run("sh", "-c", FIRST)
        assert done.returncode == 0, done.stderr
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is not None and self.runs:
                print(self.ask("journalctl", "--no-pager", "--lines=80"))
        finally:
            self.cut_power()
            self.sandbox.__exit__(kind, error, trace)
            clean = ["env", f"BOARD={self._name}", "unshare", "--mount", "sh", "-c", CLEAN]
            subprocess.run(clean, check=True, timeout=60)

    def switch_on(self) -> None:
        """Until systemd has started everything that is enabled."""
        command = self.sandbox.beside("sh", "-c", BEFORE, env={"BOOT": BOOT, "BOARD": self._name})
        self._power = Program(command, self._log).start()
        wait_for("the board to be up", self._is_up)

    @property
    def runs(self) -> bool:
        return self._power is not None and self._power.running

    def is_off(self) -> bool:
        """It has ended by itself: that is what a reboot looks like from outside."""
        return not self.runs

    def cut_power(self) -> None:
        if self._power is not None and self._power.running:
            self._power.kill()
        self._power = None

    def path(self, name: str) -> Path:
        """A file on the board, by its path below `/`; not below /run, /dev, /proc and /sys."""
        return self.sandbox.path(name)

    def run(
        self, *command: str, env: Mapping[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """As root, on the board that runs."""
        named = {"PATH": PATH, "LANG": "C.UTF-8", "HOME": "/root", **(env or {})}
        entering = ["nsenter", "--target", str(self._first()), "--all", "--root", "--wd=/", "--", "env", "-i"]
        words = [*entering, *(f"{name}={value}" for name, value in named.items()), *command]
        return subprocess.run(words, check=False, capture_output=True, text=True, timeout=280, input=stdin)

    def ask(self, *command: str, env: Mapping[str, str] | None = None) -> str:
        """What a command says that must end well."""
        done = self.run(*command, env=env)
        assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout.strip()

    def shows(self, unit: str, name: str) -> str:
        """A property of a unit, as `systemctl show` gives it."""
        return self.ask("systemctl", "show", "--property", name, "--value", unit)

    def _first(self) -> int:
        """The number outside of the board's first process."""
        assert self._power is not None, "it is off"
        self._power.must_run()
        children = Path(f"/proc/{self._power.pid}/task/{self._power.pid}/children").read_text().split()
        return int(children[0])

    def _is_up(self) -> bool:
        assert self._power is not None
        self._power.must_run()
        children = Path(f"/proc/{self._power.pid}/task/{self._power.pid}/children")
        if not children.read_text().split():
            return False
        return self.run("systemctl", "is-system-running").stdout.strip() in UP
