"""The capture thread: a camera that is late, vanishes, comes back or hangs."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest

from agent.capture import thread as thread_module
from agent.capture.camera import CameraError
from agent.capture.thread import CaptureThread
from agent.frame import Frame, LatestFrame
from tests.support.processes import wait_for


class PluggedCamera:
    """Hardware stand-in: delivers a frame every few milliseconds while `plugged`."""

    def __init__(self) -> None:
        self.name = "test camera"
        self.plugged = True
        self.opened = 0
        self.closed = 0
        self.hang = threading.Event()
        self.surprise: Exception | None = None
        self._index = 0

    def open(self) -> None:
        self.opened += 1
        if not self.plugged:
            raise CameraError("test camera: not plugged in")

    def read(self) -> Frame:
        time.sleep(0.002)
        if self.surprise:
            raise self.surprise
        if not self.plugged:
            raise CameraError("test camera: vanished")
        while self.hang.is_set():
            time.sleep(0.002)
        self._index += 1
        return Frame(np.zeros((4, 4, 3), np.uint8), time.monotonic(), datetime.now(UTC), self._index)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_module, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(thread_module, "LONGEST_WAIT_S", 0.05)


@pytest.fixture
def camera() -> PluggedCamera:
    return PluggedCamera()


@pytest.fixture
def capture(camera: PluggedCamera) -> Iterator[CaptureThread]:
    capture = CaptureThread(camera, LatestFrame())
    yield capture
    camera.hang.clear()
    capture.stop()


def test_frames_arrive_in_the_slot(camera: PluggedCamera) -> None:
    slot = LatestFrame()
    capture = CaptureThread(camera, slot)
    before = capture.state
    capture.start()
    assert slot.take(30) is not None
    assert (before, capture.state) == ("starting", "ok")
    wait_for("the capture thread to get there", lambda: capture.fps > 0)
    assert capture.latest is not None
    capture.stop()
    assert camera.closed >= 1


def test_a_camera_that_is_not_there_yet_is_tried_again(camera: PluggedCamera, capture: CaptureThread) -> None:
    camera.plugged = False
    capture.start()
    wait_for("the capture thread to get there", lambda: capture.errors >= 3)
    assert capture.state == "lost"
    assert "not plugged in" in capture.detail
    assert capture.lost_s is not None
    camera.plugged = True
    wait_for("the capture thread to get there", lambda: capture.state == "ok")
    assert capture.lost_s is None
    assert capture.detail == "test camera"


def test_a_camera_that_vanishes_is_lost_until_it_returns(camera: PluggedCamera, capture: CaptureThread) -> None:
    capture.start()
    wait_for("the capture thread to get there", lambda: capture.state == "ok")
    camera.plugged = False
    wait_for("the capture thread to get there", lambda: capture.state == "lost")
    since = capture.lost_s
    wait_for("the capture thread to get there", lambda: capture.errors >= 3)
    assert capture.lost_s == since, "one loss, however many attempts it takes"
    assert capture.fps == 0
    camera.plugged = True
    wait_for("the capture thread to get there", lambda: capture.state == "ok")
    assert camera.opened >= 3


def test_a_driver_that_raises_anything_does_not_end_monitoring(camera: PluggedCamera, capture: CaptureThread) -> None:
    camera.surprise = ZeroDivisionError("in a driver")
    capture.start()
    wait_for("the capture thread to get there", lambda: "ZeroDivisionError" in capture.detail)
    camera.surprise = None
    wait_for("the capture thread to get there", lambda: capture.state == "ok")


def test_a_camera_that_hangs_is_noticed(
    camera: PluggedCamera, capture: CaptureThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread_module, "STALL_S", 0.2)
    capture.start()
    wait_for("the capture thread to get there", lambda: capture.latest is not None)
    camera.hang.set()
    wait_for("the capture thread to get there", lambda: capture.state == "lost")
    standing = capture.turns
    assert "no frame for" in capture.detail
    assert capture.lost_s is not None
    assert capture.fps == 0
    assert capture.turns == standing, "the watchdog is not fed"
    camera.plugged = False
    camera.hang.clear()
    wait_for("attempts, which feed it", lambda: capture.turns > standing + 3)
    camera.plugged = True
    wait_for("the capture thread to get there", lambda: capture.state == "ok")
