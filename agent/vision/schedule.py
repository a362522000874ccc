"""When a detector is due: so many times a second of captured time, whatever the frame rate."""

from collections import deque
from statistics import median
from typing import Final

EARLY_S: Final = 0.002
"""A frame this much before its turn still counts: cameras and containers round their time stamps."""
WINDOW: Final = 600
"""Inferences remembered for the figures: a minute at ten a second."""
WINDOW_S: Final = 60.0
RECENT: Final = 20
"""Inferences from which the present load is taken: two seconds of faces, half a minute of objects at their slowest."""


class Schedule:
    """Keeps a grid of due times, so that ten a second out of fifteen frames does not become seven and a half."""

    def __init__(self, rate_hz: float) -> None:
        self._period_s = 1 / rate_hz
        self._due_s: float | None = None
        self._done: deque[tuple[float, float]] = deque(maxlen=WINDOW)

    def change(self, rate_hz: float) -> None:
        """Another pace from the next turn on."""
        self._period_s = 1 / rate_hz

    def due(self, captured_s: float) -> bool:
        """Whether it is time; if so, the next turn is set."""
        wait_s = 0.0 if self._due_s is None else self._due_s - captured_s
        if EARLY_S < wait_s <= self._period_s + EARLY_S:  # a longer wait means that the camera's time began anew
            return False
        on_grid = self._due_s is not None and abs(wait_s) < self._period_s
        start_s = self._due_s if self._due_s is not None and on_grid else captured_s
        self._due_s = start_s + self._period_s
        return True

    def record(self, captured_s: float, took_s: float) -> None:
        self._done.append((captured_s, took_s))
        while self._done and captured_s - self._done[0][0] > WINDOW_S:
            self._done.popleft()

    @property
    def inference_ms(self) -> float | None:
        """Median of the last minute; None before the first."""
        done = tuple(self._done)  # another thread may be recording
        return median(took_s for _, took_s in done) * 1000 if done else None

    @property
    def recent_s(self) -> float | None:
        """Median of the last few, seconds; None before the first."""
        done = tuple(self._done)[-RECENT:]
        return median(took_s for _, took_s in done) if done else None

    @property
    def rate_hz(self) -> float | None:
        """Inferences per second of captured time; None before there are two."""
        done = tuple(self._done)
        span_s = done[-1][0] - done[0][0] if len(done) > 1 else 0.0
        return (len(done) - 1) / span_s if span_s > 0 else None
