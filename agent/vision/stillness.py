"""Tells pictures of faces from faces: a poster does not move, and a living face always does.

People blink, breathe and sway: within a few seconds a head that is held still moves by more than a hundredth of its
width. So what lies in a face's box is compared with what lay in the same place before, and with how much the quiet
parts of the whole picture change meanwhile, which is the camera's noise. Only what differs by no more than that is a
picture. Where noise would hide such a movement, or on a small face, nobody can say, and the face counts as living.

A picture is remembered by its place, as long as the camera stays where it is: it is one again at once when somebody who
hid it steps aside.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.frame import BgrImage
from agent.vision.boxes import iou
from agent.vision.observation import Box, CameraState, Face
from agent.vision.schedule import EARLY_S

Grey = NDArray[np.uint8]
Patch = NDArray[np.float32]

LOOKS_HZ: Final = 1.0
"""Two pictures a second apart also tell the noise: nothing else moves a wall."""
SECOND_S: Final = 6.0
"""How long a further face must not have moved to be a picture. No face in the labelled footage was still for more than
a second. By then several faces have been told of in every profile, so a second person who freezes is never missed."""
ONLY_S: Final = 15.0
"""The same for the only face, as a candidate who was taken for a picture would be nobody. Longer than anybody goes
without a blink or a breath."""
SIDE: Final = 32
"""Faces are compared at this many pixels a side: finer is mostly noise."""
MIN_WIDTH: Final = 40.0
"""Pixels of a face's box. A hundredth of a smaller one is less than half a pixel."""
MIN_CHANGE: Final = 0.025
"""Mean difference in units of the patch's contrast below which nothing moved, on a camera without noise. A portrait
moved by half a hundredth of its width differs by 0.045, by a hundredth by 0.09."""
NOISES: Final = 2.0
"""A patch has not moved while it differs by at most so many times the camera's noise; what stands still, by one."""
MAX_CHANGE: Final = 0.05
"""Where that would be more, the noise hides a movement by a hundredth, and nobody can say."""
SAME_PLACE: Final = 0.5
MAX_PLACES: Final = 8
"""Places followed at most, the oldest forgotten first."""
MIN_CONTRAST: Final = 8.0
"""Grey levels (standard deviation) of a patch with anything in it to compare."""
GRID: Final = (8, 6)
"""Parts of the picture whose quietest quarter tells the camera's noise."""
LIT: Final = (20.0, 235.0)
"""Grey levels between which a part shows the camera's noise: black and white are cut off."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What has lain in one box since when."""

    box_xyxy: Box
    patch: Patch
    since_s: float


