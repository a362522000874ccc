"""SSD graphs that end in `TFLite_Detection_PostProcess`: picture to input tensor, outputs to detections. Pure.

SSD MobileNet and EfficientDet-Lite share the operator; it has done decoding and NMS already. Its four outputs are boxes
(ymin, xmin, ymax, xmax of 0..1), class indices, scores and a count. EfficientDet exports order them differently, so
they are told apart by shape and value, not by position.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.errors import DetectorError
from agent.frame import BgrImage
from agent.vision.observation import Detection


def fill(tensor: NDArray[Any], image: BgrImage) -> tuple[float, float]:
    """Stretch the picture into the tensor, 1 × H × W × 3 uint8 RGB; its own width and height to undo the 0..1 scale."""
    height, width = tensor.shape[1:3]
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)
    tensor[0] = cv2.cvtColor(small, cv2.COLOR_BGR2RGB)
    return 1 / image.shape[1], 1 / image.shape[0]


def to_detections(
    outputs: Sequence[NDArray[Any]],
    labels: Sequence[str],
    shape: Sequence[int],
    scale_xy: tuple[float, float],
    floors: NDArray[np.float32],
) -> list[Detection]:
    """Detections in picture pixels whose score reaches their class's floor, best first."""
    boxes, classes, scores = _sorted_out(outputs)
    found = []
    for (ymin, xmin, ymax, xmax), index, score in zip(boxes, classes, scores, strict=True):
        if 0 <= index < len(labels) and labels[index] and score >= floors[index]:
            x1, x2 = float(xmin) / scale_xy[0], float(xmax) / scale_xy[0]
            y1, y2 = float(ymin) / scale_xy[1], float(ymax) / scale_xy[1]
            found.append(Detection(labels[index], float(score), (x1, y1, x2, y2)))
    return sorted(found, key=lambda detection: -detection.score)


def _sorted_out(outputs: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[Any]]:
    boxes = [output[0] for output in outputs if output.ndim == 3 and output.shape[2] == 4]
    flat = [output[0] for output in outputs if output.ndim == 2]
    counts = [output for output in outputs if output.size == 1]
    if len(boxes) != 1 or len(flat) != 2 or len(counts) != 1:
        raise DetectorError(f"the network gives {[output.shape for output in outputs]}, not SSD post-processing")
    first, second = flat
    # Scores come sorted and lie in 0..1; class indices are whole numbers. All zero means that nothing was found.
    first_is_classes = bool(np.all(first == np.round(first))) and not bool(np.all(second == np.round(second)))
    classes, scores = (first, second) if first_is_classes else (second, first)
    count = int(counts[0].ravel()[0])
    return boxes[0][:count], classes[:count].astype(np.int64), scores[:count]
