"""`disk_space`: whether there is room for what waits while the hub is away."""

import shutil
from pathlib import Path

from agent.doctor.check import Check, Finding, failed, ok, warning
from agent.doctor.patient import Patient

LOW_BYTES = 1_000_000_000
FULL_BYTES = 100_000_000
"""The spool leaves 16 MB, and SQLite needs some for its journal."""


class DiskSpace(Check):
    name = "disk_space"
    title = "Disk space"
    means = "There is room where events and evidence wait while the hub is away."
    advice = "Make room: old releases in /opt/invigil/releases, journalctl --vacuum-size=100M, or a larger card."

    def look(self, patient: Patient) -> Finding:
        folder = _existing(patient.config.state_dir)
        return judge(shutil.disk_usage(folder).free, folder)


def judge(free_bytes: int, folder: Path) -> Finding:
    """Of so much left where `folder` lies."""
    value = round(free_bytes / 1e9, 2)
    said = f"{value:.1f} GB are free at {folder}"
    if free_bytes < FULL_BYTES:
        return failed(said, value, "GB")
    return warning(said, value, "GB") if free_bytes < LOW_BYTES else ok(said, value, "GB")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there: before the first start there is no state."""
    return next(each for each in (folder, *folder.parents) if each.exists())
