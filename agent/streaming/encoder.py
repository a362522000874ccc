"""What every video encoder can do, the sizes that are encoded, and which encoder this device uses."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from agent.frame import Frame
from contract.live import Rendition

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class EncodedFrame:
    """One picture as H.264. Shared by all viewers and by evidence, so it never changes."""

    data: bytes
    """One access unit in Annex B. A keyframe is an IDR picture with its SPS and PPS before it: who starts here sees."""
    keyframe: bool
    captured_s: float
    """`Frame.captured_s` of the picture; rises from one to the next."""
    wall_time: datetime
    frame_wh: tuple[int, int]


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


def settings_of(rendition: Rendition, high_bps: int, low_bps: int) -> EncoderSettings:
    if rendition == "high":
        return EncoderSettings(HIGH_BOX_WH, MAX_FPS, high_bps)
    return EncoderSettings(LOW_BOX_WH, LOW_FPS, low_bps)


def fit(frame_wh: tuple[int, int], box_wh: tuple[int, int]) -> tuple[int, int]:
    """The largest size in `box_wh` of the same shape, never larger than the frame; even, as 4:2:0 wants it."""
    scale = min(1.0, box_wh[0] / frame_wh[0], box_wh[1] / frame_wh[1])
    width, height = (max(2, int(side * scale) // 2 * 2) for side in frame_wh)
    return width, height


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
