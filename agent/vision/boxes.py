"""Arithmetic on boxes: intersection over union, and non-maximum suppression per class.

Boxes are tuples, x1, y1, x2, y2 in pixels (`box_xyxy`). Plain Python compares the few there are in a tenth of the time
that arrays of them take.
"""

from collections.abc import Sequence

from agent.vision.observation import Box


def suppress(boxes: Sequence[Box], scores: Sequence[float], classes: Sequence[int], max_iou: float) -> list[int]:
    """Indices of the boxes that no better box of the same class overlaps by more than `max_iou`, best first."""
    kept: list[int] = []
    better: dict[int, list[tuple[Box, float]]] = {}
    for index in sorted(range(len(scores)), key=lambda i: -scores[i]):
        box, rivals = boxes[index], better.setdefault(classes[index], [])
        size = area(box)
        for rival, other in rivals:
            shared = shared_area(box, rival)
            if shared > 0 and shared > max_iou * (size + other - shared):
                break
        else:
            rivals.append((box, size))
            kept.append(index)
    return kept


def shared_area(a: Sequence[float], b: Sequence[float]) -> float:
    """What two boxes have in common, pixels squared."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return width * height if width > 0 and height > 0 else 0.0


def area(box: Sequence[float]) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def iou(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union, 0..1. What follows a box's four numbers does not matter."""
    shared = shared_area(a, b)
    return shared / (area(a) + area(b) - shared) if shared > 0 else 0.0


def overlap_of_smaller(a: Box, b: Box) -> float:
    """Shared area as a share of the smaller box, 0..1: a box inside another gives 1."""
    smaller = min(area(a), area(b))
    return shared_area(a, b) / smaller if smaller > 0 else 0.0
