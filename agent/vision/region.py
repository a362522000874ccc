"""A rotated rectangle of a picture, cut out for a network and mapped back."""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.frame import BgrImage
from agent.vision.facemesh import Points
from agent.vision.observation import Box

BORDERS: Final = {"zero": cv2.BORDER_CONSTANT, "replicate": cv2.BORDER_REPLICATE}


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

    def to_picture(self) -> Points:
        """2 × 3: what turns a point of 0..1 × 0..1 in the region into pixels of the picture."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        x1, x2, y1, y2 = cos * self.width, -sin * self.height, sin * self.width, cos * self.height
        return np.array([[x1, x2, self.x - (x1 + x2) / 2], [y1, y2, self.y - (y1 + y2) / 2]])


class Cutter:
    """Cuts regions out of pictures in one size. Keeps its working memory, so call it from one thread at a time."""

    def __init__(self, size: int, border: str) -> None:
        """What lies outside of the picture is black (`zero`) or its nearest pixel (`replicate`)."""
        self._border = BORDERS[border]
        self._steps = np.arange(size, dtype=np.float32)
        self._x, self._y = (np.empty((size, size), dtype=np.float32) for _ in range(2))
        self._at = np.empty((size, size, 2), dtype=np.int16)
        self._between = np.empty((size, size), dtype=np.uint16)
        self._patch = np.empty((size, size, 3), dtype=np.uint8)
        self._region: Region | None = None

    def cut(self, image: BgrImage, region: Region) -> NDArray[np.uint8]:
        """The region as RGB, size × size × 3, overwritten by the next cut.

        Sampled on a grid of 1/32 pixel with weights in whole numbers, as OpenCV 4 in MediaPipe does and OpenCV 5 by
        itself no longer: so a score at its threshold falls to the same side in both engines nearly always, whichever
        OpenCV is installed. It is the quickest way, too.
        """
        if region != self._region:  # the whole picture is cut out of every frame alike
            self._find(region)
            self._region = region
        cv2.remap(image, self._at, self._between, cv2.INTER_LINEAR, dst=self._patch, borderMode=self._border)
        cv2.cvtColor(self._patch, cv2.COLOR_BGR2RGB, dst=self._patch)
        return self._patch

    def _find(self, region: Region) -> None:
        """Where each pixel of the patch comes from: whole pixels, and steps of 1/32 between them."""
        for grid, (along_x, along_y, corner) in zip((self._x, self._y), region.to_picture(), strict=True):
            size = self._steps.size
            rows = self._steps * np.float32(along_y / size) + np.float32(corner)
            np.add.outer(rows, self._steps * np.float32(along_x / size), out=grid)
        cv2.convertMaps(self._x, self._y, cv2.CV_16SC2, dstmap1=self._at, dstmap2=self._between)


def whole(image: BgrImage) -> Region:
    height, width = image.shape[:2]
    return Region(width / 2, height / 2, float(width), float(height))


def around(box: Box, left_xy: tuple[float, float], right_xy: tuple[float, float]) -> Region:
    """The box, turned so that the line from one point (an eye) to the other is level in it."""
    x1, y1, x2, y2 = box
    angle = math.atan2(right_xy[1] - left_xy[1], right_xy[0] - left_xy[0])
    return Region((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, angle)
