"""One list of detections from several looks at a picture: what more of them agree on counts more.

A false alarm of a network seldom survives when the same thing is shown a little differently, an object mostly does. So
the score of a spot is the mean over all looks that could have seen it, where a look that says nothing says zero.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import Final

from agent.vision.boxes import area, iou, shared_area
from agent.vision.observation import Box, Detection
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
    bodies: tuple[Detection, ...] = ()
    """People, best first: no objects, but where to look for faces."""


def fuse(looks: Sequence[Look]) -> list[Detection]:
    """One detection per spot and label, best first; a score is the mean over the looks that show the spot."""
    labels = {item.label for look in looks for item in look.found}
    fused = [detection for label in sorted(labels) for detection in _fuse_label(label, looks)]
    return sorted(fused, key=lambda detection: -detection.score)


def shifted(score: float, log_odds: float) -> float:
    """A score moved on the scale of log odds; keeps the order and stays within 0..1."""
    odds = math.exp(log_odds)
    return score * odds / (1 - score + score * odds)


def _fuse_label(label: str, looks: Sequence[Look]) -> list[Detection]:
    asked = [look for look in looks if look.view.labels is None or label in look.view.labels]
    items = [(item, number) for number, look in enumerate(asked) for item in look.found if item.label == label]
    left = sorted(items, key=lambda pair: -pair[0].score)
    fused = []
    while left:
        box, near, apart = left[0][0].box_xyxy, left[:1], list[tuple[Detection, int]]()
        for pair in left[1:]:
            (near if iou(pair[0].box_xyxy, box) > SAME_SPOT else apart).append(pair)
        left = apart
        best_of_look = {number: item for item, number in reversed(near)}
        could_see = sum(number in best_of_look or _shows(look.view, box) for number, look in enumerate(asked))
        members = list(best_of_look.values())
        score = sum(item.score for item in members) / could_see
        fused.append(Detection(label, score, _mean_box(members)))
    return fused


def _mean_box(members: Sequence[Detection]) -> Box:
    if len(members) == 1:
        return members[0].box_xyxy
    weights = [item.score + TINY for item in members]
    x1, y1, x2, y2 = (
        sum(map(mul, weights, sides)) / sum(weights) for sides in zip(*(item.box_xyxy for item in members), strict=True)
    )
    return x1, y1, x2, y2


def _shows(view: View, box: Box) -> bool:
    """Whether a view holds at least `SHOWN` of a box."""
    return shared_area(box, view.region_xyxy) >= SHOWN * max(area(box), 1e-6)
