"""The microphone: what every back end can do, and the thread that shares one among all who listen.

Three may listen: the voice detector, the stream to viewers, and evidence where an exam allows recorded sound. It is
open only while somebody does, and none but the last stores sound.
"""

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from agent.errors import DetectorError

log = logging.getLogger(__name__)

RATE_HZ: Final = 48000
"""What Opus takes as it is, and three times what the voice detector wants."""
CHUNK_SAMPLES: Final = 960
"""20 ms: one Opus frame."""
QUEUE_CHUNKS: Final = 50
"""One second. Who is slower than that loses the oldest chunks."""
FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 8.0
"""Between attempts the wait doubles from the first to the longest; a chunk resets it."""
STALL_S: Final = 5.0
"""Without a chunk for so long the microphone counts as lost even if its driver still blocks."""

Samples = NDArray[np.int16]
MicrophoneState = Literal["idle", "starting", "ok", "lost"]


@dataclass(frozen=True, slots=True, eq=False)
class AudioChunk:
    captured_s: float
    """When its first sample was taken, on the clock of `Frame.captured_s`: monotonic, or position in the file."""
    samples: Samples
    """One channel, `CHUNK_SAMPLES` of them; shared between all who listen, so never written to."""
    rate_hz: int = RATE_HZ

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate_hz

    @property
    def ends_s(self) -> float:
        return self.captured_s + self.duration_s


class Microphone(Protocol):
    """One source of sound. All methods are called from one thread."""

    name: str
    """How to call it in messages: kind and source."""

    def open(self) -> None:
        """Start delivering; raises `DetectorError`."""

    def read(self) -> AudioChunk | None:
        """Block until the next chunk; None at a file's end. Raises `DetectorError` when it stalls or vanishes."""

    def close(self) -> None:
        """Let go of the device. May be called at any time, also twice."""


class AudioQueue:
    """One listener's place: `QUEUE_CHUNKS` chunks wait, the oldest is dropped and counted. Any thread."""

    def __init__(self, size: int = QUEUE_CHUNKS) -> None:
        self._chunks: deque[AudioChunk] = deque(maxlen=size)
        self._condition = threading.Condition()
        self._closed = False
        self.dropped = 0

    def put(self, chunk: AudioChunk) -> None:
        """Never waits: whoever listens slowly harms nobody else."""
        with self._condition:
            if self._closed:
                return
            self.dropped += len(self._chunks) == self._chunks.maxlen
            self._chunks.append(chunk)
            self._condition.notify()

    def take(self, timeout_s: float) -> AudioChunk | None:
        """The oldest chunk not taken yet; None after `timeout_s` (0 does not wait) or once closed and empty."""
        with self._condition:
            self._condition.wait_for(lambda: self._chunks or self._closed, timeout_s)
            return self._chunks.popleft() if self._chunks else None

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        with self._condition:
            self._closed = True
            self._condition.notify_all()


class MicrophoneThread:
    """Reads one microphone while anybody listens, and opens it again when it is lost. Call from any thread."""

    def __init__(self, microphone: Microphone) -> None:
        self.errors = 0
        self._microphone = microphone
        self._queues: tuple[AudioQueue, ...] = ()
        """Replaced, never changed: the reading thread walks it without a lock."""
        self._lock = threading.Lock()
        self._wanted = threading.Event()
        self._stop = threading.Event()
        self._state: MicrophoneState = "idle"
        self._detail = ""
        self._heard_s = 0.0
        self._chunks = 0
        self._thread = threading.Thread(target=self._run, name="microphone", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Stop and close; a driver that blocks beyond `timeout_s` is left to die with the process."""
        self._stop.set()
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        with self._lock:
            queues, self._queues = self._queues, ()
        for queue in queues:
            queue.close()

    def subscribe(self, size: int = QUEUE_CHUNKS) -> AudioQueue:
        """A queue that gets every chunk from now on; the microphone is opened if it was not."""
        queue = AudioQueue(size)
        with self._lock:
            if self._stop.is_set():
                queue.close()
                return queue
            self._queues = (*self._queues, queue)
            self._wanted.set()
        return queue

    def close(self, queue: AudioQueue) -> None:
        """No more chunks for this queue; with the last one the microphone is closed. Twice is no harm."""
        queue.close()
        with self._lock:
            self._queues = tuple(other for other in self._queues if other is not queue)
            if not self._queues and not self._stop.is_set():
                self._wanted.clear()

    @property
    def name(self) -> str:
        return self._microphone.name

    @property
    def state(self) -> MicrophoneState:
        """`idle` while nobody listens."""
        return "lost" if self._stalled() else self._state

    @property
    def detail(self) -> str:
        """What is wrong with the microphone, or its name."""
        if self._stalled():
            return f"{self.name}: no sound for {STALL_S:.0f} s"
        return self._detail or self.name

    def _stalled(self) -> bool:
        """Whether the driver blocks, although nothing has said so."""
        return self._state in ("starting", "ok") and time.monotonic() - self._heard_s > STALL_S

    def _run(self) -> None:
        wait_s = FIRST_WAIT_S
        while not self._stop.is_set():
            if not self._wanted.is_set():
                self._state, self._detail, wait_s = "idle", "", FIRST_WAIT_S
                self._wanted.wait()
                continue
            before = self._chunks
            try:
                self._read()
            except DetectorError as error:
                self._lose(str(error))
            except Exception as error:  # a driver's own trouble must not end listening for good
                log.exception("%s", self.name)
                self._lose(f"{self.name}: {type(error).__name__}: {error}")
            finally:
                self._microphone.close()
            if self._wanted.is_set():
                wait_s = FIRST_WAIT_S if self._chunks > before else min(2 * wait_s, LONGEST_WAIT_S)
                self._stop.wait(wait_s)

    def _read(self) -> None:
        """Deliver until nobody listens; raises `DetectorError`."""
        if self._state != "lost":
            self._state, self._heard_s = "starting", time.monotonic()
        self._microphone.open()
        while self._wanted.is_set() and not self._stop.is_set():
            chunk = self._microphone.read()
            if chunk is None:
                raise DetectorError(f"{self.name}: has ended")
            self._chunks, self._heard_s = self._chunks + 1, time.monotonic()
            if self._state != "ok":
                log.info("%s delivers sound", self.name)
                self._state, self._detail = "ok", ""
            for queue in self._queues:
                queue.put(chunk)

    def _lose(self, detail: str) -> None:
        self.errors += 1
        if self._state != "lost":
            log.warning("microphone lost: %s", detail)
        self._state, self._detail = "lost", detail
