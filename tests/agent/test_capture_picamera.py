"""The picamera2 back end against the real package: its signatures, configuration, jobs, event loop and shutdown.

What is below, libcamera and a sensor, is a stand-in: nothing here says anything of real light."""

import inspect
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from agent.capture import picamera
from agent.capture.camera import CameraError
from agent.capture.picamera import PiCamera
from agent.capture.probe import open_camera
from contract.device import CameraConfig
from tests.support.sensorless import Sensor, picamera2_above_a_stand_in

pytestmark = pytest.mark.filterwarnings("ignore:setDaemon")  # picamera2's own event loop says it


@pytest.fixture
def sensor() -> Iterator[Sensor]:
    with picamera2_above_a_stand_in() as sensor:
        yield sensor


@pytest.fixture
def camera(sensor: Sensor) -> Iterator[Any]:
    camera = open_camera(CameraConfig(kind="picamera2", source="0", width=640, height=480, fps=15))
    camera.open()
    yield camera
    camera.close()


def read_with(camera: Any, sensor: Sensor, bgr: tuple[int, int, int]) -> Any:
    """The frame that the sensor delivers while somebody waits for it."""
    delivering = threading.Timer(0.05, sensor.deliver, [bgr])
    delivering.start()
    try:
        return camera.read()
    finally:
        delivering.join()


def test_the_camera_is_configured_as_picamera2_wants_it(camera: Any, sensor: Sensor) -> None:
    (opened,) = sensor.opened
    config = opened.camera_config
    assert (config["main"]["size"], config["main"]["format"]) == ((640, 480), "RGB888")
    assert config["controls"]["FrameRate"] == 15
    assert opened.started


def test_frames_come_in_the_order_and_colours_of_the_sensor(camera: Any, sensor: Sensor) -> None:
    first, second = (read_with(camera, sensor, bgr) for bgr in ((10, 20, 30), (40, 50, 60)))
    assert (first.index, second.index, first.frame_wh) == (0, 1, (640, 480))
    assert [frame.image[0, 0].tolist() for frame in (first, second)] == [[10, 20, 30], [40, 50, 60]]


def test_a_sensor_that_stalls_is_noticed_and_lets_go(
    camera: Any, sensor: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """picamera2 puts `stop` behind a capture that still waits; without a word to it, closing never ends."""
    monkeypatch.setattr(picamera, "READ_TIMEOUT_S", 0.2)
    with pytest.raises(CameraError, match=r"delivered no frame for 0\.2 s"):
        camera.read()
    closing = threading.Thread(target=camera.close, daemon=True)
    closing.start()
    closing.join(60)
    assert not closing.is_alive(), "close waits for a frame that never comes"
    assert not sensor.opened[0].is_open
    camera.open()
    monkeypatch.setattr(picamera, "READ_TIMEOUT_S", 60.0)
    assert read_with(camera, sensor, (1, 2, 3)).image[0, 0].tolist() == [1, 2, 3]


def test_the_cameras_of_libcamera_are_listed(sensor: Sensor) -> None:
    assert PiCamera.sources() == ["0"]


@pytest.mark.parametrize(
    ("name", "positional", "named"),
    [
        ("__init__", 1, {}),
        ("create_video_configuration", 0, {"main": {}, "controls": {}}),
        ("configure", 1, {}),
        ("start", 0, {}),
        ("capture_array", 1, {"wait": False}),
        ("wait", 1, {"timeout": 3.0}),
        ("cancel_all_and_flush", 0, {}),
        ("stop", 0, {}),
        ("close", 0, {}),
    ],
)
def test_what_we_call_is_there_and_takes_it(sensor: Sensor, name: str, positional: int, named: dict[str, Any]) -> None:
    from picamera2 import Picamera2

    signature = inspect.signature(getattr(Picamera2, name))
    signature.bind(object(), *[object()] * positional, **named)
