"""Whether anything stands out from the noise of the room: spares the voice network the hours in which nobody speaks.

Levels are of the difference between neighbouring samples, which takes hum and the rumble of fans down by 20 dB against
the middle of a voice. The noise floor is the quietest window of the last ten seconds: speech pauses more often than
that, a fan does not. (Minimum statistics, as in R. Martin, IEEE Trans. Speech Audio Process. 9(5), 2001, without its
bias correction, which `MARGIN_DB` holds.)
"""

import math
from collections import deque
from typing import Final

import numpy as np

from agent.vision.silero import RATE_HZ, WINDOW_SAMPLES, Window

WINDOW_S: Final = WINDOW_SAMPLES / RATE_HZ
FLOOR_S: Final = 10.0
BLOCK_S: Final = 0.5
MARGIN_DB: Final = 4.0
"""Windows of steady noise lie within 2 dB of their quietest."""
SILENCE_DB: Final = -80.0
"""Below it there is nothing but a converter's own noise: a voice at the far end of a room has -65."""
LISTEN_S: Final = 1.0
"""So long after the last window that stood out, the network goes on: for the ends of words and pauses between them; and
so long at the beginning, when nobody knows the floor yet."""


class Loudness:
    """One thread, windows in order."""

    def __init__(self) -> None:
        self._blocks = deque[float](maxlen=round(FLOOR_S / BLOCK_S))
        """The quietest window of each `BLOCK_S`, dB."""
        self._in_block = 0
        self._listen_on = round(LISTEN_S / WINDOW_S)

    def stands_out(self, window: Window) -> bool:
        """Whether this window is to be listened to."""
        level_db = level(window)
        self._remember(level_db)
        if level_db > max(min(self._blocks) + MARGIN_DB, SILENCE_DB):
            self._listen_on = round(LISTEN_S / WINDOW_S)
        self._listen_on -= 1
        return self._listen_on >= 0

    def _remember(self, level_db: float) -> None:
        if self._in_block == 0:
            self._blocks.append(level_db)
        self._blocks[-1] = min(self._blocks[-1], level_db)
        self._in_block = (self._in_block + 1) % round(BLOCK_S / WINDOW_S)


def level(window: Window) -> float:
    """dB against a full-scale step from sample to sample."""
    steps = np.diff(window)
    return 10 * math.log10(float(np.dot(steps, steps)) / len(steps) + 1e-12)
