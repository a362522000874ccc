"""The head's place and turn in space, from landmarks: MediaPipe's face geometry pipeline. Geometry only.

A camera with a vertical field of view of 63 degrees looks at a canonical face, whose points and their weights lie in
`face_landmarker.task` itself. Landmarks are first scaled as if there were no perspective, then unprojected with the
depth this gives, and the similarity transform that fits best (weighted Procrustes) is the head's matrix.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from agent.errors import DetectorError
from agent.vision.facemesh import Points

VERTICAL_FOV_DEG: Final = 63.0
NEAR_CM: Final = 1.0
MIN_SPREAD: Final = 1e-3
"""Mean distance of landmarks from their middle, as a share of the picture, below which there is no pose to find."""
VERTEX_FLOATS: Final = 5
"""A vertex of the canonical mesh: x, y, z, and two of texture."""


@dataclass(frozen=True, slots=True)
class CanonicalFace:
    """The points of the canonical face that count, and how much."""

    index: tuple[int, ...]
    points_cm: Points
    """N × 3, x right, y up, z towards the viewer."""
    weights: Points


def read_canonical_face(metadata: bytes) -> CanonicalFace:
    """From `geometry_pipeline_metadata_landmarks.binarypb`; raises `DetectorError`."""
    try:
        floats: list[float] = []
        weights: dict[int, float] = {}
        for number, value in _fields(metadata):
            if number == 1:  # canonical_mesh; its field 3 is vertex_buffer
                floats += [item for field, data in _fields(value) if field == 3 for item in _floats(data)]
            elif number == 2:  # procrustes_landmark_basis: landmark_id, weight
                basis = dict(_fields(value))
                weights[_integer(basis[1])] = _floats(basis[2])[0]
        vertices = np.array(floats, dtype=np.float64).reshape(-1, VERTEX_FLOATS)
        index = tuple(weights)
        if not index:
            raise ValueError("no landmark has a weight")
        return CanonicalFace(index, vertices[list(index), :3], np.array(list(weights.values())))
    except (ValueError, IndexError, KeyError, struct.error) as error:
        raise DetectorError(f"the canonical face in face_landmarker.task cannot be read: {error}") from error


def matrix_of(face: CanonicalFace, points_xyz: Points, frame_wh: tuple[int, int]) -> Points | None:
    """4 × 4 from the canonical face to the camera; None where the landmarks fall together.

    `points_xyz` are all landmarks in pixels. Needs 468 of them or more: the depth is their mean without the irises.
    """
    width, height = frame_wh
    screen = points_xyz[:468] / (width, height, width)
    if np.linalg.norm(screen[:, :2] - screen[:, :2].mean(axis=0), axis=1).mean() < MIN_SPREAD:
        return None
    tall = 2 * NEAR_CM * math.tan(math.radians(VERTICAL_FOV_DEG) / 2)
    wide = tall * width / height
    screen = np.column_stack([(screen[:, 0] - 0.5) * wide, (0.5 - screen[:, 1]) * tall, screen[:, 2] * wide])
    depth, screen = float(screen[:, 2].mean()), screen[list(face.index)]
    first = _scale(procrustes(face.points_cm, screen * (1, 1, -1), face.weights))
    second = _scale(procrustes(face.points_cm, _unproject(screen, depth, first), face.weights))
    return procrustes(face.points_cm, _unproject(screen, depth, first * second), face.weights)


def procrustes(source: Points, target: Points, weights: Points) -> Points:
    """The 4 × 4 similarity transform that takes `source` nearest to `target` (both N × 3), squares weighted.

    D. Akca, Generalized Procrustes analysis and its applications in photogrammetry (2003), section 2.4.
    """
    share = weights / weights.sum()
    source_middle, target_middle = share @ source, share @ target
    centred = source - source_middle
    covariance = (target * share[:, None]).T @ centred
    u, _, vt = np.linalg.svd(covariance)
    if np.linalg.det(u) * np.linalg.det(vt) < 0:
        u[:, 2] *= -1  # a rotation, not a reflection
    rotation = u @ vt
    scale = float((covariance * rotation).sum() / (share @ (centred**2).sum(axis=1)))
    matrix = np.eye(4)
    matrix[:3, :3] = scale * rotation
    matrix[:3, 3] = target_middle - matrix[:3, :3] @ source_middle
    return matrix


def _unproject(screen: Points, depth: float, scale: float) -> Points:
    """Screen points on the near plane, moved away by perspective; z towards the viewer."""
    z = (screen[:, 2] - depth + NEAR_CM) / scale
    return np.column_stack([screen[:, 0] * z / NEAR_CM, screen[:, 1] * z / NEAR_CM, -z])


def _scale(matrix: Points) -> float:
    return float(np.linalg.norm(matrix[:3, 0]))


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and raw value of each field of a protobuf message (wire types varint, 64 bit, bytes, 32 bit)."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == 0:
            start = at
            _, at = _varint(message, at)
            yield key >> 3, message[start:at]
            continue
        if kind == 2:
            size, at = _varint(message, at)
        else:
            size = {1: 8, 5: 4}[kind]
        yield key >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _integer(data: bytes) -> int:
    return _varint(data, 0)[0]


def _floats(data: bytes) -> tuple[float, ...]:
    """One float, or a packed list of them."""
    return struct.unpack(f"<{len(data) // 4}f", data)
