"""Turns a face into numbers by which faces can be told apart: a face-embedding network and OpenCV's code around it.

The numbers are biometric data. They are handed to `identity`, which keeps them in memory for one exam session, and to
nobody else: they must not reach a log, a message or a disk.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.errors import DetectorError
from agent.frame import BgrImage
from agent.vision.native import quiet_stderr
from agent.vision.observation import FivePoints
from contract.manifest import Manifest, check_weights
from contract.wire import InvalidError

Embedding = NDArray[np.float32]
"""One row of unit length; the product of two is their cosine similarity."""

CROP: Final = 112
"""Pixels of an aligned face in width and height."""


class FaceEmbedding(Protocol):
    """Call from one thread; both methods raise `DetectorError`."""

    @property
    def weights(self) -> Mapping[str, str]:
        """SHA-256 by file name."""

    def crop(self, image: BgrImage, points_xy: FivePoints) -> BgrImage:
        """The face, upright, `CROP` × `CROP`, with eyes and mouth where the network expects them."""

    def embed(self, crop: BgrImage) -> Embedding: ...


class SFace:
    """OpenCV's `FaceRecognizerSF`: alignment to five points and the network on the processor."""

    def __init__(self, path: Path, weights: Mapping[str, str]) -> None:
        self._weights = dict(weights)
        try:
            with quiet_stderr():
                self._recognizer = cv2.FaceRecognizerSF.create(str(path), "")
        except cv2.error as error:
            raise DetectorError(f"{path} cannot be loaded: {_first_line(error)}") from error

    @property
    def weights(self) -> Mapping[str, str]:
        return self._weights

    def crop(self, image: BgrImage, points_xy: FivePoints) -> BgrImage:
        # As FaceDetectorYN gives it: box, then eyes, nose and corners of the mouth from the left of the picture, score.
        face = np.zeros((1, 15), np.float32)
        face[0, 4:14] = np.asarray(points_xy, np.float32).ravel()
        try:
            return np.asarray(self._recognizer.alignCrop(image, face), np.uint8)
        except cv2.error as error:
            raise DetectorError(f"a face cannot be cut out: {_first_line(error)}") from error

    def embed(self, crop: BgrImage) -> Embedding:
        try:
            raw = np.asarray(self._recognizer.feature(crop), np.float32).ravel()
        except cv2.error as error:
            raise DetectorError(f"the face-embedding network failed: {_first_line(error)}") from error
        length = float(np.linalg.norm(raw))
        if not 0 < length < float("inf"):
            raise DetectorError("the face-embedding network gave no numbers")
        return raw / np.float32(length)


def load_face_embedding(manifest: Manifest, folder: Path) -> FaceEmbedding:
    """The first face-embedding network of the manifest whose weights are there and unaltered.

    Raises `InvalidError` that says how to get them, `DetectorError` when OpenCV cannot read them.
    """
    problem: InvalidError | None = None
    for entry in manifest.weights:
        if entry.detector == "identity" and entry.decoder == "sface":
            try:
                return SFace(folder / entry.name, {entry.name: check_weights(entry, folder)})
            except InvalidError as error:
                problem = problem or error
    raise problem or InvalidError("the manifest names no weights by which faces are told apart")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
