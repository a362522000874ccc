"""How fast evidence leaves the device: a token bucket, so that uploads leave room for live pictures."""

import threading
import time
from collections.abc import Callable
from typing import Final

BURST_S: Final = 1.0
"""What may go at once after a silence."""


class Pace:
    """Not for several threads: the uploader's own. `max_bps` bits a second; 0 is no bound."""

    def __init__(self, max_bps: int, stop: threading.Event, clock: Callable[[], float] = time.monotonic) -> None:
        self._bytes_per_s = max_bps / 8
        self._stop = stop
        self._tokens = self._bytes_per_s * BURST_S
        self._clock = clock
        self._filled_s = clock()

    def spend(self, size_bytes: int) -> None:
        """Returns when `size_bytes` may go, or at once when the agent stops. More than the bucket holds is a debt."""
        if not self._bytes_per_s:
            return
        now_s = self._clock()
        earned = (now_s - self._filled_s) * self._bytes_per_s
        self._tokens = min(self._bytes_per_s * BURST_S, self._tokens + earned) - size_bytes
        self._filled_s = now_s
        if self._tokens < 0:
            self._stop.wait(-self._tokens / self._bytes_per_s)
