"""Short videos for tests, from pictures."""

from collections.abc import Iterable
from pathlib import Path

import av

from agent.frame import BgrImage


def write_video(path: Path, images: Iterable[BgrImage], fps: int = 10) -> Path:
    """H.264 of the size of the first picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "20"})
        stream.pix_fmt = "yuv420p"
        for number, image in enumerate(images):
            if number == 0:
                stream.height, stream.width = image.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return path
