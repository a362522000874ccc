"""Hearing speech: a made voice is one, what else is in a room is not, and bad sound stops nothing."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.capture.microphone import CHUNK_SAMPLES, RATE_HZ, AudioChunk
from agent.vision.silero import Silero
from agent.vision.voice import END_S, SURE_S, Voice
from tests.support import sounds
from tests.support.sounds import Sound


class CountingNetwork(Silero):
    """The network, and how often it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.highest = 0.0

    def __call__(self, window: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
        self.asked += 1
        probability = super().__call__(window)
        self.highest = max(self.highest, probability)
        return probability


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> CountingNetwork:
    network = CountingNetwork()
    monkeypatch.setattr("agent.vision.voice.Silero", lambda: network)
    return network


def spoken(voice: Voice, sound: Sound, begins_s: float = 0.0) -> list[tuple[float, float | None]]:
    """After every chunk: until when there is sound, and since when somebody speaks."""
    heard = []
    for chunk in sounds.chunks(sound, begins_s):
        voice.hear(chunk)
        heard.append((chunk.ends_s, voice.speech.since_s))
    return heard


def test_a_made_voice_is_heard_and_ends(network: CountingNetwork) -> None:
    voice = Voice()
    sound = np.concatenate([sounds.silence(2), sounds.voice(3), sounds.silence(2)])
    heard = spoken(voice, sound + sounds.white(7, -75))
    speaking = [at_s for at_s, since_s in heard if since_s is not None]
    assert network.highest >= 0.95
    assert 2.0 + SURE_S <= speaking[0] <= 2.7, "told as soon as it is sure, and not before"
    assert 5.0 <= speaking[-1] <= 5.0 + END_S + 0.3
    since_s = dict(heard)[speaking[0]]
    assert since_s == pytest.approx(2.0, abs=0.2), "told late, it is dated back to the first sound"
    assert len(speaking) == pytest.approx((speaking[-1] - speaking[0]) * RATE_HZ / CHUNK_SAMPLES + 1, abs=1)


@pytest.mark.parametrize(
    "sound",
    [
        sounds.silence(5),
        sounds.white(5, -45),
        sounds.white(5, -20),
        sounds.pink(5, -25),
        sounds.tone(5, -20),
        sounds.tone(5, -3, 1000.0),
        sounds.hum(5, -25),
        sounds.fan(5, -30),
        sounds.typing(5, -35),
        sounds.typing(5, -30) + sounds.fan(5, -40),
        sounds.white(5, 12),
        np.sign(sounds.tone(5, -3)),
    ],
    ids=["silence", "quiet", "white", "pink", "440 Hz", "1 kHz", "hum", "fan", "keys", "keys+fan", "clipped", "square"],
)
def test_what_is_no_voice_is_none(sound: Sound, network: CountingNetwork) -> None:
    voice = Voice()
    assert not [at_s for at_s, since_s in spoken(voice, sound) if since_s is not None]


def test_a_voice_is_heard_through_noise_and_when_it_is_quiet_or_clipped(network: CountingNetwork) -> None:
    for sound in (
        sounds.voice(3, -25) + sounds.pink(3, -40),
        sounds.voice(3, -45) + sounds.white(3, -75),
        np.clip(sounds.voice(3, 0), -1, 1),
    ):
        heard = spoken(Voice(), sound)
        assert sum(since_s is not None for _, since_s in heard) > len(heard) / 2


def test_a_room_without_speech_does_not_cost_the_network(network: CountingNetwork) -> None:
    for sound in (sounds.silence(20), sounds.fan(20, -35), sounds.white(20, -50)):
        network.asked = 0
        spoken(Voice(), sound)
        assert network.asked * 512 / 16000 < 1.5, "of 20 seconds"


def test_who_speaks_up_after_a_long_quiet_is_heard_at_once(network: CountingNetwork) -> None:
    sound = np.concatenate([sounds.silence(20), sounds.voice(2)]) + sounds.fan(22, -45)
    heard = spoken(Voice(), sound)
    first = next(at_s for at_s, since_s in heard if since_s is not None)
    assert 20.0 <= first <= 20.7


def test_the_weights_are_named_by_their_hash() -> None:
    weights = Voice().weights
    assert list(weights) == ["ggml-silero-v6.2.0.bin"]
    assert all(len(sha) == 64 for sha in weights.values())


def test_a_hole_and_a_clock_that_goes_back_begin_anew() -> None:
    voice = Voice()
    assert spoken(voice, sounds.voice(2), 100.0)[-1][1] is not None
    assert spoken(voice, sounds.silence(0.2), 160.0)[-1][1] is None, "what was before the hole does not last over it"
    heard = spoken(voice, sounds.voice(2), 10.0)
    assert heard[-1][1] == pytest.approx(10.0, abs=0.2)
    assert voice.heard_s == pytest.approx(12.0, abs=0.05)


def test_time_follows_the_chunks_when_a_sound_card_runs_fast() -> None:
    """100 parts in a million over an hour, in one minute: nobody may be taken for silent because the clocks differ."""
    voice, silent = Voice(), np.zeros(CHUNK_SAMPLES, np.int16)
    for number in range(3000):
        voice.hear(AudioChunk(number * 0.02 * 0.994, silent))
    assert voice.heard_s == pytest.approx(3000 * 0.02 * 0.994, abs=0.1)


@pytest.mark.parametrize(
    "bad",
    [
        AudioChunk(1.0, np.zeros(0, np.int16)),
        AudioChunk(1.0, np.zeros(320, np.int16), 16000),
        AudioChunk(math.nan, np.zeros(CHUNK_SAMPLES, np.int16)),
        AudioChunk(math.inf, np.zeros(CHUNK_SAMPLES, np.int16)),
    ],
    ids=["empty", "other rate", "no time", "endless time"],
)
def test_a_bad_chunk_is_refused_and_what_is_heard_goes_on(bad: AudioChunk) -> None:
    voice = Voice()
    before = spoken(voice, sounds.voice(1))[-1][1]
    voice.hear(bad)
    assert voice.refused == 1
    assert voice.speech.since_s == before is not None


@settings(max_examples=15, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 3000), min_size=1, max_size=12),
    starts_s=st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), min_size=1, max_size=12),
    loudness=st.integers(0, 32767),
    seed=st.integers(0, 99),
)
def test_no_sound_breaks_it(lengths: list[int], starts_s: list[float], loudness: int, seed: int) -> None:
    voice, random = Voice(), np.random.default_rng(seed)
    for length, start_s in zip(lengths, starts_s, strict=False):
        voice.hear(AudioChunk(start_s, random.integers(-loudness - 1, loudness + 1, length).astype(np.int16)))
        assert 0 <= voice.speech.probability <= 1
        assert math.isfinite(voice.heard_s)


def test_how_the_sound_is_cut_makes_no_difference() -> None:
    samples = np.clip(sounds.voice(2) * 32768, -32768, 32767).astype(np.int16)
    whole, cut = Voice(), Voice()
    whole.hear(AudioChunk(0.0, samples))
    for start in range(0, len(samples), 700):
        cut.hear(AudioChunk(start / RATE_HZ, samples[start : start + 700]))
    assert cut.speech.since_s == pytest.approx(whole.speech.since_s, abs=1e-6)
    assert cut.speech.probability == pytest.approx(whole.speech.probability, abs=1e-6)
