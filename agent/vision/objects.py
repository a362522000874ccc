"""Finds prohibited objects with whichever detector network the manifest names first and the disk has.

`decoder` in the manifest picks a row of `DECODERS`; another network of the same family needs a manifest entry, no code.
A single picture is looked at in every way that pays (`detect_still`); for video see `agent.vision.watch`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.errors import DetectorError
from agent.frame import BgrImage
from agent.vision import ssd, yolox
from agent.vision.boxes import iou
from agent.vision.fusion import Look, fuse, shifted
from agent.vision.litert import Network
from agent.vision.observation import Detection
from agent.vision.views import View, still_views
from contract.manifest import Manifest, Weights, check_weights
from contract.profiles import OBJECTS
from contract.wire import InvalidError


@dataclass(frozen=True, slots=True)
class Decoder:
    """How one family of networks wants its input and says its output."""

    fill: Callable[[NDArray[Any], BgrImage], tuple[float, float]]
    to_detections: Callable[
        [Sequence[NDArray[Any]], Sequence[str], Sequence[int], tuple[float, float], NDArray[np.float32]],
        list[Detection],
    ]
    log_odds_per_doubling: float
    """What the mean over twice as many looks is moved by, so that one threshold serves one look and many: a mean is
    lower than the score of one sure look, and false ones fall much further."""


DECODERS: Final[dict[str, Decoder]] = {
    "yolox": Decoder(yolox.fill, yolox.to_detections, log_odds_per_doubling=0.475),
    "ssd_postprocess": Decoder(ssd.fill, ssd.to_detections, log_odds_per_doubling=0.22),
}
"""One number per family for all labels, from the labelled stills with their twelve looks (ADR 10)."""

FLOOR: Final = 0.05
"""Lowest score passed on. Far below any sensible threshold: what counts is for the rules' profile to say."""
WANTED: Final = OBJECTS
"""Labels a profile may name in `min_score`."""
BODY: Final = "person"
MIN_BODY: Final = 0.5
"""Of one look. Empty rooms, chairs and desks of the labelled footage stay below 0.15; people who fill the picture have
0.66 and more, whatever their head does, people at the far end of a room 0.5 to 0.7."""
TWIN: Final = {"cell phone": "remote"}
"""What a wanted object is split with: seen from behind, a phone is as much a remote to these networks. The score of the
twin on the same spot is added, which raised recall on labelled stills from 0.39 to 0.57 without a false alarm. A
remote alone stays a remote."""
MIN_SCORE_WITH_TWIN: Final = 0.05
"""The looks must have thought of the object itself at least this much, in the mean."""
RIVALS: Final = frozenset({"cell phone", "book"})
"""Both dark and oblong: of two such on the same spot only the likelier is there."""
LOOK_FLOOR: Final = 0.02
"""Lowest score of one look that counts towards a spot's mean."""
STILL_SIDE: Final = 1280
"""Longer side to which a larger still is reduced first, in pixels: squares of it have what any network here takes."""
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
        self.missing = ""
        """Which weights come first in the manifest and cannot be used, and why; these ones stand in."""
        self._decoder = decoder
        self._labels = entry.labels
        self._network = Network(folder / entry.name)
        asked = WANTED | set(TWIN.values())
        floors = [MIN_BODY if label == BODY else LOOK_FLOOR if label in asked else np.inf for label in entry.labels]
        self._floors = np.array(floors, dtype=np.float32)

    def detect_still(self, image: BgrImage) -> tuple[Detection, ...]:
        """Wanted objects in as many looks as a single picture is worth, best first; raises `DetectorError`."""
        height, width = image.shape[:2]
        scale = min(1.0, STILL_SIDE / max(height, width))
        size_wh = max(1, round(width * scale)), max(1, round(height * scale))
        small = image if scale == 1 else np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
        agreed = self.agree([self.look(small, view) for view in still_views(*size_wh)])
        return tuple(_stretched(item, width / size_wh[0], height / size_wh[1]) for item in agreed)

    def look(self, image: BgrImage, view: View) -> Look:
        """One inference: all here that may count in `agree`, and bodies; in pixels of the picture. `DetectorError`."""
        scale_xy = self._decoder.fill(self._network.input, view.of(image))
        shape, outputs = self._network.input_shape, self._network.run()
        found = self._decoder.to_detections(outputs, self._labels, shape, scale_xy, self._floors)
        wanted, bodies = list[Detection](), list[Detection]()
        for item in found:
            x1, y1, x2, y2 = box = view.to_picture(item.box_xyxy)
            if x2 > x1 and y2 > y1:
                (bodies if item.label == BODY else wanted).append(Detection(item.label, item.score, box))
        return Look(view, tuple(wanted), tuple(bodies))

    def agree(self, looks: Sequence[Look]) -> tuple[Detection, ...]:
        """What several looks make of one scene, best first, scores on the scale of a single look."""
        log_odds = self._decoder.log_odds_per_doubling * math.log2(max(1, len(looks)))
        agreed = without_rivals(with_twins(fuse(looks)))
        judged = (Detection(item.label, shifted(item.score, log_odds), item.box_xyxy) for item in agreed)
        return tuple(item for item in judged if item.score >= FLOOR)

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
            detector = ObjectDetector(entry, folder)
        except (InvalidError, DetectorError) as error:
            reasons.append(error)
        else:
            detector.missing = str(reasons[0]) if reasons else ""
            return detector
    raise reasons[0] if reasons else InvalidError("the manifest names no weights for objects")


def with_twins(found: Sequence[Detection]) -> list[Detection]:
    """The wanted detections, best first, with what their twins take from them given back."""
    wanted = [_reunited(detection, found) for detection in found if detection.label in WANTED]
    return sorted(wanted, key=lambda detection: -detection.score)


def without_rivals(found: Sequence[Detection]) -> list[Detection]:
    """The same, best first, without what a likelier rival stands on."""
    kept: list[Detection] = []
    for item in found:
        rivals = (better for better in kept if better.label != item.label and better.label in RIVALS)
        if item.label not in RIVALS or not any(iou(item.box_xyxy, rival.box_xyxy) > SAME_SPOT for rival in rivals):
            kept.append(item)
    return kept


def _reunited(detection: Detection, found: Sequence[Detection]) -> Detection:
    twin = TWIN.get(detection.label)
    if twin is None or detection.score < MIN_SCORE_WITH_TWIN:
        return detection
    shares = [
        other.score for other in found if other.label == twin and iou(other.box_xyxy, detection.box_xyxy) > SAME_SPOT
    ]
    return replace(detection, score=min(1.0, detection.score + max(shares, default=0.0)))


def _stretched(item: Detection, scale_x: float, scale_y: float) -> Detection:
    x1, y1, x2, y2 = item.box_xyxy
    return replace(item, box_xyxy=(x1 * scale_x, y1 * scale_y, x2 * scale_x, y2 * scale_y))
