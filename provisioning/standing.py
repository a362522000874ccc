"""How a device does, in words: one sign, one colour and one meaning for each status, and what to do about each care."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Word:
    """`sign` stands before the word, so that nothing depends on colours."""

    sign: str
    style: str
    means: str


STATUS: Final[dict[str, Word]] = {
    "online": Word("✓", "green", "connected, and nothing is to be done"),
    "degraded": Word("▲", "yellow", "connected, and something wants looking after"),
    "offline": Word("✗", "red", "not connected: check its power and its network"),
    "new": Word("○", "cyan", "enrolled, and never heard of since: start its agent"),
    "expired": Word("✗", "red", "its certificate has ended, so the broker refuses it: rescue it with a rescue code"),
    "revoked": Word("⊘", "red", "its key is not trusted: nothing of it counts, and it is not let in"),
    "replaced": Word("·", "dim", "another device has its booth; kept as history"),
}
"""The words of docs/devices.md, in the order in which somebody should look."""

CARE: Final[dict[str, tuple[str, str]]] = {
    "camera_lost": ("camera lost", "look at its cable; try it there: invigil device cameras"),
    "certificate_ends": ("certificate ends soon", "it renews itself; if it did not: invigil device renew, there"),
    "check_failed": ("a check failed", "see what it found: invigil device doctor, there"),
    "clock_off": ("clock is off", "can it reach a time server? timedatectl timesync-status, there"),
    "detector_failed": ("detector failed", "are its weights whole? invigil models verify, there"),
    "disk_low": ("disk nearly full", "evidence waits there until it is uploaded; is the network slow? make room"),
    "hot": ("hot", "is its fan running, does air reach it?"),
    "other_certificate": ("speaks with another certificate", "restart its agent; if it stays so, enrol it again"),
    "outbox_behind": ("events are waiting", "it sends as fast as the hub takes them; see the hub's /readyz"),
    "throttled": ("slowed down", "it is hot, or its power supply is too weak"),
    "under_voltage": ("power supply too weak", "use the board's own power supply and a short cable"),
}
"""What each means, and what to do."""

UNKNOWN: Final = Word("?", "yellow", "a word of a newer hub; see its dashboard")


def word_of(status: str) -> Word:
    return STATUS.get(status, UNKNOWN)


def care_of(code: str) -> tuple[str, str]:
    """A care of a newer hub is shown by its code."""
    return CARE.get(code, (code.replace("_", " "), "see the device's page on the dashboard"))
