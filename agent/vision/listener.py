"""Who tells the vision thread whether somebody speaks: a thread on a microphone, or the sound of the file it looks at.

Nobody listens unless the rule profile forbids speaking. What is asked never waits: a microphone that hangs delays no
frame, it is only not heard any more.
"""

import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from agent.capture.microphone import AudioChunk, MicrophoneThread
from agent.capture.soundtrack import Soundtrack
from agent.errors import DetectorError
from agent.vision.observation import Speech
from agent.vision.slot import Slot
from agent.vision.voice import Voice
from contract.messages import DetectorHealth

log = logging.getLogger(__name__)

STALE_S: Final = 1.0
"""What was heard longer ago says nothing about now: the microphone is gone or its sound waits in a queue."""
TAKE_S: Final = 0.25
EVERY_CHUNK_HZ: Final = 1000.0
NO_MICROPHONE: Final = "no microphone is configured; set [microphone] in device.toml"


class Ear(Protocol):
    """What the analyzer asks, from the vision thread."""

    weights: Mapping[str, str]
    """SHA-256 by name, empty where it cannot listen."""

    @property
    def failures(self) -> int: ...

    def listen(self, wanted: bool) -> None:
        """Whether speech matters from now on."""

    def at(self, captured_s: float) -> Speech | None:
        """What there is to hear at the time of a frame; None when nobody listened. Never waits, never raises."""

    def health(self) -> DetectorHealth | None:
        """None while nobody is meant to listen: what nobody asked for is not missing."""

    def close(self) -> None: ...


class _Hearing:
    """One voice detector in its slot, and the newest that it heard."""

    def __init__(self) -> None:
        self._slot = Slot("voice", EVERY_CHUNK_HZ)
        self._voice: Voice | None = None
        self._heard: tuple[float, Speech] = (float("-inf"), Speech(0.0, None))
        """Until when, and what. Replaced at once, so another thread reads both of the same moment."""
        self.weights: Mapping[str, str] = {}

    def _start(self) -> None:
        try:
            self._voice = Voice()
        except DetectorError as error:
            self._slot.turn_off(str(error))
            return
        self.weights = self._voice.weights
        self._slot.start(self.weights)

    @property
    def failures(self) -> int:
        return self._slot.failures

    def _hear(self, chunk: AudioChunk) -> None:
        voice = self._voice
        if voice is not None:
            self._slot.run(chunk.captured_s, lambda: voice.hear(chunk))
            self._heard = voice.heard_s, voice.speech

    def _newest(self, captured_s: float) -> Speech | None:
        heard_s, speech = self._heard
        return speech if abs(captured_s - heard_s) <= STALE_S else None


class Listener(_Hearing):
    """A thread on a microphone that others may listen to as well."""

    def __init__(self, microphone: MicrophoneThread | None) -> None:
        super().__init__()
        self._microphone = microphone
        self._wanted = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        if microphone is None:
            self._slot.turn_off(NO_MICROPHONE)
        else:
            self._start()
        if self._voice is not None:
            self._thread.start()

    def listen(self, wanted: bool) -> None:
        if wanted:
            self._wanted.set()
        elif not self._stop.is_set():
            self._wanted.clear()

    def at(self, captured_s: float) -> Speech | None:
        return self._newest(captured_s) if self._wanted.is_set() else None

    def health(self) -> DetectorHealth | None:
        if not self._wanted.is_set() or self._stop.is_set():
            return None
        health, microphone = self._slot.health(), self._microphone
        if health.state == "on" and microphone is not None and microphone.state == "lost":
            return health.model_copy(update={"state": "failed", "reason": microphone.detail[:300]})
        return health

    def close(self, timeout_s: float = 2.0) -> None:
        self._stop.set()
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wanted.wait()
            if not self._stop.is_set():
                self._take_chunks()

    def _take_chunks(self) -> None:
        """Until nobody wants to hear any more."""
        microphone = self._microphone
        if microphone is None:
            return
        queue = microphone.subscribe()
        try:
            while self._wanted.is_set() and not self._stop.is_set() and not queue.closed:
                chunk = queue.take(TAKE_S)
                if chunk is not None:
                    self._hear(chunk)
        finally:
            microphone.close(queue)
        if queue.closed and self._wanted.is_set():
            self._stop.wait(TAKE_S)


class SoundtrackListener(_Hearing):
    """The sound of a file, heard up to each frame that is asked for: the same on every machine, at any pace."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._sound = Soundtrack(path)
        self._next: AudioChunk | None = None
        self._trouble = ""
        self._start()
        try:
            self._sound.open()
            self._next = self._sound.read()
        except DetectorError as error:
            self._slot.turn_off(str(error))

    def listen(self, wanted: bool) -> None:
        """It was made to be listened to."""

    def at(self, captured_s: float) -> Speech | None:
        while self._next is not None and self._next.ends_s <= captured_s:
            self._hear(self._next)
            self._next = self._sound.read()
        return self._newest(captured_s)

    def health(self) -> DetectorHealth | None:
        return self._slot.health()

    def close(self) -> None:
        self._sound.close()
