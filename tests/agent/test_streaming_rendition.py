"""The thread that encodes a rendition: only while needed, keyframes when asked, at its own rate, whatever fails."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise

import av
import numpy as np
import pytest

from agent.errors import DetectorError
from agent.frame import Frame, FrameTap
from agent.health import Trouble
from agent.streaming import rendition as rendition_module
from agent.streaming.encoder import EncoderFactory, EncoderSettings, fit, settings_of
from agent.streaming.h264 import EncodedFrame, nal_units
from agent.streaming.rendition import KEYFRAME_GAP_S, RenditionThread
from agent.streaming.x264 import X264Encoder
from tests.support.moving_camera import MovingCamera, MovingPictures
from tests.support.processes import wait_for

SETTINGS = EncoderSettings((320, 240), 30.0, 300_000)


@pytest.fixture
def tap() -> FrameTap:
    return FrameTap()


Make = Callable[..., RenditionThread]


@pytest.fixture
def make(tap: FrameTap) -> Iterator[Make]:
    made: list[RenditionThread] = []

    def make(*factories: EncoderFactory, settings: EncoderSettings = SETTINGS) -> RenditionThread:
        made.append(RenditionThread("high", tap, settings, factories or (X264Encoder,), Trouble()))
        return made[-1]

    yield make
    for thread in made:
        thread.stop()


def decoded(frames: list[EncodedFrame]) -> list[av.VideoFrame]:
    decoder = av.CodecContext.create("h264", "r")
    pictures = [picture for frame in frames for picture in decoder.decode(av.Packet(frame.data))]
    return [*pictures, *decoder.decode(None)]


def test_it_runs_only_while_somebody_has_subscribed(tap: FrameTap, make: Make) -> None:
    thread, got, others = make(), list[EncodedFrame](), list[EncodedFrame]()
    with MovingCamera(tap, width=320, height=240):
        assert thread.stats() is None
        first, second = got.append, others.append
        thread.subscribe(first)
        wait_for("frames", lambda: len(got) > 5)
        thread.subscribe(second)
        wait_for("the same frames", lambda: len(others) > 5)
        assert others[-1] in got[-3:] or got[-1] in others[-3:]  # the very same objects
        thread.unsubscribe(first)
        thread.unsubscribe(first)
        here = len(others)
        wait_for("more for the other", lambda: len(others) > here + 5)
        stats = thread.stats()
        assert stats is not None
        assert (stats.stream, stats.encoder) == ("high", "libx264")
        thread.unsubscribe(second)
        assert thread.stats() is None
        thread.subscribe(first)
        here = len(got)
        wait_for("frames again", lambda: len(got) > here + 2)
        assert got[here].keyframe or got[here + 1].keyframe


def test_what_comes_out_decodes_from_any_keyframe(tap: FrameTap, make: Make) -> None:
    thread, got = make(), list[EncodedFrame]()
    with MovingCamera(tap, width=320, height=240):
        thread.subscribe(got.append)
        wait_for("frames", lambda: len(got) > 20)
        thread.request_keyframe()
        wait_for("another keyframe", lambda: sum(frame.keyframe for frame in got) >= 2)
        wait_for("frames after it", lambda: got if not got[-1].keyframe else None)
    thread.stop()
    start = [number for number, frame in enumerate(got) if frame.keyframe][1]
    pictures = decoded(got[start:])
    assert len(pictures) == len(got) - start
    assert (pictures[0].width, pictures[0].height) == (320, 240)
    assert all(after.captured_s > before.captured_s for before, after in pairwise(got))


def test_keyframes_asked_for_at_once_are_one(tap: FrameTap, make: Make) -> None:
    thread, got = make(), list[EncodedFrame]()
    encoded_s: list[float] = []

    def sink(frame: EncodedFrame) -> None:
        got.append(frame)
        if frame.keyframe:
            encoded_s.append(time.monotonic())

    with MovingCamera(tap, width=320, height=240):
        thread.subscribe(sink)
        while len(encoded_s) < 4:
            thread.request_keyframe()
            time.sleep(0.005)
    steps_s = [after - before for before, after in pairwise(encoded_s)]
    assert min(steps_s) > KEYFRAME_GAP_S * 0.9
    assert sum(frame.keyframe for frame in got) < len(got) / 3


def put(tap: FrameTap, captured_s: float, width: int = 320, height: int = 240) -> None:
    image = np.full((height, width, 3), int(captured_s * 50) % 255, np.uint8)
    tap.put(Frame(image, captured_s, datetime.now(UTC), 0))


@pytest.mark.parametrize(("camera_fps", "max_fps"), [(30, 10), (15, 10), (60, 30), (30, 30), (10, 30)])
def test_frames_come_at_the_rate_of_the_rendition(tap: FrameTap, make: Make, camera_fps: int, max_fps: int) -> None:
    thread, got = make(settings=EncoderSettings((64, 48), max_fps, 100_000)), list[EncodedFrame]()
    thread.subscribe(got.append)
    dice = np.random.default_rng(0)
    slot = tap._slots[0]
    for number in range(camera_fps * 4):
        put(tap, 10 + number / camera_fps + dice.uniform(-0.1, 0.1) / camera_fps, 64, 48)
        wait_for("the frame to be taken", lambda: slot._frame is None)
    thread.unsubscribe(got.append)
    wanted = min(camera_fps, max_fps) * 4
    wait_for("all of them", lambda: len(got) >= wanted * 0.9)
    assert len(got) <= wanted * 1.1 + 1


def test_another_size_and_a_clock_that_goes_back_begin_anew(tap: FrameTap, make: Make) -> None:
    thread, got = make(), list[EncodedFrame]()
    thread.subscribe(got.append)
    for captured_s, size_wh in [(10.0, (320, 240)), (10.1, (320, 240)), (10.2, (160, 120)), (2.0, (160, 120))]:
        put(tap, captured_s, *size_wh)
        wait_for("its frame", lambda at_s=captured_s: any(frame.captured_s == at_s for frame in got))  # type: ignore[misc]
    assert [frame.keyframe for frame in got] == [True, False, True, True]
    assert [frame.frame_wh for frame in got] == [(320, 240), (320, 240), (160, 120), (160, 120)]


class Broken:
    """A driver that opens and then does nothing but fail."""

    def __init__(self, settings: EncoderSettings) -> None:
        self.name = "broken"
        self.closed = False

    def encode(self, frame: Frame, *, keyframe: bool) -> list[EncodedFrame]:
        raise RuntimeError("no")

    def close(self) -> None:
        self.closed = True


def absent(settings: EncoderSettings) -> Broken:
    raise DetectorError("there is no such encoder here")


def test_the_first_that_works_is_used_and_failures_are_counted(tap: FrameTap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendition_module, "FIRST_WAIT_S", 0.01)
    trouble = Trouble()
    thread, got = RenditionThread("low", tap, SETTINGS, (absent, Broken, X264Encoder), trouble), list[EncodedFrame]()
    with MovingCamera(tap, width=320, height=240):
        thread.subscribe(got.append)
        wait_for("frames", lambda: len(got) > 3)
        stats = thread.stats()
        assert stats is not None
        assert stats.encoder == "libx264"
        assert trouble.of("encoder_failed") == 2
        thread.stop()
    assert got[0].keyframe


@pytest.mark.parametrize(
    ("frame_wh", "box_wh", "wanted_wh"),
    [
        ((640, 480), (1280, 720), (640, 480)),
        ((640, 480), (480, 360), (480, 360)),
        ((1920, 1080), (1280, 720), (1280, 720)),
        ((1280, 720), (480, 360), (480, 270)),
        ((480, 640), (480, 360), (270, 360)),
        ((641, 481), (1280, 720), (640, 480)),
        ((3, 3000), (480, 360), (2, 360)),
    ],
)
def test_pictures_fit_and_keep_their_shape(
    frame_wh: tuple[int, int], box_wh: tuple[int, int], wanted_wh: tuple[int, int]
) -> None:
    assert fit(frame_wh, box_wh) == wanted_wh


@pytest.mark.parametrize("fps", [10, 15, 30])
def test_the_bitrate_is_kept_at_any_rate_of_the_camera(fps: int) -> None:
    encoder, pictures = X264Encoder(settings_of("high", 1_000_000, 200_000)), MovingPictures()
    sizes = []
    for number in range(fps * 6):
        frame = Frame(pictures.at(number), 100 + number / fps, datetime.now(UTC), number)
        (done,) = encoder.encode(frame, keyframe=False)  # what goes in comes out at once
        sizes.append(len(done.data))
    assert 650_000 < sum(sizes[fps * 2 :]) * 8 / 4 < 1_200_000  # when the rate is known


def test_a_keyframe_has_all_that_a_browsers_decoder_needs() -> None:
    encoder = X264Encoder(settings_of("high", 1_000_000, 200_000))
    data = encoder.encode(Frame(MovingPictures().at(0), 1.0, datetime.now(UTC), 0), keyframe=True)[0].data
    sps, pps, *slices = [nal for nal in nal_units(data) if nal[0] & 0x1F != 6]
    assert [nal[0] & 0x1F for nal in (sps, pps, *slices)] == [7, 8, 5]
    assert sps[1] == 66  # baseline ...
    assert sps[2] & 0x40  # ... constrained
    assert sps[3] <= 31  # level 3.1 at most


def test_one_who_takes_frames_badly_harms_nobody(tap: FrameTap, make: Make) -> None:
    thread, got = make(), list[EncodedFrame]()

    def bad(_frame: EncodedFrame) -> None:
        raise ValueError("no")

    with MovingCamera(tap, width=320, height=240):
        thread.subscribe(bad)
        thread.subscribe(got.append)
        wait_for("frames", lambda: len(got) > 10)
    assert sum(frame.keyframe for frame in got) <= 2  # the encoder was not started anew
