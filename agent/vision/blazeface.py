"""The short-range face detector (BlazeFace) run in LiteRT: boxes and six keypoints.

Reproduces MediaPipe's `FaceDetectorGraph`: letterboxed input, SSD anchors, weighted non-maximum suppression.
"""

import math
from collections.abc import Sequence
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
    scores: Sequence[float]

    def faces(self, min_score: float, max_iou: float) -> list[FaceKeypoints]:
        """One per cluster of candidates, best first; each is the cluster's mean, weighted by score.

        Few anchors get this far, and for a few of them plain Python is quicker than arrays.
        """
        boxes, scores = self.rows[:, :4].tolist(), self.scores
        left = sorted((i for i, score in enumerate(scores) if score >= min_score), key=lambda i: -scores[i])
        found = []
        while left:
            best = left[0]
            cluster = [i for i in left if i == best or iou(boxes[best], boxes[i]) > max_iou]
            left = [i for i in left if i not in cluster]
            weights = np.array([scores[i] for i in cluster], dtype=np.float32)
            x1, y1, x2, y2, *six = (weights @ self.rows[cluster] / weights.sum()).tolist()
            found.append(FaceKeypoints((x1, y1, x2, y2), scores[best], tuple(zip(six[::2], six[1::2], strict=True))))
        return found


class BlazeFace:
    """Call from one thread at a time; raises `DetectorError`."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._anchors = np.tile(anchors() * SIZE, 8)
        self._anchors[:, 2:4] = 0.0  # width and height
        self._corners = np.eye(16, dtype=np.float32)  # from centre and size to corners, the points as they are
        self._corners[:4, :4] = np.array([[1, 0, 1, 0], [0, 1, 0, 1], [-0.5, 0, 0.5, 0], [0, -0.5, 0, 0.5]])
        self._cutter = Cutter(SIZE, "zero")

    def look(self, image: BgrImage, min_score: float) -> Candidates:
        """Every anchor with at least that score."""
        square = whole(image).squared()
        tensor = self._network.input
        np.multiply(self._cutter.cut(image, square), np.float32(2 / 255), out=tensor)
        tensor -= np.float32(1)
        del tensor
        outputs = {output.shape[-1]: output[0] for output in self._network.run()}
        logits = outputs[1][:, 0]
        likely = np.flatnonzero(logits >= np.float32(math.log(min_score / (1 - min_score))))
        scores = [1 / (1 + math.exp(-min(logit, MAX_LOGIT))) for logit in logits[likely].tolist()]
        rows = (outputs[16][likely] + self._anchors[likely]) @ (self._corners * np.float32(square.width / SIZE))
        rows.reshape(-1, 2)[:] += np.array(square.upright_box[:2], dtype=np.float32)
        return Candidates(rows, scores)

    def close(self) -> None:
        self._network.close()
