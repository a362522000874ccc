"""The back end that serves one kind of camera."""

from typing import Literal

from agent.capture.camera import Camera
from contract.device import CameraConfig

BackEnd = Literal["v4l2", "picamera2", "gstreamer", "replay"]


def back_end(kind: BackEnd, source: str, wanted: CameraConfig) -> Camera:
    """A camera that is not opened yet, asked for the picture that `wanted` names.

    Each back end is imported when it is asked for: a device has only the libraries of its own camera.
    """
    if kind == "replay":
        from agent.capture.replay import ReplayCamera

        return ReplayCamera(source, realtime=True, loop=True)
    if kind == "picamera2":
        from agent.capture.picamera import PiCamera

        return PiCamera(source or "0", wanted.width, wanted.height, wanted.fps)
    if kind == "gstreamer":
        from agent.capture.gstreamer import GstreamerCamera

        return GstreamerCamera(source, wanted.width, wanted.height, wanted.fps)
    from agent.capture.v4l2 import V4l2Camera

    return V4l2Camera(source or "/dev/video0", wanted.width, wanted.height, wanted.fps)
