"""A file as a microphone: its rates, codecs, damage, holes and end."""

import time
from itertools import pairwise
from pathlib import Path
from typing import Literal

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.capture.chunker import Chunker
from agent.capture.microphone import CHUNK_SAMPLES, RATE_HZ, AudioChunk
from agent.capture.soundtrack import Soundtrack
from agent.errors import DetectorError
from tests.support import sounds
from tests.support.portrait import scene
from tests.support.soundtracks import write_sound, write_talk


def read(sound: Soundtrack, most: int = 10_000) -> list[AudioChunk]:
    chunks: list[AudioChunk] = []
    sound.open()
    while len(chunks) < most and (chunk := sound.read()) is not None:
        chunks.append(chunk)
    sound.close()
    return chunks


def pitch_hz(chunks: list[AudioChunk]) -> float:
    """The loudest frequency."""
    heard = np.concatenate([chunk.samples for chunk in chunks]).astype(np.float64)
    return float(np.argmax(np.abs(np.fft.rfft(heard))) * RATE_HZ / len(heard))


def assert_in_form(chunks: list[AudioChunk]) -> None:
    for chunk, after in pairwise(chunks):
        assert len(chunk.samples) == CHUNK_SAMPLES
        assert chunk.samples.dtype == np.int16
        assert chunk.rate_hz == RATE_HZ
        assert after.captured_s > chunk.captured_s


@pytest.mark.parametrize(
    ("name", "codec", "rate_hz", "layout"),
    [
        ("a.wav", "pcm_s16le", 48000, "mono"),
        ("a.wav", "pcm_s16le", 8000, "mono"),
        ("a.wav", "pcm_s16le", 44100, "stereo"),
        ("a.wav", "pcm_f32le", 96000, "mono"),
        ("a.mka", "aac", 44100, "stereo"),
        ("a.ogg", "libopus", 48000, "mono"),
    ],
)
def test_any_rate_and_codec_comes_in_one_form(
    tmp_path: Path, name: str, codec: str, rate_hz: int, layout: Literal["mono", "stereo"]
) -> None:
    write_sound(tmp_path / name, sounds.tone(2, -12, 440), codec=codec, rate_hz=rate_hz, layout=layout)
    chunks = read(Soundtrack(tmp_path / name))
    assert_in_form(chunks)
    assert len(chunks) * 0.02 == pytest.approx(2.0, abs=0.1)
    assert pitch_hz(chunks) == pytest.approx(440, abs=2)
    assert chunks[-1].ends_s == pytest.approx(2.0, abs=0.1)


def test_time_is_counted_from_the_first_picture(tmp_path: Path) -> None:
    quiet_then_tone = np.concatenate([sounds.silence(1), sounds.tone(1, -12)])
    write_talk(tmp_path / "a.mp4", [scene(1, number) for number in range(20)], quiet_then_tone, codec="aac")
    loud = [chunk.captured_s for chunk in read(Soundtrack(tmp_path / "a.mp4")) if np.abs(chunk.samples).max() > 2000]
    assert loud[0] == pytest.approx(1.0, abs=0.06)


def test_a_truncated_file_is_heard_up_to_its_damage(tmp_path: Path) -> None:
    whole = tmp_path / "whole.wav"
    write_sound(whole, sounds.tone(4, -12))
    cut = tmp_path / "cut.wav"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    chunks = read(Soundtrack(cut))
    assert_in_form(chunks)
    assert chunks[-1].ends_s == pytest.approx(2.0, abs=0.1)


def test_damage_within_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.mka"
    write_sound(path, sounds.voice(6), codec="aac")
    content = bytearray(path.read_bytes())
    third = len(content) // 3
    content[third : third + 3000] = np.random.default_rng(1).integers(0, 256, 3000, np.uint8).tobytes()
    path.write_bytes(content)
    chunks = read(Soundtrack(path))
    assert_in_form(chunks)
    assert chunks[-1].ends_s > 4, "the rest is heard"


@pytest.mark.parametrize("content", [b"", b"no sound at all", b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_no_sound_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(content)
    with pytest.raises(DetectorError, match=r"bad\.wav"):
        Soundtrack(path).open()
    with pytest.raises(DetectorError, match=r"gone\.wav"):
        Soundtrack(tmp_path / "gone.wav").open()


def test_looping_time_rises_over_the_seam(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", sounds.tone(0.5, -12))
    sound = Soundtrack(tmp_path / "a.wav", loop=True)
    chunks = read(sound, most=80)
    assert_in_form(chunks)
    assert chunks[-1].ends_s == pytest.approx(1.6, abs=0.05)


def test_at_its_own_pace_it_keeps_the_monotonic_clock(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", sounds.tone(0.3, -12))
    before_s = time.monotonic()
    chunks = read(Soundtrack(tmp_path / "a.wav", realtime=True))
    assert before_s <= chunks[0].captured_s
    assert chunks[-1].ends_s <= time.monotonic()


def frame(samples: int, rate_hz: int = RATE_HZ, channels: int = 1) -> av.AudioFrame:
    made = av.AudioFrame.from_ndarray(
        np.full((1, samples * channels), 1000, np.int16), format="s16", layout="mono" if channels == 1 else "stereo"
    )
    made.rate = rate_hz
    return made


def test_a_hole_moves_the_time_and_a_change_of_rate_does_not_end_it() -> None:
    chunker = Chunker()
    first = chunker.add(frame(4800), 10.0)
    assert [round(chunk.captured_s, 6) for chunk in first] == [10.0, 10.02, 10.04, 10.06, 10.08]
    after = chunker.add(frame(4800), 15.0)
    assert after[0].captured_s == 15.0
    slower = chunker.add(frame(1600, 16000, 2), 15.1)
    assert slower[0].captured_s == pytest.approx(15.1)
    assert len(slower) in (4, 5), "a resampler keeps some samples back"


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 5000), st.sampled_from([8000, 16000, 44100, 48000]), st.integers(1, 2), st.floats(-1e5, 1e5)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_frames_come_chunks_are_whole(frames: list[tuple[int, int, int, float]]) -> None:
    chunker = Chunker()
    for samples, rate_hz, channels, starts_s in frames:
        for chunk in chunker.add(frame(samples, rate_hz, channels), starts_s):
            assert len(chunk.samples) == CHUNK_SAMPLES
            assert chunk.captured_s >= starts_s - 0.12
