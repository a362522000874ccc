"""The thread that keeps a camera delivering: opens it, reads it, and opens it again when it is lost."""

import logging
import threading
import time
from collections import deque
from typing import Final, Literal

from agent.capture.camera import Camera, CameraError
from agent.frame import Frame, FrameTap, LatestFrame, usable

log = logging.getLogger(__name__)

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 8.0
"""Between attempts the wait doubles from the first to the longest; a frame resets it."""
STALL_S: Final = 5.0
"""Without a frame for so long the camera counts as lost even if its driver still blocks."""
START_S: Final = 15.0
"""A driver that has not said anything so long after the start is lost as well: it blocks while it is opened."""
FPS_FRAMES: Final = 30


class CaptureThread:
    """Puts every frame into `slot`, where the newest wins, and into `tap` for the encoders that run.

    Properties may be read from any thread.
    """

    def __init__(self, camera: Camera, slot: LatestFrame, tap: FrameTap | None = None) -> None:
        self.errors = 0
        self.turns = 0
        """Frames and attempts to get one: stands still only while the driver blocks."""
        self.latest: Frame | None = None
        self._camera, self._slot, self._tap = camera, slot, tap or FrameTap()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)
        self._state: Literal["starting", "ok", "lost"] = "starting"
        self._detail = ""
        self._lost_s: float | None = None
        self._arrivals_s: deque[float] = deque(maxlen=FPS_FRAMES)
        self._refused: tuple[float, str] | None = None
        """Since when there have been only bad frames, and what is wrong with them."""
        self._started_s = time.monotonic()

    def start(self) -> None:
        self._started_s = time.monotonic()
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Stop and close the camera; a driver that blocks beyond `timeout_s` is left to die with the process."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    @property
    def state(self) -> Literal["starting", "ok", "lost"]:
        return "lost" if self._stalled() else self._state

    @property
    def detail(self) -> str:
        """What is wrong with the camera, or its name."""
        stalled, refused = self._stalled(), self._refused
        if stalled and refused is not None:
            return f"{self._camera.name}: delivers only {refused[1]}"
        if stalled:
            return f"{self._camera.name}: no frame for {STALL_S if self._state == 'ok' else START_S:.0f} s"
        return self._detail or self._camera.name

    @property
    def lost_s(self) -> float | None:
        """Since when it is lost, by the monotonic clock; None while it is not."""
        if self._stalled():
            arrivals_s = tuple(self._arrivals_s)
            return arrivals_s[-1] if arrivals_s else self._started_s
        return self._lost_s

    @property
    def fps(self) -> float:
        """Frames per second of late; 0 while lost."""
        arrivals_s = tuple(self._arrivals_s)
        if len(arrivals_s) < 2 or self._stalled():
            return 0.0
        return (len(arrivals_s) - 1) / max(arrivals_s[-1] - arrivals_s[0], 1e-6)

    def _stalled(self) -> bool:
        """Whether the driver blocks, although nothing has said so."""
        arrivals_s = tuple(self._arrivals_s)
        if self._state == "starting":
            return time.monotonic() - self._started_s > START_S
        return self._state == "ok" and bool(arrivals_s) and time.monotonic() - arrivals_s[-1] > STALL_S

    def _run(self) -> None:
        wait_s = FIRST_WAIT_S
        while not self._stop.is_set():
            frames_before = self.latest
            self.turns += 1
            try:
                self._camera.open()
                while not self._stop.is_set():
                    self._deliver(self._camera.read())
            except CameraError as error:
                self._lose(str(error))
            except Exception as error:  # a driver's own trouble must not end monitoring for good
                log.exception("%s", self._camera.name)
                self._lose(f"{self._camera.name}: {type(error).__name__}: {error}")
            finally:
                self._camera.close()
            wait_s = FIRST_WAIT_S if self.latest is not frames_before else min(2 * wait_s, LONGEST_WAIT_S)
            self._stop.wait(wait_s)

    def _deliver(self, delivered: Frame) -> None:
        self.turns += 1
        try:
            frame = usable(delivered)
        except ValueError as error:
            self._refuse(error)
            return
        self._refused = None
        if self._state != "ok":
            log.info("%s delivers frames, %d x %d", self._camera.name, *frame.frame_wh)
        self.latest = frame
        self._arrivals_s.append(time.monotonic())
        self._state, self._detail, self._lost_s = "ok", "", None
        self._slot.put(frame)
        self._tap.put(frame)

    def _refuse(self, error: ValueError) -> None:
        """One bad frame is counted; raises `CameraError` when there have been no others for `STALL_S`."""
        self.errors += 1
        now_s = time.monotonic()
        since_s = now_s if self._refused is None else self._refused[0]
        self._refused = since_s, str(error)
        if now_s - since_s > STALL_S:
            raise CameraError(f"{self._camera.name}: delivers only {error}")

    def _lose(self, detail: str) -> None:
        self.errors += 1
        if self._state != "lost":
            self._lost_s = time.monotonic()
            log.warning("camera lost: %s", detail)
        self._arrivals_s.clear()
        self._state, self._detail, self._refused = "lost", detail, None
