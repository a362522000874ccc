"""What a booth says of its health."""

from datetime import UTC, datetime
from typing import Any

from contract.messages import Health

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def a_health(**changes: Any) -> Health:
    """All is well."""
    said: dict[str, Any] = {
        "at": NOW,
        "version": "1.0.0",
        "uptime_s": 60.0,
        "camera": "ok",
        "capture_fps": 15.0,
        "frames_dropped": 0,
        "detectors": (),
        "outbox_depth": 0,
        "spool_files": 0,
        "disk_free_bytes": 20_000_000_000,
    }
    return Health(**said | changes)
