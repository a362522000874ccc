"""What every camera can do."""

from typing import Protocol

from agent.frame import Frame


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
