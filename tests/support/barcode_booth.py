"""The agent as a booth runs it, with a camera in whose pictures the moment of capture can be read.

`python -m tests.support.barcode_booth CONFIG`. Only the camera is made up: somebody sways before a wall under a
sensor's noise, thirty times a second.
"""

import sys
import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import agent.app
from agent.capture.camera import Camera
from agent.frame import Frame
from contract.device import CameraConfig, load_device_config
from tests.support.barcode import now_ms, stamp
from tests.support.portrait import scene
from tests.support.sitting import Sitting

FPS = 30
SECONDS = 4


class BarcodeCamera:
    """Delivers at an even pace; a reader that comes late gets the newest moment and not an old one."""

    name = "barcode"

    def __init__(self) -> None:
        self._images = [image for image, _ in islice(Sitting([scene(1)], FPS).frames(SECONDS), FPS * SECONDS)]
        self._index = 0
        self._next_s = 0.0

    def open(self) -> None:
        self._next_s = time.monotonic()

    def read(self) -> Frame:
        now_s = time.monotonic()
        self._next_s = max(self._next_s + 1 / FPS, now_s)
        time.sleep(self._next_s - now_s)
        image = self._images[self._index % len(self._images)].copy()
        self._index += 1
        stamp(image, now_ms())
        return Frame(image, time.monotonic(), datetime.now(UTC), self._index)

    def close(self) -> None:
        pass


def barcode_camera(_: CameraConfig) -> Camera:
    return BarcodeCamera()


if __name__ == "__main__":
    setattr(agent.app, "open_camera", barcode_camera)  # noqa: B010 - mypy sees an assignment to a function otherwise
    sys.exit(agent.app.run(load_device_config(Path(sys.argv[1]))))
