"""What listening costs a second of sound: while nobody speaks, while somebody types and while somebody speaks."""

import time
from statistics import median

import numpy as np

from agent.vision.silero import RATE_HZ as NETWORK_HZ
from agent.vision.silero import WINDOW_SAMPLES, Silero
from agent.vision.voice import Voice
from tests.benchmarks.rows import Row
from tests.support import sounds
from tests.support.sounds import Sound


def measure(seconds: float, turns: int) -> list[Row]:
    """Sound is made and cut beforehand; a microphone's own thread comes on top. Floor: the bare network alone."""
    room = sounds.fan(seconds, -50)
    rows = []
    for name, sound in (
        ("nobody speaks", room),
        ("somebody types", room + sounds.typing(seconds, -35)),
        ("somebody speaks", room + sounds.voice(seconds, -25)),
    ):
        spent_s = median(_listen(sound) for _ in range(turns)) / seconds
        floor = median(_bare(seconds) for _ in range(turns)) / seconds if name == "somebody speaks" else None
        rows.append(Row(f"listening a second, {name}", spent_s, "CPU s", "lower", floor=floor))
    return rows


def _listen(sound: Sound) -> float:
    voice, chunks = Voice(), list(sounds.chunks(sound))
    before_s = time.process_time()
    for chunk in chunks:
        voice.hear(chunk)
    return time.process_time() - before_s


def _bare(seconds: float) -> float:
    network, window = Silero(), np.zeros(WINDOW_SAMPLES, np.float32)
    before_s = time.process_time()
    for _ in range(round(seconds * NETWORK_HZ / WINDOW_SAMPLES)):
        network(window)
    return time.process_time() - before_s
