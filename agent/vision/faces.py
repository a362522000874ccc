"""Finds faces and where they look: the only file that imports MediaPipe.

Two networks look at every picture. The landmarker gives pose and gaze but loses a head that is turned far; the
short-range detector is cheap, keeps such a head, and its six keypoints give a pose as well. So a turned head is a face
that looks away and not an empty chair.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from agent.errors import DetectorError
from agent.frame import BgrImage
from agent.vision import headpose
from agent.vision.boxes import overlap_of_smaller
from agent.vision.native import forbid_network, quiet_stderr
from agent.vision.observation import Box, Face, HeadPose
from agent.vision.processor import why_no_mediapipe
from contract.manifest import Manifest, check_weights
from contract.wire import InvalidError

MAX_FACES: Final = 3
MIN_SCORE: Final = 0.5
"""Of the short-range detector, and MediaPipe's own default. Chairs and collars reach 0.6 for a frame or two."""
MIN_SCORE_IN_PICTURE: Final = 0.4
"""The same for a picture alone: there is no moment before to tell a turned head by."""
MIN_SCORE_SEEN_BEFORE: Final = 0.25
"""For a face where a certain one was a moment ago: a head thrown back or turned far is still a head."""
MIN_SCORE_CERTAIN: Final = 0.65
"""From here on, or when the landmark network agrees, a face is certain. Uncertain ones are not remembered, or the back
of a chair would go on being the head that was before it."""
MEMORY_S: Final = 1.0
MIN_SCORE_SECOND: Final = 0.7
"""For a further face that the landmarker does not confirm: a printed shirt reached 0.61."""
MAX_PITCH_DEG: Final = 55.0
"""Keypoints that give more are no head: what the detector sees in collars and chair backs bows deeply."""
SAME_FACE: Final = 0.5
"""Share of the smaller box that two findings of one face have in common."""
LANDMARK_MARGIN: Final = 0.1
"""Landmarks end at the brow and chin; the box gets this share of its size on every side."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one network says about one face."""

    box_xyxy: Box
    score: float
    pose: HeadPose | None
    gaze: tuple[float, float] | None = None


class FaceDetector:
    """Faces in consecutive frames (`video=True`), or in unrelated pictures.

    Call from one thread. All MediaPipe code runs on a thread of its own that may not open internet sockets.
    """

    def __init__(self, manifest: Manifest, folder: Path, *, video: bool = True) -> None:
        """Raises `InvalidError` when no weights for faces are usable, `DetectorError` when MediaPipe cannot run here.

        One of the two networks is enough; `missing` then says what is not there.
        """
        if reason := why_no_mediapipe():
            raise DetectorError(reason)
        self.weights: dict[str, str] = {}
        self.missing = ""
        paths: dict[str, Path] = {}
        for entry in manifest.weights:
            if entry.detector == "faces":
                try:
                    self.weights[entry.name] = check_weights(entry, folder)
                    paths[entry.decoder] = folder / entry.name
                except InvalidError as error:
                    self.missing = self.missing or str(error)
        if not paths:
            raise InvalidError(self.missing or "the manifest names no weights for faces")
        self._memory: tuple[tuple[float, Box], ...] = ()
        self._video = video
        self._thread = ThreadPoolExecutor(1, "faces", initializer=forbid_network)
        try:
            with quiet_stderr():
                self._networks = self._thread.submit(_Networks, paths, video).result()
        except DetectorError:
            self._thread.shutdown()
            raise

    def detect(self, image: BgrImage, captured_s: float) -> tuple[Face, ...]:
        """Every face in the picture, largest first; raises `DetectorError`."""
        landmarked, keypointed = self._thread.submit(self._networks.look, image, captured_s).result()
        if not self._video:
            return merge(landmarked, keypointed, min_score=MIN_SCORE_IN_PICTURE)
        self._memory = tuple(seen for seen in self._memory if 0 <= captured_s - seen[0] <= MEMORY_S)
        faces = merge(landmarked, keypointed, remembered=[box for _, box in self._memory])
        certain = (face for face in faces if face.gaze is not None or face.score >= MIN_SCORE_CERTAIN)
        self._memory += tuple((captured_s, face.box_xyxy) for face in certain)
        return faces

    def close(self) -> None:
        with quiet_stderr():
            self._thread.submit(self._networks.close).result()
            self._thread.shutdown()


