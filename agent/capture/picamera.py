"""A Raspberry Pi camera on the CSI connector: the only file that imports picamera2."""

import time
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from agent.capture.camera import CameraError
from agent.frame import Frame

READ_TIMEOUT_S: Final = 3.0


class PiCamera:
    """The sensor's main stream, scaled by the camera's own processor."""

    def __init__(self, source: str, width: int, height: int, fps: int) -> None:
        self.name = f"picamera2 {source}"
        self._source, self._size_wh, self._fps = source, (width, height), fps
        self._camera: Any = None
        self._index = 0

    def open(self) -> None:
        self.close()
        try:
            from picamera2 import Picamera2
        except ImportError as error:
            raise CameraError(f"{self.name}: picamera2 is not installed; run: apt install python3-picamera2") from error
        try:
            self._camera = Picamera2(int(self._source))
            # libcamera's RGB888 lies in memory as blue, green, red.
            settings = {"size": self._size_wh, "format": "RGB888"}
            configuration = self._camera.create_video_configuration(main=settings, controls={"FrameRate": self._fps})
            self._camera.configure(configuration)
            self._camera.start()
        except (RuntimeError, IndexError, ValueError, OSError) as error:
            self.close()
            raise CameraError(f"{self.name}: cannot be opened ({error})") from error

    def read(self) -> Frame:
        try:
            job = self._camera.capture_array("main", wait=False)
            image = np.asarray(self._camera.wait(job, timeout=READ_TIMEOUT_S), dtype=np.uint8)
        except TimeoutError as error:
            raise CameraError(f"{self.name}: delivered no frame for {READ_TIMEOUT_S:g} s") from error
        except (RuntimeError, OSError) as error:
            raise CameraError(f"{self.name}: {error}") from error
        self._index += 1
        return Frame(np.ascontiguousarray(image[:, :, :3]), time.monotonic(), datetime.now(UTC), self._index - 1)

    def close(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            # A capture that still waits for its frame would have `stop` wait behind it for ever.
            camera.cancel_all_and_flush()
            camera.stop()
            camera.close()

    @staticmethod
    def sources() -> list[str]:
        """Numbers of the cameras that libcamera knows; empty where picamera2 is not installed."""
        try:
            from picamera2 import Picamera2
        except ImportError:
            return []
        return [str(number) for number in range(len(Picamera2.global_camera_info()))]
