"""YOLOX: from a picture to its input tensor, and from its raw heads to detections. Pure functions, no runtime.

Layout after Megvii YOLOX `yolox/utils/demo_utils.py` (`demo_postprocess`): for every stride a grid of cells, rows of
cx, cy, w, h, objectness, classes; centre = (p + cell) * stride, size = exp(p) * stride, score = objectness * class.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.errors import DetectorError
from agent.frame import BgrImage
from agent.vision.boxes import suppress
from agent.vision.observation import Box, Detection

STRIDES = (8, 16, 32)
PAD = 114
"""Grey of the letterbox in training."""
MAX_IOU = 0.45
"""YOLOX demo's NMS threshold."""
MAX_LOG_SIZE = 10.0
"""exp() of more would overflow float32 on a corrupted tensor; e^10 strides are far beyond any picture."""


def fill(tensor: NDArray[Any], image: BgrImage) -> tuple[float, float]:
    """Letterbox the picture into the tensor, 1 × 3 × H × W float32 BGR 0..255; its pixels per pixel of the picture."""
    height, width = tensor.shape[2:]
    scale = min(height / image.shape[0], width / image.shape[1])
    size_wh = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    tensor[:, :, size_wh[1] :] = PAD
    tensor[:, :, :, size_wh[0] :] = PAD
    for plane, channel in zip(tensor[0], cv2.split(cv2.resize(image, size_wh)), strict=True):
        plane[: size_wh[1], : size_wh[0]] = channel
    return size_wh[0] / image.shape[1], size_wh[1] / image.shape[0]


def to_detections(
    outputs: Sequence[NDArray[Any]],
    labels: Sequence[str],
    shape: Sequence[int],
    scale_xy: tuple[float, float],
    floors: NDArray[np.float32],
) -> list[Detection]:
    """Detections in picture pixels whose score reaches their class's floor, best first, after NMS per class.

    `outputs[0]` is 1 × N × (5 + classes); `floors` has one entry per class, infinity for a class nobody asks for.
    """
    rows = outputs[0][0]
    cells, strides = _grid(int(shape[2]), int(shape[3]))
    if rows.shape != (len(cells), 5 + len(labels)):
        raise DetectorError(f"the network gives {rows.shape}, the decoder needs {(len(cells), 5 + len(labels))}")
    asked, least, lowest = _asked(floors.tobytes())
    (likely,) = (rows[:, 4] >= lowest).nonzero()  # a score is a share of its row's objectness, so not above it
    rows = rows.take(likely, axis=0)
    scores = rows.take(asked + 5, axis=1) * rows[:, 4:5]
    row, column = (scores >= least).nonzero()
    if not row.size:
        return []
    best, classes, of = scores[row, column].tolist(), asked.take(column).tolist(), likely.take(row)
    strides = strides.take(of, axis=0)
    centres = (rows[row, :2] + cells.take(of, axis=0)) * strides
    sizes = np.exp(np.minimum(rows[row, 2:4], MAX_LOG_SIZE)) * (strides / 2)
    boxes = np.hstack([centres - sizes, centres + sizes])
    boxes /= (*scale_xy, *scale_xy)
    corners: list[Box] = [(x1, y1, x2, y2) for x1, y1, x2, y2 in boxes.tolist()]
    kept = suppress(corners, best, classes, MAX_IOU)
    return [Detection(labels[classes[number]], best[number], corners[number]) for number in kept]


@lru_cache(maxsize=4)
def _asked(floors: bytes) -> tuple[NDArray[np.int64], NDArray[np.float32], float]:
    """Classes that somebody asks for, the floor of each, and the lowest."""
    every = np.frombuffer(floors, dtype=np.float32)
    (asked,) = np.isfinite(every).nonzero()
    return asked, every[asked], float(every.min())


@lru_cache(maxsize=4)
def _grid(height: int, width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cell x, y (N × 2) and stride (N × 1) of every row of the output."""
    cells, strides = [], []
    for stride in STRIDES:
        y, x = np.mgrid[: height // stride, : width // stride]
        cells.append(np.stack([x.ravel(), y.ravel()], axis=1))
        strides.append(np.full((x.size, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)
