"""Hears speech: chunks of sound in, whether somebody speaks and since when out. Nothing of the sound is kept.

Probabilities come from Silero's network, which looks only while something stands out from the room's noise. Somebody
speaks from the first window above `BEGIN` if that goes on for `SURE_S`, until `END_S` without a window above `GO_ON`:
the thresholds and the quarter of a second are those of Silero's own `get_speech_timestamps`.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.capture.microphone import RATE_HZ, AudioChunk
from agent.vision import silero
from agent.vision.loudness import WINDOW_S, Loudness
from agent.vision.observation import MIN_SPEECH, Speech
from agent.vision.silero import WINDOW_SAMPLES, Silero, Window

BEGIN: Final = MIN_SPEECH
GO_ON: Final = 0.35
SURE_S: Final = 0.25
END_S: Final = 0.5
"""Between words and at commas; a sentence's pause is for the rule's release time."""
JUMP_S: Final = 0.2
"""Chunks so far apart, or going back in time, do not belong together."""
PRE_ROLL: Final = 6
"""Windows before the one that stood out which the network hears as well: a word begins softly."""

_STEP: Final = RATE_HZ // silero.RATE_HZ
_TAPS: Final = 63


def _low_pass() -> NDArray[np.float32]:
    """Hamming-windowed sinc at 7.2 kHz, below half of the network's rate; unit gain, samples scaled to -1..1."""
    n = np.arange(_TAPS) - _TAPS // 2
    taps = np.sinc(2 * 7200 / RATE_HZ * n) * np.hamming(_TAPS)
    return np.asarray(taps / taps.sum() / 32768, np.float32)


_FILTER: Final = _low_pass()


@dataclass(slots=True)
class _Run:
    """Windows that may become, or are, somebody speaking."""

    since_s: float
    ends_s: float
    """Of the last window above `GO_ON`."""
    sum: float = 0.0
    count: int = 0


class Voice:
    """Call from one thread, chunks in order; raises `DetectorError` when it cannot start or go on."""

    def __init__(self) -> None:
        self._network = Silero()
        self.weights = self._network.weights
        self.refused = 0
        """Chunks that nobody could listen to."""
        self._raw: NDArray[np.int16]
        self._heard: NDArray[np.float32]
        self._ends_s: float
        self._window_s: float
        self._begin_anew(0.0)

    def hear(self, chunk: AudioChunk) -> None:
        """Chunks of another rate, without a time and empty ones are refused and counted; a hole begins anew."""
        if chunk.rate_hz != RATE_HZ or not len(chunk.samples) or not math.isfinite(chunk.captured_s):
            self.refused += 1
            return
        if not abs(chunk.captured_s - self._ends_s) <= JUMP_S:
            self._begin_anew(chunk.captured_s)
        self._ends_s = chunk.ends_s
        self._raw = np.concatenate([self._raw, chunk.samples])
        ready = (len(self._raw) - _TAPS + 1) // _STEP
        if ready > 0:
            heard = np.convolve(self._raw[: ready * _STEP + _TAPS - 1].astype(np.float32), _FILTER, "valid")[::_STEP]
            self._raw = self._raw[ready * _STEP :]
            self._heard = np.concatenate([self._heard, heard[:ready]])
        while len(self._heard) >= WINDOW_SAMPLES:
            window, self._heard = self._heard[:WINDOW_SAMPLES], self._heard[WINDOW_SAMPLES:]
            waiting_s = len(self._heard) / silero.RATE_HZ + len(self._raw) / RATE_HZ
            self._window_s = self._ends_s - waiting_s  # counted back, as a sound card's clock runs away from ours
            self._judge(self._probability(window), self._window_s)

    @property
    def speech(self) -> Speech:
        """Of the newest window."""
        run = self._run
        if run is None or run.ends_s - run.since_s < SURE_S - 1e-6:
            return Speech(probability=self._newest, since_s=None)
        return Speech(probability=run.sum / run.count, since_s=run.since_s)

    @property
    def heard_s(self) -> float:
        """Up to when, captured time."""
        return self._window_s

    def _begin_anew(self, captured_s: float) -> None:
        self._network.reset()
        self._loudness = Loudness()
        self._raw = np.zeros(0, np.int16)
        self._heard = np.zeros(0, np.float32)
        self._before = deque[Window](maxlen=PRE_ROLL)
        self._listening = False
        self._window_s = self._ends_s = captured_s
        self._newest = 0.0
        self._run: _Run | None = None

    def _probability(self, window: Window) -> float:
        """0 without asking the network while nothing stands out."""
        if not self._loudness.stands_out(window):
            self._listening = False
            self._before.append(window)
            return 0.0
        if not self._listening:
            self._listening = True
            self._network.reset()
            for earlier in self._before:
                self._network(earlier)
            self._before.clear()
        return self._network(window)

    def _judge(self, probability: float, ends_s: float) -> None:
        self._newest, run = probability, self._run
        if run is not None and ends_s - run.ends_s > END_S:
            run = None
        if run is None and probability >= BEGIN:
            run = _Run(since_s=ends_s - WINDOW_S, ends_s=ends_s)
        if run is not None and probability >= GO_ON:
            run.ends_s = ends_s
            run.sum, run.count = run.sum + probability, run.count + 1
        self._run = run
