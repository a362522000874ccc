"""One list of detections from several looks at a picture: what more of them agree on counts more.

A false alarm of a network seldom survives when the same thing is shown a little differently, an object mostly does. So
the score of a spot is the mean over all looks that could have seen it, where a look that says nothing says zero.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.vision.boxes import Boxes, areas, intersections
from agent.vision.observation import Detection
from agent.vision.views import View

SAME_SPOT: Final = 0.45
"""Intersection over union from which two looks mean one thing; the threshold of the networks' own suppression."""
SHOWN: Final = 0.8
"""Share of a box that a view must show for its silence to count."""

TINY: Final = 1e-9
"""Keeps a mean of boxes defined where every score is zero."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one view gave, in pixels of the picture."""

    view: View
    found: tuple[Detection, ...]


def fuse(looks: Sequence[Look]) -> list[Detection]:
    """One detection per spot and label, best first; a score is the mean over the looks that show the spot."""
    labels = sorted({item.label for look in looks for item in look.found})
    fused = [detection for label in labels for detection in _fuse_label(label, looks)]
    return sorted(fused, key=lambda detection: -detection.score)


def shifted(score: float, log_odds: float) -> float:
    """A score moved on the scale of log odds; keeps the order and stays within 0..1."""
    odds = math.exp(log_odds)
    return score * odds / (1 - score + score * odds)


def _fuse_label(label: str, looks: Sequence[Look]) -> list[Detection]:
    asked = [look for look in looks if look.view.labels is None or label in look.view.labels]
    items = [(item, index) for index, look in enumerate(asked) for item in look.found if item.label == label]
    items.sort(key=lambda pair: -pair[0].score)
    boxes = np.array([item.box_xyxy for item, _ in items], dtype=np.float32).reshape(-1, 4)
    scores = np.array([item.score for item, _ in items], dtype=np.float64)
    looked = np.array([index for _, index in items], dtype=np.int64)
    regions = np.array([look.view.region_xyxy for look in asked], dtype=np.float32).reshape(-1, 4)
    left, fused = np.ones(len(items), dtype=bool), []
    for first in range(len(items)):
        if not left[first]:
            continue
        near = _ious(boxes, first) > SAME_SPOT
        near[first] = True  # also where the box has no area
        spot = np.flatnonzero(left & near)
        left[spot] = False
        _, best_of_look = np.unique(looked[spot], return_index=True)
        members = spot[best_of_look]
        could_see = _shows(regions, boxes[first])
        could_see[looked[members]] = True
        score = float(scores[members].sum()) / int(could_see.sum())
        x1, y1, x2, y2 = (float(side) for side in np.average(boxes[members], axis=0, weights=scores[members] + TINY))
        fused.append(Detection(label, score, (x1, y1, x2, y2)))
    return fused


def _ious(boxes: Boxes, index: int) -> NDArray[np.float32]:
    all_areas, shared = areas(boxes), intersections(boxes[index], boxes)
    return np.asarray(shared / np.maximum(all_areas[index] + all_areas - shared, 1e-6), dtype=np.float32)


def _shows(regions: Boxes, box: Boxes) -> NDArray[np.bool_]:
    """Which regions hold at least `SHOWN` of a box (4,)."""
    area = max(float(areas(box[None])[0]), 1e-6)
    return np.asarray(intersections(box, regions) >= SHOWN * area, dtype=np.bool_)
