"""The words for how a device is doing, each with one meaning, and why somebody should look after it.

The dashboard, the API and later the command line show these and no others (docs/devices.md).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from contract.messages import Health

Status = Literal["new", "online", "degraded", "offline", "expired", "revoked", "replaced"]
"""`revoked`: its key is not to be trusted, nothing of it counts. `replaced`: another device has its booth. `expired`:
its certificate has ended, the broker refuses it. `new`: enrolled, and never heard of since. `offline`: not connected.
`degraded`: connected, and at least one `Care` is due. `online`: connected, and nothing is to be done. The first that
holds is shown, in this order."""

CareCode = Literal[
    "camera_lost",
    "certificate_ends",
    "check_failed",
    "clock_off",
    "detector_failed",
    "disk_low",
    "hot",
    "other_certificate",
    "outbox_behind",
    "throttled",
    "under_voltage",
]

CERTIFICATE_ENDS: Final = timedelta(days=30)
"""Or a sixth of its life, where that is shorter: it should have renewed at two thirds."""
HOT_C: Final = 80.0
"""Where a Raspberry Pi begins to slow down."""
DISK_LOW_BYTES: Final = 1_000_000_000
"""Half of what evidence may take while the hub is away, twice over."""
CLOCK_OFF_MS: Final = 2000.0
OUTBOX_BEHIND: Final = 1000
"""Events that wait; a busy hour has some hundred."""
UNDER_VOLTAGE_BITS: Final = 0x10001
"""Now, or since the board started."""
KNOWN_SOONER: Final = frozenset(
    {
        *("camera", "clock", "certificate", "disk_space", "outbox", "temperature", "throttling", "under_voltage"),
        *("agent", "acknowledgement", "broker"),  # whoever is connected and heard has these
    }
)
"""Checks of the doctor, who comes once an hour, of what the hub itself sees within seconds."""


@dataclass(frozen=True, slots=True)
class Care:
    """One thing for a technician. `detail` is a name or a number with its unit, not a sentence."""

    code: CareCode
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a device, for its word."""

    serial: str
    enrolled_at: datetime
    issued_at: datetime
    """The certificate in force, which ends at `not_after`."""
    not_after: datetime
    replaced_at: datetime | None
    revoked_at: datetime | None
    availability: str | None
    last_seen_at: datetime | None
    health: Health | None
    clock_offset_ms: float | None
    certificate_serial: str
    """Of the certificate that the booth's device says it has; empty where it does not say."""
    failed_checks: tuple[str, ...] = ()
    """By the doctor who looked last."""


def status_of(standing: Standing, now: datetime) -> tuple[Status, tuple[Care, ...]]:
    """The word, and for a device that is connected what is to be done."""
    if standing.revoked_at is not None:
        return "revoked", ()
    if standing.replaced_at is not None:
        return "replaced", ()
    ending = _ending(standing, now)
    if now > standing.not_after:
        return "expired", ()
    if standing.last_seen_at is None or standing.last_seen_at < standing.enrolled_at:
        return "new", ending
    if standing.availability != "online":
        return "offline", ending
    due = (*ending, *_cares(standing))
    return ("degraded" if due else "online"), due


def _ending(standing: Standing, now: datetime) -> tuple[Care, ...]:
    left, life = standing.not_after - now, standing.not_after - standing.issued_at
    return (Care("certificate_ends", f"{max(left.days, 0)} d"),) if left <= min(CERTIFICATE_ENDS, life / 6) else ()


def _cares(standing: Standing) -> tuple[Care, ...]:
    found: list[Care] = []
    health = standing.health
    if standing.certificate_serial not in {"", standing.serial}:
        found.append(Care("other_certificate", standing.certificate_serial))
    if standing.clock_offset_ms is not None and abs(standing.clock_offset_ms) > CLOCK_OFF_MS:
        found.append(Care("clock_off", f"{standing.clock_offset_ms / 1000:+.1f} s"))
    found += [Care("check_failed", name) for name in standing.failed_checks if name not in KNOWN_SOONER]
    if health is None:
        return tuple(found)
    if health.camera == "lost":
        found.append(Care("camera_lost", health.camera_detail))
    found += [Care("detector_failed", each.name) for each in health.detectors if each.state == "failed"]
    if health.temperature_c is not None and health.temperature_c >= HOT_C:
        found.append(Care("hot", f"{health.temperature_c:.0f} °C"))
    if health.throttled:
        found.append(Care("throttled"))
    if health.throttle_bits is not None and health.throttle_bits & UNDER_VOLTAGE_BITS:
        found.append(Care("under_voltage"))
    if health.disk_free_bytes < DISK_LOW_BYTES:
        found.append(Care("disk_low", f"{health.disk_free_bytes / 1e9:.1f} GB"))
    if health.outbox_depth > OUTBOX_BEHIND:
        found.append(Care("outbox_behind", str(health.outbox_depth)))
    return tuple(found)
