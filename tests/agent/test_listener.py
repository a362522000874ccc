"""Listening beside the vision thread: on a microphone that comes, goes and hangs, and to the sound of a file."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from agent.capture import microphone as microphone_module
from agent.capture.microphone import AudioChunk, MicrophoneThread
from agent.errors import DetectorError
from agent.vision.listener import Listener, SoundtrackListener
from tests.support import sounds
from tests.support.processes import wait_for
from tests.support.soundtracks import write_sound


class SpeakingMicrophone:
    """Hardware stand-in: a made voice for ever, four times as fast as real so that tests are short."""

    def __init__(self) -> None:
        self.name = "test microphone"
        self.plugged = True
        self.is_open = False
        self.hang = threading.Event()
        self._said = list(sounds.chunks(sounds.voice(4)))
        self._count = 0

    def open(self) -> None:
        if not self.plugged:
            raise DetectorError("test microphone: not plugged in")
        self.is_open = True

    def read(self) -> AudioChunk | None:
        time.sleep(0.005)
        while self.hang.is_set():
            time.sleep(0.002)
        if not self.plugged:
            raise DetectorError("test microphone: vanished")
        self._count += 1
        return AudioChunk(self._count * 0.02, self._said[self._count % len(self._said)].samples)

    @property
    def now_s(self) -> float:
        return self._count * 0.02

    def close(self) -> None:
        self.is_open = False


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone_module, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(microphone_module, "LONGEST_WAIT_S", 0.05)


@pytest.fixture
def microphone() -> SpeakingMicrophone:
    return SpeakingMicrophone()


@pytest.fixture
def shared(microphone: SpeakingMicrophone) -> Iterator[MicrophoneThread]:
    thread = MicrophoneThread(microphone)
    thread.start()
    yield thread
    microphone.hang.clear()
    thread.stop()


@pytest.fixture
def listener(shared: MicrophoneThread) -> Iterator[Listener]:
    listener = Listener(shared)
    yield listener
    listener.close()


def speaks(listener: Listener, microphone: SpeakingMicrophone) -> bool:
    speech = listener.at(microphone.now_s)
    return speech is not None and speech.since_s is not None


def test_nobody_listens_until_it_is_wanted(microphone: SpeakingMicrophone, listener: Listener) -> None:
    assert listener.at(microphone.now_s) is None
    assert listener.health() is None, "what nobody asked for is not missing"
    assert not microphone.is_open
    listener.listen(True)
    wait_for("speech to be heard", lambda: speaks(listener, microphone))
    health = listener.health()
    assert health is not None
    assert (health.name, health.state) == ("voice", "on")
    assert list(health.weights) == ["ggml-silero-v6.2.0.bin"]
    listener.listen(False)
    wait_for("the microphone to be closed", lambda: not microphone.is_open)
    assert listener.at(microphone.now_s) is None
    assert listener.health() is None


def test_a_microphone_that_vanishes_is_told_and_heard_again(microphone: SpeakingMicrophone, listener: Listener) -> None:
    listener.listen(True)
    wait_for("speech to be heard", lambda: speaks(listener, microphone))
    microphone.plugged = False

    def state() -> tuple[str, str]:
        health = listener.health()
        return (health.state, health.reason) if health is not None else ("", "")

    wait_for("the loss to be told", lambda: state()[0] == "failed")
    assert "test microphone" in state()[1]
    assert listener.at(microphone.now_s + 2) is None, "nobody listened since"
    microphone.plugged = True
    wait_for("it to be heard again", lambda: state()[0] == "on" and speaks(listener, microphone))


def test_a_microphone_that_hangs_delays_nobody(microphone: SpeakingMicrophone, listener: Listener) -> None:
    listener.listen(True)
    wait_for("speech to be heard", lambda: speaks(listener, microphone))
    microphone.hang.set()
    asked, before_s = 0, microphone.now_s
    for step in range(1000):
        listener.at(before_s + 2 + step)
        asked += 1
    assert asked == 1000, "asking does not wait for the thread that hangs"
    assert listener.at(before_s + 2) is None


def test_two_may_listen_to_one_microphone(
    microphone: SpeakingMicrophone, shared: MicrophoneThread, listener: Listener
) -> None:
    viewers = shared.subscribe(size=10_000)
    listener.listen(True)
    wait_for("speech to be heard", lambda: speaks(listener, microphone))
    listener.listen(False)
    assert viewers.take(30) is not None
    assert microphone.is_open, "viewers still listen"
    shared.close(viewers)
    wait_for("the microphone to be closed", lambda: not microphone.is_open)


def test_without_a_microphone_it_is_off_and_says_what_to_do() -> None:
    listener = Listener(None)
    listener.listen(True)
    health = listener.health()
    assert health is not None
    assert (health.state, listener.at(1.0)) == ("off", None)
    assert "[microphone]" in health.reason
    listener.close()


def test_a_network_that_fails_is_told_and_tried_again(
    microphone: SpeakingMicrophone, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener.listen(True)
    wait_for("speech to be heard", lambda: speaks(listener, microphone))
    broken = threading.Event()
    broken.set()
    voice = listener._voice
    assert voice is not None
    real = voice._network

    class Broken:
        def __call__(self, window: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
            if broken.is_set():
                raise DetectorError("voice: broken")
            return real(window)

        def reset(self) -> None:
            real.reset()

    monkeypatch.setattr(voice, "_network", Broken())

    def state() -> tuple[str, str] | None:
        health = listener.health()
        return None if health is None else (health.state, health.reason)

    wait_for("the failure to be told", lambda: state() == ("failed", "voice: broken"))
    assert listener.failures >= 1
    broken.clear()
    wait_for("it to work again", lambda: state() == ("on", "") and speaks(listener, microphone))


def test_the_sound_of_a_file_is_heard_up_to_the_frame(tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    write_sound(path, np.concatenate([sounds.silence(2), sounds.voice(3), sounds.silence(2)]) + sounds.white(7, -75))
    told = [[_speaking(SoundtrackListener(path), rate_hz) for _ in range(2)] for rate_hz in (5, 15, 30)]
    assert all(first == second for first, second in told), "twice the same"
    for (first, _), rate_hz in zip(told, (5, 15, 30), strict=True):
        assert first[0] == pytest.approx(2.4, abs=0.2 + 1 / rate_hz)
        assert first[-1] == pytest.approx(5.6, abs=0.3 + 1 / rate_hz)


def _speaking(listener: SoundtrackListener, rate_hz: float) -> list[float]:
    """When somebody speaks, for frames of this rate."""
    times = [number / rate_hz for number in range(round(7 * rate_hz))]
    heard = [listener.at(at_s) for at_s in times]
    listener.close()
    return [at_s for at_s, speech in zip(times, heard, strict=True) if speech and speech.since_s is not None]


def test_a_file_whose_sound_ends_early_is_not_silent_after_that(tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    write_sound(path, sounds.white(2, -60))
    listener = SoundtrackListener(path)
    assert listener.at(1.9) is not None
    assert listener.at(5.0) is None, "nobody knows what there was to hear"
    listener.close()


def test_a_file_without_sound_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mute.mkv"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    listener = SoundtrackListener(path)
    health = listener.health()
    assert health is not None
    assert (health.state, listener.at(0.2)) == ("off", None)
    assert "no sound track" in health.reason
    listener.close()
