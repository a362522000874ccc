"""The microphone as Opus, encoded once for all viewers and for evidence while anybody listens."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np

from agent.capture.microphone import CHUNK_SAMPLES, RATE_HZ, AudioChunk, AudioQueue, MicrophoneThread
from agent.errors import DetectorError
from agent.health import Trouble
from agent.streaming.rtp import RtpFrame
from contract.live import StreamStats

log = logging.getLogger(__name__)

BITRATE_BPS: Final = 32_000
"""Full-band speech of one voice (RFC 6716, 2.1.1 names 28 to 40 kbit/s)."""
QUEUE_CHUNKS: Final = 10
"""0.2 s: sound that is later than that is dropped, oldest first."""
TAKE_S: Final = 0.5
GAP_S: Final = 0.1
"""Chunks further apart are a hole in the sound; below that it is a clock's jitter, which must not be heard."""
RETRY_S: Final = 2.0
WINDOW_S: Final = 2.0

AudioSink = Callable[[RtpFrame], None]


class OpusEncoder:
    """One chunk of 20 ms in, one packet out. With it travels enough of the one before to mend one loss."""

    def __init__(self) -> None:
        context: Any = av.CodecContext.create("libopus", "w")
        context.sample_rate, context.layout, context.format = RATE_HZ, "mono", "s16"
        context.bit_rate = BITRATE_BPS
        context.time_base = Fraction(1, RATE_HZ)
        context.options = {
            "application": "voip",
            "frame_duration": "20",
            "fec": "1",
            "packet_loss": "5",
            "compression_level": "5",  # half the processor time of the highest, and nobody hears it
        }
        self._context = context
        self._position_s: float | None = None
        self._captured_s = 0.0
        self._samples = 0

    def encode(self, chunk: AudioChunk) -> list[RtpFrame]:
        """Raises `DetectorError`."""
        if chunk.rate_hz != RATE_HZ or len(chunk.samples) != CHUNK_SAMPLES:
            raise DetectorError(f"a chunk of {len(chunk.samples)} samples at {chunk.rate_hz} Hz is not 20 ms of 48 kHz")
        apart_s = chunk.captured_s - self._captured_s
        if self._position_s is None:
            self._position_s = chunk.captured_s
        else:
            self._position_s += apart_s if apart_s > GAP_S else chunk.duration_s
        self._captured_s = chunk.captured_s
        try:
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(chunk.samples)[None, :], format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self._samples, Fraction(1, RATE_HZ)
            packets = [bytes(packet) for packet in self._context.encode(frame)]
        except (av.error.FFmpegError, ValueError) as error:
            raise DetectorError(f"sound was not encoded: {error}") from error
        self._samples += CHUNK_SAMPLES
        return [RtpFrame((data,), chunk.captured_s, self._position_s, True, len(data)) for data in packets]


class AudioThread:
    """Encodes while somebody has subscribed, and holds the microphone open only so long. Call from any thread."""

    def __init__(self, microphone: MicrophoneThread, trouble: Trouble) -> None:
        self._microphone, self._trouble = microphone, trouble
        self._lock = threading.Lock()
        self._queue: AudioQueue | None = None
        self._thread: threading.Thread | None = None
        self._sinks: tuple[AudioSink, ...] = ()
        """Replaced, never changed: the encoding thread walks it without the lock."""
        self._done: deque[tuple[float, int]] = deque(maxlen=200)

    def start(self, sink: AudioSink) -> None:
        """From now on `sink` gets every packet, on the encoding thread. Twice is no harm."""
        with self._lock:
            if sink not in self._sinks:
                self._sinks = (*self._sinks, sink)
            if self._queue is None:
                self._queue = queue = self._microphone.subscribe(QUEUE_CHUNKS)
                self._thread = threading.Thread(target=self._encode, args=(queue,), name="encoder-audio", daemon=True)
                self._thread.start()

    def leave(self, sink: AudioSink) -> None:
        """No more for `sink`; with the last one the microphone is let go of. Twice is no harm."""
        with self._lock:
            self._sinks = tuple(other for other in self._sinks if other != sink)
            left = self._sinks
        if not left:
            self.stop()

    def stop(self, timeout_s: float = 0.0) -> None:
        """Let go of the microphone, whoever listens; waits up to `timeout_s` for the thread."""
        with self._lock:
            self._sinks = ()
            queue, self._queue = self._queue, None
            thread, self._thread = self._thread, None
            self._done.clear()
        if queue is not None:
            self._microphone.close(queue)
        if thread is not None and timeout_s:
            thread.join(timeout_s)

    def stats(self) -> StreamStats | None:
        """None while nobody listens."""
        if self._queue is None:
            return None
        since_s = time.monotonic() - WINDOW_S
        sizes = [size for at_s, size in tuple(self._done) if at_s >= since_s]
        bitrate_bps = int(sum(sizes) * 8 / WINDOW_S)
        return StreamStats(stream="audio", encoder="libopus", fps=len(sizes) / WINDOW_S, bitrate_bps=bitrate_bps)

    def _encode(self, queue: AudioQueue) -> None:
        encoder: OpusEncoder | None = None
        while not queue.closed:
            chunk = queue.take(TAKE_S)
            if chunk is None:
                continue
            try:
                encoder = encoder or OpusEncoder()
                for frame in encoder.encode(chunk):
                    self._done.append((time.monotonic(), frame.size))
                    for sink in self._sinks:
                        sink(frame)
            except Exception as error:  # sound that fails must not end for good, nor take the picture with it
                if not isinstance(error, DetectorError):
                    log.exception("sound")
                self._trouble.count("encoder_failed", f"sound: {error}")
                encoder = None
                _rest(queue, RETRY_S)


def _rest(queue: AudioQueue, rest_s: float) -> None:
    """Leave sound unheard for a while, but notice the end."""
    until_s = time.monotonic() + rest_s
    while not queue.closed and (left_s := until_s - time.monotonic()) > 0:
        queue.take(min(left_s, TAKE_S))
