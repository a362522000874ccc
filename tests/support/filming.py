"""A camera for tests of evidence, whose minutes pass as fast as the real encoder takes its pictures."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

from agent.evidence.recorder import Recorder
from agent.evidence.spool import Spool
from agent.frame import Frame, FrameTap
from agent.health import Trouble
from agent.streaming import rendition
from agent.streaming.encoder import settings_of
from agent.streaming.rendition import RenditionThread
from agent.streaming.rtp import RtpFrame
from agent.streaming.x264 import X264Encoder
from contract.messages import EventBody, EvidenceAdded
from tests.support.moving_camera import MovingPictures

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FPS = 10
SIZE_WH = (320, 240)


def at(captured_s: float) -> datetime:
    """Wall time of a moment on the camera's clock."""
    return NOON + timedelta(seconds=captured_s)


def wait_until(probe: Callable[[], bool], timeout_s: float = 60) -> None:
    """Looks often: a picture is encoded in a few milliseconds."""
    deadline_s = time.monotonic() + timeout_s
    while not probe():
        assert time.monotonic() < deadline_s, "the encoder takes no pictures"
        time.sleep(0.001)


class Studio:
    """Camera, encoder, recorder and spool, all real but for the clock that the camera goes by."""

    def __init__(self, folder: Path, max_bytes: int = 2**26) -> None:
        self.trouble = Trouble()
        self.tap = FrameTap()
        self.encoder = RenditionThread(
            "high", self.tap, settings_of("high", 1_000_000, 200_000), (X264Encoder,), self.trouble
        )
        self.spool = Spool(folder / "spool", max_bytes, self.trouble, bytes(32))
        self.told: list[tuple[UUID | None, EventBody]] = []
        """With the exam session that each belongs to."""
        self.recorder = Recorder(self.encoder, self.spool, lambda of, body: self.told.append((of, body)), self.trouble)
        self.now_s = 100.0
        self._pictures = MovingPictures(*SIZE_WH)
        self._index = 0

    @property
    def events(self) -> list[EventBody]:
        return [body for _, body in self.told]

    def film(self, seconds: float) -> None:
        """So much time passes before the camera."""
        for _ in range(round(seconds * FPS)):
            self.now_s = round(self.now_s + 1 / FPS, 3)
            self.tap.put(Frame(self._pictures.at(self._index), self.now_s, at(self.now_s), self._index))
            self._index += 1
            wait_until(lambda: (self.recorder.newest_s or 0) >= self.now_s)

    def hear(self, packet: RtpFrame) -> None:
        """As the sound's encoder hands it over."""
        self.recorder._ring.put_sound(packet)

    def added(self) -> list[EvidenceAdded]:
        return [body for body in self.events if isinstance(body, EvidenceAdded)]


@contextmanager
def studio(folder: Path, max_bytes: int = 2**26) -> Iterator[Studio]:
    made = Studio(folder, max_bytes)
    made.recorder.start()
    made.recorder.film(True)
    try:
        with patch.object(rendition, "KEYFRAME_GAP_S", 0.0):  # it is measured on another clock than the camera's
            yield made
    finally:
        made.recorder.stop()
        made.encoder.stop()
