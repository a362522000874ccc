"""Brings decoded sound of any rate, format and channel count into chunks of one form."""

from typing import Any, Final

import av
import numpy as np

from agent.capture.microphone import CHUNK_SAMPLES, RATE_HZ, AudioChunk

JUMP_S: Final = 0.1
"""Sound that is so far from where the samples counted so far end does not go on with them: a hole in a file, samples
that a busy machine lost, or a sound card's clock that has run away from ours for half an hour."""


class Chunker:
    """Frames in, chunks out. Between jumps chunks follow each other without a gap: their time is counted in samples.

    What does not fill a chunk before a jump or the end, less than 20 ms, is dropped. One thread.
    """

    def __init__(self) -> None:
        self._form: tuple[Any, ...] = ()
        self._resampler: Any = None
        self._waiting = np.zeros(0, np.int16)
        self._starts_s = 0.0
        """Of the first sample that waits."""
        self._ends_s = float("-inf")
        """Of the sound that went in."""

    def add(self, frame: Any, starts_s: float) -> list[AudioChunk]:
        """Every chunk that `frame` completes; raises `av.error.FFmpegError` for a frame that cannot be converted."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._form or abs(starts_s - self._ends_s) > JUMP_S:
            self._form, self._waiting, self._starts_s = form, np.zeros(0, np.int16), starts_s
            self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
            self._ends_s = starts_s
        self._ends_s += frame.samples / frame.sample_rate
        frame.pts = None  # the resampler would fill holes in the stamps of a clock that is not ours
        parts = [np.asarray(part.to_ndarray(), np.int16)[0] for part in self._resampler.resample(frame)]
        self._waiting = np.concatenate([self._waiting, *parts])
        return self._cut()

    def _cut(self) -> list[AudioChunk]:
        chunks = []
        while len(self._waiting) >= CHUNK_SAMPLES:
            chunks.append(AudioChunk(self._starts_s, self._waiting[:CHUNK_SAMPLES]))
            self._waiting = self._waiting[CHUNK_SAMPLES:]
            self._starts_s += CHUNK_SAMPLES / RATE_HZ
        return chunks
