"""Tries one camera for some seconds: does it deliver, how fast, and what does it see."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2

from agent.capture.camera import CameraError
from agent.capture.probe import open_camera
from contract.device import CameraConfig

JPEG_QUALITY = 90


@dataclass(frozen=True, slots=True)
class CameraTrial:
    camera: str
    width: int
    height: int
    frames: int
    seconds: float
    """From the first frame to the last."""
    fps: float
    """Frames delivered, not frames asked for."""
    first_frame_s: float
    longest_gap_s: float
    picture: str | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def try_camera(config: CameraConfig, seconds: float, picture: Path | None = None) -> CameraTrial:
    """Raises `CameraError`, also where the picture cannot be written. `picture` gets the last frame, as JPEG.

    At least two frames are looked at, so that there is a rate.
    """
    camera = open_camera(config)
    began = time.monotonic()
    try:
        camera.open()
        last = camera.read()
        arrived = started = time.monotonic()
        frames, gap = 1, 0.0
        while frames < 2 or arrived - started < seconds:
            last = camera.read()
            now = time.monotonic()
            frames, gap, arrived = frames + 1, max(gap, now - arrived), now
    finally:
        camera.close()
    if picture is not None:
        _write(picture, last.image)
    width, height = last.frame_wh
    span = arrived - started
    return CameraTrial(
        camera=camera.name,
        width=width,
        height=height,
        frames=frames,
        seconds=round(span, 3),
        fps=round((frames - 1) / span, 2) if span else 0.0,
        first_frame_s=round(started - began, 3),
        longest_gap_s=round(gap, 3),
        picture=None if picture is None else str(picture),
    )


def _write(path: Path, image: Any) -> None:
    encoded, data = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
    if not encoded:
        raise CameraError("the picture cannot be encoded")
    try:
        path.write_bytes(data.tobytes())
    except OSError as error:
        raise CameraError(f"{path} cannot be written: {error.strerror}") from error
