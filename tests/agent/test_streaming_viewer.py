"""Which frames one viewer gets. The network is a stand-in that writes down what is sent; everything else is real."""

from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from agent.streaming.rtp import RtpFrame
from agent.streaming.sender import SenderCounters
from agent.streaming.viewer import QUEUE_BYTES, Viewer
from contract.live import Rendition


@dataclass
class Wire:
    """A sender whose socket takes what it is told to."""

    open: bool = True
    waiting_bytes: int = 0
    sent: list[RtpFrame] = field(default_factory=list)
    counters: SenderCounters = field(default_factory=SenderCounters)

    def send_frame(self, frame: RtpFrame, now_s: float) -> None:
        self.sent.append(frame)
        self.counters.frames += 1
        self.counters.bytes += frame.size

    def send_report(self, now_s: float) -> None:
        """Nobody reads it here."""


class Stage:
    def __init__(self) -> None:
        self.asked: list[Rendition] = []
        self.opened = 0
        self.viewer = Viewer(uuid4(), "Ann", "auto", self._open, self.asked.append)
        self.video = self.viewer.video = Wire()
        self.now_s = 50.0

    def _open(self) -> None:
        self.opened += 1

    def frame(self, keyframe: bool = False, rendition: Rendition | None = "high") -> RtpFrame:
        self.now_s += 1 / 30
        frame = RtpFrame((b"x" * 100,), self.now_s, self.now_s, keyframe, 100, rendition)
        self.viewer.offer(frame, self.now_s)
        return frame


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_viewer_starts_at_a_keyframe(stage: Stage) -> None:
    stage.viewer.opened()
    stage.frame()
    first = stage.frame(keyframe=True)
    second = stage.frame()
    assert stage.video.sent == [first, second]
    assert stage.asked == ["high"]
    assert stage.opened == 1
    assert stage.viewer.skipped == 0  # nothing was skipped: it had not begun


def test_who_is_not_connected_gets_nothing_and_needs_no_encoder(stage: Stage) -> None:
    stage.video.open = False
    stage.frame(keyframe=True)
    assert stage.video.sent == []
    assert stage.viewer.needs == set()
    assert stage.viewer.stats().state == "connecting"


def test_who_is_behind_is_sent_nothing_until_a_keyframe_after_the_queue_has_drained(stage: Stage) -> None:
    stage.frame(keyframe=True)
    stage.video.waiting_bytes = QUEUE_BYTES + 1
    stage.frame()
    stage.frame(keyframe=True)  # it would stand in the same queue
    assert len(stage.video.sent) == 1
    assert stage.viewer.link.rendition == "low"
    stage.video.waiting_bytes = 0
    stage.frame()
    assert stage.asked[-1] == "low"
    low = stage.frame(keyframe=True, rendition="low")
    assert stage.video.sent[-1] is low
    assert stage.viewer.skipped == 3
    assert stage.viewer.rendition == "low"


def test_a_rendition_changes_at_its_keyframe_and_not_before(stage: Stage) -> None:
    stage.frame(keyframe=True)
    stage.viewer.link.wish = "low"
    assert stage.viewer.needs == {"high", "low"}
    stage.viewer.turn(stage.now_s)
    assert stage.asked[-1] == "low"
    stage.frame(rendition="low")
    still = stage.frame()
    assert stage.video.sent[-1] is still
    turned = stage.frame(keyframe=True, rendition="low")
    stage.frame()
    assert stage.video.sent[-1] is turned
    assert stage.viewer.needs == {"low"}


def test_frames_that_were_lost_on_the_way_here_are_mended_by_a_keyframe(stage: Stage) -> None:
    stage.frame(keyframe=True)
    stage.viewer.lost_frames()
    stage.frame()
    whole = stage.frame(keyframe=True)
    assert stage.video.sent[-1] is whole
    assert len(stage.video.sent) == 2
    assert stage.viewer.skipped == 1


def test_sound_goes_to_who_takes_it(stage: Stage) -> None:
    stage.frame(rendition=None)
    assert stage.video.sent == []
    audio = stage.viewer.audio = Wire()
    sound = stage.frame(rendition=None)
    assert audio.sent == [sound]
    audio.waiting_bytes = QUEUE_BYTES
    stage.frame(rendition=None)
    assert audio.sent == [sound]


def test_figures_are_of_the_last_seconds(stage: Stage) -> None:
    for _ in range(5):
        stage.viewer.mark(stage.now_s)
        for _ in range(15):
            stage.frame(keyframe=True)
    fps, bitrate_bps = stage.viewer.rates(stage.now_s)
    assert fps == pytest.approx(30, rel=0.01)
    assert bitrate_bps == pytest.approx(30 * 100 * 8, rel=0.01)
    stage.viewer.reported(100, 20, 0.05)
    assert stage.viewer.stats().round_trip_ms == 50
