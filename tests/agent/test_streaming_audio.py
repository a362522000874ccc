"""The microphone as Opus: one encoder for all, and a viewer who hears."""

import time
from collections.abc import Iterator
from itertools import pairwise

import av
import numpy as np
import pytest

from agent.capture.microphone import CHUNK_SAMPLES, RATE_HZ, AudioChunk, MicrophoneThread
from agent.errors import DetectorError
from agent.frame import FrameTap
from agent.health import Trouble
from agent.streaming import audio as audio_module
from agent.streaming.audio import AudioThread, OpusEncoder
from agent.streaming.rtp import RtpFrame
from agent.streaming.service import Streaming
from contract.device import StreamingConfig
from tests.support.moving_camera import MovingCamera
from tests.support.processes import wait_for
from tests.support.viewer import TestViewer, until

TONE_HZ = 440


def chunk(number: int, late_s: float = 0.0) -> AudioChunk:
    at = (np.arange(CHUNK_SAMPLES) + number * CHUNK_SAMPLES) / RATE_HZ
    samples = (np.sin(2 * np.pi * TONE_HZ * at) * 8000).astype(np.int16)
    return AudioChunk(100 + number * CHUNK_SAMPLES / RATE_HZ + late_s, samples)


class ToneMicrophone:
    """Hardware stand-in: a tone, at a microphone's pace."""

    def __init__(self) -> None:
        self.name = "tone"
        self.is_open = False
        self._number = 0
        self._due_s = 0.0

    def open(self) -> None:
        self.is_open, self._due_s = True, time.monotonic()

    def read(self) -> AudioChunk | None:
        self._due_s += CHUNK_SAMPLES / RATE_HZ
        time.sleep(max(0.0, self._due_s - time.monotonic()))
        self._number += 1
        return AudioChunk(time.monotonic(), chunk(self._number).samples)

    def close(self) -> None:
        self.is_open = False


@pytest.fixture
def tone() -> ToneMicrophone:
    return ToneMicrophone()


@pytest.fixture
def microphone(tone: ToneMicrophone) -> Iterator[MicrophoneThread]:
    thread = MicrophoneThread(tone)
    thread.start()
    yield thread
    thread.stop()


def loudest_hz(frames: list[RtpFrame]) -> float:
    decoder = av.CodecContext.create("libopus", "r")
    sound = [out for frame in frames for out in decoder.decode(av.Packet(frame.payloads[0]))]
    left = [out.to_ndarray().reshape(-1, out.layout.nb_channels)[:, 0] for out in sound]
    wave = np.concatenate(left).astype(float)
    return float(np.argmax(np.abs(np.fft.rfft(wave))) * RATE_HZ / len(wave))


def test_a_tone_comes_out_as_it_went_in() -> None:
    encoder = OpusEncoder()
    frames = [frame for number in range(100) for frame in encoder.encode(chunk(number))]
    assert len(frames) >= 98
    assert loudest_hz(frames) == pytest.approx(TONE_HZ, abs=5)
    assert 40 < np.mean([frame.size for frame in frames]) < 160  # about 32 kbit/s


def test_the_sounds_clock_is_even_whatever_the_microphones_does() -> None:
    encoder, dice = OpusEncoder(), np.random.default_rng(0)
    frames = [f for n in range(50) for f in encoder.encode(chunk(n, float(dice.uniform(0, 0.015))))]
    steps_s = [after.position_s - before.position_s for before, after in pairwise(frames)]
    assert steps_s == pytest.approx([0.02] * len(steps_s))


def test_a_hole_in_the_sound_stays_a_hole() -> None:
    encoder = OpusEncoder()
    before, after = encoder.encode(chunk(0)) + encoder.encode(chunk(1)), encoder.encode(chunk(2, late_s=3.0))
    assert after[0].position_s - before[-1].position_s == pytest.approx(3.02)


def test_what_is_not_20_ms_of_48_khz_is_refused() -> None:
    with pytest.raises(DetectorError, match="20 ms"):
        OpusEncoder().encode(AudioChunk(0.0, np.zeros(441, np.int16), 44100))


def test_the_microphone_is_open_only_while_somebody_hears(tone: ToneMicrophone, microphone: MicrophoneThread) -> None:
    sound, got = AudioThread(microphone, Trouble()), list[RtpFrame]()
    assert not tone.is_open
    sound.start(got.append)
    sound.start(got.append)  # twice is no harm
    wait_for("sound", lambda: len(got) > 10)
    stats = sound.stats()
    assert stats is not None
    assert (stats.stream, stats.encoder) == ("audio", "libopus")
    sound.stop(5)
    wait_for("the microphone's end", lambda: not tone.is_open)
    assert sound.stats() is None
    here = len(got)
    sound.start(got.append)
    wait_for("sound again", lambda: len(got) > here + 5)
    sound.stop(5)
    assert len({frame.captured_s for frame in got}) == len(got)


def test_sound_that_cannot_be_encoded_is_counted_and_tried_again(
    microphone: MicrophoneThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio_module, "RETRY_S", 0.01)
    failures = iter([DetectorError("no"), RuntimeError("the library has a bad day")])
    whole = OpusEncoder.encode

    def encode(self: OpusEncoder, chunk: AudioChunk) -> list[RtpFrame]:
        if (error := next(failures, None)) is not None:
            raise error
        return whole(self, chunk)

    monkeypatch.setattr(OpusEncoder, "encode", encode)
    trouble, got = Trouble(), list[RtpFrame]()
    sound = AudioThread(microphone, trouble)
    sound.start(got.append)
    wait_for("sound after all", lambda: len(got) > 3)
    sound.stop(5)
    assert trouble.of("encoder_failed") == 2


@pytest.mark.anyio
async def test_viewers_hear_the_booth(tone: ToneMicrophone, microphone: MicrophoneThread) -> None:
    tap = FrameTap()
    streaming = Streaming(tap, microphone, StreamingConfig(), Trouble())
    streaming.start()
    with MovingCamera(tap):
        async with TestViewer(streaming) as ann, TestViewer(streaming, "Bob") as bob:
            await ann.watch()
            await bob.watch()
            await until(lambda: ann.heard > 50 and bob.heard > 50, "a second of sound for both")
            assert [stream.stream for stream in streaming.streams()] == ["high", "audio"]
        await until(lambda: not tone.is_open, "the microphone's end")
        streaming.stop()
