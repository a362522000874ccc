"""The short-range face detector (BlazeFace) run in LiteRT: boxes and six keypoints.

Reproduces MediaPipe's `FaceDetectorGraph`: letterboxed input, SSD anchors, weighted non-maximum suppression.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter, mul
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.frame import BgrImage
from agent.vision.boxes import iou
from agent.vision.facemesh import FaceKeypoints
from agent.vision.litert import Network
from agent.vision.region import Cutter, Region, whole

SIZE: Final = 128
GRIDS: Final = ((16, 2), (8, 6))
"""Cells a side and anchors a cell: one layer of stride 8 and three of stride 16, two anchors each."""
MAX_LOGIT: Final = 100.0

Floats = NDArray[np.float32]

LEVELS: Final = (np.arange(256, dtype=np.float32) * np.float32(2 / 255) - np.float32(1))[None]
"""What the network takes for each grey level."""
CORNERS: Final = np.eye(16, dtype=np.float32)
"""From centre and size of a box to its corners, the points as they are."""
CORNERS[:4, :4] = np.array([[1, 0, 1, 0], [0, 1, 0, 1], [-0.5, 0, 0.5, 0], [0, -0.5, 0, 0.5]])


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
    """Every anchor that might be a face in one picture.

    Few get this far, and for a few of them plain Python is quicker than arrays.
    """

    rows: Sequence[Sequence[float]]
    """16 each, in pixels: x1, y1, x2, y2 of the box, x and y of six points."""
    scores: Sequence[float]

    def faces(self, min_score: float, max_iou: float) -> list[FaceKeypoints]:
        """One per cluster of candidates, best first; each is the cluster's mean, weighted by score."""
        likely = [(score, row) for score, row in zip(self.scores, self.rows, strict=True) if score >= min_score]
        left = sorted(likely, key=itemgetter(0), reverse=True)
        found = []
        while left:
            best, cluster, apart = left[0], left[:1], left[:0]
            for one in left[1:]:
                (cluster if iou(best[1], one[1]) > max_iou else apart).append(one)
            weights, members = zip(*cluster, strict=True)
            x1, y1, x2, y2, *six = (sum(map(mul, weights, side)) / sum(weights) for side in zip(*members, strict=True))
            found.append(FaceKeypoints((x1, y1, x2, y2), best[0], tuple(zip(six[::2], six[1::2], strict=True))))
            left = apart
        return found


class BlazeFace:
    """Call from one thread at a time; raises `DetectorError`."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._cutter = Cutter(SIZE, "zero")
        self._anchors = np.tile(anchors() * SIZE, 8)
        self._anchors[:, 2:4] = 0.0  # width and height
        self._square: Region | None = None
        self._to_picture = self._placed = np.empty(0, dtype=np.float32)

    def look(self, image: BgrImage, min_score: float) -> Candidates:
        """Every anchor with at least that score."""
        square = whole(image).squared()
        if square != self._square:
            self._place(square)
        cv2.LUT(self._cutter.cut(image, square), LEVELS, dst=self._network.input[0])
        outputs = {output.shape[-1]: output[0] for output in self._network.run()}
        logits = outputs[1].ravel()
        (likely,) = (logits >= math.log(min_score / (1 - min_score))).nonzero()
        if not likely.size:
            return Candidates((), ())
        scores = [1 / (1 + math.exp(-min(logit, MAX_LOGIT))) for logit in logits.take(likely).tolist()]
        rows = outputs[16].take(likely, axis=0) @ self._to_picture
        rows += self._placed.take(likely, axis=0)
        return Candidates(rows.tolist(), scores)

    def _place(self, square: Region) -> None:
        """How rows of the network become pixels, which is the same for all pictures of one size."""
        self._square = square
        self._to_picture = CORNERS * np.float32(square.width / SIZE)
        self._placed = self._anchors @ self._to_picture + np.tile(np.array(square.upright_box[:2], np.float32), 8)

    def close(self) -> None:
        self._network.close()
