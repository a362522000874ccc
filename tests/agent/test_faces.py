"""Faces: the real networks on a real portrait through both engines, and how two networks' findings become one face."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from agent.frame import BgrImage
from agent.vision.faces import MIN_SCORE, FaceDetector, Found, gaze_of, merge
from agent.vision.headpose import SHORTFALL
from agent.vision.observation import Box, Detection, HeadPose
from contract.wire import InvalidError
from tests.support.portrait import dark, portrait, scene
from tests.support.weights import real_weights

AHEAD = HeadPose(0, 0, 0)
HERE: Box = (100, 100, 200, 200)
THERE: Box = (400, 100, 500, 200)


@pytest.fixture(scope="module", params=["litert", "mediapipe"])
def detector(request: pytest.FixtureRequest) -> Iterator[FaceDetector]:
    detector = FaceDetector(*real_weights(), video=False, engine=request.param)
    assert detector.engine == request.param
    yield detector
    detector.close()


def test_a_portrait_is_one_face_that_looks_ahead(detector: FaceDetector) -> None:
    (face,) = detector.detect(portrait(), 0.0)
    assert face.pose is not None
    assert abs(face.pose.yaw_deg) < 20
    assert abs(face.pose.pitch_deg) < 20
    assert face.gaze is not None
    assert face.score > 0.7
    x1, y1, x2, y2 = face.box_xyxy
    assert x1 < 260 < x2
    assert y1 < 190 < y2


def test_a_mirrored_face_looks_the_other_way(detector: FaceDetector) -> None:
    (face,) = detector.detect(portrait(), 0.0)
    (mirrored,) = detector.detect(np.ascontiguousarray(portrait()[:, ::-1]), 0.0)
    assert face.pose is not None
    assert mirrored.pose is not None
    assert mirrored.pose.yaw_deg == pytest.approx(-face.pose.yaw_deg, abs=5)
    assert mirrored.pose.roll_deg == pytest.approx(-face.pose.roll_deg, abs=5)


def test_a_tilted_picture_tilts_the_face_clockwise(detector: FaceDetector) -> None:
    height, width = portrait().shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -20, 1)  # negative is clockwise
    (face,) = detector.detect(portrait(), 0.0)
    (tilted,) = detector.detect(np.asarray(cv2.warpAffine(portrait(), turn, (width, height)), np.uint8), 0.0)
    assert face.pose is not None
    assert tilted.pose is not None
    assert tilted.pose.roll_deg - face.pose.roll_deg == pytest.approx(20, abs=6)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_faces_are_counted(detector: FaceDetector, count: int) -> None:
    assert len(detector.detect(scene(count), 0.0)) == count


def test_a_covered_lens_shows_nobody(detector: FaceDetector) -> None:
    assert detector.detect(dark(), 0.0) == ()


def test_video_mode_lets_go_of_a_face_that_left() -> None:
    detector = FaceDetector(*real_weights())
    present = [len(detector.detect(scene(1, seed), seed / 10)) for seed in range(5)]
    gone = [len(detector.detect(scene(0, seed), seed / 10)) for seed in range(5, 25)]
    detector.close()
    assert present == [1] * 5
    assert gone[-5:] == [0] * 5


def test_time_stamps_that_do_not_rise_are_no_error() -> None:
    detector = FaceDetector(*real_weights())
    assert [len(detector.detect(scene(1), captured_s)) for captured_s in (5.0, 5.0, 1.0)] == [1, 1, 1]
    detector.close()


def test_one_network_is_enough_and_the_other_is_named(tmp_path: Path) -> None:
    manifest, folder = real_weights()
    shutil.copy(folder / "blaze_face_short_range.tflite", tmp_path)
    detector = FaceDetector(manifest, tmp_path, video=False)
    assert list(detector.weights) == ["blaze_face_short_range.tflite"]
    assert "face_landmarker.task is not there" in detector.missing
    (face,) = detector.detect(portrait(), 0.0)
    detector.close()
    assert face.pose is not None
    assert face.gaze is None


def test_without_weights_it_says_which_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=r"face_landmarker\.task is not there; run: invigil models fetch"):
        FaceDetector(real_weights()[0], tmp_path)


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    manifest, folder = real_weights()
    (tmp_path / "face_landmarker.task").write_bytes((folder / "face_landmarker.task").read_bytes()[:-1] + b"x")
    with pytest.raises(InvalidError, match=r"face_landmarker\.task was altered: SHA-256 is"):
        FaceDetector(manifest, tmp_path)


# --- two networks, one face ---


def test_both_networks_agree_on_one_face_and_share_its_pose() -> None:
    (face,) = merge([Found(HERE, 0.5, HeadPose(20, 0, 1), (0, 0))], [Found(HERE, 0.9, HeadPose(40, 10, 5))])
    assert face.pose == HeadPose(30 * SHORTFALL, 5 * SHORTFALL, 1)
    assert face.score == 0.9
    assert face.gaze == (0, 0)


def test_a_face_that_only_the_short_range_detector_finds_counts() -> None:
    (face,) = merge([], [Found(HERE, 0.6, HeadPose(60, 0, 0))])
    assert face.pose == HeadPose(60, 0, 0)
    assert face.gaze is None


def test_a_doubled_landmarked_face_is_one() -> None:
    inside: Box = (110, 110, 190, 190)
    assert len(merge([Found(HERE, 0.5, AHEAD), Found(inside, 0.5, AHEAD)], [])) == 1


@pytest.mark.parametrize(("score", "faces"), [(0.61, 1), (0.75, 2)])
def test_a_second_face_without_landmarks_needs_more(score: float, faces: int) -> None:
    found = merge([Found(HERE, 0.5, AHEAD)], [Found(HERE, 0.9, AHEAD), Found(THERE, score, AHEAD)])
    assert len(found) == faces


def test_keypoints_that_no_head_has_are_no_face() -> None:
    assert merge([], [Found(HERE, 0.7, HeadPose(0, -60, 0)), Found(THERE, 0.9, None)]) == ()


@pytest.mark.parametrize(("remembered", "faces"), [([HERE], 1), ([THERE], 0), ([], 0)])
def test_a_faint_face_counts_where_one_just_was(remembered: list[Box], faces: int) -> None:
    assert len(merge([], [Found(HERE, MIN_SCORE - 0.2, AHEAD)], remembered=remembered)) == faces


def test_the_largest_face_comes_first() -> None:
    large: Box = (300, 100, 600, 400)
    found = merge([Found(HERE, 0.5, AHEAD), Found(large, 0.5, AHEAD)], [])
    assert [face.box_xyxy for face in found] == [large, HERE]


def test_gaze_is_told_in_the_directions_of_the_picture() -> None:
    nothing = {f"eyeLook{where}{side}": 0.0 for where in ("In", "Out", "Up", "Down") for side in ("Left", "Right")}
    to_the_left_of_the_picture = nothing | {"eyeLookInLeft": 0.8, "eyeLookOutRight": 0.8}
    assert gaze_of(to_the_left_of_the_picture) == (0.8, 0)
    assert gaze_of(nothing | {"eyeLookDownLeft": 0.6, "eyeLookDownRight": 0.6}) == (0, -0.6)


# --- heads that lie, and heads of bodies ---


def test_a_lying_head_must_lie_for_both_networks() -> None:
    lying = Found(HERE, 0.5, HeadPose(0, 10, -106), (0, 0))
    assert merge([lying], [Found(HERE, 0.9, HeadPose(60, 0, 0))])[0].pose == HeadPose(60, 0, 0)
    assert merge([lying], []) == ()
    (face,) = merge([lying], [Found(HERE, 0.9, HeadPose(0, 0, -95))])
    assert face.gaze == (0, 0)


def distant(count: int, width: int = 80) -> tuple[BgrImage, list[Detection]]:
    """A room with so many people at its far end, whose faces are a fourth of `width`, and where their bodies are."""
    image = scene(0)
    person = cv2.resize(portrait(), (width, width * 600 // 512), interpolation=cv2.INTER_AREA)
    bodies = []
    for number in range(count):
        x, y = 60 + 180 * number, 150
        image[y : y + person.shape[0], x : x + width] = person
        bodies.append(Detection("person", 0.8, (float(x), float(y), float(x + width), float(y + person.shape[0]))))
    return image, bodies


def test_a_distant_face_is_found_on_its_body(detector: FaceDetector) -> None:
    image, bodies = distant(3)
    assert len(detector.detect(image, 0.0)) < 3
    faces = detector.detect(image, 0.0, bodies)
    assert len(faces) == 3
    middles = sorted((face.box_xyxy[0] + face.box_xyxy[2]) / 2 for face in faces)
    assert middles == pytest.approx([100, 280, 460], abs=12)


def test_a_body_without_a_head_adds_no_face(detector: FaceDetector) -> None:
    assert detector.detect(scene(0), 0.0, [Detection("person", 0.9, (100.0, 100.0, 400.0, 470.0))]) == ()


def test_heads_are_looked_at_now_and_then_and_forgotten() -> None:
    detector = FaceDetector(*real_weights())
    image, bodies = distant(2)
    counts = [len(detector.detect(image, index / 10, bodies)) for index in range(5)]
    assert counts == [2] * 5, "also between two looks"
    left = [len(detector.detect(scene(0, seed), 0.5 + seed / 10, ())) for seed in range(3)]
    detector.close()
    assert left == [0] * 3, "no body, no head"


def test_a_person_whose_face_was_found_is_no_second_one(detector: FaceDetector) -> None:
    body = Detection("person", 0.9, (180.0, 100.0, 460.0, 428.0))
    assert len(detector.detect(scene(1), 0.0, [body, body])) == 1
