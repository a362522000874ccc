"""`disk_wear`: whether the card or flash memory nears its end, where it tells; and whether it is still written to."""

from pathlib import Path

from agent.doctor.check import Check, Finding, failed, ok, unknown, warning
from agent.doctor.patient import Patient

WORN = 9
"""Tenths of its life that are used up (eMMC 5.0, DEVICE_LIFE_TIME_EST)."""
END = 11
URGENT = 3
"""Of PRE_EOL_INFO: 1 normal, 2 four fifths of the spare blocks are used, 3 nine tenths."""


class DiskWear(Check):
    name = "disk_wear"
    title = "Disk wear"
    means = "How much of its life the flash memory has used (eMMC tells, most SD cards do not), and file system errors."
    advice = "Put in another card or module soon: a worn one becomes read-only without warning."

    def look(self, patient: Patient) -> Finding:
        if _read_only(patient):
            advice = "Start the board again; if it comes back read-only, the card has failed: put in another."
            return failed("the file system of the state folder has become read-only", advice=advice)
        errors = sum(_number(path) or 0 for path in patient.root.glob("sys/fs/ext4/*/errors_count"))
        if errors:
            advice = "Have it checked at the next start (fsck), and watch whether it grows: then the card is failing."
            return warning(f"the file system has noted {errors} errors", errors, "errors", advice=advice)
        worn = [_wear(device) for device in patient.root.glob("sys/block/mmcblk*/device")]
        known = [each for each in worn if each is not None]
        if not known:
            return unknown("not known on this board: its disk does not tell how worn it is")
        tenths, pre_eol = max(known)
        said, used = f"about {min(tenths, 10) * 10} % of its life are used", min(tenths, 10) * 10.0
        if tenths >= END or pre_eol >= URGENT:
            return failed(f"{said}; it may fail at any time", used, "%")
        return warning(said, used, "%") if tenths >= WORN or pre_eol > 1 else ok(said, used, "%")


def _wear(device: Path) -> tuple[int, int] | None:
    """Tenths of life used, and the state of the spare blocks; None where it does not tell."""
    try:
        estimates = [int(word, 16) for word in (device / "life_time").read_text().split()]
    except (OSError, ValueError):
        return None
    told = [tenths for tenths in estimates if tenths > 0]
    return (max(told), _number(device / "pre_eol_info") or 0) if told else None


def _read_only(patient: Patient) -> bool:
    """Of the file system that the state folder lies on: the mount point that is the longest beginning of its path."""
    wanted, best, options = patient.config.state_dir, "", ""
    for line in (patient.text("proc/mounts") or "").splitlines():
        words = line.split()
        if len(words) < 4 or not wanted.is_relative_to(words[1]) or len(words[1]) < len(best):
            continue
        best, options = words[1], words[3]
    return "ro" in options.split(",")


def _number(path: Path) -> int | None:
    """Decimal, or hexadecimal with 0x."""
    try:
        return int(path.read_text().strip(), 0)
    except (OSError, ValueError):
        return None
