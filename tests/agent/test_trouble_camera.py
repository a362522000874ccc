"""Cameras that hang, vanish, return or deliver rubbish, under the thread that keeps them going."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from agent.capture import thread as thread_module
from agent.capture.camera import CameraError
from agent.capture.thread import CaptureThread
from agent.capture.v4l2 import MAX_BLOCKED, V4l2Camera
from agent.frame import Frame, LatestFrame
from tests.support.processes import wait_for

PICTURE = np.full((48, 64, 3), 90, np.uint8)
NOTHING = np.zeros((0, 0, 3), np.uint8)


class OddCamera:
    """Hardware stand-in: delivers `image` at `time_s` (None: now), or blocks while it is opened."""

    def __init__(self) -> None:
        self.name = "odd camera"
        self.image: Any = PICTURE
        self.time_s: float | None = None
        self.delivered = 0
        self.may_open = threading.Event()
        self.may_open.set()

    def open(self) -> None:
        self.may_open.wait()

    def read(self) -> Frame:
        time.sleep(0.001)
        self.delivered += 1
        now_s = time.monotonic() if self.time_s is None else self.time_s
        return Frame(self.image, now_s, datetime.now(UTC), self.delivered)

    def close(self) -> None:
        pass


class Driver:
    """`cv2.VideoCapture` of a camera that gives one picture, and then blocks in `read` until `unblock`."""

    def __init__(self, unblock: threading.Event) -> None:
        self._unblock, self._given = unblock, False

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return True

    def set(self, setting: int, value: float) -> bool:
        return True

    def read(self) -> tuple[bool, Any]:
        if self._given:
            self._unblock.wait()
        self._given = True
        return True, PICTURE

    def release(self) -> None:
        pass


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_module, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(thread_module, "LONGEST_WAIT_S", 0.02)


@pytest.fixture
def camera() -> OddCamera:
    return OddCamera()


@pytest.fixture
def slot() -> LatestFrame:
    return LatestFrame()


@pytest.fixture
def capture(camera: OddCamera, slot: LatestFrame) -> Iterator[CaptureThread]:
    capture = CaptureThread(camera, slot)
    yield capture
    camera.may_open.set()
    capture.stop()


@pytest.mark.parametrize(("image", "time_s"), [(NOTHING, None), (None, None), (PICTURE, float("nan"))])
def test_a_bad_frame_is_counted_and_kept_from_who_looks(
    camera: OddCamera, capture: CaptureThread, slot: LatestFrame, image: Any, time_s: float | None
) -> None:
    capture.start()
    wait_for("the capture thread to get there", lambda: capture.state == "ok")
    camera.image, camera.time_s = image, time_s
    wait_for("the capture thread to get there", lambda: capture.errors >= 3)
    newest = capture.latest
    assert newest is not None
    assert newest.image is PICTURE
    camera.image, camera.time_s = PICTURE, None
    wait_for("the capture thread to get there", lambda: capture.latest is not newest)
    assert capture.state == "ok"
    taken = slot.take(30)
    assert taken is not None
    assert taken.image is PICTURE


def test_a_camera_that_delivers_nothing_but_rubbish_is_lost_until_it_recovers(
    camera: OddCamera, capture: CaptureThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread_module, "STALL_S", 0.1)
    camera.image = NOTHING
    capture.start()
    wait_for("the capture thread to get there", lambda: capture.state == "lost")
    assert capture.detail == "odd camera: delivers only a picture of 0 x 0 x 3 pixels"
    assert capture.lost_s is not None
    camera.image = PICTURE
    wait_for("the capture thread to get there", lambda: capture.state == "ok")


def test_a_grey_camera_gives_pictures_that_everyone_can_use(camera: OddCamera, capture: CaptureThread) -> None:
    camera.image = np.full((48, 64), 7, np.uint8)
    capture.start()
    wait_for("the capture thread to get there", lambda: capture.latest is not None)
    assert capture.latest is not None
    assert capture.latest.image.shape == (48, 64, 3)
    assert capture.errors == 0


def test_a_driver_that_blocks_while_it_is_opened_is_a_lost_camera(
    camera: OddCamera, capture: CaptureThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a booth would say `starting` for ever, and nobody would hear that it does not watch."""
    monkeypatch.setattr(thread_module, "START_S", 0.1)
    camera.may_open.clear()
    before = time.monotonic()
    capture.start()
    wait_for("the capture thread to get there", lambda: capture.state == "lost")
    assert "odd camera: no frame for" in capture.detail
    assert capture.lost_s is not None
    assert capture.lost_s >= before
    assert capture.fps == 0
    camera.may_open.set()
    wait_for("the capture thread to get there", lambda: capture.state == "ok")
    assert capture.lost_s is None


# --- V4L2 ---


def test_a_v4l2_camera_that_hangs_in_read_is_lost_and_comes_back(slot: LatestFrame) -> None:
    hanging, free = threading.Event(), threading.Event()
    free.set()
    drivers = iter([hanging, hanging])
    camera = V4l2Camera(
        "/dev/video7", 64, 48, 15, open_capture=lambda _: Driver(next(drivers, free)), read_timeout_s=0.1
    )
    capture = CaptureThread(camera, slot)
    capture.start()
    wait_for("the capture thread to get there", lambda: capture.errors >= 1)
    wait_for("the capture thread to get there", lambda: capture.errors >= 2 and capture.state == "ok")
    hanging.set()
    capture.stop()
    assert slot.take(0) is not None


def test_drivers_that_block_for_ever_do_not_pile_up() -> None:
    unblock = threading.Event()

    def blocked() -> int:
        return sum(thread.name == "read /dev/video8" for thread in threading.enumerate())

    camera = V4l2Camera("/dev/video8", 64, 48, 15, open_capture=lambda _: Driver(unblock), read_timeout_s=0.05)
    for _ in range(MAX_BLOCKED):
        camera.open()
        camera.read()
        with pytest.raises(CameraError, match="delivered no frame"):
            camera.read()
    with pytest.raises(CameraError, match="its driver blocks and lets nobody go; plug the camera out and in"):
        camera.open()
    assert blocked() == MAX_BLOCKED
    camera.close()
    unblock.set()
    wait_for("the capture thread to get there", lambda: blocked() == 0)
    camera.open()
    assert camera.read().frame_wh == (64, 48)
    camera.close()
