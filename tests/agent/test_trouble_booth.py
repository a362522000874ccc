"""A whole booth, real weights and rules included, over a camera that hangs, vanishes and comes back.

Whoever is not watched is not accused: all of it becomes gaps, none of it an empty chair.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.capture import thread as thread_module
from agent.capture.thread import CaptureThread
from agent.capture.v4l2 import V4l2Camera
from agent.evidence.spool import Spool
from agent.frame import LatestFrame
from agent.health import Trouble
from agent.monitor import Monitor
from agent.uplink.outbox import Outbox
from agent.vision.analyzer import Analyzer
from contract.messages import Event, EventBody, MonitoringGap, ViolationOpened
from tests.support.portrait import scene
from tests.support.processes import wait_for
from tests.support.weights import real_weights


class Hardware:
    """`cv2.VideoCapture` on a plug that a test holds: a candidate sits before it, at some 20 frames a second."""

    def __init__(self) -> None:
        self.plugged, self.answers = True, threading.Event()
        self.answers.set()
        self.image: Any = None
        self._pictures = [scene(seed=n) for n in range(7)]
        self._given = 0

    def __call__(self, source: str) -> "Hardware":
        self.answers.wait()
        return self

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self.plugged

    def set(self, setting: int, value: float) -> bool:
        return True

    def read(self) -> tuple[bool, Any]:
        time.sleep(0.05)
        self.answers.wait()
        self._given += 1
        image = self._pictures[self._given % 7] if self.image is None else self.image
        return self.plugged, image if self.plugged else None

    def release(self) -> None:
        pass


class Booth:
    def __init__(self, folder: Path, hardware: Hardware) -> None:
        trouble = Trouble()
        self.outbox = Outbox(folder / "outbox.db", "booth-1", trouble)
        self.analyzer = Analyzer(*real_weights(), allow_missing=False)
        camera = V4l2Camera("/dev/video9", 640, 480, 15, open_capture=hardware, read_timeout_s=1.0)
        slot = LatestFrame()
        self.capture = CaptureThread(camera, slot)
        self.monitor = Monitor(
            slot,
            self.capture,
            self.analyzer,
            self.outbox,
            Spool(folder / "spool", 2**22, trouble, bytes(32)),
            trouble,
            version="1",
            desired=None,
            on_reported=lambda reported: None,
        )
        self.capture.start()
        self.monitor.start()

    def bodies(self) -> list[EventBody]:
        return [Event.parse(event.payload).body for event in self.outbox.pending(1000)]

    def gaps(self) -> list[MonitoringGap]:
        """Each as it was opened, and again as it was closed."""
        return [body for body in self.bodies() if isinstance(body, MonitoringGap)]

    def violations(self) -> list[str]:
        return [body.violation.kind for body in self.bodies() if isinstance(body, ViolationOpened)]

    def wait_for_gap(self, number: int, *, closed: bool) -> MonitoringGap:
        wanted = 2 * number - (not closed)
        wait_for(f"gap {number} to be {'closed' if closed else 'opened'}", lambda: len(self.gaps()) >= wanted)
        return self.gaps()[wanted - 1]

    def close(self) -> None:
        self.monitor.stop(30)
        self.capture.stop()
        self.analyzer.close()
        self.outbox.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_module, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(thread_module, "LONGEST_WAIT_S", 0.1)
    monkeypatch.setattr(thread_module, "STALL_S", 1.0)
    monkeypatch.setattr(thread_module, "START_S", 1.0)


@pytest.fixture
def hardware() -> Hardware:
    return Hardware()


@pytest.fixture
def booth(tmp_path: Path, hardware: Hardware) -> Iterator[Booth]:
    hardware.answers.clear()
    with closing(Booth(tmp_path, hardware)) as booth:
        yield booth
        hardware.answers.set()


def test_hanging_unplugged_and_mad_cameras_are_gaps_and_nobody_is_accused(booth: Booth, hardware: Hardware) -> None:
    assert "no frame for" in booth.wait_for_gap(1, closed=False).detail, "its driver blocks while it is opened"
    hardware.answers.set()
    booth.wait_for_gap(1, closed=True)

    hardware.answers.clear()
    assert "no frame for 1 s" in booth.wait_for_gap(2, closed=False).detail, "it hangs in read"
    hardware.answers.set()
    booth.wait_for_gap(2, closed=True)

    hardware.plugged = False
    assert booth.wait_for_gap(3, closed=False).reason == "camera_lost"
    hardware.plugged = True
    booth.wait_for_gap(3, closed=True)

    hardware.image = np.zeros((0, 640, 3), np.uint8)
    assert "delivers only a picture of 640 x 0 x 3" in booth.wait_for_gap(4, closed=False).detail
    hardware.image = None
    booth.wait_for_gap(4, closed=True)

    assert booth.violations() == []
    assert booth.monitor.alive
    assert "failed" not in {health.state for health in booth.analyzer.detectors()}
    assert all(gap.ended_at is None or gap.ended_at >= gap.started_at for gap in booth.gaps())
