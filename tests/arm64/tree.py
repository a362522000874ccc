"""One arm64 Debian in a folder: made once, entered in namespaces of its own, removed only while nothing is mounted."""

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from tests.arm64.host import Arm64Error

ENTER: Final = Path(__file__).with_name("enter.sh")
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PACKAGES: Final = "python3,python3-venv,ca-certificates"
"""What a fresh device has; the rest is provisioning's to ask for."""
FASTEST_CPU: Final = "cortex-a72"
"""For work that any processor does alike; qemu's own default, `max`, is ten times slower."""
CPUS_SHOWN: Final = "0-1\n"
HANGS_S: Final = 3600.0
"""qemu-user sometimes hangs in programs with many threads; nothing here takes so long otherwise."""
TAIL_LINES: Final = 25


@dataclass(frozen=True)
class Run:
    """What a command in a tree said and took. Both figures are the emulator's, not a device's."""

    stdout: str
    stderr: str
    took_s: float
    memory_mb: float


@dataclass(frozen=True)
class Tree:
    """`cache/release`; made as `cache/release.part`, so one that has its name is whole."""

    cache: Path
    release: str
    binds: Mapping[Path, str] = field(default_factory=dict)
    """Files and folders of this machine that every command sees, and where."""

    @property
    def path(self) -> Path:
        return self.cache / self.release

    def make(self, mirror: str, environ: Mapping[str, str]) -> bool:
        """Make it if it is not there; `environ` has the proxies. Whether there was anything to do; raises `Arm64Error`.

        Packages stay in the cache, so a second attempt and a second release download only what is new.
        """
        if self.path.exists():
            return False
        part = self.path.with_suffix(".part")
        remove(part)
        packages = self.cache / "packages"
        packages.mkdir(parents=True, exist_ok=True)
        log = self.cache / f"{self.release}-debootstrap.log"
        command = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"]
        command += ["debootstrap", "--arch=arm64", "--variant=minbase", f"--include={PACKAGES}"]
        command += [f"--cache-dir={packages}", self.release, str(part), mirror]
        with log.open("w") as output:
            status, _, _ = _finish(command, _environment(environ, FASTEST_CPU), output, output)
        if status:
            raise Arm64Error(f"debootstrap failed for {self.release} (all of it: {log}):\n{_tail(log)}")
        show_processors(part)
        part.rename(self.path)
        return True

    def run(
        self,
        *command: str,
        cpu: str = FASTEST_CPU,
        environ: Mapping[str, str] | None = None,
        binds: Mapping[Path, str] | None = None,
        offline: bool = False,
        ends: int = 0,
    ) -> Run:
        """One command to its end, as the processor `cpu`.

        Raises `Arm64Error` with the end of what it said when its exit code is not `ends`.
        """
        flags = ["--offline"] if offline else []
        for source, target in {**self.binds, **(binds or {})}.items():
            flags += ["--bind", str(source), target]
        logs = [self.cache / f"{self.release}.{stream}" for stream in ("stdout", "stderr")]
        with logs[0].open("w") as stdout, logs[1].open("w") as stderr:
            status, took_s, memory_mb = _finish(
                [str(ENTER), str(self.path), *flags, "--", *command], _environment(environ or {}, cpu), stdout, stderr
            )
        if status != ends:
            raise Arm64Error(f"{_ended(status)} in {self.release} as {cpu}: {' '.join(command)}\n{_tail(*logs)}")
        stdout_said, stderr_said = (log.read_text(errors="replace") for log in logs)
        return Run(stdout_said, stderr_said, took_s, memory_mb)


def show_processors(root: Path) -> None:
    """As the kernel of a device does. This machine's own /sys makes XNNPACK crash, none at all ends MediaPipe."""
    folder = root / "sys/devices/system/cpu"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("possible", "present", "online"):
        (folder / name).write_text(CPUS_SHOWN)


def remove(path: Path) -> None:
    """Delete a tree; raises `Arm64Error` while anything is mounted in it, for that would be deleted with it."""
    if not path.exists():
        return
    if mounted := mounts_under(path, Path("/proc/self/mountinfo").read_text()):
        raise Arm64Error(f"{path} is not removed while something is mounted in it; first: umount {' '.join(mounted)}")
    subprocess.run(["/bin/rm", "-rf", "--one-file-system", "--", str(path)], check=True)


def mounts_under(path: Path, mountinfo: str) -> list[str]:
    """Mount points at or below `path`, innermost first, of what /proc/self/mountinfo says (proc(5))."""
    root = os.path.realpath(path)
    points = [os.fsdecode(_unescaped(line.split()[4])) for line in mountinfo.splitlines()]
    inside = {point for point in points if point == root or point.startswith(f"{root.rstrip('/')}/")}
    return sorted(inside, key=len, reverse=True)


def _unescaped(word: str) -> bytes:
    return os.fsencode(word).decode("unicode_escape").encode("latin-1")


@contextmanager
def only_one_at_a_time(cache: Path) -> Iterator[None]:
    """Hold the cache; raises `Arm64Error` while another run does."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Arm64Error(f"another make test-arm64 is at work in {cache}") from error
        yield


def _environment(extra: Mapping[str, str], cpu: str) -> dict[str, str]:
    return {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", "QEMU_CPU": cpu, **extra}


def _finish(
    command: Sequence[str], environ: Mapping[str, str], stdout: IO[str], stderr: IO[str]
) -> tuple[int, float, float]:
    """Exit status, seconds and MB at most. Whatever ends this ends the command and all that it started."""
    if shutil.which(command[0]) is None:
        raise Arm64Error(f"{command[0]} is not there; run: provisioning/system-packages.sh arm64")
    started = time.monotonic()
    process = subprocess.Popen(command, env=environ, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
    try:
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            took_s = time.monotonic() - started
            if pid:
                process.returncode = os.waitstatus_to_exitcode(status)
                return process.returncode, took_s, usage.ru_maxrss / 1024
            if took_s > HANGS_S:
                raise Arm64Error(f"no end after {HANGS_S / 60:.0f} min, so it was ended: {' '.join(command[-6:])}")
            time.sleep(0.2)
    finally:
        if process.returncode is None:
            process.kill()  # unshare; the kernel takes everything in its namespaces with it
            process.wait()


def _ended(status: int) -> str:
    return f"exit {status}" if status >= 0 else f"ended by signal {-status}"


def _tail(*logs: Path) -> str:
    said = [line for log in logs for line in log.read_text(errors="replace").splitlines()[-TAIL_LINES:]]
    return "\n".join(f"  {line}" for line in said)
