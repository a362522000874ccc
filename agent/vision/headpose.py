"""Head pose from two independent sources, and one answer from both. Geometry only.

Signs as in `HeadPose`: +yaw towards the picture's left edge, +pitch up, +roll clockwise in the picture.
Both estimates come from a network that was trained mostly on frontal faces, and they err differently: the landmarker's
matrix falls short on turned heads (37 degrees where 46 are true) and loses them altogether, the keypoint fit overshoots
when a hand hides part of the face. Measured on labelled stills, the mean of both beats either.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.vision.observation import HeadPose

HEAD_MODEL_CM: Final = np.array(
    [[-3.15, 2.62, 3.47], [3.15, 2.62, 3.47], [0, -1.13, 7.48], [0, -4.27, 5.31], [-7.74, 1.5, -2.2], [7.74, 1.5, -2.2]]
)
"""Eye, eye, nose tip, mouth, ear, ear of MediaPipe's canonical face (`canonical_face_model.obj`), x to the picture's
right, y up, z to the camera; the left of the picture first. Ears: the tragion lies between two mesh points."""
PITCH_OFFSET_DEG: Final = 4.6
PITCH_GAIN: Final = 0.70
"""The keypoint fit's pitch against the landmarker's, fitted on labelled stills where both found the face."""


def from_matrix(matrix: NDArray[np.float64]) -> HeadPose:
    """Pose from the landmarker's 4 × 4 matrix (canonical face to camera; x right, y up, z towards the viewer)."""
    rotation = np.asarray(matrix, dtype=np.float64)[:3, :3]
    rotation = rotation / np.maximum(np.linalg.norm(rotation, axis=0), 1e-9)
    return _from_rotation(rotation)


def from_keypoints(points_xy: Sequence[tuple[float, float]]) -> HeadPose | None:
    """Pose from the face detector's six keypoints in pixels, in the order of `HEAD_MODEL_CM`; None if degenerate.

    Pose from orthography (DeMenthon and Davis 1995, first step): the affine map from the model to the picture that fits
    best, made orthonormal.
    """
    picture = np.asarray(points_xy, dtype=np.float64) * (1, -1)
    model = HEAD_MODEL_CM - HEAD_MODEL_CM.mean(axis=0)
    affine = np.linalg.lstsq(model, picture - picture.mean(axis=0), rcond=None)[0].T
    if not np.isfinite(affine).all() or np.linalg.matrix_rank(affine, tol=1e-6) < 2:
        return None
    u, _, vt = np.linalg.svd(affine, full_matrices=False)
    right, up = u @ vt
    pose = _from_rotation(np.stack([right, up, np.cross(right, up)]))
    return HeadPose(pose.yaw_deg, (pose.pitch_deg - PITCH_OFFSET_DEG) / PITCH_GAIN, pose.roll_deg)


def combine(first: HeadPose, second: HeadPose) -> HeadPose:
    """The mean of both; roll, which both get right, from the first."""
    yaw_deg = (first.yaw_deg + second.yaw_deg) / 2
    return HeadPose(yaw_deg, (first.pitch_deg + second.pitch_deg) / 2, first.roll_deg)


def _from_rotation(rotation: NDArray[np.float64]) -> HeadPose:
    """Columns are where the head's right-of-picture, up and forward axes point in the camera's frame."""
    forward, up = rotation[:, 2], rotation[:, 1]
    return HeadPose(
        yaw_deg=math.degrees(math.atan2(-forward[0], forward[2])),
        pitch_deg=math.degrees(math.asin(float(np.clip(forward[1], -1, 1)))),
        roll_deg=math.degrees(math.atan2(up[0], up[1])),
    )
