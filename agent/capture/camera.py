"""What every camera can do, and which one a configuration asks for."""

from typing import Protocol

from agent.frame import Frame
from contract.device import CameraConfig


class CameraError(Exception):
    """The camera cannot be opened, stalled or vanished. The message names the camera and what happened."""


class EndOfVideo(CameraError):  # noqa: N818 - an end, and named so in StopIteration's way
    """A replayed file has no more frames."""


class Camera(Protocol):
    """One source of frames. All methods are called from one thread."""

    name: str
    """How to call it in messages: kind and source."""

    def open(self) -> None:
        """Start delivering; raises `CameraError`."""

    def read(self) -> Frame:
        """Block until the next frame; raises `CameraError` when it stalls or vanishes, `EndOfVideo` at a file's end."""

    def close(self) -> None:
        """Let go of the device. May be called at any time, also twice."""


def open_camera(config: CameraConfig) -> Camera:
    """The camera that `config` describes, not opened yet.

    Each back end is imported when it is asked for: a device has only the libraries of its own camera.
    """
    kind, source = config.kind, config.source
    if kind == "auto":
        from agent.capture.probe import AutoCamera

        return AutoCamera(config)
    if kind == "replay":
        from agent.capture.replay import ReplayCamera

        return ReplayCamera(source, realtime=True, loop=True)
    if kind == "picamera2":
        from agent.capture.picamera import PiCamera

        return PiCamera(source or "0", config.width, config.height, config.fps)
    from agent.capture.v4l2 import V4l2Camera

    return V4l2Camera(source or "/dev/video0", config.width, config.height, config.fps)
