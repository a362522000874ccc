"""The landmark and blendshape networks of `face_landmarker.task`, run in LiteRT.

Reproduces MediaPipe's `SingleFaceLandmarksDetectorGraph` and `FaceBlendshapesGraph`.
"""

import math
from typing import Final

import cv2
import numpy as np

from agent.frame import BgrImage
from agent.vision.facemesh import BLENDSHAPES, MIN_DETECTION, Points
from agent.vision.litert import Network
from agent.vision.observation import Box
from agent.vision.region import Cutter, Region, around

SIZE: Final = 256
COUNT: Final = 478
OUTER_CORNERS: Final = (33, 263)
"""Landmarks at the outer corners of the eyes, the left of the picture first."""
GROW: Final = 1.5
"""The region that is cut out, against the box around the landmarks or the detector's box."""

# fmt: off
_SUBSET: Final = (
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80,
    81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153,
    154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249,
    251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314,
    317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382,
    384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473,
    474, 475, 476, 477,
)
# fmt: on
SUBSET: Final = np.array(_SUBSET)
"""The 146 landmarks that the blendshape network reads, in its order."""


class Landmarks:
    """Call from one thread at a time; raises `DetectorError`."""

    def __init__(self, landmark_network: Network, blendshape_network: Network) -> None:
        self._landmarks = landmark_network
        self._blendshapes = blendshape_network
        self._cutter = Cutter(SIZE, "replicate")
        self._raw = np.ones((4, COUNT))  # the last row is moved by what a map adds

    def look(self, image: BgrImage, region: Region) -> Points | None:
        """478 × 3 in pixels of the picture, z on the scale of x; None where the network sees no face."""
        patch = self._cutter.cut(image, region)
        whitest = cv2.norm(patch, cv2.NORM_INF)  # and scaled by it: the quickest way there is from bytes to 0..1
        cv2.normalize(patch, self._landmarks.input[0], whitest / 255, 0, cv2.NORM_INF, cv2.CV_32F)
        raw, presence, *_ = self._landmarks.run()
        if _sigmoid(presence.item()) <= MIN_DETECTION:
            return None
        self._raw[:3] = raw.reshape(COUNT, 3).T
        (x1, x2, x), (y1, y2, y) = region.to_picture(SIZE)
        z = _depth_scale(region, image.shape[1] / image.shape[0]) / SIZE
        to_picture = np.array([[x1, x2, 0.0, x], [y1, y2, 0.0, y], [0.0, 0.0, z, 0.0]])
        return (to_picture @ self._raw).T  # rows of x, y and z lie together: the quicker way to their least and most

    def blendshapes(self, points: Points) -> dict[str, float]:
        self._blendshapes.input[0] = points.take(SUBSET, axis=0)[:, :2]
        return dict(zip(BLENDSHAPES, self._blendshapes.run()[0].ravel().tolist(), strict=True))

    def close(self) -> None:
        self._landmarks.close()
        self._blendshapes.close()


def next_region(points: Points, box_xyxy: Box) -> Region:
    """Where the face will be in the next frame of a video; `box_xyxy` is that of its landmarks."""
    (left_x, left_y, _), (right_x, right_y, _) = points.take(OUTER_CORNERS, axis=0).tolist()
    return around(box_xyxy, (left_x, left_y), (right_x, right_y)).squared().scaled(GROW)


def _depth_scale(region: Region, aspect: float) -> float:
    """What one region's width of depth is in pixels.

    MediaPipe measures the width in shares of the picture, so a tilted face in a wide picture is deeper than an upright
    one. It costs up to a degree of pose at 45 degrees of tilt, and is repeated so that both engines say the same.
    """
    return region.width * math.hypot(math.cos(region.angle), math.sin(region.angle) * aspect)


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-100.0, min(100.0, value))))