def merge(
    landmarked: Sequence[Found],
    keypointed: Sequence[Found],
    *,
    min_score: float = MIN_SCORE,
    remembered: Sequence[Box] = (),
) -> tuple[Face, ...]:
    """One `Face` per head from what both networks say, largest first.

    A landmarked face is confirmed by the landmark network's own presence check. One that only the short-range detector
    sees must be plausible, and score more if it would be a second person.
    """
    faces: list[Face] = []
    rest = [found for found in keypointed if _plausible(found)]
    for found in landmarked:
        if any(overlap_of_smaller(found.box_xyxy, face.box_xyxy) > SAME_FACE for face in faces):
            continue
        twin = max((other for other in rest if _same(found, other)), key=lambda other: other.score, default=None)
        rest = [other for other in rest if not _same(found, other)]
        pose = found.pose
        if twin is not None and twin.pose is not None:
            pose = headpose.combine(pose, twin.pose) if pose is not None else twin.pose
        score = twin.score if twin is not None else MIN_SCORE
        faces.append(Face(found.box_xyxy, score, pose, found.gaze))
    for found in sorted(rest, key=lambda other: -other.score):
        if any(overlap_of_smaller(found.box_xyxy, face.box_xyxy) > SAME_FACE for face in faces):
            continue
        if found.score >= _needed(found, bool(faces), min_score, remembered):
            faces.append(Face(found.box_xyxy, found.score, found.pose))
    return tuple(sorted(faces, key=lambda face: -_area(face.box_xyxy)))


def _needed(found: Found, second: bool, min_score: float, remembered: Sequence[Box]) -> float:
    if second:
        return MIN_SCORE_SECOND
    seen_before = any(overlap_of_smaller(found.box_xyxy, box) > SAME_FACE for box in remembered)
    return MIN_SCORE_SEEN_BEFORE if seen_before else min_score


def _same(a: Found, b: Found) -> bool:
    return overlap_of_smaller(a.box_xyxy, b.box_xyxy) > SAME_FACE


def _plausible(found: Found) -> bool:
    return found.pose is not None and abs(found.pose.pitch_deg) <= MAX_PITCH_DEG


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


