"""What a crowd of simulated booths measured, from all threads, as one JSON object a second."""

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Final

LATENCIES_KEPT: Final = 200_000
"""The newest; at 1,000 events/s the last three minutes."""


class Figures:
    """Counts and times. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latencies_s: list[float] = []
        self._next = 0
        self.appended = 0
        self.acknowledged = 0
        self.pictures = 0
        self.cuts = 0

    def happened(self, events: int = 1) -> None:
        with self._lock:
            self.appended += events

    def took(self, latencies_s: Sequence[float], acknowledged: int) -> None:
        """From the moment an event was handed to the outbox until the hub's acknowledgement was on disk here; those
        of an earlier run were acknowledged too but have no time."""
        with self._lock:
            self.acknowledged += acknowledged
            for latency in latencies_s:
                if len(self._latencies_s) < LATENCIES_KEPT:
                    self._latencies_s.append(latency)
                else:
                    self._latencies_s[self._next] = latency
                    self._next = (self._next + 1) % LATENCIES_KEPT

    def pictured(self) -> None:
        with self._lock:
            self.pictures += 1

    def cut(self) -> None:
        with self._lock:
            self.cuts += 1

    def sheet(self, *, booths: int, connected: int, waiting: int, trouble: Counter[str]) -> dict[str, object]:
        """Percentiles are of what is kept, in milliseconds; None before the first acknowledgement."""
        with self._lock:
            times = sorted(self._latencies_s)
            return {
                "booths": booths,
                "connected": connected,
                "appended": self.appended,
                "acknowledged": self.acknowledged,
                "waiting": waiting,
                "pictures": self.pictures,
                "cuts": self.cuts,
                "ack_p50_ms": percentile_ms(times, 0.50),
                "ack_p99_ms": percentile_ms(times, 0.99),
                "trouble": dict(sorted(trouble.items())),
            }


def percentile_ms(ordered_s: Sequence[float], share: float) -> float | None:
    """Nearest rank."""
    if not ordered_s:
        return None
    return round(ordered_s[min(int(share * len(ordered_s)), len(ordered_s) - 1)] * 1000, 1)
