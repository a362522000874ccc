"""How fast somebody may go: a token bucket."""

from time import monotonic


class Pace:
    """Lets `burst` through at once and `per_s` a second in the long run. For one task."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._per_s = per_s
        self._burst = burst
        self._left = float(burst)
        self._at = monotonic()

    def take(self) -> bool:
        """False when it is too fast; that try costs nothing."""
        now = monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
