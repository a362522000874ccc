"""When a detector is due: so many times a second of captured time, whatever the frame rate."""

from collections import deque
from statistics import median
from typing import Final

EARLY_S: Final = 0.002
"""A frame this much before its turn still counts: cameras and containers round their time stamps."""
WINDOW: Final = 600
"""Inferences remembered for the figures: a minute at ten a second."""
WINDOW_S: Final = 60.0


class Schedule:
    """Keeps a grid of due times, so that ten a second out of fifteen frames does not become seven and a half."""

    def __init__(self, rate_hz: float) -> None:
        self._period_s = 1 / rate_hz
        self._due_s: float | None = None
        self._done: deque[tuple[float, float]] = deque(maxlen=WINDOW)

    def due(self, captured_s: float) -> bool:
        """Whether it is time; if so, the next turn is set."""
        if self._due_s is not None and captured_s < self._due_s - EARLY_S:
            return False
        late_s = 0.0 if self._due_s is None else captured_s - self._due_s
        start_s = captured_s if self._due_s is None or late_s >= self._period_s else self._due_s
        self._due_s = start_s + self._period_s
        return True

    def record(self, captured_s: float, took_s: float) -> None:
        self._done.append((captured_s, took_s))
        while self._done and captured_s - self._done[0][0] > WINDOW_S:
            self._done.popleft()

    @property
    def inference_ms(self) -> float | None:
        """Median of the last minute; None before the first."""
        return median(took for _, took in self._done) * 1000 if self._done else None

    @property
    def rate_hz(self) -> float | None:
        """Inferences per second of captured time; None before there are two."""
        span_s = self._done[-1][0] - self._done[0][0] if len(self._done) > 1 else 0.0
        return (len(self._done) - 1) / span_s if span_s > 0 else None
