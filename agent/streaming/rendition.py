"""One rendition: the thread that encodes it while anybody needs it, and those it is handed to."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from agent.errors import DetectorError
from agent.frame import Frame, FrameTap, LatestFrame
from agent.health import Trouble
from agent.streaming.encoder import EncoderFactory, EncoderSettings, VideoEncoder
from agent.streaming.h264 import EncodedFrame
from contract.live import Rendition, StreamStats

log = logging.getLogger(__name__)

KEYFRAME_GAP_S: Final = 0.3
"""Requests within that are one: viewers who lose the same packets ask at the same time."""
TAKE_S: Final = 0.5
FIRST_WAIT_S: Final = 0.25
LONGEST_WAIT_S: Final = 8.0
"""Between attempts of an encoder that fails the wait doubles; an encoded frame resets it."""
WINDOW_S: Final = 2.0
"""Over which frames and bits per second are told."""

Sink = Callable[[EncodedFrame], None]


class RenditionThread:
    """Encodes while somebody has subscribed. Call from any thread."""

    def __init__(
        self,
        rendition: Rendition,
        tap: FrameTap,
        settings: EncoderSettings,
        factories: Sequence[EncoderFactory],
        trouble: Trouble,
    ) -> None:
        self.rendition = rendition
        self._tap, self._settings, self._factories, self._trouble = tap, settings, tuple(factories), trouble
        self._lock = threading.Lock()
        self._run: _Run | None = None
        self._sinks: tuple[Sink, ...] = ()

    def subscribe(self, sink: Sink) -> None:
        """`sink` gets every frame from now on, and a keyframe is asked for. It is called by the encoding thread."""
        with self._lock:
            self._sinks = (*self._sinks, sink)
            if self._run is None:
                self._run = _Run(self)
                self._run.thread.start()
            self._run.keyframe_wanted = True

    def unsubscribe(self, sink: Sink) -> None:
        """With the last one the encoder stops. One more frame may still come. Twice is no harm."""
        with self._lock:
            self._sinks = tuple(other for other in self._sinks if other != sink)
            if not self._sinks and self._run is not None:
                self._tap.close(self._run.slot)
                self._run = None

    def request_keyframe(self) -> None:
        """The next frame is a keyframe, or the first that comes `KEYFRAME_GAP_S` after the last one."""
        if (run := self._run) is not None:
            run.keyframe_wanted = True

    def stats(self) -> StreamStats | None:
        """None while it does not run."""
        run = self._run
        return None if run is None else run.stats()

    def stop(self, timeout_s: float = 5.0) -> None:
        with self._lock:
            run, self._run, self._sinks = self._run, None, ()
        if run is not None:
            self._tap.close(run.slot)
            run.thread.join(timeout_s)


class _Run:
    """From the first subscriber to the last: one slot, one thread, one encoder at a time."""

    def __init__(self, owner: RenditionThread) -> None:
        self.keyframe_wanted = True
        self.slot: LatestFrame = owner._tap.subscribe()
        self.thread = threading.Thread(target=self._encode, name=f"encoder-{owner.rendition}", daemon=True)
        self._owner = owner
        self._factory = 0
        self._encoder: VideoEncoder | None = None
        self._keyframe_s = float("-inf")
        self._due_s = float("-inf")
        self._wait_s = FIRST_WAIT_S
        self._done: deque[tuple[float, int]] = deque(maxlen=120)

    def stats(self) -> StreamStats:
        since_s = time.monotonic() - WINDOW_S
        sizes = [size for at_s, size in tuple(self._done) if at_s >= since_s]
        return StreamStats(
            stream=self._owner.rendition,
            encoder=self._encoder.name if self._encoder else "",
            fps=len(sizes) / WINDOW_S,
            bitrate_bps=int(sum(sizes) * 8 / WINDOW_S),
        )

    def _encode(self) -> None:
        while not self.slot.closed:
            frame = self.slot.take(TAKE_S)
            if frame is None or not self._is_due(frame):
                continue
            try:
                self._step(frame)
            except Exception as error:  # an encoder's own trouble must not end the stream for good
                self._fail(error)
        self._drop_encoder()

    def _is_due(self, frame: Frame) -> bool:
        """Whether this one is wanted at the rendition's rate. A frame a little early counts: cameras jitter."""
        step_s = 1 / self._owner._settings.max_fps
        if 0 < self._due_s - frame.captured_s - step_s / 4 < 1.0:  # beyond that the clock went back
            return False
        behind_s = self._due_s if self._due_s - frame.captured_s < 1.0 else float("-inf")
        self._due_s = max(behind_s + step_s, frame.captured_s)
        return True

    def _step(self, frame: Frame) -> None:
        if self._encoder is None:
            factories = self._owner._factories
            self._encoder = factories[self._factory % len(factories)](self._owner._settings)
            log.info("%s rendition is encoded by %s", self._owner.rendition, self._encoder.name)
        now_s = time.monotonic()
        keyframe = self.keyframe_wanted and now_s - self._keyframe_s >= KEYFRAME_GAP_S
        if keyframe:
            self.keyframe_wanted = False
        for encoded in self._encoder.encode(frame, keyframe=keyframe):
            self._wait_s = FIRST_WAIT_S
            if encoded.keyframe:
                self._keyframe_s = now_s
            self._done.append((now_s, len(encoded.data)))
            for sink in self._owner._sinks:
                try:
                    sink(encoded)
                except Exception:  # whoever takes frames badly harms neither the encoder nor the others
                    log.exception("%s rendition", self._owner.rendition)

    def _fail(self, error: Exception) -> None:
        """Count it, and try the next kind of encoder after a while."""
        if not isinstance(error, DetectorError):
            log.exception("%s rendition", self._owner.rendition)
        self._owner._trouble.count("encoder_failed", f"{self._owner.rendition} rendition: {error}")
        self._drop_encoder()
        self._factory += 1
        self.keyframe_wanted = True
        deadline_s = time.monotonic() + self._wait_s
        self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)
        while not self.slot.closed and (left_s := deadline_s - time.monotonic()) > 0:
            self.slot.take(min(left_s, TAKE_S))

    def _drop_encoder(self) -> None:
        encoder, self._encoder = self._encoder, None
        if encoder is not None:
            encoder.close()
