"""What the agent says about itself: counted trouble, and what the board tells about heat and power."""

import logging
import shutil
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Final, Literal, get_args

log = logging.getLogger(__name__)

TroubleName = Literal[
    "broker_refused",
    "broker_tls",
    "broker_unreachable",
    "camera",
    "encoder_failed",
    "events_dropped",
    "events_missing",
    "events_rejected",
    "events_waiting_in_memory",
    "evidence_dropped",
    "evidence_lost",
    "message_malformed",
    "message_too_large",
    "messages_dropped",
    "outbox_corrupt",
    "outbox_failed",
    "outbox_full",
    "payload_too_large",
    "screen",
    "signing_failed",
    "uplink",
    "upload_failed",
    "upload_refused",
    "viewer_failed",
    "viewer_refused",
    "vision",
]
"""Every counter there is. The dashboard shows them by these names."""

REPEAT_AFTER_S: Final = 60.0
"""The same sentence is not logged sooner: trouble that repeats fills the counter, not the journal."""


class Trouble:
    """Counts trouble by name and says it aloud, once in a while. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._said: dict[TroubleName, tuple[str, float]] = {}

    def count(self, name: TroubleName, sentence: str = "", *, times: int = 1) -> None:
        """Add to a counter; `sentence` is logged when it is a new one for this name, or an old one after a minute."""
        with self._lock:
            self._counts[name] += times
            said, at = self._said.get(name, ("", 0.0))
            now = time.monotonic()
            fresh = bool(sentence) and (sentence != said or now - at >= REPEAT_AFTER_S)
            if fresh:
                self._said[name] = (sentence, now)
        if fresh:
            log.warning("%s", sentence)

    def of(self, name: TroubleName) -> int:
        with self._lock:
            return self._counts[name]

    def snapshot(self) -> dict[str, int]:
        """Counters above zero, as `Health.errors` wants them."""
        with self._lock:
            return {name: count for name, count in sorted(self._counts.items()) if count}


def trouble_name(name: str) -> TroubleName:
    """The counter called `name`; one that nobody declared is a programming error."""
    for known in get_args(TroubleName):
        if known == name:
            return known  # type: ignore[no-any-return]
    raise KeyError(name)


def temperature_c(zone: Path = Path("/sys/class/thermal/thermal_zone0/temp")) -> float | None:
    """The processor's temperature; None where the board does not tell."""
    try:
        return int(zone.read_text()) / 1000
    except (OSError, ValueError):
        return None


def throttled(flags: Path = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")) -> bool | None:
    """Whether a Raspberry Pi slows down right now for heat or low voltage; None elsewhere.

    Bits 0 to 3 are now (under-voltage, frequency capped, throttled, soft limit); the upper ones are history.
    """
    bits = throttle_bits(flags)
    return None if bits is None else bool(bits & 0xF)


def throttle_bits(flags: Path = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")) -> int | None:
    """As the firmware of a Raspberry Pi tells them; None elsewhere."""
    try:
        return int(flags.read_text(), 16)
    except (OSError, ValueError):
        return None


def disk_free_bytes(path: Path) -> int:
    """Room left where the outbox and the spool lie; 0 when the disk does not answer."""
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return 0


def disk_total_bytes(path: Path) -> int | None:
    try:
        return shutil.disk_usage(path).total
    except OSError:
        return None


def board_uptime_s(file: Path = Path("/proc/uptime")) -> float | None:
    try:
        return float(file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def load_1m(file: Path = Path("/proc/loadavg")) -> float | None:
    """Processes that wanted to run, mean of the last minute."""
    try:
        return float(file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def memory_bytes(file: Path = Path("/proc/meminfo")) -> tuple[int | None, int | None]:
    """Total, and what programs could still have. `proc` counts in KiB."""
    try:
        words = dict(line.split(":", 1) for line in file.read_text().splitlines() if ":" in line)
        total, available = (int(words[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable"))
    except (OSError, ValueError, KeyError, IndexError):
        return None, None
    return total, available
