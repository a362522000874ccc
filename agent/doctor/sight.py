"""What the camera delivers, without keeping a picture: how often, how bright, whether it shows anything."""

import time
from dataclasses import dataclass
from typing import Final

from agent.capture.camera import CameraError
from agent.capture.probe import open_camera
from agent.frame import Frame, usable
from agent.status import AgentStatus
from agent.vision.tamper import TamperDetector
from contract.device import CameraConfig

FRAMES: Final = 12
"""A camera needs some to find its exposure; then its rate can be told as well."""


@dataclass(frozen=True, slots=True)
class Sight:
    """`problem` is empty where the camera delivers; the other fields say nothing then."""

    camera: str = ""
    problem: str = ""
    fps: float = 0.0
    brightness: float | None = None
    covered: bool | None = None
    starting: bool = False

    @classmethod
    def of(cls, status: AgentStatus) -> "Sight":
        health = status.health
        lost = health.camera_detail or "the camera is lost"
        return cls(
            camera=health.camera_detail,
            problem=lost if health.camera == "lost" else "",
            fps=health.capture_fps,
            brightness=status.brightness,
            covered=status.covered,
            starting=health.camera == "starting",
        )


def look_through(config: CameraConfig) -> Sight:
    """Open the camera, look at some frames, let go of it. It may block as long as its driver does."""
    camera = open_camera(config)
    try:
        camera.open()
        began_s, frame = time.monotonic(), camera.read()
        for _ in range(FRAMES - 1):
            frame = camera.read()
        took_s = time.monotonic() - began_s
        brightness, covered = light_in(usable(frame))
    except (CameraError, ValueError) as error:
        return Sight(camera=camera.name, problem=str(error))
    finally:
        camera.close()
    return Sight(camera.name, fps=(FRAMES - 1) / max(took_s, 1e-6), brightness=brightness, covered=covered)


def light_in(frame: Frame) -> tuple[float, bool]:
    """Grey level of the lit part, 0 to 255, and whether there is nothing in the picture. Raises `ValueError`."""
    state = TamperDetector().look(usable(frame))
    return (0.0 if state.blocked else state.bright), state.blocked
