"""What a booth's camera sees during an exam session: somebody who sits there and breathes, and an empty chair."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import av

from agent.frame import BgrImage
from tests.support.portrait import HEIGHT, WIDTH, scene
from tests.support.sitting import Sitting

FPS = 10


def sits_still(path: Path, seconds: float = 12) -> Path:
    """One candidate, alive as a camera sees it: sway, noise, light that comes and goes."""
    return _write(path, _somebody(seconds))


def then_leaves(path: Path, seconds: float = 8) -> Path:
    """The candidate for some seconds, then nobody for as long. Replaces what was at `path` between two pictures."""
    return _write(path, chain(_somebody(seconds), (scene(0, seed) for seed in range(round(seconds * FPS)))))


def _somebody(seconds: float) -> Iterator[BgrImage]:
    for image, _ in Sitting([scene(1, seed) for seed in range(4)], FPS).frames(seconds):
        yield image


def _write(path: Path, images: Iterator[BgrImage]) -> Path:
    unfinished = path.with_suffix(".part.mp4")
    with av.open(str(unfinished), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for image in images:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return unfinished.replace(path)
