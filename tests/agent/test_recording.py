"""The recording of an exam: segments that follow each other, gaps where nobody filmed, sound where it may be."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import numpy as np
import pytest

from agent.capture.microphone import CHUNK_SAMPLES, RATE_HZ, AudioChunk
from agent.evidence import mp4
from agent.evidence.clip import unbroken
from agent.evidence.recording import Recording
from agent.evidence.ring import PacketRing
from agent.frame import Frame
from agent.streaming.audio import OpusEncoder
from agent.streaming.encoder import settings_of
from agent.streaming.h264 import EncodedFrame
from agent.streaming.rtp import RtpFrame
from agent.streaming.x264 import X264Encoder
from contract.messages import EvidenceDropped, SegmentRecorded
from tests.support.filming import FPS, Studio, at, studio
from tests.support.moving_camera import MovingPictures
from tests.support.processes import wait_for

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def film(tmp_path: Path) -> Iterator[Studio]:
    with studio(tmp_path) as made:
        yield made


def segments(film: Studio) -> list[SegmentRecorded]:
    return [body for body in film.events if isinstance(body, SegmentRecorded)]


def opened_file(data: bytes) -> Any:
    return av.open(io.BytesIO(data))


def tone(seconds: float, from_s: float) -> list[RtpFrame]:
    encoder, wave = OpusEncoder(), np.sin(np.arange(CHUNK_SAMPLES) * 2 * np.pi * 450 / RATE_HZ)
    samples = (8000 * wave).astype(np.int16)
    chunks = [AudioChunk(from_s + i / 50, samples) for i in range(round(seconds * 50))]
    return [packet for chunk in chunks for packet in encoder.encode(chunk)]


def test_segments_follow_each_other_without_a_hole_and_the_last_is_what_was_left(film: Studio) -> None:
    film.film(1)
    film.recorder.film(True, recording=True)
    film.film(70)
    wait_for("two segments", lambda: len(segments(film)) == 2)
    film.recorder.film(True, recording=False)
    wait_for("the rest", lambda: len(segments(film)) == 3)
    for earlier, later in pairwise(segments(film)):
        assert abs(later.started_at - earlier.ended_at) < timedelta(seconds=0.15)
    assert [round((each.ended_at - each.started_at).total_seconds() / 30) for each in segments(film)][:2] == [1, 1]
    total = segments(film)[-1].ended_at - segments(film)[0].started_at
    assert 67 < total.total_seconds() < 71
    for each in segments(film):
        assert (each.evidence.role, each.has_sound) == ("segment", False)
        with film.spool.open(each.evidence.sha256) as file, opened_file(file.read()) as container:
            lasts_s = container.duration / 1e6
        assert lasts_s == pytest.approx((each.ended_at - each.started_at).total_seconds(), abs=0.01)


def test_nothing_is_recorded_unless_it_is_asked_for(film: Studio) -> None:
    film.film(33)
    film.recorder.stop()
    assert segments(film) == []


def test_a_stop_writes_the_segment_that_was_begun(film: Studio) -> None:
    film.recorder.film(True, recording=True)
    film.film(5)
    film.recorder.stop()
    (only,) = segments(film)
    assert (only.ended_at - only.started_at).total_seconds() == pytest.approx(5, abs=0.2)


def test_what_was_filmed_belongs_to_the_exam_session_that_was_on_then(film: Studio) -> None:
    first, second = uuid4(), uuid4()
    film.recorder.film(True, recording=True, sitting=first)
    film.film(3)
    film.recorder.film(True, recording=True, sitting=second)
    film.film(3)
    film.recorder.film(False, sitting=second)  # a break
    film.recorder.film(True, recording=True, sitting=second)
    film.film(2)
    film.recorder.film(False)
    wait_for("all of it", lambda: len(segments(film)) == 3)
    assert [of for of, body in film.told if isinstance(body, SegmentRecorded)] == [first, second, second]


def test_a_segment_that_finds_no_place_is_named_and_told_to_be_lost(tmp_path: Path) -> None:
    with studio(tmp_path, max_bytes=2000) as film:
        film.recorder.film(True, recording=True)
        film.film(2)
    (named,) = segments(film)
    (lost,) = [body for body in film.events if isinstance(body, EvidenceDropped)]
    assert (lost.sha256, lost.role, lost.reason) == (named.evidence.sha256, "segment", "spool_full")
    assert film.spool.files() == []


def frames_at(*spans: tuple[float, float], wh: tuple[int, int] = (64, 48)) -> list[EncodedFrame]:
    """A keyframe a second, in each of the spans."""
    found = []
    for begin_s, end_s in spans:
        for i in range(round((end_s - begin_s) * FPS)):
            now_s = begin_s + i / FPS
            found.append(EncodedFrame(b"x", i % FPS == 0, now_s, NOON + timedelta(seconds=now_s), wh))
    return found


def test_a_camera_that_was_away_leaves_a_gap_and_no_picture_that_stands_still() -> None:
    stretches = unbroken(frames_at((0, 3), (10, 12)))
    assert [(stretch[0].captured_s, stretch[-1].captured_s) for stretch in stretches] == [(0, 2.9), (10, 11.9)]
    other_size = frames_at((12, 14), wh=(32, 24))
    assert len(unbroken([*frames_at((0, 12)), *other_size])) == 2
    assert unbroken(frames_at((0, 1))[1:]) == []
    assert unbroken([]) == []


def test_a_ring_that_forgot_the_beginning_costs_that_much_and_no_more() -> None:
    recording, ring = Recording(segment_s=10), PacketRing(ring_s=15)
    recording.want(True, None)
    for frame in frames_at((0, 40)):
        ring.put(frame)
    begin_s, cut_s = recording.due(ring) or (0, 0)
    assert 24 <= begin_s <= 26
    assert cut_s - begin_s == 10


def test_a_clock_that_begins_anew_begins_a_new_segment() -> None:
    recording, ring = Recording(segment_s=10), PacketRing()
    recording.want(True, None)
    for frame in (*frames_at((100, 105)), *frames_at((0, 12))):
        ring.put(frame)
        recording.due(ring)
    recording.want(False, ring.newest_s)
    stretch = recording.due(ring)
    assert stretch is not None
    assert stretch[0] == 10
    assert recording.due(ring) is None


def test_sound_lies_beside_the_picture_where_it_was_heard(film: Studio) -> None:
    film.recorder.film(True, recording=True)
    film.film(1)
    for packet in tone(4, film.now_s):
        film.hear(packet)
    film.film(6)
    film.recorder.stop()
    (only,) = segments(film)
    assert only.has_sound
    with film.spool.open(only.evidence.sha256) as file:
        data = file.read()
    with opened_file(data) as container:
        heard = [(float(frame.pts / frame.sample_rate), frame.to_ndarray()) for frame in container.decode(audio=0)]
    loud = [at_s for at_s, samples in heard if np.abs(samples).max() > 0.05]
    assert loud[0] == pytest.approx(1, abs=0.15)
    assert loud[-1] == pytest.approx(5, abs=0.15)


def test_chunks_whose_clock_jitters_never_overlap_in_the_file() -> None:
    encoder, pictures = X264Encoder(settings_of("high", 1_000_000, 200_000)), MovingPictures(64, 48)
    frames = [
        encoded
        for i in range(15)
        for encoded in encoder.encode(Frame(pictures.at(i), i / 15, at(i / 15), i), keyframe=i == 0)
    ]
    sound = [replace(packet, captured_s=packet.captured_s - i % 3 * 0.004) for i, packet in enumerate(tone(1, 0.01))]
    with opened_file(mp4.mux(frames, sound)) as container:
        times = [packet.pts for packet in container.demux(audio=0) if packet.size]
    assert len(times) == 50
    assert all(later - earlier >= 960 for earlier, later in pairwise(times))
