"""When sound was taken, from when it arrived: a busy machine fetches it late and in heaps, but loses none of it."""

from typing import Final

from agent.capture.chunker import JUMP_S

WINDOW_S: Final = 5.0
"""Sound that was late all this time does not wait in a buffer: samples were lost, or the card's clock is slow."""


class ArrivalClock:
    """Counts in samples, and follows the clock only where it must. One thread."""

    def __init__(self) -> None:
        self._next_s: float | None = None
        self._began_s = 0.0
        self._least_late_s = float("inf")

    def starts_s(self, now_s: float, duration_s: float) -> float:
        """Of a piece of sound so long that has just arrived."""
        measured_s = now_s - duration_s
        if self._next_s is None or self._next_s - measured_s > JUMP_S:
            self._next_s = measured_s
            self._begin(now_s)
        self._least_late_s = min(self._least_late_s, measured_s - self._next_s)
        if now_s - self._began_s >= WINDOW_S:
            if self._least_late_s > JUMP_S:
                self._next_s += self._least_late_s
            self._begin(now_s)
        starts_s, self._next_s = self._next_s, self._next_s + duration_s
        return starts_s

    def _begin(self, now_s: float) -> None:
        self._began_s, self._least_late_s = now_s, float("inf")
