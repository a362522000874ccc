"""This machine's own system under a layer that takes every change: scripts for root run in it and harm nothing.

A mount namespace with an overlay over `/` (kernel 5.11 or newer), entered by chroot. Programs, libraries and users are
real; what a script wrote is in `changed` afterwards. Its first process is not systemd: `systemctl` enables, and starts
nothing.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.processes import ROOT

ENTER = """
set -e
cd "$SANDBOX"
mount -t tmpfs tmpfs layers
mkdir layers/upper layers/work
if [ -d kept ]; then cp -a kept/. layers/upper/; fi
mount -t overlay overlay -o "lowerdir=/,upperdir=layers/upper,workdir=layers/work$SANDBOX_OPTIONS" merged
mount --rbind /proc merged/proc
mount --rbind /dev merged/dev
mkdir -p merged/boot/firmware
mount --bind boot merged/boot/firmware
# What lies beside the system and is asked for by its path, such as the checkout; also where another user may not go.
for folder in $SANDBOX_SHOWN; do
    mkdir -p "merged$folder"
    above=$(dirname "$folder")
    while [ "$above" != / ]; do chmod o+x "merged$above"; above=$(dirname "$above"); done
done
for folder in $SANDBOX_SHOWN; do mount --rbind "$folder" "merged$folder"; done
code=0
chroot merged "$@" || code=$?
umount merged/boot/firmware
rm -rf kept
cp -a layers/upper kept
exit $code
"""


class Sandbox:
    """`boot` is the card's boot partition, at /boot/firmware inside. Changes stay from one run to the next."""

    def __init__(self, folder: Path, boot: Path) -> None:
        self.folder = folder
        for name in ("layers", "merged"):
            (folder / name).mkdir(parents=True)
        (folder / "boot").symlink_to(boot)

    @property
    def changed(self) -> Path:
        """What was written below `/`."""
        return self.folder / "kept"

    def run(
        self, *command: str, env: Mapping[str, str] | None = None, shown: Sequence[Path] = ()
    ) -> subprocess.CompletedProcess[str]:
        """One command as root inside, with an environment of its own. `shown` are folders beside the checkout."""
        unprivileged = os.geteuid() != 0
        enter = ["unshare", "--mount", *(["--map-root-user", "--map-auto"] if unprivileged else [])]
        inside = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            **(env or {}),
        }
        return subprocess.run(
            [
                *enter,
                "sh",
                "-c",
                ENTER,
                "enter",
                "env",
                "-i",
                *(f"{name}={value}" for name, value in inside.items()),
                *command,
            ],
            check=False,
            capture_output=True,
            text=True,
            timeout=280,
            stdin=subprocess.DEVNULL,
            env={
                **os.environ,
                "SANDBOX": str(self.folder),
                "SANDBOX_OPTIONS": ",userxattr" if unprivileged else "",
                "SANDBOX_SHOWN": " ".join(shlex.quote(str(path)) for path in shown),
            },
        )

    def read(self, name: str) -> str:
        return (self.changed / name).read_text()


def checkout_folders() -> list[Path]:
    """Where programs of ours come from, links followed: they may lie on another file system than `/`."""
    venv = (ROOT / ".venv").resolve()
    weights = (ROOT / "models" / "weights").resolve()
    return sorted({ROOT, venv, weights, Path(sys.base_prefix).resolve(), *_of_scripts(venv)})


def _of_scripts(venv: Path) -> list[Path]:
    """Where the interpreter lies that the installed commands name, if it is another path to the same environment."""
    first = (venv / "bin" / "invigil").read_text().splitlines()[0]
    named = Path(first.removeprefix("#!").strip()).parents[1]
    return [] if named == venv else [named.parent]
