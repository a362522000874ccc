"""Where an object detector looks: the whole picture, parts of it, and the picture mirrored, smaller or tilted.

A network has one size it sees objects best at, and one way up. A phone on the far side of the desk is too small for it
in the whole picture, one held at arm's length is larger than nearly all it was trained on, and a hand holds one at any
angle. So a picture is shown to it in several ways, and `agent.vision.fusion` asks how many of them agree.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.frame import BgrImage
from agent.vision.observation import Box

PAD: Final = 114
"""Grey around a picture that was made smaller or tilted; the letterbox of the networks' training."""
HAND_HELD: Final = frozenset({"cell phone", "remote"})
"""What comes close to the camera and at any angle. Laptops and books lie upright and further away; for them the views
below only dilute what the others say."""
NEAR: Final = ((0.7, 0.0), (0.85, 20.0), (0.85, -20.0))
"""Scale and tilt in degrees. A phone held up to a booth camera fills a third of the picture's width; 0.7 brings it back
to the sizes of COCO. A phone that leans by up to 30 degrees stands within 10 of upright in one of the views; tilts of
35 and 90 degrees found fewer on the labelled stills."""
SQUARE_FROM: Final = 1.15
"""Longer side to shorter from which squares show more than the whole picture does."""
MAX_SQUARES: Final = 4


@dataclass(frozen=True)
class View:
    """One way to show a picture. `matrix` (2 × 3) takes picture pixels to the view's own."""

    size_wh: tuple[int, int]
    region_xyxy: Box
    """What the view shows of the picture."""
    matrix: NDArray[np.float64]
    labels: frozenset[str] | None = None
    """What it is worth looking for here; None for everything."""

    def of(self, image: BgrImage) -> BgrImage:
        """The view itself, BGR; a part of the picture, not copied, where that is all it is."""
        x1, y1, x2, y2 = (round(side) for side in self.region_xyxy)
        scale_x, scale_y = float(self.matrix[0, 0]), float(self.matrix[1, 1])
        if abs(scale_x) == 1 and scale_y == 1 and not self.matrix[0, 1]:
            part = image[y1:y2, x1:x2]
            return part if scale_x > 0 else np.ascontiguousarray(part[:, ::-1])
        four = cv2.cvtColor(image, cv2.COLOR_BGR2BGRA)  # sampled in half the time of three channels
        four = cv2.warpAffine(four, self.matrix, self.size_wh, flags=cv2.INTER_LINEAR, borderValue=(PAD,) * 4)
        return np.asarray(cv2.cvtColor(four, cv2.COLOR_BGRA2BGR), dtype=np.uint8)

    def to_picture(self, box_xyxy: Box) -> Box:
        """The upright box in the picture around a box in the view, clipped to what the view shows."""
        x1, y1, x2, y2 = box_xyxy
        a, b, c, d, e, f = self._inverse
        left, top, right, bottom = self.region_xyxy
        return (
            max(left, min(a * x1, a * x2) + min(b * y1, b * y2) + c),
            max(top, min(d * x1, d * x2) + min(e * y1, e * y2) + f),
            min(right, max(a * x1, a * x2) + max(b * y1, b * y2) + c),
            min(bottom, max(d * x1, d * x2) + max(e * y1, e * y2) + f),
        )

    @cached_property
    def _inverse(self) -> list[float]:
        """The matrix that takes the view's pixels to the picture's, row by row."""
        return [float(value) for value in np.ravel(cv2.invertAffineTransform(self.matrix))]


def whole(width: int, height: int) -> View:
    """The picture as it is."""
    return View((width, height), (0.0, 0.0, float(width), float(height)), np.eye(2, 3))


def mirrored(view: View) -> View:
    """The same with left and right changed: networks are not as symmetric as the world."""
    flip = np.array([[-1.0, 0.0, view.size_wh[0]], [0.0, 1.0, 0.0]])
    return View(view.size_wh, view.region_xyxy, _then(view.matrix, flip), view.labels)


def squares(width: int, height: int) -> Iterator[View]:
    """Overlapping squares over the longer side: a network's input is square, so each shows more pixels of less."""
    side, longer = min(width, height), max(width, height)
    if longer < SQUARE_FROM * side:
        return
    count = min(MAX_SQUARES, max(2, math.ceil(longer / side)))
    for index in range(count):
        start = round(index * (longer - side) / (count - 1))
        x, y = (start, 0) if width > height else (0, start)
        shift = np.array([[1.0, 0.0, -x], [0.0, 1.0, -y]])
        yield View((side, side), (float(x), float(y), float(x + side), float(y + side)), shift)


def near(width: int, height: int) -> Iterator[View]:
    """The picture smaller, and tilted to both sides, for what a hand holds up to the camera."""
    region = (0.0, 0.0, float(width), float(height))
    for scale, tilt_deg in NEAR:
        matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), tilt_deg, scale), dtype=np.float64)
        yield View((width, height), region, matrix, HAND_HELD)


@lru_cache(maxsize=8)
def still_views(width: int, height: int) -> tuple[View, ...]:
    """All that a single picture is worth: each view and its mirror image, the whole picture first."""
    plain = (whole(width, height), *squares(width, height), *near(width, height))
    return tuple(view for one in plain for view in (one, mirrored(one)))


@lru_cache(maxsize=8)
def video_views(width: int, height: int) -> tuple[View, ...]:
    """One view for each turn, over and over: the whole picture every other time, the rest in between."""
    parts = (*near(width, height), *squares(width, height))
    return tuple(view for part in parts for view in (whole(width, height), part))


def _then(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """One affine map after another, both 2 × 3."""
    bottom = np.array([[0.0, 0.0, 1.0]])
    return np.asarray(np.vstack([second, bottom]) @ np.vstack([first, bottom]), dtype=np.float64)[:2]