class _Networks:
    """MediaPipe's two tasks. Lives and dies on the fenced thread."""

    def __init__(self, paths: Mapping[str, Path], video: bool) -> None:
        try:
            import mediapipe  # takes a second, which only those pay who look at faces
            from mediapipe.tasks.python import vision
            from mediapipe.tasks.python.core.base_options import BaseOptions
        except (ImportError, OSError) as error:
            raise DetectorError(f"MediaPipe cannot be loaded ({error}); it needs libegl1 and libgles2") from error
        self._mediapipe = mediapipe
        self._last_ms = -1
        self._video = video
        self._landmarker: Any = None
        self._detector: Any = None
        try:
            if "face_landmarker" in paths:
                self._landmarker = vision.FaceLandmarker.create_from_options(
                    vision.FaceLandmarkerOptions(
                        base_options=BaseOptions(model_asset_path=str(paths["face_landmarker"])),
                        running_mode=vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE,
                        num_faces=MAX_FACES,
                        output_face_blendshapes=True,
                        output_facial_transformation_matrixes=True,
                    )
                )
            if "face_detector" in paths:
                self._detector = vision.FaceDetector.create_from_options(
                    vision.FaceDetectorOptions(
                        base_options=BaseOptions(model_asset_path=str(paths["face_detector"])),
                        min_detection_confidence=MIN_SCORE_SEEN_BEFORE,
                    )
                )
            self.look(np.zeros((64, 64, 3), dtype=np.uint8), 0.0)  # what is slow or talkative happens here
        except Exception as error:  # a library's start may fail in ways it does not document
            raise DetectorError(f"MediaPipe cannot start: {error}") from error

    def look(self, image: BgrImage, captured_s: float) -> tuple[list[Found], list[Found]]:
        """What the landmarker and what the short-range detector find."""
        rgb = np.ascontiguousarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
        picture = self._mediapipe.Image(image_format=self._mediapipe.ImageFormat.SRGB, data=rgb)
        height, width = image.shape[:2]
        try:
            return self._landmarks(picture, width, height, captured_s), self._keypoints(picture, width, height)
        except (RuntimeError, ValueError) as error:
            raise DetectorError(f"MediaPipe failed: {error}") from error

    def _landmarks(self, picture: Any, width: int, height: int, captured_s: float) -> list[Found]:
        if self._landmarker is None:
            return []
        if self._video:
            self._last_ms = max(self._last_ms + 1, round(captured_s * 1000) + 1)  # it insists on rising time stamps
            result = self._landmarker.detect_for_video(picture, self._last_ms)
        else:
            result = self._landmarker.detect(picture)
        faces = []
        for landmarks, matrix, shapes in zip(
            result.face_landmarks, result.facial_transformation_matrixes, result.face_blendshapes, strict=True
        ):
            x = np.array([point.x for point in landmarks]) * width
            y = np.array([point.y for point in landmarks]) * height
            margin_x, margin_y = LANDMARK_MARGIN * np.ptp(x), LANDMARK_MARGIN * np.ptp(y)
            corners = (x.min() - margin_x, y.min() - margin_y, x.max() + margin_x, y.max() + margin_y)
            gaze = gaze_of({shape.category_name: shape.score for shape in shapes})
            box = _clip(corners, width, height)
            faces.append(Found(box, MIN_SCORE, headpose.from_matrix(np.asarray(matrix)), gaze))
        return [face for face in faces if _area(face.box_xyxy) > 0]

    def _keypoints(self, picture: Any, width: int, height: int) -> list[Found]:
        if self._detector is None:
            return []
        faces = []
        for detection in self._detector.detect(picture).detections:
            box = detection.bounding_box
            corners = (box.origin_x, box.origin_y, box.origin_x + box.width, box.origin_y + box.height)
            points = [(point.x * width, point.y * height) for point in detection.keypoints]
            pose = headpose.from_keypoints(points)
            faces.append(Found(_clip(corners, width, height), float(detection.categories[0].score), pose))
        return [face for face in faces if _area(face.box_xyxy) > 0]

    def close(self) -> None:
        for task in (self._landmarker, self._detector):
            if task is not None:
                task.close()


def gaze_of(blendshapes: Mapping[str, float]) -> tuple[float, float]:
    """Eyes against the head, (left, up) in -1..1 of the picture, from the eye blendshapes of both eyes.

    The blendshapes' left is the person's, which is the picture's right: looking to the picture's left is the person's
    left eye turning in and the right eye turning out.
    """
    left = blendshapes["eyeLookInLeft"] + blendshapes["eyeLookOutRight"]
    right = blendshapes["eyeLookOutLeft"] + blendshapes["eyeLookInRight"]
    up = blendshapes["eyeLookUpLeft"] + blendshapes["eyeLookUpRight"]
    down = blendshapes["eyeLookDownLeft"] + blendshapes["eyeLookDownRight"]
    return (float(np.clip((left - right) / 2, -1, 1)), float(np.clip((up - down) / 2, -1, 1)))


def _clip(corners: Sequence[float], width: int, height: int) -> Box:
    x1, y1, x2, y2 = corners
    return max(0.0, float(x1)), max(0.0, float(y1)), min(float(width), float(x2)), min(float(height), float(y2))
