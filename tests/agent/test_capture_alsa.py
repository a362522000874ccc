"""Microphones through ALSA: PyAV's real ALSA library over devices that exist only in a configuration of its own."""

from pathlib import Path

import numpy as np
import pytest

from agent.capture import microphones
from agent.capture.alsa import AlsaMicrophone, inputs
from agent.capture.microphone import CHUNK_SAMPLES, RATE_HZ
from agent.capture.microphones import AutoMicrophone, open_microphone, probe_microphones
from agent.capture.soundtrack import Soundtrack
from agent.errors import DetectorError
from contract.device import MicrophoneConfig
from tests.support import sounds

CARDS = """00-00: bcm2835 Headphones : bcm2835 Headphones : playback 8
01-00: USB Audio : USB Audio : playback 1 : capture 1
02-03: Camera Mic : Camera Mic : capture 2
"""


@pytest.fixture
def devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`booth` plays a tone as a microphone would, `gone` leads to a card that is not there."""
    tone = np.clip(sounds.tone(4, -12) * 32768, -32768, 32767).astype("<i2")
    (tmp_path / "tone.raw").write_bytes(tone.tobytes())
    (tmp_path / "asound.conf").write_text(f"""
        pcm.silence {{ type null }}
        pcm.booth {{
            type file
            slave.pcm silence
            file /dev/null
            infile "{tmp_path / "tone.raw"}"
            format raw
        }}
        pcm.default {{ type plug slave.pcm booth }}
        pcm.gone {{ type hw card 31 }}
    """)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    return tmp_path


def test_a_device_delivers_chunks_of_one_form(devices: Path) -> None:
    microphone = AlsaMicrophone("booth")
    microphone.open()
    chunks = [microphone.read() for _ in range(15)]
    microphone.close()
    assert {len(chunk.samples) for chunk in chunks} == {CHUNK_SAMPLES}
    for (
        chunk
    ) in chunks:  # each by itself: the device that a file stands in for is faster than real time, so there are holes
        peak = int(np.argmax(np.abs(np.fft.rfft(chunk.samples.astype(np.float64)))))
        assert peak * RATE_HZ / CHUNK_SAMPLES == pytest.approx(440, abs=RATE_HZ / CHUNK_SAMPLES)
    assert {chunk.rate_hz for chunk in chunks} == {RATE_HZ}
    with pytest.raises(DetectorError, match="not open"):
        microphone.read()


def test_a_device_may_be_closed_twice_and_opened_again(devices: Path) -> None:
    microphone = AlsaMicrophone("booth")
    microphone.close()
    for _ in range(2):
        microphone.open()
        assert len(microphone.read().samples) == CHUNK_SAMPLES
        microphone.close()
        microphone.close()


@pytest.mark.parametrize("source", ["gone", "nobody_wrote_this_down"])
def test_a_device_that_is_not_there_says_what_to_do(devices: Path, source: str) -> None:
    with pytest.raises(DetectorError, match=f"alsa {source}: cannot be opened.*plugged in"):
        AlsaMicrophone(source).open()


def test_inputs_are_what_can_capture(tmp_path: Path) -> None:
    listed = tmp_path / "pcm"
    assert inputs(listed) == []
    listed.write_text("00-00: HDMI : HDMI : playback 1\n")
    assert inputs(listed) == [], "without an input not even the default is tried"
    listed.write_text(CARDS)
    assert inputs(listed) == ["default", "plughw:1,0", "plughw:2,3"]


def test_auto_takes_the_first_that_delivers(devices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    microphone = AutoMicrophone()
    monkeypatch.setattr(microphones, "inputs", lambda listed: ["gone", "default"])
    microphone.open()
    first, second = microphone.read(), microphone.read()
    assert first is not None
    assert second is not None
    assert second.captured_s > first.captured_s
    assert microphone.name == "alsa default"
    microphone.close()
    with pytest.raises(DetectorError, match="not open"):
        microphone.read()
    monkeypatch.setattr(microphones, "inputs", lambda listed: ["gone"])
    with pytest.raises(DetectorError, match="alsa gone: cannot be opened"):
        microphone.open()


def test_a_device_without_any_says_so(tmp_path: Path) -> None:
    with pytest.raises(DetectorError, match="no sound card of this device has an input"):
        AutoMicrophone(tmp_path / "none").open()
    assert probe_microphones(tmp_path / "none") == []


def test_a_list_of_microphones_shows_how_loud_each_is(devices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphones, "inputs", lambda listed: ["default", "gone"])
    there, gone = probe_microphones()
    assert (there.source, there.delivers, there.detail) == ("default", True, "-12 dB of full scale now")
    assert (gone.source, gone.delivers) == ("gone", False)
    assert gone.as_dict()["detail"].startswith("alsa gone: cannot be opened")


def test_the_configuration_chooses() -> None:
    assert open_microphone(MicrophoneConfig(kind="none")) is None
    assert isinstance(open_microphone(MicrophoneConfig()), AutoMicrophone)
    assert isinstance(open_microphone(MicrophoneConfig(kind="replay", source="a.wav")), Soundtrack)
    named = open_microphone(MicrophoneConfig(kind="alsa", source="plughw:1,0"))
    assert isinstance(named, AlsaMicrophone)
    assert named.name == "alsa plughw:1,0"
