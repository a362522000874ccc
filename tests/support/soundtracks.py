"""Files with sound, written with PyAV."""

from pathlib import Path
from typing import Any, Literal

import av
import numpy as np

from agent.capture.microphone import RATE_HZ
from tests.support.sounds import Sound


def write_sound(
    path: Path,
    sound: Sound,
    *,
    codec: str = "pcm_s16le",
    rate_hz: int = RATE_HZ,
    layout: Literal["mono", "stereo"] = "mono",
) -> None:
    """`sound` is resampled to `rate_hz`; both channels of `stereo` hold the same."""
    samples = np.clip(sound * 32767, -32768, 32767).astype(np.int16)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=rate_hz, layout=layout)
        resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate_hz)
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
        frame.rate = RATE_HZ
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
