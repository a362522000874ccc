"""A USB or other V4L2 camera, through OpenCV."""

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import cv2
import numpy as np

from agent.capture.camera import CameraError
from agent.frame import Frame, LatestFrame

READ_TIMEOUT_S: Final = 3.0
MAX_BLOCKED: Final = 4
"""Drivers that block are left behind with their thread; with so many of them the camera is not opened once more."""
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", str(round(READ_TIMEOUT_S)))  # OpenCV's own is 10 s

OpenCapture = Callable[[str], Any]


def _open_capture(source: str) -> Any:
    return cv2.VideoCapture(source, cv2.CAP_V4L2)


class V4l2Camera:
    """Reads on a thread of its own, because a driver may block for ever; `read` then raises after `READ_TIMEOUT_S`.

    One frame waits between that thread and `read`; an older one is dropped. Frames are stamped when they arrive.
    """

    def __init__(
        self,
        source: str,
        width: int,
        height: int,
        fps: int,
        *,
        open_capture: OpenCapture = _open_capture,
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        self.name = f"v4l2 {source}"
        self._source, self._open_capture, self._read_timeout_s = source, open_capture, read_timeout_s
        self._wanted = (
            (
                cv2.CAP_PROP_FOURCC,
                cv2.VideoWriter.fourcc(*"MJPG"),
            ),  # raw pictures fill a USB 2 bus
            (cv2.CAP_PROP_FRAME_WIDTH, width),
            (cv2.CAP_PROP_FRAME_HEIGHT, height),
            (cv2.CAP_PROP_FPS, fps),
            (cv2.CAP_PROP_BUFFERSIZE, 1),
        )
        self._index = 0
        self._stop = threading.Event()
        self._slot = LatestFrame()
        self._pumps: list[threading.Thread] = []

    def open(self) -> None:
        self.close()
        self._pumps = [pump for pump in self._pumps if pump.is_alive()]
        if len(self._pumps) >= MAX_BLOCKED:
            raise CameraError(f"{self.name}: its driver blocks and lets nobody go; plug the camera out and in")
        capture = self._open_capture(self._source)
        if not capture.isOpened():
            raise CameraError(f"{self.name}: cannot be opened; is it plugged in, and used by no other program?")
        for setting, value in self._wanted:
            capture.set(setting, value)
        self._stop, self._slot = threading.Event(), LatestFrame()
        arguments = (capture, self._stop, self._slot)
        pump = threading.Thread(target=self._pump, args=arguments, name=f"read {self._source}", daemon=True)
        pump.start()
        self._pumps.append(pump)

    def read(self) -> Frame:
        frame = self._slot.take(self._read_timeout_s)
        if frame is None:
            stopped = self._slot.closed
            raise CameraError(
                f"{self.name}: " + ("vanished" if stopped else f"delivered no frame for {self._read_timeout_s:g} s")
            )
        return frame

    def close(self) -> None:
        self._stop.set()

    def _pump(self, capture: Any, stop: threading.Event, slot: LatestFrame) -> None:
        """Owns `capture` from here on and releases it, however long the driver blocks."""
        try:
            while not stop.is_set():
                delivered, image = capture.read()
                if not delivered or image is None:
                    break
                pixels = np.asarray(image, dtype=np.uint8)
                slot.put(Frame(pixels, time.monotonic(), datetime.now(UTC), self._index))
                self._index += 1
        finally:
            capture.release()
            slot.close()
