"""One picture on its way through the agent, and the slot in which the newest one waits."""

import threading
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

BgrImage = NDArray[np.uint8]
"""Height × width × 3, uint8, BGR, as OpenCV has it."""


@dataclass(frozen=True, slots=True)
class Frame:
    image: BgrImage
    captured_s: float
    """Seconds on a clock that never goes back: monotonic for a camera, position in the video for a file."""
    wall_time: datetime
    """What the device's clock said, UTC, aware. For durations use `captured_s`: this one may jump."""
    index: int
    """Count of frames since capture began, gaps included."""

    @property
    def frame_wh(self) -> tuple[int, int]:
        return self.image.shape[1], self.image.shape[0]


class LatestFrame:
    """One slot between the capture thread and the vision thread: the newest frame wins, drops are counted.

    `put` from one thread, `take` from another. Nobody who captures ever waits for who looks.
    """

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._condition = threading.Condition()
        self._closed = False
        self.dropped = 0

    def put(self, frame: Frame) -> None:
        with self._condition:
            if self._frame is not None:
                self.dropped += 1
            self._frame = frame
            self._condition.notify()

    def take(self, timeout_s: float) -> Frame | None:
        """The newest frame not taken yet, or None after `timeout_s` or once closed."""
        with self._condition:
            self._condition.wait_for(lambda: self._frame is not None or self._closed, timeout_s)
            frame, self._frame = self._frame, None
            return frame

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        with self._condition:
            self._closed = True
            self._condition.notify_all()
