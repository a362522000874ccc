"""The device that a support bundle is of: where its things lie, also where its settings cannot be read."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

STATE_DIR: Final = "/var/lib/invigil-agent"
"""Where an installed agent keeps its state, and so where to look when nothing says otherwise."""


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
            return cls(config, tomllib.loads(config.read_text()), root=root)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
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
        return self.config.parent / str(named)

    def text(self, path: str) -> str:
        """A small file of the system; empty where there is none."""
        try:
            return (self.root / path).read_text(errors="replace").replace("\0", "").strip()
        except OSError:
            return ""
