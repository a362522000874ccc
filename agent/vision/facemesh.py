"""What a face engine says about a picture, and the interface both engines have.

The engines run the same weights: `mediapipe_faces` through MediaPipe Tasks, `litert_faces` directly in LiteRT.
"""

import math
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from agent.frame import BgrImage
from agent.vision.observation import Box, FivePoints

Points = NDArray[np.float64]

MAX_FACES: Final = 3
MIN_DETECTION: Final = 0.5
"""Score from which the detector's finding is given to the landmark network, and that network's presence score from
which it is a face: MediaPipe's defaults."""
MIN_LIPS_HEIGHT: Final = 80.0
"""Pixels from hairline to chin: lips that speak part by 3 of them then, which is as little as can be told."""
MIN_KEYPOINTS: Final = 0.25
"""Score from which the detector's finding is told on its own; who asks decides what to believe."""

# fmt: off
BLENDSHAPES: Final = (
    "_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff",
    "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel",
    "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker",
    "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft",
    "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight",
)
"""The blendshape network's 52 outputs, in order; left is the person's left."""
# fmt: on
_FIVE: Final = np.array([33, 133, 362, 263, 1, 61, 291])
"""Corners of either eye, nose tip, corners of the mouth."""
_LIPS: Final = np.array([10, 13, 14, 152])
"""Hairline, upper lip, lower lip, chin."""


@dataclass(frozen=True, slots=True)
class FaceMesh:
    """A face that the landmark network confirmed."""

    points_xyz: Points
    """478 × 3 in pixels of the picture; z on the scale of x, smaller is nearer."""
    matrix: Points
    """4 × 4, canonical face (cm) to camera: x right, y up, z towards the viewer."""
    blendshapes: dict[str, float]
    box_xyxy: Box
    """The smallest upright one around all landmarks."""


@dataclass(frozen=True, slots=True)
class FaceKeypoints:
    """What the short-range detector found; may be no face at all."""

    box_xyxy: Box
    """Pixels; may reach beyond the picture."""
    score: float
    points_xy: tuple[tuple[float, float], ...]
    """Pixels: the two eyes, nose tip, mouth, the two ears; the left of the picture first."""


def box_of(points_xyz: Points) -> Box:
    """The smallest upright box around all landmarks."""
    x1, y1, _ = np.minimum.reduce(points_xyz).tolist()
    x2, y2, _ = np.maximum.reduce(points_xyz).tolist()
    return (x1, y1, x2, y2)


def five_points(mesh: FaceMesh) -> FivePoints:
    """What face-recognition networks are aligned by. An eye's middle is that of its corners, so it does not follow the
    pupil."""
    (x1, y1, _), (x2, y2, _), (x3, y3, _), (x4, y4, _), *rest = mesh.points_xyz.take(_FIVE, axis=0).tolist()
    return (((x1 + x2) / 2, (y1 + y2) / 2), ((x3 + x4) / 2, (y3 + y4) / 2), *((x, y) for x, y, _ in rest))


def lips_apart(mesh: FaceMesh) -> float | None:
    """Gap between the lips, share of the distance from hairline to chin; None where both are too few pixels.

    Measured, not taken from the blendshape `jawOpen`: on closed mouths that is anything up to 0.6 where a face is small
    or blurred, and the gap stays within 0.02.
    """
    (x1, y1, _), (x2, y2, _), (x3, y3, _), (x4, y4, _) = mesh.points_xyz.take(_LIPS, axis=0).tolist()
    height = math.hypot(x4 - x1, y4 - y1)
    return math.hypot(x3 - x2, y3 - y2) / height if height >= MIN_LIPS_HEIGHT else None


class FaceEngine(Protocol):
    """Call from one thread. Every method but `close` raises `DetectorError` and nothing else of the library's."""

    name: str

    def look(self, image: BgrImage, captured_s: float) -> tuple[list[FaceMesh], list[FaceKeypoints]]:
        """Confirmed faces (at most `MAX_FACES`), and all that the short-range detector sees."""

    def glance(self, image: BgrImage) -> list[FaceKeypoints]:
        """What the short-range detector sees in part of a picture; leaves no trace in what `look` follows."""

    def close(self) -> None: ...
