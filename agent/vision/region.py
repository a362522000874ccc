"""A rotated rectangle of a picture, cut out for a network and mapped back."""

import math
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.frame import BgrImage
from agent.vision.facemesh import Points
from agent.vision.observation import Box

BORDERS: Final = {"zero": cv2.BORDER_CONSTANT, "replicate": cv2.BORDER_REPLICATE}

STEPS: Final = 32
"""Places between two pixels at which a picture is sampled."""


@dataclass(frozen=True, slots=True)
class Region:
    """Centre and size in pixels of the picture; `angle` in radians, clockwise as it is seen."""

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0

    def scaled(self, factor: float) -> "Region":
        return replace(self, width=self.width * factor, height=self.height * factor)

    def squared(self) -> "Region":
        """The same with both sides as long as the longer."""
        side = max(self.width, self.height)
        return replace(self, width=side, height=side)

    @property
    def upright_box(self) -> Box:
        """As if it were not rotated, which is how MediaPipe compares two of them."""
        half_w, half_h = self.width / 2, self.height / 2
        return (self.x - half_w, self.y - half_h, self.x + half_w, self.y + half_h)

    def to_picture(self) -> Points:
        """2 × 3: what turns a point of 0..1 × 0..1 in the region into pixels of the picture."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        axes = np.array([[cos * self.width, -sin * self.height], [sin * self.width, cos * self.height]])
        corner = np.array([self.x, self.y]) - axes @ (0.5, 0.5)
        return np.column_stack([axes, corner])

    def cut(self, image: BgrImage, size: int, border: str) -> NDArray[np.uint8]:
        """The region as RGB, size × size × 3; what lies outside of the picture is black or its nearest pixel.

        Sampled on a grid of 1/32 pixel, as OpenCV 4 in MediaPipe does and OpenCV 5 no longer: so a score at its
        threshold falls to the same side in both engines nearly always, whichever OpenCV is installed.
        """
        steps = np.arange(size, dtype=np.float32)
        maps = []
        for along_x, along_y, corner in np.float32(STEPS) * self.to_picture().astype(np.float32) / (size, size, 1):
            grid = np.add.outer(steps * np.float32(along_y) + np.float32(corner), steps * np.float32(along_x))
            maps.append(np.rint(grid, out=grid) * np.float32(1 / STEPS))
        patch = cv2.remap(image, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=BORDERS[border])
        return np.asarray(cv2.cvtColor(patch, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def whole(image: BgrImage) -> Region:
    height, width = image.shape[:2]
    return Region(width / 2, height / 2, float(width), float(height))


def around(box: Box, left_xy: tuple[float, float], right_xy: tuple[float, float]) -> Region:
    """The box, turned so that the line from one point (an eye) to the other is level in it."""
    x1, y1, x2, y2 = box
    angle = math.atan2(right_xy[1] - left_xy[1], right_xy[0] - left_xy[0])
    return Region((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, angle)
