"""One picture on its way through the agent, and the slot in which the newest one waits."""

import math
import threading
from dataclasses import dataclass, replace
from datetime import datetime
from numbers import Real
from typing import Any

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


def usable(frame: Frame) -> Frame:
    """The frame as every detector expects it; raises `ValueError` that says what is wrong with it.

    A frame that is right already is returned as it is. Grey, alpha and 16 bit become BGR of 8 bit.
    """
    if not isinstance(frame.captured_s, (float, Real)) or not math.isfinite(frame.captured_s):
        raise ValueError(f"a frame whose time is {frame.captured_s}")
    image = as_bgr(frame.image)
    return frame if image is frame.image else replace(frame, image=image)


def as_bgr(image: NDArray[Any]) -> BgrImage:
    """What infrared, depth and screen cameras deliver, as BGR; raises `ValueError` for what is no picture.

    Grey (height × width, or one channel) is repeated, alpha is dropped, of 16 bit the upper 8 stay. Floating point is
    refused: whether white is 1 or 255 is anybody's guess.
    """
    if isinstance(image, np.ndarray) and image.dtype == np.uint8 and image.shape[2:] == (3,) and image.size:
        return image
    if not isinstance(image, np.ndarray):
        raise ValueError(f"no picture but {type(image).__name__}")
    if image.ndim not in (2, 3) or 0 in image.shape:
        raise ValueError(f"a picture of {' x '.join(map(str, image.shape[1::-1] + image.shape[2:]))} pixels")
    if image.ndim == 2:
        image = image[:, :, None]
    if image.dtype not in (np.uint8, np.uint16) or image.shape[2] not in (1, 3, 4):
        raise ValueError(f"a picture of {image.shape[2]} x {image.dtype} per pixel")
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    if image.shape[2] == 1:
        return np.repeat(image, 3, axis=2)
    return image if image.shape[2] == 3 else np.ascontiguousarray(image[:, :, :3])


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


class FrameTap:
    """Every captured frame to each encoder that runs, each with a slot of its own: the newest wins, drops are counted.

    Nobody subscribed, nothing done: `put` then costs one look at an empty tuple. Any thread.
    """

    def __init__(self) -> None:
        self._slots: tuple[LatestFrame, ...] = ()
        """Replaced, never changed: the capture thread walks it without a lock."""
        self._lock = threading.Lock()

    def put(self, frame: Frame) -> None:
        for slot in self._slots:
            slot.put(frame)

    def subscribe(self) -> LatestFrame:
        """A slot that gets every frame from now on."""
        slot = LatestFrame()
        with self._lock:
            self._slots = (*self._slots, slot)
        return slot

    def close(self, slot: LatestFrame) -> None:
        """No more frames for this slot, and whoever waits at it is woken. Twice is no harm."""
        with self._lock:
            self._slots = tuple(other for other in self._slots if other is not slot)
        slot.close()