class Stillness:
    """Follows the faces of one camera. Call from one thread, with frames in order."""

    def __init__(self) -> None:
        self._places: list[_Place] = []
        self._pictures: list[_Place] = []
        self._now_still: list[Box] = []
        self._looked_s = float("-inf")
        self._before: Grey | None = None

    def look(self, image: BgrImage, faces: Sequence[Face], camera: CameraState, now_s: float) -> tuple[Face, ...]:
        """The faces, with those marked that are pictures."""
        if camera.moved or now_s < self._looked_s:
            self._forget()
        if not camera.sees or camera.still_s > 1 / LOOKS_HZ:
            self._places = []  # nothing moves on a frozen camera, and that says nothing
        elif not faces:
            self._places = []
        elif now_s - self._looked_s >= 1 / LOOKS_HZ - EARLY_S:
            self._follow(image, faces, now_s)
        return tuple(replace(face, still=True) if self._is_still(face) else face for face in faces)

    def _forget(self) -> None:
        self._places, self._pictures, self._now_still = [], [], []
        self._looked_s, self._before = float("-inf"), None

    def _follow(self, image: BgrImage, faces: Sequence[Face], now_s: float) -> None:
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        before, self._before, self._looked_s = self._before, grey, now_s
        if before is None or before.shape != grey.shape:
            self._places, self._now_still = [], []
            return
        known = [self._is_known(face, grey, before) for face in faces]
        living = known.count(False)
        needed_s = SECOND_S if living > 1 else ONLY_S
        places = [self._place(face, grey, before, now_s) for face, still in zip(faces, known, strict=True) if not still]
        found = [place for place in places if place is not None and now_s - place.since_s >= needed_s]
        self._pictures = [*self._pictures, *found][-MAX_PLACES:]
        self._places = [place for place in places if place is not None and place not in found][:MAX_PLACES]
        self._now_still = [face.box_xyxy for face, still in zip(faces, known, strict=True) if still]
        self._now_still += [place.box_xyxy for place in found]

    def _is_known(self, face: Face, grey: Grey, before: Grey) -> bool:
        """Whether it is a picture that was told before, and nobody stands before it."""
        near = (place for place in self._pictures if iou(place.box_xyxy, face.box_xyxy) > SAME_PLACE)
        return any(unmoved(grey, before, place) for place in near)

    def _place(self, face: Face, grey: Grey, before: Grey, now_s: float) -> _Place | None:
        """Where it is and since when; None for a face too small or too faint to tell."""
        for place in self._places:
            if iou(place.box_xyxy, face.box_xyxy) > SAME_PLACE and unmoved(grey, before, place):
                return place
        patch = _patch(grey, face.box_xyxy)
        return None if patch is None else _Place(face.box_xyxy, patch[0], now_s)

    def _is_still(self, face: Face) -> bool:
        return any(iou(face.box_xyxy, box) > SAME_PLACE for box in self._now_still)


def unmoved(grey: Grey, before: Grey, place: _Place) -> bool:
    """Whether the same lies in that place, as far as the noise between two moments lets anybody tell."""
    now = _patch(grey, place.box_xyxy)
    if now is None:
        return False
    patch, contrast = now
    change = float(np.abs(patch - place.patch).mean())
    if change > MAX_CHANGE:
        return False
    limit = max(MIN_CHANGE, NOISES * _noise(grey, before, place.box_xyxy) / contrast)
    return change <= limit <= MAX_CHANGE


def _patch(grey: Grey, box: Box) -> tuple[Patch, float] | None:
    """What lies in the box, made small, of mean 0 and contrast 1, and the contrast it had in grey levels."""
    x1, y1, x2, y2 = (round(side) for side in box)
    if x2 - x1 < MIN_WIDTH:
        return None
    inside = grey[max(0, y1) : y2, max(0, x1) : x2].astype(np.float32)
    if not inside.size:
        return None
    small = np.asarray(cv2.resize(inside, (SIDE, SIDE), interpolation=cv2.INTER_AREA), dtype=np.float32)
    contrast = float(small.std())
    if contrast < MIN_CONTRAST:
        return None
    return (small - np.float32(small.mean())) / np.float32(contrast), contrast


def _noise(grey: Grey, before: Grey, box: Box) -> float:
    """Mean difference of the quiet parts of two pictures in grey levels, both made as small as the box's patch.

    A part that became lighter as a whole did not become noisy.
    """
    height, width = grey.shape
    size_wh = (
        max(GRID[0], round(width * SIDE / (box[2] - box[0]))),
        max(GRID[1], round(height * SIDE / (box[3] - box[1]))),
    )
    small, smaller = (
        cv2.resize(one.astype(np.float32), size_wh, interpolation=cv2.INTER_AREA) for one in (grey, before)
    )
    light, change = cv2.resize(small, GRID, interpolation=cv2.INTER_AREA), small - smaller
    lighter = cv2.resize(
        cv2.resize(change, GRID, interpolation=cv2.INTER_AREA), size_wh, interpolation=cv2.INTER_NEAREST
    )
    parts = cv2.resize(cv2.absdiff(change, lighter), GRID, interpolation=cv2.INTER_AREA)
    lit = parts[(light > LIT[0]) & (light < LIT[1])]
    return float(np.quantile(lit, 0.25)) if lit.size else float("inf")
