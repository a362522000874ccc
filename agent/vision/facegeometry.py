"""The head's place and turn in space, from landmarks: MediaPipe's face geometry pipeline. Geometry only.

A camera with a vertical field of view of 63 degrees looks at a canonical face, whose points and their weights lie in
`face_landmarker.task` itself. Landmarks are first scaled as if there were no perspective, then unprojected with the
depth this gives, and the similarity transform that fits best (weighted Procrustes) is the head's matrix.
"""

import math
import struct
from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np

from agent.errors import DetectorError
from agent.vision.facemesh import Points

VERTICAL_FOV_DEG: Final = 63.0
NEAR_CM: Final = 1.0
MIN_SIZE: Final = 1e-4
"""Share of the picture's height for one centimetre of the face below which there is no pose to find: a head of one
pixel in five hundred."""
VERTEX_FLOATS: Final = 5
"""A vertex of the canonical mesh: x, y, z, and two of texture."""


class Fit:
    """Finds the similarity transform that takes a set of points nearest to others, weighted. What only depends on the
    set is worked out once.

    D. Akca, Generalized Procrustes analysis and its applications in photogrammetry (2003), section 2.4.
    """

    def __init__(self, source: Points, weights: Points) -> None:
        """`source` is N × 3, `weights` N."""
        share = (weights / weights.sum())[:, None]
        middle = (share * source).sum(axis=0)
        centred = source - middle
        self._spread = float((centred**2 * share).sum())
        self._middle = middle.tolist()
        self._weighted = np.hstack([centred * share, share])

    def matrix(self, target: Points) -> Points:
        """4 × 4; `target` is N × 3."""
        products = target.T @ self._weighted  # 3 × 3 of covariance, and the middle of the target
        (a, b, c, x), (d, e, f, y), (g, h, i, z) = products.tolist()
        sizes, u, vt = cv2.SVDecomp(products[:, :3])  # NumPy is slower
        mirrors = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g) < 0
        if mirrors:
            u[:, 2] *= -1  # a rotation, not a reflection
        first, second, third = sizes.ravel().tolist()
        scale = (first + second + (-third if mirrors else third)) / self._spread
        turned = ((scale * left, scale * across, scale * ahead) for left, across, ahead in (u @ vt).tolist())
        mx, my, mz = self._middle
        rows = [(p, q, r, at - p * mx - q * my - r * mz) for (p, q, r), at in zip(turned, (x, y, z), strict=True)]
        return np.array([*rows, (0.0, 0.0, 0.0, 1.0)])


class CanonicalFace:
    """The points of the canonical face that count, and how much."""

    def __init__(self, index: Sequence[int], points_cm: Points, weights: Points) -> None:
        """`points_cm` is N × 3, x right, y up, z towards the viewer; `index` says which landmark each of them is."""
        self.index = tuple(index)
        self.points_cm = points_cm
        self.weights = weights
        self.picks = np.array(index)
        self.fit = Fit(points_cm, weights)


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

    MediaPipe estimates the head's size, moves the points away by the perspective that this size gives, and repeats both
    once. Moving is a division by the size, and so the size cancels out: what is fitted here are the points at a size
    of 1, and the fit's own scale is that size.
    """
    width, height = frame_wh
    tall = 2 * NEAR_CM * math.tan(math.radians(VERTICAL_FOV_DEG) / 2)
    per_pixel = tall / height  # pixels are square, so also wide / width
    depth = float(np.add.reduce(points_xyz[:468, 2])) / 468
    far = points_xyz.T.take(face.picks, axis=1)
    far -= ((width / 2,), (height / 2,), (depth,))
    far *= ((-per_pixel,), (per_pixel,), (-per_pixel,))
    far[2] -= NEAR_CM
    far[:2] *= far[2] / NEAR_CM
    matrix = face.fit.matrix(far.T)
    size = math.hypot(*matrix[:3, 0].tolist())
    if size < MIN_SIZE * tall:
        return None
    matrix[:3] /= size
    return matrix


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
