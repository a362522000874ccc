"""The short-range face detector (BlazeFace) run in LiteRT: boxes and six keypoints.

Reproduces MediaPipe's `FaceDetectorGraph`: letterboxed input, SSD anchors, weighted non-maximum suppression.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.frame import BgrImage
from agent.vision.boxes import iou
from agent.vision.facemesh import FaceKeypoints
from agent.vision.litert import Network
from agent.vision.region import Cutter, whole

SIZE: Final = 128
GRIDS: Final = ((16, 2), (8, 6))
"""Cells a side and anchors a cell: one layer of stride 8 and three of stride 16, two anchors each."""
MAX_LOGIT: Final = 100.0
LOGIT_MARGIN: Final = 1e-3
"""What rounding may do to a logit: so much below the threshold scores are still computed."""

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

    rows: Floats
    """N × 16 in pixels: x1, y1, x2, y2 of the box, x and y of six points."""
    scores: Floats

    def faces(self, min_score: float, max_iou: float) -> list[FaceKeypoints]:
        """One per cluster of candidates, best first; each is the cluster's mean, weighted by score.

        Few anchors get this far, and for a few of them plain Python is quicker than arrays.
        """
        boxes, scores = self.rows[:, :4].tolist(), self.scores.tolist()
        left = sorted((i for i, score in enumerate(scores) if score >= min_score), key=lambda i: -scores[i])
        found = []
        while left:
            best = left[0]
            cluster = [i for i in left if i == best or iou(boxes[best], boxes[i]) > max_iou]
            left = [i for i in left if i not in cluster]
            weights = self.scores[cluster]
            x1, y1, x2, y2, *six = (weights / weights.sum() @ self.rows[cluster]).tolist()
            found.append(FaceKeypoints((x1, y1, x2, y2), scores[best], tuple(zip(six[::2], six[1::2], strict=True))))
        return found


class BlazeFace:
    """Call from one thread at a time; raises `DetectorError`."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._anchors = np.tile(anchors(), 8)  # N × 16, as the network's rows
        self._cutter = Cutter(SIZE, "zero")

    def look(self, image: BgrImage, min_score: float) -> Candidates:
        """Every anchor with at least that score."""
        square = whole(image).squared()
        rgb = self._cutter.cut(image, square)
        tensor = self._network.input
        np.multiply(rgb, np.float32(2 / 255), out=tensor[0])
        tensor -= np.float32(1)
        del tensor
        outputs = {output.shape[-1]: output[0] for output in self._network.run()}
        logits = outputs[1][:, 0]
        likely = np.flatnonzero(logits >= _logit(min_score) - LOGIT_MARGIN)
        scores = 1 / (1 + np.exp(-np.clip(logits[likely].astype(np.float64), -MAX_LOGIT, MAX_LOGIT)))
        likely, scores = likely[scores >= min_score], scores[scores >= min_score]
        rows = outputs[16][likely] / np.float32(SIZE)
        half = rows[:, 2:4] / 2
        rows[:, 2:4] = rows[:, :2] + half
        rows[:, :2] -= half
        rows = (rows + self._anchors[likely]) * np.float32(square.width)
        rows[:, ::2] += square.x - square.width / 2
        rows[:, 1::2] += square.y - square.height / 2
        return Candidates(rows, scores.astype(np.float32))

    def close(self) -> None:
        self._network.close()


def _logit(score: float) -> float:
    return math.log(score / (1 - score))
