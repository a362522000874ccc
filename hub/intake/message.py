"""One MQTT message as it arrives."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

KEPT_PAYLOAD_BYTES: Final = 8 * 1024
"""Of a message that is kept aside."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Which delivery of which connection: what confirms it to the broker."""

    connection: int
    mid: int
    qos: int


@dataclass(frozen=True, slots=True)
class Message:
    topic: str
    payload: bytes
    retained: bool
    received_at: datetime
    delivery: Delivery
    size_bytes: int
    """Of the payload as it came; `payload` may have been cut."""
    correlation: bytes | None = None
