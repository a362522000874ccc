"""Which unacknowledged events to send now: the oldest few, each again when its answer is overdue."""

import random
from collections.abc import Callable, Iterable
from typing import Final

from agent.uplink.outbox import Pending

WINDOW: Final = 64
"""Events in flight at most. At about 1 kB each this fills no queue of the broker (1000 messages by default)."""

LEAST: Final = 4
"""Events in flight when the hub does not keep up."""

OVERDUE_FIRST_S: Final = 4.0
OVERDUE_MAX_S: Final = 60.0
"""A hub commits within a second; one that says `online` but never answers costs a window per minute, no more."""


class Window:
    """Remembers what was sent when. One thread; `now` is monotonic seconds.

    It narrows as TCP's does (RFC 5681): by half when answers are overdue, as when a hall of booths comes back after a
    day and the hub drops what it has no room for; wider by one for each window that is answered.
    """

    def __init__(self, jitter: Callable[[float, float], float] = random.uniform) -> None:
        self._jitter = jitter
        self._due_s: dict[int, float] = {}
        self._tries: dict[int, int] = {}
        self._width: float = WINDOW
        self._narrowed_s = float("-inf")

    def due(self, pending: Iterable[Pending], now: float) -> list[Pending]:
        """What of `pending` (oldest first) must be sent now; what is not in it any more is forgotten."""
        oldest = list(pending)[:WINDOW]
        alive = {event.seq for event in oldest}
        self._widen(sum(seq not in alive for seq in self._due_s))
        self._due_s = {seq: due for seq, due in self._due_s.items() if seq in alive}
        self._tries = {seq: tries for seq, tries in self._tries.items() if seq in alive}
        if any(due <= now for due in self._due_s.values()):
            self._narrow(now)
        return [event for event in oldest[: int(self._width)] if self._due_s.get(event.seq, now) <= now]

    def sent(self, seq: int, now: float) -> None:
        """The next try comes later each time, spread out, so that booths do not answer a hub's return in one beat."""
        tries = self._tries.get(seq, 0)
        self._due_s[seq] = now + min(OVERDUE_FIRST_S * 2**tries, OVERDUE_MAX_S) * self._jitter(1.0, 1.5)
        self._tries[seq] = tries + 1

    def again(self, first: int, last: int) -> None:
        """The hub missed these numbers: they are due at once."""
        for seq in [seq for seq in self._due_s if first <= seq <= last]:
            del self._due_s[seq]

    def reset(self) -> None:
        """Another connection or another hub process: whatever was in flight may be lost."""
        self._due_s.clear()
        self._tries.clear()
        self._width = WINDOW

    def _widen(self, answered: int) -> None:
        self._width = min(WINDOW, self._width + answered / self._width)

    def _narrow(self, now: float) -> None:
        """Once for all that was sent together."""
        if now - self._narrowed_s >= OVERDUE_FIRST_S:
            self._width, self._narrowed_s = max(LEAST, self._width / 2), now
