"""A camera through GStreamer: the CSI cameras of a Jetson, or any source that gst-launch-1.0 knows.

A process of its own delivers the pictures over a pipe. The vendor's source is known to hang and to take its process
with it; so a hang ends with a kill, and OpenCV's wheels, which have no GStreamer, need not be built anew. What a
Jetson's elements are called and do is from NVIDIA's documentation and was not run; the way through the pipe was, with
`videotestsrc`.
"""

import shlex
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from agent.capture.camera import CameraError
from agent.frame import Frame, LatestFrame
from agent.programs import Pipe, ask

LAUNCH: Final = "gst-launch-1.0"
FIRST_FRAME_S: Final = 10.0
"""A sensor of a Jetson is set up anew at every start."""
READ_TIMEOUT_S: Final = 3.0
ASK_S: Final = 10.0
NOT_INSTALLED: Final = "run: apt install gstreamer1.0-tools gstreamer1.0-plugins-base"
JETSON: Final = (
    "nvarguscamerasrc sensor-id={number} ! video/x-raw(memory:NVMM),width={width},height={height},framerate={fps}/1 "
    "! nvvidconv"
)
TO_PIPE: Final = (
    "! videoconvert ! videoscale ! videorate drop-only=true max-rate={fps} "
    "! video/x-raw,format=BGR,width={width},height={height} "
    # Two pictures at most wait for us; older ones are dropped there.
    "! queue leaky=downstream max-size-buffers=2 max-size-bytes=0 max-size-time=0 ! fdsink fd=1 sync=false"
)
VIDEO4LINUX: Final = Path("/sys/class/video4linux")
JETSON_SENSOR: Final = "vi-output"
"""How the kernel of a Jetson calls a CSI sensor's node, which gives raw Bayer pictures only."""


class GstreamerCamera:
    """`source` is a Jetson's sensor number, or the beginning of a pipeline such as `v4l2src device=/dev/video0`.

    A thread reads the pipe and keeps the newest picture; `read` raises when none comes in time.
    """

    def __init__(self, source: str, width: int, height: int, fps: int) -> None:
        self.name = f"gstreamer {source}"
        self._size_wh = width, height
        self._command = [LAUNCH, "--quiet", *pipeline(source, width, height, fps)]
        self._pipe: Pipe | None = None
        self._slot = LatestFrame()
        self._reader: threading.Thread | None = None
        self._timeout_s = FIRST_FRAME_S
        self._index = 0
        self._words = ""

    def open(self) -> None:
        self.close()
        try:
            self._pipe = Pipe(self._command)
        except OSError as error:
            raise CameraError(f"{self.name}: {LAUNCH} cannot be run ({error.strerror}); {NOT_INSTALLED}") from error
        self._slot, self._timeout_s, self._words = LatestFrame(), FIRST_FRAME_S, ""
        self._reader = threading.Thread(
            target=self._read_pipe, args=(self._pipe, self._slot), name="read gstreamer", daemon=True
        )
        self._reader.start()

    def read(self) -> Frame:
        frame = self._slot.take(self._timeout_s)
        if frame is None:
            if self._slot.closed:
                raise CameraError(f"{self.name}: ended" + (f" ({self._words})" if self._words else ""))
            raise CameraError(f"{self.name}: delivered no frame for {self._timeout_s:g} s")
        self._timeout_s = READ_TIMEOUT_S
        return frame

    def close(self) -> None:
        pipe, self._pipe = self._pipe, None
        if pipe is None:
            return
        pipe.interrupt()
        if self._reader is not None:
            self._reader.join(READ_TIMEOUT_S)
            if self._reader.is_alive():  # its program does not hear
                pipe.kill()
                self._reader.join(READ_TIMEOUT_S)

    def _read_pipe(self, pipe: Pipe, slot: LatestFrame) -> None:
        width, height = self._size_wh
        row = -(-width * 3 // 4) * 4  # GStreamer fills each row up to four bytes
        try:
            while True:
                room = np.empty((height, row), np.uint8)
                if not pipe.read_into(room.data.cast("B")):
                    break
                image = np.ascontiguousarray(room[:, : width * 3].reshape(height, width, 3))
                slot.put(Frame(image, time.monotonic(), datetime.now(UTC), self._index))
                self._index += 1
        finally:
            self._words = pipe.end()
            slot.close()

    @staticmethod
    def sources(folder: Path = VIDEO4LINUX) -> list[str]:
        """Numbers of a Jetson's sensors; empty on any other board, or without GStreamer's element for them."""
        try:
            names = [(node / "name").read_text() for node in sorted(folder.iterdir())]
        except OSError:
            return []
        sensors = [name for name in names if name.startswith(JETSON_SENSOR)]
        if not sensors or not ask(["gst-inspect-1.0", "--exists", "nvarguscamerasrc"], ASK_S).done:
            return []
        return [str(number) for number in range(len(sensors))]


def pipeline(source: str, width: int, height: int, fps: int) -> list[str]:
    """The words after `gst-launch-1.0`; raises `CameraError` for a source whose quotes do not close."""
    number = source or "0"
    wanted = {"width": width, "height": height, "fps": fps}
    begin = JETSON.format(number=number, **wanted) if number.isdecimal() else source
    try:
        return shlex.split(begin) + shlex.split(TO_PIPE.format(**wanted))
    except ValueError as error:
        raise CameraError(f"gstreamer {source}: {error}") from error
