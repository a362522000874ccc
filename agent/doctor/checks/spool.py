"""`spool`: how much evidence waits for its upload, and what is left behind there."""

import time
from pathlib import Path

from agent.config import spool_dir
from agent.doctor.check import Check, Finding, failed, ok, unknown, warning
from agent.doctor.patient import Patient
from agent.evidence.spool import UNFINISHED, VALUE
from contract.wire import InvalidError

MUCH_SHARE = 0.5
FULL_SHARE = 0.9
"""From here on evidence of less value is dropped for newer."""
LEFT_S = 600.0
"""No file takes so long to be written: a half one of that age was left by a power cut."""


class Spool(Check):
    name = "spool"
    title = "Evidence waiting"
    means = "Pictures and clips wait here, encrypted, until the hub has them; without room the least is dropped."
    advice = "See hub and disk space. What lies in the folder `refused` the hub will never take: its log says why."
    mends = "deletes half-written files that a power cut left"

    def look(self, patient: Patient) -> Finding:
        folder, most = spool_dir(patient.config), patient.config.spool_max_bytes
        if not folder.exists():
            return unknown("there is none yet: no agent has run here")
        files = _evidence(folder)
        held = sum(size for size in map(_size, files))
        said, value = f"{len(files)} files, {held / 1e6:.0f} of {most / 1e6:.0f} MB", round(held / 1e6, 1)
        if held > FULL_SHARE * most:
            return failed(f"{said}: evidence is dropped for newer", value, "MB")
        refused, half = len(_evidence(folder / "refused")), len(left_behind(folder))
        if half:
            return warning(f"{said}; {half} half files were left by a power cut", value, "MB")
        if refused:
            return warning(f"{said}; the hub refused {refused} files", value, "MB")
        return warning(said, value, "MB") if held > MUCH_SHARE * most else ok(said, value, "MB")

    def fix(self, patient: Patient) -> str:
        folder = spool_dir(patient.config)
        if folder.is_symlink():
            raise InvalidError(f"{folder} is a link; look at it by hand")
        left = left_behind(folder)
        for path in left:
            path.unlink(missing_ok=True)
        return f"deleted {len(left)} half files"


def left_behind(folder: Path) -> list[Path]:
    """Half files that nobody writes any more."""
    return [path for path in folder.glob(f"*{UNFINISHED}") if time.time() - path.stat().st_mtime > LEFT_S]


def _evidence(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.suffix.lstrip(".") in VALUE]


def _size(path: Path) -> int:
    """0 for one that was uploaded meanwhile."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
