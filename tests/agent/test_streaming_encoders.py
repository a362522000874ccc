"""Encoders: which are chosen, what is made of hardware that is absent, late or silent about its parameter sets."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from agent.errors import DetectorError
from agent.frame import Frame, FrameTap
from agent.health import Trouble
from agent.streaming import encoders, gstreamer, v4l2m2m
from agent.streaming.encoder import EncoderFactory, EncoderSettings, FrameRate, Underway
from agent.streaming.encoders import factories
from agent.streaming.gstreamer import GStreamerEncoder
from agent.streaming.h264 import EncodedFrame, ParameterSets, nal_units
from agent.streaming.rendition import RenditionThread
from agent.streaming.v4l2m2m import HARDWARE, V4l2Encoder
from agent.streaming.x264 import X264Encoder
from contract.device import EncoderChoice
from tests.support.moving_camera import MovingCamera
from tests.support.processes import wait_for

SETTINGS = EncoderSettings((320, 240), 30.0, 300_000)
START = b"\0\0\0\1"
SPS, PPS, IDR, SLICE = b"\x67\x42", b"\x68\xce", b"\x65\x88\x80", b"\x41\x9a\x02"


def frame(index: int) -> Frame:
    return Frame(np.zeros((4, 4, 3), np.uint8), index / 30, datetime.now(UTC), index)


def test_hardware_that_is_there_comes_first_and_libx264_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v4l2m2m, "present", lambda: True)
    monkeypatch.setattr(gstreamer, "present", lambda: False)
    assert encoders.factories("auto") == (V4l2Encoder, X264Encoder)
    monkeypatch.setattr(v4l2m2m, "present", lambda: False)
    assert factories("auto") == factories("libx264") == (X264Encoder,)
    assert factories("v4l2m2m") == (V4l2Encoder, X264Encoder)
    assert factories("gstreamer") == (GStreamerEncoder, X264Encoder)


def test_a_raspberry_pis_encoder_is_known_by_its_name(tmp_path: Path) -> None:
    assert not v4l2m2m.present(tmp_path)
    for number, name in enumerate([b"bcm2835-isp\n", b"\xff\xfe", HARDWARE.encode() + b"\n"]):
        (tmp_path / f"video{number}").mkdir()
        (tmp_path / f"video{number}" / "name").write_bytes(name)
    assert v4l2m2m.present(tmp_path)


@pytest.mark.parametrize("make", [V4l2Encoder, GStreamerEncoder])
def test_absent_hardware_says_so(make: Callable[[EncoderSettings], object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(v4l2m2m, "DEVICE_NAMES", Path("/nowhere"))
    with pytest.raises(DetectorError, match=r"GStreamer|bcm2835"):
        make(SETTINGS)


@pytest.mark.parametrize("choice", ["v4l2m2m", "gstreamer"])
def test_a_chosen_encoder_that_is_absent_is_counted_and_pictures_come_all_the_same(choice: EncoderChoice) -> None:
    tap, trouble, got = FrameTap(), Trouble(), list[EncodedFrame]()
    first: tuple[EncoderFactory, ...] = factories(choice)
    thread = RenditionThread("high", tap, SETTINGS, first, trouble)
    with MovingCamera(tap, width=320, height=240):
        thread.subscribe(got.append)
        wait_for("pictures", lambda: len(got) > 3)
        stats = thread.stats()
        thread.stop()
    assert stats is not None
    assert stats.encoder == "libx264"
    assert trouble.of("encoder_failed") == 1


def test_parameter_sets_said_once_stand_before_every_keyframe() -> None:
    sets = ParameterSets()
    first = START + SPS + START + PPS + START + IDR
    assert sets.complete(first, keyframe=True) == first
    assert sets.complete(START + SLICE, keyframe=False) == START + SLICE
    assert list(nal_units(sets.complete(START + IDR, keyframe=True))) == [SPS, PPS, IDR]


def test_parameter_sets_in_a_packet_of_their_own_are_remembered() -> None:
    sets = ParameterSets()
    sets.complete(START + SPS + START + PPS, keyframe=False)
    assert list(nal_units(sets.complete(START + IDR, keyframe=True))) == [SPS, PPS, IDR]


def test_pictures_that_come_out_late_are_told_their_own_time_again() -> None:
    underway, frames = Underway(), [frame(index) for index in range(5)]
    for index, one in enumerate(frames):
        underway.put(index * 3000, one)
    assert underway.take(1) is frames[0]  # rounded
    assert underway.take(6000) is frames[2]  # one was dropped inside
    assert underway.take(3000) is None  # too late
    assert underway.take(99_000) is None


def test_an_encoder_that_swallows_pictures_does_not_fill_the_memory() -> None:
    underway = Underway()
    for index in range(1000):
        underway.put(index * 3000, frame(index))
    assert underway.take(0) is None
    assert underway.take(999 * 3000) is not None


def changes(rate: FrameRate, times_s: list[float]) -> list[float]:
    return [at_s for at_s in times_s if rate.off(at_s)]


def test_the_rate_of_a_slow_camera_is_noticed_once() -> None:
    rate = FrameRate(30)
    assert changes(rate, [10 + number / 15 for number in range(600)]) == [pytest.approx(11, abs=0.1)]
    assert rate.fps == 15


def test_frames_left_out_and_a_camera_lost_are_no_other_rate() -> None:
    rate = FrameRate(30)
    times_s = [10 + number / 30 for number in range(900) if number % 5 and not 200 < number < 400]
    assert changes(rate, times_s) == []
    assert changes(rate, [5 + number / 30 for number in range(300)]) == []  # a clock that goes back
    assert rate.fps == 30


def test_faster_than_may_be_is_not_told() -> None:
    rate = FrameRate(10)
    assert changes(rate, [number / 60 for number in range(600)]) == []
    assert rate.fps == 10
