"""This machine's own system under a layer that takes every change: scripts for root run in it and harm nothing.

A mount namespace with an overlay over `/` (kernel 5.11 or newer), held by one process and entered for each command.
Programs, libraries and users are real; what was written goes with it. Its first process is not systemd: `systemctl`
enables, and starts nothing.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.processes import ROOT, Program

HOLD = """
set -e
cd "$SANDBOX"
mount -t tmpfs tmpfs layers
mkdir layers/upper layers/work
mount -t overlay overlay -o "lowerdir=/,upperdir=layers/upper,workdir=layers/work$SANDBOX_OPTIONS" merged
mount --rbind /proc merged/proc
mount --rbind /dev merged/dev
mkdir -p merged/boot/firmware
mount --bind "$SANDBOX_BOOT" merged/boot/firmware
# What lies beside the system and is asked for by its path, such as the checkout; also where another user may not go.
for folder in $SANDBOX_SHOWN; do
    mkdir -p "merged$folder"
    above=$(dirname "$folder")
    while [ "$above" != / ]; do chmod o+x "merged$above"; above=$(dirname "$above"); done
done
for folder in $SANDBOX_SHOWN; do mount --rbind "$folder" "merged$folder"; done
touch merged/inside ready
exec chroot merged sleep infinity
"""
PATH = f"{Path(sys.base_prefix).resolve() / 'bin'}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Sandbox:
    """`boot` is the card's boot partition, at /boot/firmware inside."""

    def __init__(self, folder: Path, boot: Path) -> None:
        for name in ("layers", "merged"):
            (folder / name).mkdir(parents=True)
        self._folder = folder
        self._unprivileged = os.geteuid() != 0
        user = ["--map-root-user", "--map-auto"] if self._unprivileged else []
        variables = {
            "SANDBOX": folder,
            "SANDBOX_BOOT": boot,
            "SANDBOX_OPTIONS": ",userxattr" if self._unprivileged else "",
            "SANDBOX_SHOWN": " ".join(map(str, _shown())),
        }
        command = [
            *("env", *(f"{name}={value}" for name, value in variables.items())),
            *("unshare", "--mount", *user, "sh", "-c", HOLD),
        ]
        self._holder = Program(command, folder / "holder.log")

    def __enter__(self) -> Self:
        self._holder.start()
        while not (self._folder / "ready").exists():
            self._holder.must_run()
        while not self.path("inside").exists():  # it is about to enter
            self._holder.must_run()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._holder.kill()

    def path(self, name: str) -> Path:
        """A file inside, by its path below `/`; an absolute link in it leads outside."""
        return Path(f"/proc/{self._holder.pid}/root") / name

    def read(self, name: str) -> str:
        return self.path(name).read_text()

    def entering(self, *command: str, env: Mapping[str, str] | None = None) -> list[str]:
        """The command line that runs `command` inside as root, with an environment of its own."""
        inside = {"PATH": PATH, "LANG": "C.UTF-8", "HOME": "/root", **(env or {})}
        user = ["--user", "--preserve-credentials"] if self._unprivileged else []
        return [
            *("nsenter", "--target", str(self._holder.pid), *user, "--mount", "--root", "--wd=/", "--"),
            *("env", "-i", *(f"{name}={value}" for name, value in inside.items())),
            *command,
        ]

    def beside(self, *command: str, env: Mapping[str, str]) -> list[str]:
        """The same with this machine's own root, where the sandbox lies in the folder that `ROOT` names. Root only."""
        variables = {**env, "ROOT": str(self._folder / "merged")}
        named = (f"{name}={value}" for name, value in variables.items())
        return ["nsenter", "--target", str(self._holder.pid), "--mount", "--", "env", *named, *command]

    def run(
        self, *command: str, env: Mapping[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.entering(*command, env=env), check=False, capture_output=True, text=True, timeout=280, input=stdin
        )


def _shown() -> Sequence[Path]:
    """Where programs of ours come from, links followed: they may lie on another file system than `/`."""
    venv = (ROOT / ".venv").resolve()
    weights = (ROOT / "models" / "weights").resolve()
    named = Path((venv / "bin" / "invigil").read_text().splitlines()[0].removeprefix("#!").strip()).parents[2]
    folders = {ROOT, venv, weights, Path(sys.base_prefix).resolve(), named}
    return sorted(each for each in folders if not any(other in each.parents for other in folders))
