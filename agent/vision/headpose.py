"""Head pose from two independent sources, and one answer from both. Geometry only.

Signs as in `HeadPose`: +yaw towards the picture's left edge, +pitch up, +roll clockwise in the picture.
Both estimates come from a network that was trained mostly on frontal faces, and they err differently: the landmarker's
matrix falls short on turned heads (37 degrees where 46 are true) and loses them altogether, the keypoint fit overshoots
when a hand hides part of the face. Measured on labelled stills, the mean of both beats either. What both have in common
is that they pull a turned head back towards the faces they know; the mean is stretched by as much.
"""

import math
from collections.abc import Sequence
from operator import mul
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.vision.observation import HeadPose

Pair = tuple[float, float]

HEAD_MODEL_CM: Final = np.array(
    [[-3.15, 2.62, 3.47], [3.15, 2.62, 3.47], [0, -1.13, 7.48], [0, -4.27, 5.31], [-7.74, 1.5, -2.2], [7.74, 1.5, -2.2]]
)
"""Eye, eye, nose tip, mouth, ear, ear of MediaPipe's canonical face (`canonical_face_model.obj`), x to the picture's
right, y up, z to the camera; the left of the picture first. Ears: the tragion lies between two mesh points."""
_CENTRED: Final = HEAD_MODEL_CM - HEAD_MODEL_CM.mean(axis=0)
_MODEL: Final[list[list[float]]] = _CENTRED.tolist()
_INVERSE: Final[list[list[float]]] = np.linalg.pinv(_CENTRED).tolist()
PITCH_OFFSET_DEG: Final = 4.6
PITCH_GAIN: Final = 0.70
"""The keypoint fit's pitch against the landmarker's, fitted on labelled stills where both found the face."""

MIN_SINGULAR: Final = 1e-6
"""Of the smaller singular value to the larger: keypoints on one line or one spot say nothing of a head."""
SHORTFALL: Final = 1.1
"""True degrees for one degree of the mean of both. Least squares on the eight labelled people of AFLW2000 give 1.09 for
pitch and 1.10 for yaw; the ten people of the CMU face images, who were not used for it, are told better with it."""
MAX_MISFIT: Final = 0.3
"""Distance of the keypoints from where a head in that pose would have them, as a share of their spread. 19 of 20 turned
and other heads have less than 0.23; of what the detector sees in necks and chair backs, a fifth has more than 0.3."""


def from_matrix(matrix: NDArray[np.float64]) -> HeadPose:
    """Pose from the landmarker's 4 × 4 matrix (canonical face to camera; x right, y up, z towards the viewer)."""
    (_, a, d, _), (_, b, e, _), (_, c, f, _), _ = np.asarray(matrix, dtype=np.float64).tolist()
    up, forward = max(math.hypot(a, b, c), 1e-9), max(math.hypot(d, e, f), 1e-9)
    return _from_axes(up=(a / up, b / up), forward=(d / forward, e / forward, f / forward))


def from_keypoints(points_xy: Sequence[tuple[float, float]]) -> HeadPose | None:
    """Pose from the face detector's six keypoints in pixels, in the order of `HEAD_MODEL_CM`; None if no head's.

    Pose from orthography (DeMenthon and Davis 1995, first step): the affine map from the model to the picture that fits
    best, made orthonormal. Points that no head shows from any side (`MAX_MISFIT`) have no pose. In plain Python, as six
    points are too few for arrays.
    """
    left, up = (sum(side) / len(points_xy) for side in zip(*points_xy, strict=True))
    across, high = [x - left for x, _ in points_xy], [up - y for _, y in points_xy]
    axes = _orthonormal([(sum(map(mul, row, across)), sum(map(mul, row, high))) for row in _INVERSE])
    if axes is None:
        return None
    (x1, y1), (x2, y2), (x3, y3) = axes
    head = [(x1 * x + x2 * y + x3 * z, y1 * x + y2 * y + y3 * z) for x, y, z in _MODEL]
    if _misfit(list(zip(across, high, strict=True)), head) > MAX_MISFIT:
        return None
    pose = _from_axes(up=(x2, y2), forward=(x3, y3, x1 * y2 - x2 * y1))
    return HeadPose(pose.yaw_deg, (pose.pitch_deg - PITCH_OFFSET_DEG) / PITCH_GAIN, pose.roll_deg)


def combine(first: HeadPose, second: HeadPose) -> HeadPose:
    """The mean of both, stretched by what both fall short; roll, which both get right, from the first."""
    half = SHORTFALL / 2
    yaw_deg = half * (first.yaw_deg + second.yaw_deg)
    return HeadPose(yaw_deg, half * (first.pitch_deg + second.pitch_deg), first.roll_deg)


def _misfit(picture: Sequence[Pair], head: Sequence[Pair]) -> float:
    """What is left of the picture's points beside the head's, at the head's best size; both lie about 0."""
    shared = sum(x * u + y * v for (x, y), (u, v) in zip(picture, head, strict=True))
    size = shared / max(sum(u * u + v * v for u, v in head), 1e-9)
    beside = sum((x - size * u) ** 2 + (y - size * v) ** 2 for (x, y), (u, v) in zip(picture, head, strict=True))
    return math.sqrt(beside) / max(math.sqrt(sum(x * x + y * y for x, y in picture)), 1e-9)


def _orthonormal(affine: Sequence[Pair]) -> list[Pair] | None:
    """The 3 × 2 matrix with orthonormal columns nearest to A, A (A'A)^(-1/2); None where one column says it all."""
    p, q, r = sum(x * x for x, _ in affine), sum(x * y for x, y in affine), sum(y * y for _, y in affine)
    if not math.isfinite(p + q + r):
        return None
    largest = (p + r + math.hypot(p - r, 2 * q)) / 2  # singular value, squared
    product = math.sqrt(max(p * r - q * q, 0.0))  # of both singular values
    if product <= MIN_SINGULAR * largest:
        return None
    share = 1 / (product * math.sqrt(p + r + 2 * product))
    a, b, c = share * (r + product), share * q, share * (p + product)
    return [(a * x - b * y, c * y - b * x) for x, y in affine]


def _from_axes(up: tuple[float, float], forward: tuple[float, float, float]) -> HeadPose:
    """Where the head's up and forward axes point in the camera's frame."""
    return HeadPose(
        yaw_deg=math.degrees(math.atan2(-forward[0], forward[2])),
        pitch_deg=math.degrees(math.asin(max(-1.0, min(1.0, forward[1])))),
        roll_deg=math.degrees(math.atan2(up[0], up[1])),
    )
