"""A rotated rectangle of a picture, cut out for a network and mapped back."""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.frame import BgrImage
from agent.vision.observation import Box

Row = tuple[float, float, float]

BORDERS: Final = {"zero": cv2.BORDER_CONSTANT, "replicate": cv2.BORDER_REPLICATE}

STEPS: Final = 32
"""Places between two pixels at which a picture is sampled."""
DENSE: Final = 4
"""Pixels of the picture for one of the patch up to which its part is given a fourth channel first: OpenCV samples
pixels of four bytes in less than half the time of those of three."""
MARGIN: Final = 2
"""Pixels around a region that are needed to sample at its edge."""


@dataclass(frozen=True, slots=True)
class Region:
    """Centre and size in pixels of the picture; `angle` in radians, clockwise as it is seen."""

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0

    def scaled(self, factor: float) -> "Region":
        return Region(self.x, self.y, self.width * factor, self.height * factor, self.angle)

    def squared(self) -> "Region":
        """The same with both sides as long as the longer."""
        side = max(self.width, self.height)
        return Region(self.x, self.y, side, side, self.angle)

    @property
    def upright_box(self) -> Box:
        """As if it were not rotated, which is how MediaPipe compares two of them."""
        half_w, half_h = self.width / 2, self.height / 2
        return (self.x - half_w, self.y - half_h, self.x + half_w, self.y + half_h)

    def to_picture(self, side: float = 1.0) -> tuple[Row, Row]:
        """2 × 3: what turns a point of the region, 0..`side` both ways, into pixels of the picture."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        x1, x2, y1, y2 = cos * self.width, -sin * self.height, sin * self.width, cos * self.height
        x, y = self.x - (x1 + x2) / 2, self.y - (y1 + y2) / 2
        return (x1 / side, x2 / side, x), (y1 / side, y2 / side, y)


class Cutter:
    """Cuts regions out of pictures in one size. Keeps its working memory, so call it from one thread at a time."""

    def __init__(self, size: int, border: str) -> None:
        """What lies outside of the picture is black (`zero`) or its nearest pixel (`replicate`)."""
        self._size = size
        self._border = BORDERS[border]
        self._steps = np.arange(size, dtype=np.float32)
        self._grid = np.empty((2, size, size), dtype=np.float32)
        self._patch = np.empty((size, size, 3), dtype=np.uint8)
        self._found: tuple[Region, int, int] | None = None
        self._sparse = cv2.INTER_LINEAR

    def cut(self, image: BgrImage, region: Region) -> NDArray[np.uint8]:
        """The region as RGB, size × size × 3, overwritten by the next cut.

        Sampled on a grid of 1/32 pixel, as OpenCV 4 in MediaPipe does and OpenCV 5 no longer: so a score at its
        threshold falls to the same side in both engines nearly always, whichever OpenCV is installed.
        """
        left, top, right, bottom = self._part(image, region)
        x_map, y_map = self._grid
        if (right - left) * (bottom - top) > DENSE * self._size**2:
            if self._find(region, 0, 0):
                between = (self._grid != np.rint(self._grid)).any()
                self._sparse = cv2.INTER_LINEAR if between else cv2.INTER_NEAREST  # the same, and three times as quick
            cv2.remap(image, x_map, y_map, self._sparse, dst=self._patch, borderMode=self._border)
            cv2.cvtColor(self._patch, cv2.COLOR_BGR2RGB, dst=self._patch)
        else:
            self._find(region, left, top)
            part = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_BGR2RGBA)
            four = cv2.remap(part, x_map, y_map, cv2.INTER_LINEAR, borderMode=self._border)
            cv2.cvtColor(four, cv2.COLOR_RGBA2RGB, dst=self._patch)
        return self._patch

    def _part(self, image: BgrImage, region: Region) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of what the region needs of the picture; a pixel at least, wherever it lies."""
        cos, sin = abs(math.cos(region.angle)), abs(math.sin(region.angle))
        half_w = (cos * region.width + sin * region.height) / 2 + MARGIN
        half_h = (sin * region.width + cos * region.height) / 2 + MARGIN
        height, width = image.shape[:2]
        left = min(max(math.floor(region.x - half_w), 0), width - 1)
        top = min(max(math.floor(region.y - half_h), 0), height - 1)
        right = max(min(math.ceil(region.x + half_w), width), left + 1)
        return left, top, right, max(min(math.ceil(region.y + half_h), height), top + 1)

    def _find(self, region: Region, left: int, top: int) -> bool:
        """Where each pixel of the patch comes from, with that corner of the picture as 0, 0; False if known already."""
        if self._found == (region, left, top):  # the whole picture is cut out of every frame alike
            return False
        self._found = (region, left, top)
        (x1, x2, x), (y1, y2, y) = region.to_picture(self._size / STEPS)
        maps = np.array(((x1, x2, (x - left) * STEPS), (y1, y2, (y - top) * STEPS)), dtype=np.float32)[:, :, None]
        across, down = self._steps * maps[:, 0], self._steps * maps[:, 1] + maps[:, 2]
        np.add(across[:, None], down[:, :, None], out=self._grid)
        np.rint(self._grid, out=self._grid)
        self._grid *= np.float32(1 / STEPS)
        return True


def whole(image: BgrImage) -> Region:
    height, width = image.shape[:2]
    return Region(width / 2, height / 2, float(width), float(height))


def around(box: Box, left_xy: tuple[float, float], right_xy: tuple[float, float]) -> Region:
    """The box, turned so that the line from one point (an eye) to the other is level in it."""
    x1, y1, x2, y2 = box
    angle = math.atan2(right_xy[1] - left_xy[1], right_xy[0] - left_xy[0])
    return Region((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, angle)
