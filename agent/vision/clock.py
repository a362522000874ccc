"""Detectors' own time, which only rises, made from captured time, which a driver or a file may set back."""

from typing import Final

REORDER_S: Final = 2.0
"""A frame that is late by no more than this comes out of order (a network camera, a decoder with few references); one
that is later shows that the source's clock began anew. The rules use the same limit for what lies between two looks."""


class Clock:
    """Detectors pace themselves, remember faces and measure stillness by this time. One thread."""

    def __init__(self) -> None:
        self._newest_s = float("-inf")
        self._offset_s = 0.0

    def advance(self, captured_s: float) -> float:
        """The detectors' time of a frame; raises `ValueError` for a frame that comes out of order.

        Where the source began anew, time goes on from the newest frame.
        """
        now_s = captured_s + self._offset_s
        if now_s < self._newest_s:
            late_s = self._newest_s - now_s
            if late_s <= REORDER_S:
                raise ValueError(f"a frame {late_s:.3f} s older than the one before")
            self._offset_s += late_s
            now_s = self._newest_s
        self._newest_s = now_s
        return now_s
