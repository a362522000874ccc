"""Head pose: signs and size, from matrices and from keypoints made by rotating a head."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from agent.vision.headpose import (
    HEAD_MODEL_CM,
    PITCH_GAIN,
    PITCH_OFFSET_DEG,
    SHORTFALL,
    combine,
    from_keypoints,
    from_matrix,
)
from agent.vision.observation import HeadPose


def turned(yaw_deg: float, pitch_deg: float, roll_deg: float = 0.0) -> NDArray[np.float64]:
    """Rotation of a head that looks left by yaw, up by pitch and tilts clockwise by roll (x right, y up, z out)."""
    yaw, pitch, roll = map(math.radians, (-yaw_deg, -pitch_deg, -roll_deg))
    about_y = np.array([[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]])
    about_z = np.array([[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    return np.asarray(about_y @ about_x @ about_z)


def keypoints(rotation: NDArray[np.float64], scale: float = 8.0) -> list[tuple[float, float]]:
    """Where the six points of that head fall in a picture, y down."""
    seen = (HEAD_MODEL_CM @ rotation.T)[:, :2] * scale
    return [(320 + x, 240 - y) for x, y in seen]


@pytest.mark.parametrize(("yaw_deg", "pitch_deg"), [(0, 0), (40, 0), (-40, 0), (0, 30), (0, -30), (35, -20), (-60, 10)])
def test_the_matrix_gives_the_angles_back(yaw_deg: float, pitch_deg: float) -> None:
    matrix = np.eye(4)
    matrix[:3, :3] = turned(yaw_deg, pitch_deg) * 1.3  # the landmarker's matrix carries the head's size
    pose = from_matrix(matrix)
    assert pose.yaw_deg == pytest.approx(yaw_deg, abs=1e-6)
    assert pose.pitch_deg == pytest.approx(pitch_deg, abs=1e-6)


def test_roll_is_positive_clockwise() -> None:
    matrix = np.eye(4)
    matrix[:3, :3] = turned(0, 0, 20)
    assert from_matrix(matrix).roll_deg == pytest.approx(20)
    upright, tilted = from_keypoints(keypoints(turned(0, 0))), from_keypoints(keypoints(turned(0, 0, 20)))
    assert upright is not None
    assert tilted is not None
    assert upright.roll_deg == pytest.approx(0, abs=1e-6)
    assert tilted.roll_deg == pytest.approx(20, abs=1e-6)


@given(st.floats(-70, 70), st.floats(-35, 35), st.floats(2, 40))
def test_keypoints_give_the_angles_back(yaw_deg: float, pitch_deg: float, scale: float) -> None:
    pose = from_keypoints(keypoints(turned(yaw_deg, pitch_deg), scale))
    assert pose is not None
    assert pose.yaw_deg == pytest.approx(yaw_deg, abs=1e-4)
    assert pose.pitch_deg * PITCH_GAIN + PITCH_OFFSET_DEG == pytest.approx(pitch_deg, abs=1e-4)


def test_points_on_one_spot_give_no_pose() -> None:
    assert from_keypoints([(5.0, 5.0)] * 6) is None


def test_the_combination_is_the_mean_stretched_by_what_both_fall_short() -> None:
    pose = combine(HeadPose(20, 10, 3), HeadPose(40, 20, 9))
    assert (pose.yaw_deg, pose.pitch_deg, pose.roll_deg) == pytest.approx((30 * SHORTFALL, 15 * SHORTFALL, 3))


@pytest.mark.parametrize(("first", "second"), [(0, 3), (2, 4), (1, 5)])
def test_points_that_no_head_shows_give_no_pose(first: int, second: int) -> None:
    points = keypoints(turned(0, 0))
    points[first], points[second] = points[second], points[first]
    assert from_keypoints(points) is None
