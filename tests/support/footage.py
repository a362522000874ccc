"""Footage drawn for tests: what the camera's own detector must find, with no face and no network needed."""

from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np

from agent.frame import BgrImage

FPS = 10
WIDTH, HEIGHT = 320, 240


def textured(index: int) -> BgrImage:
    """Sharp, bright and never twice the same: a camera that sees."""
    dice = np.random.default_rng(index)
    coarse = dice.integers(40, 216, (HEIGHT // 8, WIDTH // 8, 3), np.uint8)
    return np.kron(coarse, np.ones((8, 8, 1), np.uint8))


def covered(index: int) -> BgrImage:
    """A hand on the lens, with the noise of a sensor."""
    return np.random.default_rng(index).integers(4, 8, (HEIGHT, WIDTH, 3), np.uint8)


def write_video(path: Path, images: Iterable[BgrImage]) -> Path:
    """Encode `images` at `FPS`; the file appears when it is whole."""
    unfinished = path.with_suffix(".part.mp4")
    with av.open(str(unfinished), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for image in images:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return unfinished.rename(path)


def seeing_then_covered(path: Path, seeing_s: float = 2.0, covered_s: float = 4.0) -> Path:
    """A camera that sees, then is covered; long enough for the `standard` profile to open `camera_blocked`."""
    seeing, dark = int(seeing_s * FPS), int(covered_s * FPS)
    return write_video(path, [*map(textured, range(seeing)), *map(covered, range(dark))])
