"""A camera that never stands still, for tests of streaming: motion and a sensor's noise, at a camera's pace."""

import threading
import time
from datetime import UTC, datetime

import cv2
import numpy as np

from agent.frame import BgrImage, Frame, FrameTap

NOISES = 7


class MovingPictures:
    """Drawn ahead, so that making one costs next to nothing: a wide blurred pattern passes by, with fresh noise."""

    def __init__(self, width: int = 640, height: int = 480, seed: int = 0) -> None:
        self._wh = width, height
        dice = np.random.default_rng(seed)
        coarse = dice.integers(0, 255, (height // 8, width // 4, 3), np.uint8)
        wide = cv2.GaussianBlur(cv2.resize(coarse, (2 * width, height), interpolation=cv2.INTER_CUBIC), (5, 5), 0)
        self._wide = np.asarray(wide, np.uint8)
        self._noise = [dice.integers(0, 10, (height, width, 3), np.uint8) for _ in range(NOISES)]

    def at(self, index: int) -> BgrImage:
        """Never the same twice within `NOISES`; moves by four pixels a frame, back and forth."""
        width = self._wh[0]
        shift = abs((4 * index) % (2 * width) - width)
        window = np.ascontiguousarray(self._wide[:, shift : shift + width])
        return np.asarray(cv2.add(window, self._noise[index % NOISES]), np.uint8)


class MovingCamera:
    """Puts frames into a tap until it is closed. Covered, it delivers nothing, as a camera that was lost does."""

    def __init__(self, tap: FrameTap, fps: float = 30.0, width: int = 640, height: int = 480) -> None:
        self.covered = False
        self.frames = 0
        self._tap, self._fps = tap, fps
        self._pictures = MovingPictures(width, height)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="moving camera", daemon=True)

    def __enter__(self) -> "MovingCamera":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        due_s = time.monotonic()
        while not self._stop.is_set():
            if not self.covered:
                image = self._pictures.at(self.frames)
                self._tap.put(Frame(image, time.monotonic(), datetime.now(UTC), self.frames))
                self.frames += 1
            due_s += 1 / self._fps
            self._stop.wait(max(0.0, due_s - time.monotonic()))
