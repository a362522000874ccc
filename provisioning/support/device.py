"""The device that a support bundle is of: where its things lie, also where its settings cannot be read."""

import errno
import os
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from contract.device import behind_links

STATE_DIR: Final = "/var/lib/invigil-agent"
"""Where an installed agent keeps its state, and so where to look when nothing says otherwise."""


MOST_BYTES: Final = 2**20


@dataclass(frozen=True, slots=True)
class Device:
    config: Path
    settings: dict[str, Any]
    """As they are written; empty where they cannot be read, and then `problem` says why."""
    problem: str = ""
    root: Path = Path("/")
    """Where the system's own files are looked for."""

    @classmethod
    def at(cls, config: Path, root: Path = Path("/")) -> "Device":
        try:
            return cls(config, tomllib.loads(read_plain(config).decode()), root=root)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            return cls(config, {}, str(error), root)

    @property
    def state_dir(self) -> Path:
        return self.config.parent / str(self.settings.get("state_dir", "state" if self.settings else STATE_DIR))

    @property
    def booth(self) -> str:
        """Empty where nobody knows."""
        booth = self.settings.get("booth", "")
        return booth if isinstance(booth, str) else ""

    def tls(self, what: str, usual: str) -> Path:
        """Where the `ca`, `certificate` or `key` lies."""
        section = self.settings.get("tls")
        named = section.get(what, usual) if isinstance(section, dict) else usual
        return behind_links(self.config.parent / str(named))

    def lines(self) -> list[str]:
        """Of `device.toml` as it lies there; raises `OSError`."""
        return read_plain(self.config).decode(errors="replace").splitlines()

    def text(self, path: str) -> str:
        """A small file of the system; empty where there is none."""
        try:
            return (self.root / path).read_text(errors="replace").replace("\0", "").strip()
        except OSError:
            return ""


def read_plain(path: Path) -> bytes:
    """Of a folder that is another user's: no link, which could lead to what only root may read, no pipe that waits for
    ever, no endless file. Raises `OSError`."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "is no file")
        return file.read(MOST_BYTES)
