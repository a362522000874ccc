"""The V4L2 back end: what it makes of drivers that block, vanish or are not there. Hardware, so the driver is faked."""

import threading
from typing import Any

import numpy as np
import pytest

from agent.capture.camera import CameraError
from agent.capture.probe import open_camera
from agent.capture.v4l2 import V4l2Camera
from contract.device import CameraConfig


class Driver:
    """`cv2.VideoCapture` of a camera that gives `frames` pictures and then does `afterwards`."""

    def __init__(self, frames: int, afterwards: str = "vanish", opened: bool = True) -> None:
        self.frames, self.afterwards, self.opened = frames, afterwards, opened
        self.unblock, self.released = threading.Event(), threading.Event()
        self.taken = threading.Event()
        self.settings: dict[int, float] = {}

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self.opened

    def set(self, setting: int, value: float) -> bool:
        self.settings[setting] = value
        return True

    def read(self) -> tuple[bool, Any]:
        if self.frames == 0:
            if self.afterwards == "hang":
                self.unblock.wait(60)
            return False, None
        self.frames -= 1
        return True, np.full((48, 64, 3), 9, np.uint8)

    def release(self) -> None:
        self.released.set()


def camera_with(driver: Driver, read_timeout_s: float = 30.0) -> V4l2Camera:
    return V4l2Camera("/dev/video7", 64, 48, 15, open_capture=lambda source: driver, read_timeout_s=read_timeout_s)


def test_frames_are_delivered_and_the_driver_is_asked_for_the_size() -> None:
    driver = Driver(1, "hang")
    camera = camera_with(driver)
    camera.open()
    frame = camera.read()
    assert frame.frame_wh == (64, 48)
    assert {64, 48, 15} <= set(driver.settings.values())
    camera.close()
    driver.unblock.set()
    assert driver.released.wait(30)


def test_a_driver_that_blocks_for_ever_is_noticed() -> None:
    driver = Driver(0, "hang")
    camera = camera_with(driver, read_timeout_s=0.1)
    camera.open()
    with pytest.raises(CameraError, match=r"/dev/video7: delivered no frame for 0\.1 s"):
        camera.read()
    camera.close()
    driver.unblock.set()
    assert driver.released.wait(30), "the driver is let go as soon as it returns"


def test_a_camera_that_vanishes_says_so_at_once() -> None:
    camera = camera_with(Driver(0))
    camera.open()
    with pytest.raises(CameraError, match="vanished"):
        camera.read()


def test_a_camera_that_cannot_be_opened_says_what_to_check() -> None:
    with pytest.raises(CameraError, match="is it plugged in"):
        camera_with(Driver(0, opened=False)).open()


def test_a_device_that_is_not_there_is_a_camera_error() -> None:
    camera = open_camera(CameraConfig(kind="v4l2", source="/dev/video-not-there"))
    with pytest.raises(CameraError, match="/dev/video-not-there: cannot be opened"):
        camera.open()
    camera.close()
