"""What the bench looks at: the labelled footage beside the checkout if it is there, else the generated reel."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

from agent.capture.camera import EndOfVideo
from agent.capture.replay import ReplayCamera
from agent.frame import Frame
from provisioning.reel import write_reel

MEDIA = Path(__file__).resolve().parents[3] / "shared" / "media"
FPS = 15
FROM_S = 20.0
"""Where in each video the stretch begins: not at the start, where everything is still."""


def footage(folder: Path) -> list[Path]:
    """Videos of 640 × 480 at 15 a second; the reel is written into `folder`."""
    return sorted(MEDIA.glob("dev_session_*.mp4")) or [write_reel(folder / "reel.mp4")]


def stretches(videos: list[Path], seconds: int) -> list[Frame]:
    """So many seconds in all, the same share of each video, stamped as one uninterrupted video."""
    videos = videos[:seconds]
    share = seconds * FPS // len(videos)
    frames = [frame for video in videos for frame in _stretch(video, share)]
    return [replace(frame, captured_s=number / FPS, index=number) for number, frame in enumerate(frames)]


def _stretch(video: Path, count: int) -> list[Frame]:
    camera = ReplayCamera(video)
    camera.open()
    try:
        return list(islice(_after(camera, FROM_S), count))
    finally:
        camera.close()


def _after(camera: ReplayCamera, from_s: float):  # type: ignore[no-untyped-def]
    try:
        while True:
            frame = camera.read()
            if frame.captured_s >= from_s:
                yield frame
    except EndOfVideo:
        return
