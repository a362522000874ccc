"""The real picamera2 above a stand-in for libcamera: its configuration, jobs, event loop and shutdown run.

No sensor does. Import it through `picamera2_above_a_stand_in`, which takes the stand-ins out of `sys.modules` again.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import MagicMock, patch

import numpy as np

BOARDS_OWN = (
    *("libcamera", "prctl", "pidng", "pidng.camdefs", "pidng.core", "piexif", "simplejpeg", "videodev2"),
    *("libarchive", "OpenEXR", "pykms"),
)
"""What picamera2 imports and only a board, or its system, has."""


class Request:
    """A frame that the sensor delivered, full of one colour (blue, green, red)."""

    def __init__(self, libcamera: Any, size_wh: tuple[int, int], bgr: tuple[int, int, int]) -> None:
        buffer = MagicMock()
        buffer.metadata.status = libcamera.FrameMetadata.Status.Success
        self.request = MagicMock(buffers={"main": buffer})
        self._image = np.full((size_wh[1], size_wh[0], 3), bgr, np.uint8)
        self.display, self.configure_count, self.config = False, 0, {"display": None}
        self.held = 1

    def acquire(self) -> None:
        self.held += 1

    def release(self) -> None:
        self.held -= 1

    def make_array(self, name: str) -> Any:
        assert name == "main"
        return np.copy(self._image)


class Sensor:
    """One CSI camera. `deliver` gives a frame to whoever has opened it."""

    def __init__(self, libcamera: Any) -> None:
        self.libcamera = libcamera
        self.opened: list[Any] = []
        self.id = "/base/soc/i2c0mux/i2c@1/imx219@10"
        self.properties: dict[Any, Any] = {}

    def deliver(self, bgr: tuple[int, int, int] = (10, 20, 30)) -> None:
        camera = self.opened[-1]
        request = Request(self.libcamera, camera.camera_config["main"]["size"], bgr)
        with camera._requestslock:
            camera._requests.append(request)
        os.write(camera.notifyme_w, b"\0")


def _above(sensor: Sensor) -> Any:
    """`Picamera2` with what touches hardware replaced: opening, the driver's answer to a configuration, starting it."""
    from picamera2 import Picamera2

    class Sensorless(Picamera2):  # type: ignore[misc, unused-ignore]
        def _open_camera(self) -> None:
            self.camera = MagicMock()
            self.camera_properties_ = {"ColorFilterArrangement": 2, "PixelArraySize": (3280, 2464)}
            limits = MagicMock(min=33_333, max=120_000, default=33_333)
            self.camera_ctrl_info = {"FrameDurationLimits": (MagicMock(), limits)}
            self.sensor_format, self.sensor_resolution = "SBGGR10", (3280, 2464)
            self.is_open = True
            sensor.opened.append(self)

        def configure_(self, camera_config: Any) -> None:
            self.check_camera_config(camera_config)
            self.camera_config, self._max_queue_len = camera_config, int(camera_config["queue"])

        def start_(self) -> None:
            self.started = True

    return Sensorless


class Plain:
    """In the place of libcamera's values, which are compared, hashed and asked for by their class."""

    def __init__(self, *_: Any, **named: Any) -> None:
        self.__dict__.update(named)

    @classmethod
    def made(cls) -> "Plain":
        return cls()

    Sycc = Smpte170m = Rec709 = Raw = made


@contextmanager
def picamera2_above_a_stand_in() -> Iterator[Sensor]:
    """`from picamera2 import Picamera2` inside gives the real one above a sensor that delivers when it is told to."""
    names = {name: MagicMock() for name in BOARDS_OWN}
    for kind in ("Rectangle", "Size", "Transform", "ColorSpace"):
        value = type(kind, (Plain,), {})
        setattr(names["libcamera"], kind, value)
        setattr(names["libcamera"]._libcamera, kind, value)
    reader, writer = os.pipe()
    with patch.dict(sys.modules, names):
        import picamera2

        sensor = Sensor(names["libcamera"])
        manager = picamera2.Picamera2._cm
        cameras = MagicMock(cameras=[sensor], event_fd=reader)
        cameras.get_ready_requests.return_value = []
        names["libcamera"].CameraManager.singleton.return_value = cameras
        memory = patch("picamera2.picamera2.DmaAllocator", MagicMock())  # the board's, for frames
        with memory, patch.object(picamera2, "Picamera2", _above(sensor)):
            try:
                yield sensor
            finally:
                for camera in sensor.opened:
                    if camera.is_open and camera.camera_idx in manager.cameras:
                        camera.cancel_all_and_flush()
                        camera.close()
        listening = getattr(manager, "thread", None)
        if isinstance(listening, threading.Thread):
            listening.join(30)
    for name in [name for name in sys.modules if name.split(".")[0] == "picamera2"]:
        del sys.modules[name]
    os.close(reader)
    os.close(writer)
