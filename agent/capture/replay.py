"""A video file as a camera, at its own pace or as fast as it can be read."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import numpy as np

from agent.capture.camera import CameraError, EndOfVideo
from agent.frame import BgrImage, Frame

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Wall time of a video's first second when it is not replayed at its own pace: stamps then are positions in it."""
FPS_UNTOLD = 25.0
"""Of a stream that says neither times nor a rate, as bare H.264 does."""
CUT_OFF_S = 1.0
"""A file whose last frame lies so much before its announced end was cut off."""


class ReplayCamera:
    """Frames at their presentation times, in seconds from the start of the video.

    Realtime: `read` sleeps until a frame is due and stamps it with the clock; `captured_s` is the monotonic clock, as
    of any camera. Looping: time rises on over the seam. Damaged parts are skipped and counted in `errors`; frames whose
    time does not rise are dropped and counted in `out_of_order`; pictures without a time follow the one before at the
    stream's rate and are counted in `untimed`. Pictures are upright, as a player shows them.
    """

    def __init__(self, source: str | Path, *, realtime: bool = False, loop: bool = False) -> None:
        self.name = f"replay {source}"
        self.errors = 0
        self.out_of_order = 0
        self.untimed = 0
        self._path = Path(source)
        self._realtime, self._loop = realtime, loop
        self._container: Any = None
        self._frames: Iterator[tuple[float, Any]] = iter(())
        self._index = 0
        self._last_s = float("-inf")
        self._offset_s = 0.0
        self._step_s = 0.0

    @property
    def duration_s(self) -> float | None:
        """What the container says; None where it does not."""
        if self._container is None or self._container.duration is None:
            return None
        return float(self._container.duration) / av.time_base

    def open(self) -> None:
        self._open_file()
        self._index, self._last_s = 0, float("-inf")
        self._offset_s = time.monotonic() if self._realtime else 0.0

    def read(self) -> Frame:
        while True:
            try:
                position_s, picture = next(self._frames)
            except StopIteration:
                if not self._loop or self._last_s == float("-inf"):
                    raise EndOfVideo(f"{self._path}: end of video") from None
                self._rewind()
                continue
            captured_s = position_s + self._offset_s
            if captured_s <= self._last_s:
                self.out_of_order += 1
                continue
            if self._last_s > float("-inf"):
                self._step_s = captured_s - self._last_s
            self._last_s = captured_s
            self._index += 1
            return Frame(self._image(picture), captured_s, self._wait(captured_s), self._index - 1)

    def close(self) -> None:
        container, self._container = self._container, None
        self._frames = iter(())
        if container is not None:
            container.close()

    def _open_file(self) -> None:
        self.close()
        try:
            self._container = av.open(str(self._path), metadata_errors="replace")  # titles need not be UTF-8
            if not self._container.streams.video:
                raise CameraError(f"{self._path}: no video in this file")
        except (av.error.FFmpegError, OSError) as error:
            raise CameraError(f"{self._path}: {_why(self._path, error)}") from error
        self._container.streams.video[0].thread_type = "AUTO"
        self._frames = self._decode()

    def _decode(self) -> Iterator[tuple[float, Any]]:
        """Position in seconds and picture of every frame that can be decoded; raises `CameraError` if cut off."""
        stream = self._container.streams.video[0]
        start_s = float((stream.start_time or 0) * stream.time_base)
        step_s = 1 / float(stream.guessed_rate or stream.average_rate or FPS_UNTOLD)
        position_s, decoded = -step_s, False
        packets = self._container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
            except (av.error.FFmpegError, OSError):
                self.errors += 1
                break
            if packet is None:
                break
            try:
                pictures = packet.decode()
            except (av.error.FFmpegError, OSError):
                self.errors += 1
                continue
            for picture in pictures:
                decoded = True
                self.untimed += picture.time is None
                position_s = position_s + step_s if picture.time is None else float(picture.time) - start_s
                yield position_s, picture
        if not decoded:
            raise CameraError(f"{self._path}: no picture of this video can be decoded")
        self._check_whole(stream, position_s)

    def _check_whole(self, stream: Any, position_s: float) -> None:
        if stream.duration is None:
            return
        duration_s = float(stream.duration * stream.time_base)
        if position_s < duration_s - CUT_OFF_S:
            self.errors += 1
            if not self._loop:
                raise CameraError(f"{self._path}: cut off at {position_s:.1f} s of {duration_s:.1f} s")

    def _rewind(self) -> None:
        self._offset_s = self._last_s + max(self._step_s, 0.001)
        self._open_file()

    def _image(self, picture: Any) -> BgrImage:
        image = np.asarray(picture.to_ndarray(format="bgr24"), dtype=np.uint8)
        quarters = round(picture.rotation / 90) % 4  # counter-clockwise; telephones write how they were held
        return np.ascontiguousarray(np.rot90(image, quarters)) if quarters else image

    def _wait(self, captured_s: float) -> datetime:
        """Sleep until the frame is due if need be; its wall time."""
        if not self._realtime:
            return EPOCH + timedelta(seconds=captured_s)
        time.sleep(max(0.0, captured_s - time.monotonic()))
        return datetime.now(UTC)


def _why(path: Path, error: Exception) -> str:
    if not path.exists():
        return "no such file"
    if path.is_dir():
        return "a folder, not a video"
    if path.stat().st_size == 0:
        return "the file is empty"
    if isinstance(error, PermissionError):
        return "may not be read (permission denied)"
    return f"not a video that can be read, or cut off ({getattr(error, 'strerror', None) or error})"
