"""The head in space: the fit gives back what was done to the points, and a bad file is a clear error."""

import math
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import DetectorError
from agent.vision import headpose
from agent.vision.facegeometry import VERTICAL_FOV_DEG, CanonicalFace, Fit, matrix_of, read_canonical_face
from agent.vision.facemesh import Points
from tests.agent.test_headpose import turned
from tests.support.weights import real_weights


@pytest.fixture(scope="module")
def metadata() -> bytes:
    with zipfile.ZipFile(real_weights()[1] / "face_landmarker.task") as bundle:
        return bundle.read("geometry_pipeline_metadata_landmarks.binarypb")


@pytest.fixture(scope="module")
def canonical(metadata: bytes) -> CanonicalFace:
    return read_canonical_face(metadata)


def seen(face: CanonicalFace, rotation: Points, distance_cm: float, frame_wh: tuple[int, int]) -> Points:
    """468 landmarks of that head before the camera, pixels: x and y in true perspective, depth relative to the face."""
    width, height = frame_wh
    focal = height / 2 / math.tan(math.radians(VERTICAL_FOV_DEG) / 2)
    head = face.points_cm @ rotation.T
    depth = distance_cm - head[:, 2]
    screen = np.column_stack([width / 2 + focal * head[:, 0] / depth, height / 2 - focal * head[:, 1] / depth])
    points = np.empty((468, 3))
    points[:] = (*screen.mean(axis=0), 0)
    points[list(face.index)] = np.column_stack([screen, -head[:, 2] * focal / distance_cm])
    return points


def test_the_bundle_holds_the_canonical_face(canonical: CanonicalFace) -> None:
    assert len(canonical.index) == len(canonical.points_cm) == len(canonical.weights) > 20
    assert (canonical.weights > 0).all()
    left_corner, right_corner = (canonical.points_cm[canonical.index.index(number)] for number in (33, 263))
    assert left_corner[0] < 0 < right_corner[0]
    assert right_corner == pytest.approx(left_corner * (-1, 1, 1), abs=1e-4)


@pytest.mark.parametrize("frame_wh", [(640, 480), (480, 640), (1920, 1080)])
@pytest.mark.parametrize(("yaw_deg", "pitch_deg", "roll_deg"), [(0, 0, 0), (30, 0, 0), (-30, 10, 5), (0, -20, -20)])
def test_a_head_seen_by_a_camera_gives_its_pose_back(
    canonical: CanonicalFace, frame_wh: tuple[int, int], yaw_deg: float, pitch_deg: float, roll_deg: float
) -> None:
    points = seen(canonical, turned(yaw_deg, pitch_deg, roll_deg), 60, frame_wh)
    matrix = matrix_of(canonical, points, frame_wh)
    assert matrix is not None
    pose = headpose.from_matrix(matrix)
    assert pose.yaw_deg == pytest.approx(yaw_deg, abs=4)
    assert pose.pitch_deg == pytest.approx(pitch_deg, abs=4)
    assert matrix[2, 3] == pytest.approx(-60, rel=0.1)


def in_two_steps(face: CanonicalFace, points: Points, frame_wh: tuple[int, int]) -> Points:
    """MediaPipe's geometry pipeline: the size twice, each time moving the points away by it, and then the fit."""
    per_pixel = 2 * math.tan(math.radians(VERTICAL_FOV_DEG) / 2) / frame_wh[1]
    near = points[list(face.index)] - (frame_wh[0] / 2, frame_wh[1] / 2, points[:468, 2].mean())
    near *= (per_pixel, -per_pixel, -per_pixel)

    def moved(size: float) -> Points:
        away = (1 - near[:, 2:]) / size
        return np.hstack([near[:, :2] * away, -away])

    def size_of(target: Points) -> float:
        return float(np.linalg.norm(face.fit.matrix(target)[:3, 0]))

    first = size_of(near)
    return face.fit.matrix(moved(first * size_of(moved(first))))


@pytest.mark.parametrize("distance_cm", [25, 60, 150])
def test_the_size_cancels_out(canonical: CanonicalFace, distance_cm: float) -> None:
    points = np.add(seen(canonical, turned(-25, 15, 10), distance_cm, (640, 480)), (30, -20, 5))
    matrix = matrix_of(canonical, points, (640, 480))
    assert matrix is not None
    np.testing.assert_allclose(matrix, in_two_steps(canonical, points, (640, 480)), rtol=1e-9, atol=1e-9)


def test_landmarks_on_one_spot_have_no_pose(canonical: CanonicalFace) -> None:
    assert matrix_of(canonical, np.full((478, 3), 100.0), (640, 480)) is None


@given(st.floats(-80, 80), st.floats(-80, 80), st.floats(-80, 80), st.floats(0.1, 20), st.integers(0, 1000))
def test_the_fit_gives_turn_size_and_place_back(
    yaw_deg: float, pitch_deg: float, roll_deg: float, scale: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    source, weights, move = random.normal(0, 5, (20, 3)), random.uniform(0.1, 1, 20), random.normal(0, 50, 3)
    rotation = turned(yaw_deg, pitch_deg, roll_deg)
    matrix = Fit(source, weights).matrix(source @ (scale * rotation).T + move)
    np.testing.assert_allclose(matrix[:3, :3], scale * rotation, atol=1e-6 * scale)
    np.testing.assert_allclose(matrix[:3, 3], move, atol=1e-5)


def test_a_mirrored_target_is_not_answered_with_a_reflection() -> None:
    source = np.random.default_rng(1).normal(0, 5, (20, 3))
    matrix = Fit(source, np.ones(20)).matrix(source * (1, 1, -1))
    assert np.linalg.det(matrix[:3, :3]) > 0


def test_damaged_metadata_is_a_detector_error(metadata: bytes) -> None:
    for damaged in (metadata[:500], b"\xff" * 20, b"\x0a\x05\x1d\x00\x00\x00\x00", metadata[2:], b""):
        with pytest.raises(DetectorError, match="canonical face"):
            read_canonical_face(damaged)
