"""Finds faces and where they look, through whichever face engine runs here.

Two networks look at every picture. The landmarker gives pose and gaze but loses a head that is turned far; the
short-range detector is cheap, keeps such a head, and its six keypoints give a pose as well. So a turned head is a face
that looks away and not an empty chair. Where a body is seen without a face, its head is looked at again, closer
(`agent.vision.heads`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from agent.frame import BgrImage
from agent.vision import headpose
from agent.vision.boxes import overlap_of_smaller
from agent.vision.face_engines import start_face_engine
from agent.vision.facemesh import FaceKeypoints, FaceMesh, five_points, lips_apart
from agent.vision.heads import is_head_of, pieces, without_face
from agent.vision.observation import Box, Detection, Face, FivePoints, HeadPose
from agent.vision.schedule import EARLY_S
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
MAX_ROLL_DEG: Final = 60.0
"""Beyond it both networks must see the head lie: on turned heads the landmark network sometimes fits a lying one."""
SAME_ROLL_DEG: Final = 40.0
HEADS_HZ: Final = 3.0
"""Second looks at the heads of bodies without a face; bodies are not found more often either."""
HEADS_S: Final = 0.7
"""How long what they found counts: two turns."""
MAX_HEADS: Final = 4
"""Bodies looked at in one turn of a video; more take turns. Each costs two runs of the smallest network."""
MIN_SCORE_OF_HEAD: Final = 0.5
"""On a body's shoulders, with the size of a face, in a picture or where a certain face was a moment ago: a head thrown
back has 0.53 and more. Without such a moment, and for a further person, it must be `MIN_SCORE_CERTAIN`: heads seen from
behind have about 0.6."""
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
        self._memory: list[tuple[float, Box]] = []
        self._heads: tuple[tuple[float, Found], ...] = ()
        self._heads_s, self._heads_turn = float("-inf"), 0
        self._video = video
        self._engine, self.about = start_face_engine(engine, paths, video)

    @property
    def engine(self) -> str:
        """Name of the engine that runs."""
        return self._engine.name

    def detect(self, image: BgrImage, captured_s: float, bodies: Sequence[Detection] = ()) -> tuple[Face, ...]:
        """Every face in the picture, largest first; raises `DetectorError`. `bodies` may be of a moment ago."""
        frame_wh = (image.shape[1], image.shape[0])
        meshes, keypoints = self._engine.look(image, captured_s)
        landmarked = _inside([_found_mesh(mesh, frame_wh) for mesh in meshes])
        keypointed = _inside([_found_keypoints(face, frame_wh) for face in keypoints])
        if not self._video:
            faces = merge(landmarked, keypointed, min_score=MIN_SCORE_IN_PICTURE)
            heads = self._look_at_heads(image, _lacking(bodies, faces))
            return with_heads(faces, heads, min_score=MIN_SCORE_OF_HEAD)
        self._memory = [seen for seen in self._memory if 0 <= captured_s - seen[0] <= MEMORY_S]
        remembered = [box for _, box in self._memory]
        faces = merge(landmarked, keypointed, remembered=remembered)
        heads = self._follow_heads(image, captured_s, _lacking(bodies, faces))
        faces = with_heads(faces, heads, min_score=MIN_SCORE_CERTAIN, remembered=remembered)
        for face in faces:
            if face.gaze is not None or face.score >= MIN_SCORE_CERTAIN:
                self._memory.append((captured_s, face.box_xyxy))
        return faces

    def _follow_heads(self, image: BgrImage, captured_s: float, bodies: Sequence[Detection]) -> list[Found]:
        """Heads of about the last second: a few bodies now and then, so that a crowd costs no more than a couple."""
        self._heads = tuple(seen for seen in self._heads if bodies and 0 <= captured_s - seen[0] <= HEADS_S)
        if bodies and not 0 <= captured_s - self._heads_s < 1 / HEADS_HZ - EARLY_S:
            first = self._heads_turn % len(bodies)
            turn = [*bodies[first:], *bodies[:first]][:MAX_HEADS]
            self._heads_s, self._heads_turn = captured_s, first + len(turn)
            self._heads = tuple((captured_s, found) for found in self._look_at_heads(image, turn)) + self._heads
        return [found for _, found in self._heads]

    def _look_at_heads(self, image: BgrImage, bodies: Sequence[Detection]) -> list[Found]:
        """The likeliest face on each body's shoulders; its score is the mean over all pieces, also those without it."""
        frame_wh = (image.shape[1], image.shape[0])
        heads = []
        for body in bodies:
            squares = pieces(body.box_xyxy, frame_wh)
            faces = [
                _found_keypoints(square.to_picture(face), frame_wh)
                for square in squares
                for face in self._engine.glance(square.of(image))[:1]
            ]
            fitting = [face for face in faces if _plausible(face) and is_head_of(face.box_xyxy, body.box_xyxy)]
            if fitting:
                best = max(fitting, key=lambda face: face.score)
                alike = sum(face.score for face in fitting if _same(face, best))
                heads.append(replace(best, score=alike / len(squares)))
        return heads

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
        if not _upright(found) and not any(_lie_alike(found, other) for other in keypointed):
            continue
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


def with_heads(
    faces: Sequence[Face], heads: Sequence[Found], *, min_score: float, remembered: Sequence[Box] = ()
) -> tuple[Face, ...]:
    """The faces, and those of bodies that had none, largest first."""
    if not heads:
        return tuple(faces)
    found = list(faces)
    for head in sorted(heads, key=lambda head: -head.score):
        seen_before = any(overlap_of_smaller(head.box_xyxy, box) > SAME_FACE for box in remembered)
        needed = MIN_SCORE_CERTAIN if found else MIN_SCORE_OF_HEAD if seen_before else min_score
        if head.score >= needed and not any(
            overlap_of_smaller(head.box_xyxy, face.box_xyxy) > SAME_FACE for face in found
        ):
            found.append(Face(head.box_xyxy, head.score, head.pose))
    return tuple(sorted(found, key=lambda face: -_area(face.box_xyxy)))


def _lacking(bodies: Sequence[Detection], faces: Sequence[Face]) -> list[Detection]:
    return without_face(bodies, faces) if len(bodies) > len(faces) else []


def _needed(found: Found, second: bool, min_score: float, remembered: Sequence[Box]) -> float:
    if second:
        return MIN_SCORE_SECOND
    seen_before = any(overlap_of_smaller(found.box_xyxy, box) > SAME_FACE for box in remembered)
    return MIN_SCORE_SEEN_BEFORE if seen_before else min_score


def _same(a: Found, b: Found) -> bool:
    return overlap_of_smaller(a.box_xyxy, b.box_xyxy) > SAME_FACE


def _plausible(found: Found) -> bool:
    return found.pose is not None and abs(found.pose.pitch_deg) <= MAX_PITCH_DEG and _upright(found)


def _upright(found: Found) -> bool:
    return found.pose is None or abs(found.pose.roll_deg) <= MAX_ROLL_DEG


def _lie_alike(a: Found, b: Found) -> bool:
    """Whether both are the same head, tilted the same way."""
    if a.pose is None or b.pose is None or not _same(a, b):
        return False
    between_deg = abs(a.pose.roll_deg - b.pose.roll_deg) % 360
    return min(between_deg, 360 - between_deg) <= SAME_ROLL_DEG


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _found_mesh(mesh: FaceMesh, frame_wh: tuple[int, int]) -> Found:
    x1, y1, x2, y2 = mesh.box_xyxy
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
