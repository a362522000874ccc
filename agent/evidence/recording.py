"""The recording of a whole exam: when its next segment is to be cut. Knows time, not pictures."""

from typing import Final

from agent.evidence.ring import PacketRing

SEGMENT_S: Final = 30.0
"""A power cut costs at most this much, which is in memory; a segment of a megabit a second has 3.75 MB."""
JUST_AFTER_S: Final = 1e-6
"""Stretches end before their second time."""


class Recording:
    """Not for several threads: its owner has a lock."""

    def __init__(self, segment_s: float = SEGMENT_S) -> None:
        self._segment_s = segment_s
        self._wanted = False
        self._next_s: float | None = None
        """Where the next segment begins; None while nothing is to be recorded."""
        self._ended: list[tuple[float, float]] = []
        """What was cut off and is not written yet."""

    def want(self, wanted: bool, now_s: float | None) -> None:
        """From `now_s` on, which is the newest picture's time, or from the first picture if there is none yet."""
        if wanted and not self._wanted and self._next_s is None:
            self._next_s = float("-inf") if now_s is None else now_s + JUST_AFTER_S
        elif not wanted and self._next_s is not None:
            self._ended += [] if now_s is None else [(self._next_s, now_s + JUST_AFTER_S)]
            self._next_s = None
        self._wanted = wanted

    def cut(self, now_s: float) -> None:
        """Somebody else sits down: no segment shows both."""
        if self._next_s is not None:
            self._ended.append((self._next_s, now_s + JUST_AFTER_S))
            self._next_s = now_s + JUST_AFTER_S

    def due(self, ring: PacketRing) -> tuple[float, float] | None:
        """The stretch to write now: a whole segment up to a keyframe, or what is left when recording has ended."""
        if self._ended:
            return self._ended.pop(0)
        newest_s = ring.newest_s
        if self._next_s is None or newest_s is None:
            return None
        if newest_s < self._next_s - 2 * JUST_AFTER_S:
            self._next_s = float("-inf")  # the camera's clock began anew
        begin_s = ring.keyframe_from(self._next_s)
        cut_s = None if begin_s is None else ring.keyframe_from(begin_s + self._segment_s)
        if begin_s is None or cut_s is None:
            return None
        self._next_s = cut_s
        return begin_s, cut_s
