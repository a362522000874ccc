"""Files with sound, written with PyAV."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np

from agent.capture.microphone import RATE_HZ
from agent.frame import BgrImage
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
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=rate_hz, layout=layout)
        _encode(container, stream, sound)


def write_talk(
    path: Path, images: Iterable[BgrImage], sound: Sound, *, fps: int = 10, codec: str = "pcm_s16le"
) -> Path:
    """A video with sound."""
    with av.open(str(path), "w") as container:
        picture: Any = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "20"})
        picture.pix_fmt = "yuv420p"
        track: Any = container.add_stream(codec, rate=RATE_HZ, layout="mono")
        for number, image in enumerate(images):
            if number == 0:
                picture.height, picture.width = image.shape[:2]
            container.mux(picture.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(picture.encode())
        _encode(container, track, sound)
    return path


def _encode(container: Any, stream: Any, sound: Sound) -> None:
    samples = np.clip(sound * 32767, -32768, 32767).astype(np.int16)
    layout, rate_hz = stream.layout, stream.rate
    resampler = av.AudioResampler(
        format=stream.format, layout=layout, rate=rate_hz, frame_size=stream.frame_size or 1024
    )
    frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
    frame.rate = RATE_HZ
    for part in (*resampler.resample(frame), *resampler.resample(None)):
        container.mux(stream.encode(part))
    container.mux(stream.encode(None))
