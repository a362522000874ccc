"""libx264: the encoder that every device has."""

from fractions import Fraction
from typing import Any, Final

import av
import cv2
import numpy as np
from av.video.frame import PictureType

from agent.errors import DetectorError
from agent.frame import Frame
from agent.streaming.encoder import EncodedFrame, EncoderSettings, fit

CLOCK_HZ: Final = 90_000
"""RTP's clock for video (RFC 6184)."""
VBV_S: Final = 0.25
"""How long the stream may be above its rate: so a keyframe has 20 to 30 kB and passes a slow link in half a second."""
KEYFRAME_EVERY_S: Final = 10
"""Without anybody asking. Whoever joins or has lost something asks, so this is for recordings."""


class X264Encoder:
    """One thread of the processor; a new picture size starts a new stream with a keyframe."""

    def __init__(self, settings: EncoderSettings) -> None:
        self.name = "libx264"
        self._settings = settings
        self._context: Any = None
        self._size_wh = (0, 0)
        self._last_s = float("-inf")

    def encode(self, frame: Frame, *, keyframe: bool) -> list[EncodedFrame]:
        if frame.captured_s <= self._last_s:
            self.close()  # the clock went back: a file that starts again
        size_wh = fit(frame.frame_wh, self._settings.box_wh)
        try:
            if self._context is None or size_wh != self._size_wh:
                self._open(size_wh)
            self._last_s = frame.captured_s
            picture = self._picture(frame)
            picture.pict_type = PictureType.I if keyframe else PictureType.NONE
            packets = self._context.encode(picture)
        except (av.error.FFmpegError, cv2.error, ValueError) as error:
            raise DetectorError(
                f"{self.name}: a frame of {size_wh[0]} x {size_wh[1]} was not encoded: {error}"
            ) from error
        return [
            EncodedFrame(bytes(packet), packet.is_keyframe, frame.captured_s, frame.wall_time, size_wh)
            for packet in packets
        ]

    def close(self) -> None:
        self._context = None
        self._last_s = float("-inf")

    def _picture(self, frame: Frame) -> Any:
        """OpenCV converts and shrinks in a third of the time that swscale takes."""
        image = frame.image
        if frame.frame_wh != self._size_wh:
            image = np.asarray(cv2.resize(image, self._size_wh, interpolation=cv2.INTER_AREA), np.uint8)
        planes: Any = cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420)
        picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.pts = round(frame.captured_s * CLOCK_HZ)
        picture.time_base = Fraction(1, CLOCK_HZ)
        return picture

    def _open(self, size_wh: tuple[int, int]) -> None:
        bitrate_bps, fps = self._settings.bitrate_bps, round(self._settings.max_fps)
        context: Any = av.CodecContext.create("libx264", "w")
        context.width, context.height = size_wh
        context.pix_fmt = "yuv420p"
        context.bit_rate = bitrate_bps
        context.framerate = Fraction(fps)
        context.time_base = Fraction(1, CLOCK_HZ)
        context.thread_count = 1  # a second thread saves no processor time and another viewer's thread needs the core
        context.profile = "Baseline"
        options = {
            "repeat-headers": 1,
            "annexb": 1,
            "keyint": KEYFRAME_EVERY_S * fps,
            "min-keyint": 1,
            "scenecut": 0,  # a keyframe is dear; a cut costs no more without one
            "vbv-maxrate": bitrate_bps // 1000,
            "vbv-bufsize": int(bitrate_bps * VBV_S) // 1000,
        }
        context.options = {
            "preset": "veryfast",
            "tune": "zerolatency",
            "level": "3.1",
            "forced-idr": "1",
            "x264-params": ":".join(f"{key}={value}" for key, value in options.items()),
        }
        context.open()
        self._context, self._size_wh = context, size_wh
