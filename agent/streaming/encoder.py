"""What every video encoder can do, the sizes that are encoded, and what encoders have in common."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Final, Protocol

import cv2
import numpy as np

from agent.frame import BgrImage, Frame
from agent.streaming.h264 import EncodedFrame
from contract.live import Rendition


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """What to make of the camera's frames."""

    box_wh: tuple[int, int]
    """Pictures that do not fit in are made smaller; smaller ones stay as they are."""
    max_fps: float
    """Frames that come faster are left out."""
    bitrate_bps: int


HIGH_BOX_WH: Final = (1280, 720)
"""The most that level 3.1 has, which browsers and aiortc agree on for constrained baseline (RFC 7742, 6.2)."""
LOW_BOX_WH: Final = (480, 360)
LOW_FPS: Final = 10.0
MAX_FPS: Final = 30.0
KEYFRAME_EVERY_S: Final = 10
"""Without anybody asking. Whoever joins or has lost something asks, so this is for recordings."""


def settings_of(rendition: Rendition, high_bps: int, low_bps: int) -> EncoderSettings:
    if rendition == "high":
        return EncoderSettings(HIGH_BOX_WH, MAX_FPS, high_bps)
    return EncoderSettings(LOW_BOX_WH, LOW_FPS, low_bps)


def fit(frame_wh: tuple[int, int], box_wh: tuple[int, int]) -> tuple[int, int]:
    """The largest size in `box_wh` of the same shape, never larger than the frame; even, as 4:2:0 wants it."""
    scale = min(1.0, box_wh[0] / frame_wh[0], box_wh[1] / frame_wh[1])
    width, height = (max(2, int(side * scale) // 2 * 2) for side in frame_wh)
    return width, height


def planes(image: BgrImage, size_wh: tuple[int, int]) -> BgrImage:
    """The picture at that size as I420, height × 3/2 by width. OpenCV takes a third of the time that swscale does."""
    if (image.shape[1], image.shape[0]) != size_wh:
        image = np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420), np.uint8)


class VideoEncoder(Protocol):
    """H.264, constrained baseline, no reordering. All methods are called from one thread."""

    name: str
    """How health calls it."""

    def encode(self, frame: Frame, *, keyframe: bool) -> list[EncodedFrame]:
        """What is ready after this frame: usually that frame. `keyframe` asks for one now. Raises `DetectorError`."""

    def close(self) -> None:
        """Let go of the hardware. May be called at any time, also twice."""


EncoderFactory = Callable[[EncoderSettings], VideoEncoder]
"""Makes one; raises `DetectorError` where it cannot work on this device, and says why."""


class Underway:
    """Frames that were given to an encoder and have not come out yet, so that each is told its time again.

    Hardware works on a few at once, and may round the times it is given. It never changes their order.
    """

    SIZE: Final = 32
    """More than any encoder keeps; the oldest is forgotten."""

    def __init__(self) -> None:
        self._frames: deque[tuple[int, Frame]] = deque(maxlen=self.SIZE)

    def put(self, ticks: int, frame: Frame) -> None:
        self._frames.append((ticks, frame))

    def take(self, ticks: int) -> Frame | None:
        """The frame that came in with about that time, and no longer any older one; None if it is unknown."""
        while self._frames:
            known, frame = self._frames[0]
            if known > ticks + 1:
                return None
            self._frames.popleft()
            if known >= ticks - 1:
                return frame
        return None


class FrameRate:
    """Whether an encoder was told the rate at which frames really come.

    Encoders spend bits by the frame: told 30 a second, they give a camera of 15 half the bitrate. The middle of many
    intervals is taken, so that a frame left out or a camera lost for a while means nothing.
    """

    INTERVALS: Final = 31
    FIRST_LOOK_S: Final = 1.0
    LOOK_EVERY_S: Final = 10.0
    """Each change costs a keyframe."""
    OFF: Final = 1.25
    """Times faster or slower than told."""

    def __init__(self, max_fps: float) -> None:
        self.fps = max(1, round(max_fps))
        self._max_fps = self.fps
        self._intervals_s: deque[float] = deque(maxlen=self.INTERVALS)
        self._last_s: float | None = None
        self._look_s = 0.0

    def off(self, captured_s: float) -> bool:
        """Of each frame; True, once, when `fps` has become another."""
        if self._last_s is None or captured_s <= self._last_s:
            self._intervals_s.clear()
            self._look_s = captured_s + self.FIRST_LOOK_S
        else:
            self._intervals_s.append(captured_s - self._last_s)
        self._last_s = captured_s
        if captured_s < self._look_s or not self._intervals_s:
            return False
        self._look_s = captured_s + self.LOOK_EVERY_S
        fps = max(1, min(self._max_fps, round(1 / median(self._intervals_s))))
        if 1 / self.OFF <= fps / self.fps <= self.OFF:
            return False
        self.fps = fps
        return True
