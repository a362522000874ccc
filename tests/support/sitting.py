"""Somebody sits before a camera for as long as is asked: a few seconds of pictures made into any length of time.

The pictures run forth and back, so that there is no cut; over them lies what an hour has and a clip has not: the noise
of a sensor, light that comes and goes, a body that sways, and in between a glance aside or a moment out of the picture,
shorter than any rule's hold. All of it follows from `seed`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.frame import BgrImage

NOISE_SIGMA: Final = 2.5
"""Grey levels: a small webcam sensor in indoor light."""
EXPOSURE_SHARE: Final = 0.12
"""A cloud before the sun, or automatic exposure that hunts."""
SWAY_SHARE: Final = 0.012
"""Of the picture's width: some 8 pixels in 640, either way."""
ROLL_DEG: Final = 1.5
NOISES: Final = 8


@dataclass(frozen=True)
class Glance:
    """Pictures of something short that is no breach, and how long each goes on."""

    images: Sequence[BgrImage]
    lasts_s: float
    every_s: float


class Sitting:
    """`frames` yields pictures at their times; `glancing` tells which of them belong to a glance."""

    def __init__(
        self, images: Sequence[BgrImage], fps: float, *, glances: Sequence[Glance] = (), seed: int = 0
    ) -> None:
        """`images` and the glances' pictures were taken at `fps` and have one size."""
        self._images, self._fps, self._glances = images, fps, glances
        dice = np.random.default_rng(seed)
        height, width = images[0].shape[:2]
        self._shape = height, width
        self._noises = [self._noise(dice) for _ in range(NOISES)]
        self._dice = dice
        self._phases = dice.uniform(0, 2 * math.pi, 8)

    def frames(self, seconds: float) -> Iterator[tuple[BgrImage, float]]:
        for index in range(round(seconds * self._fps)):
            time_s = index / self._fps
            yield self._disturb(self._picture(index, time_s), time_s), time_s

    def glancing(self, time_s: float) -> bool:
        return any(self._since(glance, time_s) is not None for glance in self._glances)

    def _picture(self, index: int, time_s: float) -> BgrImage:
        for glance in self._glances:
            since_s = self._since(glance, time_s)
            if since_s is not None:
                return forth_and_back(glance.images, round(since_s * self._fps))
        return forth_and_back(self._images, index)

    @staticmethod
    def _since(glance: Glance, time_s: float) -> float | None:
        """Seconds since the glance began; none in the first period, so that a face is known before it turns away."""
        position_s = time_s % glance.every_s
        return position_s if time_s >= glance.every_s and position_s < glance.lasts_s else None

    def _disturb(self, image: BgrImage, time_s: float) -> BgrImage:
        height, width = self._shape
        across, down, roll, scale, light, red, blue = (
            math.sin(2 * math.pi * time_s / period_s + phase)
            for period_s, phase in zip((7.3, 5.1, 11.7, 17.9, 41.0, 67.0, 59.0), self._phases, strict=False)
        )
        move = cv2.getRotationMatrix2D((width / 2, height), ROLL_DEG * roll, 1.03 + 0.015 * scale)
        move[:, 2] += SWAY_SHARE * width * across, SWAY_SHARE * width / 2 * down
        moved = cv2.warpAffine(image, move, (width, height), borderMode=cv2.BORDER_REPLICATE)
        gain = 1 + EXPOSURE_SHARE * light
        tint = np.array([gain * (1 + 0.03 * blue), gain, gain * (1 + 0.03 * red)], np.float32)
        noise = self._noises[int(self._dice.integers(NOISES))]
        noise = np.roll(noise, tuple(self._dice.integers(0, (height, width))), axis=(0, 1))
        return np.asarray(np.clip(moved * tint + noise, 0, 255), np.uint8)

    def _noise(self, dice: np.random.Generator) -> NDArray[np.float32]:
        """As a demosaiced sensor gives it: a little wider than one pixel."""
        raw = dice.normal(0, 2 * NOISE_SIGMA, (*self._shape, 3)).astype(np.float32)
        return np.asarray(cv2.GaussianBlur(raw, (0, 0), 0.6), np.float32)


def forth_and_back(images: Sequence[BgrImage], index: int) -> BgrImage:
    """The picture at `index` of an endless run to the end and back."""
    around = index % max(1, 2 * len(images) - 2)
    return images[around if around < len(images) else 2 * len(images) - 2 - around]
