"""Finds faces and where they look, through whichever face engine runs here.

Two networks look at every picture. The landmarker gives pose and gaze but loses a head that is turned far; the
short-range detector is cheap, keeps such a head, and its six keypoints give a pose as well. So a turned head is a face
that looks away and not an empty chair.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agent.frame import BgrImage
from agent.vision import headpose
from agent.vision.boxes import overlap_of_smaller
from agent.vision.face_engines import start_face_engine
from agent.vision.facemesh import FaceKeypoints, FaceMesh, five_points, lips_apart
from agent.vision.observation import Box, Face, FivePoints, HeadPose
from contract.device import FaceEngineChoice
from contract.manifest import Manifest, check_weights
from contract.wire import InvalidError

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
    points_xy: FivePoints | None = None
    lips: float | None = None


class FaceDetector:
    """Faces in consecutive frames (`video=True`), or in unrelated pictures. Call from one thread."""

    def __init__(
        self, manifest: Manifest, folder: Path, *, video: bool = True, engine: FaceEngineChoice = "auto"
    ) -> None:
        """Raises `InvalidError` when no weights for faces are usable, `DetectorError` when no engine can run here.

        One of the two networks is enough; `missing` then says what is not there.
        """
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
        self._engine, self.about = start_face_engine(engine, paths, video)

    @property
    def engine(self) -> str:
        """Name of the engine that runs."""
        return self._engine.name

    def detect(self, image: BgrImage, captured_s: float) -> tuple[Face, ...]:
        """Every face in the picture, largest first; raises `DetectorError`."""
        frame_wh = (image.shape[1], image.shape[0])
        meshes, keypoints = self._engine.look(image, captured_s)
        landmarked = _inside([_found_mesh(mesh, frame_wh) for mesh in meshes])
        keypointed = _inside([_found_keypoints(face, frame_wh) for face in keypoints])
        if not self._video:
            return merge(landmarked, keypointed, min_score=MIN_SCORE_IN_PICTURE)
        self._memory = tuple(seen for seen in self._memory if 0 <= captured_s - seen[0] <= MEMORY_S)
        faces = merge(landmarked, keypointed, remembered=[box for _, box in self._memory])
        certain = (face for face in faces if face.gaze is not None or face.score >= MIN_SCORE_CERTAIN)
        self._memory += tuple((captured_s, face.box_xyxy) for face in certain)
        return faces

    def close(self) -> None:
        self._engine.close()


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
        faces.append(Face(found.box_xyxy, score, pose, found.gaze, found.points_xy, found.lips))
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


def _found_mesh(mesh: FaceMesh, frame_wh: tuple[int, int]) -> Found:
    (x1, y1, _), (x2, y2, _) = mesh.points_xyz.min(axis=0).tolist(), mesh.points_xyz.max(axis=0).tolist()
    margin_x, margin_y = LANDMARK_MARGIN * (x2 - x1), LANDMARK_MARGIN * (y2 - y1)
    corners = (x1 - margin_x, y1 - margin_y, x2 + margin_x, y2 + margin_y)
    pose, gaze = headpose.from_matrix(mesh.matrix), gaze_of(mesh.blendshapes)
    return Found(_clip(corners, frame_wh), MIN_SCORE, pose, gaze, five_points(mesh), lips_apart(mesh))


def _found_keypoints(face: FaceKeypoints, frame_wh: tuple[int, int]) -> Found:
    return Found(_clip(face.box_xyxy, frame_wh), face.score, headpose.from_keypoints(face.points_xy))


def _inside(found: Sequence[Found]) -> list[Found]:
    return [face for face in found if _area(face.box_xyxy) > 0]


def gaze_of(blendshapes: Mapping[str, float]) -> tuple[float, float]:
    """Eyes against the head, (left, up) in -1..1 of the picture, from the eye blendshapes of both eyes.

    The blendshapes' left is the person's, which is the picture's right: looking to the picture's left is the person's
    left eye turning in and the right eye turning out.
    """
    left = blendshapes["eyeLookInLeft"] + blendshapes["eyeLookOutRight"]
    right = blendshapes["eyeLookOutLeft"] + blendshapes["eyeLookInRight"]
    up = blendshapes["eyeLookUpLeft"] + blendshapes["eyeLookUpRight"]
    down = blendshapes["eyeLookDownLeft"] + blendshapes["eyeLookDownRight"]
    return max(-1.0, min(1.0, (left - right) / 2)), max(-1.0, min(1.0, (up - down) / 2))


def _clip(corners: Sequence[float], frame_wh: tuple[int, int]) -> Box:
    x1, y1, x2, y2 = corners
    width, height = frame_wh
    return max(0.0, float(x1)), max(0.0, float(y1)), min(float(width), float(x2)), min(float(height), float(y2))
