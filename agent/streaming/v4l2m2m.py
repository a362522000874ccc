"""The H.264 hardware of a Raspberry Pi up to 4, through V4L2: the device that picamera2's own encoder drives as well.

picamera2 can only encode what its camera delivers; this takes frames of any camera, and leaves picamera2 to its one
owner. A Raspberry Pi 5 has no such hardware. Written after FFmpeg's and the kernel's documentation and tried without
the device only: that it is noticed as absent, and that libx264 then takes over.
"""

from pathlib import Path
from typing import Any, Final

import av

from agent.errors import DetectorError
from agent.streaming.encoder import KEYFRAME_EVERY_S, EncoderSettings
from agent.streaming.libav import LibavEncoder

DEVICE_NAMES: Final = Path("/sys/class/video4linux")
HARDWARE: Final = "bcm2835-codec-encode"
BUFFERS: Final = 4
"""Pictures that the hardware may keep at once. Each is a frame of delay, fewer than that and it waits."""


def present(names: Path | None = None) -> bool:
    """Whether the kernel offers the encoder."""
    for name in (names or DEVICE_NAMES).glob("*/name"):
        try:
            if HARDWARE in name.read_text():
                return True
        except (OSError, UnicodeDecodeError):
            continue
    return False


class V4l2Encoder(LibavEncoder):
    """Frames go in and come out some later; a keyframe is asked for by the picture's type."""

    name = "h264_v4l2m2m"

    def __init__(self, settings: EncoderSettings) -> None:
        if not present():
            raise DetectorError(f"{self.name}: this board has no {HARDWARE}")
        super().__init__(settings)

    def _make(self) -> Any:
        try:
            context: Any = av.CodecContext.create(self.name, "w")
        except (av.error.FFmpegError, ValueError) as error:
            raise DetectorError(f"{self.name}: this build of FFmpeg does not know it") from error
        context.gop_size = KEYFRAME_EVERY_S * self._rate.fps
        context.profile = "Baseline"
        context.options = {"num_output_buffers": str(BUFFERS), "num_capture_buffers": str(BUFFERS)}
        return context
