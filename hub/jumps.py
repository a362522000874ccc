"""Whether the hub's wall clock was set: what it did between two looks that time itself did not do.

A clock that NTP slews drifts by fractions of a millisecond a second; one that is set jumps. Compared with the time
since boot, which goes on while a machine sleeps, so that an hour of sleep is an hour and not a jump.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

JUMP: Final = timedelta(seconds=2)
"""From this on it was set. Less than a second looks the same as a busy machine that read one clock after the other."""


class Jumps:
    """For one loop that looks every now and then."""

    def __init__(self) -> None:
        self._before = _clocks()

    def since_last(self) -> timedelta:
        """By how much the wall clock was set since the last call, or the beginning; zero where it was not."""
        before, self._before = self._before, _clocks()
        passed = timedelta(seconds=self._before[1] - before[1])
        jump = self._before[0] - before[0] - passed
        return jump if abs(jump) >= JUMP else timedelta()


def _clocks() -> tuple[datetime, float]:
    return datetime.now(UTC), time.clock_gettime(time.CLOCK_BOOTTIME)
