"""Finds prohibited objects with whichever detector network the manifest names first and the disk has.

`decoder` in the manifest picks a row of `DECODERS`; another network of the same family needs a manifest entry, no code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agent.errors import DetectorError
from agent.frame import BgrImage
from agent.vision import ssd, yolox
from agent.vision.boxes import iou
from agent.vision.litert import Network
from agent.vision.observation import Detection
from contract.manifest import Manifest, Weights, check_weights
from contract.wire import InvalidError


@dataclass(frozen=True, slots=True)
class Decoder:
    """How one family of networks wants its input and says its output."""

    to_input: Callable[[BgrImage, Sequence[int]], tuple[NDArray[Any], tuple[float, float]]]
    to_detections: Callable[
        [Sequence[NDArray[Any]], Sequence[str], Sequence[int], tuple[float, float], NDArray[np.float32]],
        list[Detection],
    ]


DECODERS: Final[dict[str, Decoder]] = {
    "yolox": Decoder(yolox.to_input, yolox.to_detections),
    "ssd_postprocess": Decoder(ssd.to_input, ssd.to_detections),
}

FLOOR: Final = 0.05
"""Lowest score passed on. Far below any sensible threshold: what counts is for the rules' profile to say."""
WANTED: Final = frozenset({"cell phone", "laptop", "book"})
TWIN: Final = {"cell phone": "remote"}
"""What a wanted object is split with: seen from behind, a phone is as much a remote to these networks. The score of the
twin on the same spot is added, which raised recall on labelled stills from 0.39 to 0.57 without a false alarm. A
remote alone stays a remote."""
MIN_SCORE_WITH_TWIN: Final = 0.1
"""The network must have thought of the object itself at least this much."""
SAME_SPOT: Final = 0.5
"""Intersection over union of the two boxes."""


class ObjectDetector:
    """One loaded network. Call `detect` from one thread."""

    def __init__(self, entry: Weights, folder: Path) -> None:
        """Raises `InvalidError` for missing or altered weights, `DetectorError` for ones that do not run here."""
        decoder = DECODERS.get(entry.decoder)
        if decoder is None:
            raise DetectorError(f"{entry.name}: no decoder called {entry.decoder!r} for objects")
        self.weights = {entry.name: check_weights(entry, folder)}
        self._decoder = decoder
        self._labels = entry.labels
        self._network = Network(folder / entry.name)
        asked = WANTED | set(TWIN.values())
        self._floors = np.array([FLOOR if label in asked else np.inf for label in entry.labels], dtype=np.float32)

    def detect(self, image: BgrImage) -> tuple[Detection, ...]:
        """Wanted objects in the picture, best first, boxes clipped to it; raises `DetectorError`."""
        shape = self._network.input_shape
        tensor, scale_xy = self._decoder.to_input(image, shape)
        outputs = self._network(tensor)
        found = self._decoder.to_detections(outputs, self._labels, shape, scale_xy, self._floors)
        height, width = image.shape[:2]
        clipped = (_clip(detection, width, height) for detection in with_twins(found))
        return tuple(detection for detection in clipped if _has_area(detection))

    def close(self) -> None:
        self._network.close()


def load_object_detector(manifest: Manifest, folder: Path) -> ObjectDetector:
    """The first of the manifest's object networks that is there and unaltered, default ones first.

    Raises `InvalidError` with the reason of the first one when none is.
    """
    entries = sorted((e for e in manifest.weights if e.detector == "objects"), key=lambda entry: not entry.default)
    reasons: list[Exception] = []
    for entry in entries:
        try:
            return ObjectDetector(entry, folder)
        except (InvalidError, DetectorError) as error:
            reasons.append(error)
    raise reasons[0] if reasons else InvalidError("the manifest names no weights for objects")


def with_twins(found: Sequence[Detection]) -> list[Detection]:
    """The wanted detections, best first, with what their twins take from them given back."""
    wanted = [_reunited(detection, found) for detection in found if detection.label in WANTED]
    return sorted(wanted, key=lambda detection: -detection.score)


def _reunited(detection: Detection, found: Sequence[Detection]) -> Detection:
    twin = TWIN.get(detection.label)
    if twin is None or detection.score < MIN_SCORE_WITH_TWIN:
        return detection
    shares = [
        other.score for other in found if other.label == twin and iou(other.box_xyxy, detection.box_xyxy) > SAME_SPOT
    ]
    return replace(detection, score=min(1.0, detection.score + max(shares, default=0.0)))


def _clip(detection: Detection, width: int, height: int) -> Detection:
    x1, y1, x2, y2 = detection.box_xyxy
    box = (max(0.0, x1), max(0.0, y1), min(float(width), x2), min(float(height), y2))
    return Detection(detection.label, detection.score, box)


def _has_area(detection: Detection) -> bool:
    x1, y1, x2, y2 = detection.box_xyxy
    return x2 > x1 and y2 > y1
