"""Sounds made by hand: a voice from a pulse train and resonators, and what in a room is no voice. 48 kHz, -1..1."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from agent.capture.microphone import CHUNK_SAMPLES, RATE_HZ, AudioChunk

Sound = NDArray[np.float64]

VOWELS_HZ = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
"""First three formants of ah, ee, oo, e and aw of men (Peterson and Barney, 1952)."""
BANDWIDTHS_HZ = (80, 90, 120)
SYLLABLE_S = 0.2


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE_HZ))


def voice(seconds: float, level_db: float = -20.0, pitch_hz: float = 120.0) -> Sound:
    """Five vowels a second with a pitch that rises and falls: nobody's voice, and yet the network takes it for one."""
    count = round(seconds * RATE_HZ)
    at_s = np.arange(count) / RATE_HZ
    pitch = pitch_hz * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * at_s) + 0.02 * np.sin(2 * np.pi * 5 * at_s))
    turns = np.floor(np.cumsum(pitch) / RATE_HZ)
    pulses = np.convolve(np.diff(turns, prepend=0) > 0, np.exp(-np.arange(200) / 30))[:count]
    made, syllable = np.zeros(count), round(SYLLABLE_S * RATE_HZ)
    for number, begin in enumerate(range(0, count, syllable)):
        source = pulses[begin : begin + syllable]
        part = np.pad(source * np.hanning(len(source)), (0, syllable))
        for formant_hz, bandwidth_hz in zip(VOWELS_HZ[number % 5], BANDWIDTHS_HZ, strict=True):
            part = np.convolve(part, _resonance(formant_hz, bandwidth_hz))[: len(part)]
        part = part[: count - begin]
        made[begin : begin + len(part)] += part / (np.sqrt(np.mean(part**2)) + 1e-9)
    return at_level(made, level_db)


def white(seconds: float, level_db: float, seed: int = 1) -> Sound:
    return at_level(np.random.default_rng(seed).normal(size=round(seconds * RATE_HZ)), level_db)


def pink(seconds: float, level_db: float, seed: int = 1) -> Sound:
    spectrum = np.fft.rfft(white(seconds, 0.0, seed))
    return at_level(np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 1.0)), level_db)


def tone(seconds: float, level_db: float, hz: float = 440.0) -> Sound:
    return at_level(np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ), level_db)


def hum(seconds: float, level_db: float) -> Sound:
    """Mains: 50 Hz and ten harmonics."""
    return at_level(
        sum((tone(seconds, -20 * np.log10(k), 50 * k) for k in range(2, 12)), tone(seconds, 0.0, 50)), level_db
    )


def fan(seconds: float, level_db: float) -> Sound:
    """Rushing air, and the blades' tone."""
    blades = tone(seconds, -6.0, 118) + tone(seconds, -10.0, 236)
    return at_level(pink(seconds, 0.0) + blades, level_db)


def typing(seconds: float, level_db: float, seed: int = 1) -> Sound:
    """Seven strokes a second, each a click that dies away within 10 ms."""
    random, made = np.random.default_rng(seed), silence(seconds)
    length = round(0.03 * RATE_HZ)
    for begin in random.integers(0, len(made) - length, round(7 * seconds)):
        made[begin : begin + length] += random.normal(size=length) * np.exp(-np.arange(length) / (0.004 * RATE_HZ))
    return at_level(made, level_db)


def at_level(sound: Sound, level_db: float) -> Sound:
    """Root mean square against full scale."""
    return np.asarray(sound / (np.sqrt(np.mean(sound**2)) + 1e-12) * 10 ** (level_db / 20))


def chunks(sound: Sound, begins_s: float = 0.0) -> Iterator[AudioChunk]:
    """As a microphone delivers it: clipped, 16 bit, 20 ms each; what does not fill a chunk is left out."""
    samples = np.clip(sound * 32768, -32768, 32767).astype(np.int16)
    for start in range(0, len(samples) - CHUNK_SAMPLES + 1, CHUNK_SAMPLES):
        yield AudioChunk(begins_s + start / RATE_HZ, samples[start : start + CHUNK_SAMPLES])


def _resonance(formant_hz: float, bandwidth_hz: float) -> Sound:
    """Impulse response of a two-pole resonator, cut at 30 ms."""
    n = np.arange(round(0.03 * RATE_HZ))
    ringing = np.sin(2 * np.pi * formant_hz / RATE_HZ * (n + 1))
    return np.asarray(np.exp(-np.pi * bandwidth_hz / RATE_HZ * n) * ringing)
