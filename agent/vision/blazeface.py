"""The short-range face detector (BlazeFace) run in LiteRT: boxes and six keypoints.

Reproduces MediaPipe's `FaceDetectorGraph`: letterboxed input, SSD anchors, weighted non-maximum suppression.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.frame import BgrImage
from agent.vision.boxes import areas, intersections
from agent.vision.facemesh import FaceKeypoints
from agent.vision.litert import Network
from agent.vision.region import whole

SIZE: Final = 128
GRIDS: Final = ((16, 2), (8, 6))
"""Cells a side and anchors a cell: one layer of stride 8 and three of stride 16, two anchors each."""
MAX_LOGIT: Final = 100.0

Floats = NDArray[np.float32]


def anchors() -> Floats:
    """Centres, 896 × 2 in 0..1. Anchors have no size of their own here (`fixed_anchor_size`)."""
    rows = []
    for cells, per_cell in GRIDS:
        centres = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        x, y = np.meshgrid(centres, centres)
        rows.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), per_cell, axis=0))
    return np.concatenate(rows)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Every anchor that might be a face in one picture."""

    boxes: Floats
    """N × 4, x1, y1, x2, y2 in pixels."""
    points: Floats
    """N × 6 × 2 in pixels."""
    scores: Floats

    def faces(self, min_score: float, max_iou: float) -> list[FaceKeypoints]:
        """One per cluster of candidates, best first; each is the cluster's mean, weighted by score."""
        keep = self.scores >= min_score
        boxes, points, scores = self.boxes[keep], self.points[keep], self.scores[keep]
        order = np.argsort(-scores, kind="stable")
        all_areas = areas(boxes)
        found = []
        while order.size:
            best = int(order[0])
            shared = intersections(boxes[best], boxes[order])
            cluster = shared > max_iou * np.maximum(all_areas[best] + all_areas[order] - shared, 1e-9)
            cluster[0] = True
            members, order = order[cluster], order[~cluster]
            box = np.average(boxes[members], axis=0, weights=scores[members])
            six = np.average(points[members], axis=0, weights=scores[members])
            x1, y1, x2, y2 = (float(value) for value in box)
            keypoints = tuple((float(x), float(y)) for x, y in six)
            found.append(FaceKeypoints((x1, y1, x2, y2), float(scores[best]), keypoints))
        return found


class BlazeFace:
    """Call from one thread at a time; raises `DetectorError`."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._anchors = anchors()

    def look(self, image: BgrImage, min_score: float) -> Candidates:
        """Every anchor with at least that score."""
        square = whole(image).squared()
        rgb = square.cut(image, SIZE, "zero")
        tensor = rgb.astype(np.float32) * np.float32(2 / 255) - np.float32(1)
        outputs = {output.shape[-1]: output[0] for output in self._network(tensor[None])}
        raw, logits = outputs[16], outputs[1][:, 0]
        scores = 1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -MAX_LOGIT, MAX_LOGIT)))
        keep = scores >= min_score
        raw, scores, centres = raw[keep] / SIZE, scores[keep], self._anchors[keep]
        centre, half = raw[:, :2] + centres, raw[:, 2:4] / 2
        boxes = np.concatenate([centre - half, centre + half], axis=1)
        points = raw[:, 4:].reshape(-1, 6, 2) + centres[:, None]
        corner = np.array([square.x - square.width / 2, square.y - square.height / 2])
        return Candidates(
            boxes=(boxes * square.width + np.tile(corner, 2)).astype(np.float32),
            points=(points * square.width + corner).astype(np.float32),
            scores=scores.astype(np.float32),
        )

    def close(self) -> None:
        self._network.close()
