"""What time it is at the hub, as far as this device knows.

The hub says it about once a minute. In between, and while the hub is away, the monotonic clock carries it on, so that a
clock of this device that is wrong, or is put right in the middle of an exam, takes no time from a candidate.
"""

import time
from datetime import UTC, datetime, timedelta


class HubClock:
    """One writer, any reader. Before the hub said anything the device's own clock has to do."""

    def __init__(self) -> None:
        self._heard: tuple[datetime, float] | None = None

    def hear(self, at: datetime) -> None:
        self._heard = at, time.monotonic()

    def now(self) -> datetime:
        heard = self._heard
        return datetime.now(UTC) if heard is None else heard[0] + timedelta(seconds=time.monotonic() - heard[1])
