"""Encoders that FFmpeg's libavcodec drives, through PyAV."""

from fractions import Fraction
from typing import Any, Final

import av
import cv2
from av.video.frame import PictureType

from agent.errors import DetectorError
from agent.frame import Frame
from agent.streaming.encoder import EncoderSettings, FrameRate, Underway, fit, planes
from agent.streaming.h264 import EncodedFrame, ParameterSets

CLOCK_HZ: Final = 90_000
"""RTP's clock for video (RFC 6184)."""


class LibavEncoder:
    """A new size of pictures starts a new stream with a keyframe; so do another rate and a clock that goes back."""

    name: str

    def __init__(self, settings: EncoderSettings) -> None:
        self._settings = settings
        self._rate = FrameRate(settings.max_fps)
        self._context: Any = None
        self._size_wh = (0, 0)
        self._last_s = float("-inf")
        self._underway, self._headers = Underway(), ParameterSets()

    def encode(self, frame: Frame, *, keyframe: bool) -> list[EncodedFrame]:
        size_wh = fit(frame.frame_wh, self._settings.box_wh)
        if frame.captured_s <= self._last_s or size_wh != self._size_wh or self._rate.off(frame.captured_s):
            self.close()
        try:
            if self._context is None:
                self._open(size_wh)
            packets = self._context.encode(self._picture(frame, keyframe))
        except (av.error.FFmpegError, cv2.error, ValueError) as error:
            raise DetectorError(f"{self.name}: {size_wh[0]} x {size_wh[1]} was not encoded: {error}") from error
        self._last_s = frame.captured_s
        return [done for packet in packets if (done := self._done(packet)) is not None]

    def close(self) -> None:
        self._context = None
        self._last_s = float("-inf")
        self._underway, self._headers = Underway(), ParameterSets()

    def _make(self) -> Any:
        """The codec's context with everything that is its own."""
        raise NotImplementedError

    def _open(self, size_wh: tuple[int, int]) -> None:
        context = self._make()
        context.width, context.height = size_wh
        context.pix_fmt = "yuv420p"
        context.bit_rate = self._settings.bitrate_bps
        context.framerate = Fraction(self._rate.fps)
        context.time_base = Fraction(1, CLOCK_HZ)
        context.open()
        self._context, self._size_wh = context, size_wh

    def _picture(self, frame: Frame, keyframe: bool) -> Any:
        picture = av.VideoFrame.from_ndarray(planes(frame.image, self._size_wh), format="yuv420p")
        picture.pts = round(frame.captured_s * CLOCK_HZ)
        picture.time_base = Fraction(1, CLOCK_HZ)
        picture.pict_type = PictureType.I if keyframe else PictureType.NONE
        self._underway.put(picture.pts, frame)
        return picture

    def _done(self, packet: Any) -> EncodedFrame | None:
        keyframe = bool(packet.is_keyframe)
        data = self._headers.complete(bytes(packet), keyframe=keyframe)
        frame = self._underway.take(packet.pts) if packet.pts is not None else None
        if frame is None:
            return None
        return EncodedFrame(data, keyframe, frame.captured_s, frame.wall_time, self._size_wh)
