"""One MQTT message as it arrives."""

from dataclasses import dataclass
from datetime import datetime


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
    correlation: bytes | None = None
