"""Regions: what is cut out is what the mapping says, turned or not, inside of the picture or not."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.vision.region import Cutter, Region, around, whole

GRADIENT = np.dstack(
    [np.full((200, 250), 60), np.tile(np.arange(200)[:, None], (1, 250)), np.tile(np.arange(250), (200, 1))]
).astype(np.uint8)
"""BGR: green is the row, red the column."""


@pytest.mark.parametrize("angle_deg", [0, 30, -45, 90])
def test_a_cut_shows_what_the_mapping_says(angle_deg: float) -> None:
    region = Region(125, 100, 80, 60, math.radians(angle_deg))
    patch = Cutter(64, "replicate").cut(GRADIENT, region)
    assert patch.shape == (64, 64, 3)
    rows, columns = np.mgrid[8:56:8, 8:56:8]
    at = np.stack([columns.ravel() / 64, rows.ravel() / 64])
    mapping = np.array(region.to_picture())
    expected = mapping[:, :2] @ at + mapping[:, 2:]
    shown = patch[rows.ravel(), columns.ravel()]
    np.testing.assert_allclose(shown[:, :2].T, expected, atol=1)  # RGB: red is x, green is y
    assert (shown[:, 2] == 60).all()


@given(st.floats(-500, 500), st.floats(-500, 500), st.floats(1, 900), st.floats(1, 900), st.floats(-3, 3))
def test_the_middle_is_the_middle_and_sides_keep_their_length(
    x: float, y: float, width: float, height: float, angle: float
) -> None:
    mapping = np.array(Region(x, y, width, height, angle).to_picture())
    np.testing.assert_allclose(mapping @ (0.5, 0.5, 1), (x, y), atol=1e-6)
    assert np.linalg.norm(mapping[:, 0]) == pytest.approx(width)
    assert np.linalg.norm(mapping[:, 1]) == pytest.approx(height)
    assert mapping[:, 0] @ mapping[:, 1] == pytest.approx(0, abs=1e-6 * width * height)


def test_outside_is_black_or_the_nearest_pixel() -> None:
    white = np.full((40, 40, 3), 255, np.uint8)
    beyond = Region(-100, 20, 20, 20)
    assert (Cutter(16, "zero").cut(white, beyond) == 0).all()
    assert (Cutter(16, "replicate").cut(white, beyond) == 255).all()


def test_the_whole_picture_squared_is_letterboxed() -> None:
    letterboxed = whole(np.full((100, 200, 3), 255, np.uint8)).squared()
    assert letterboxed == Region(100, 50, 200, 200)
    patch = Cutter(128, "zero").cut(np.full((100, 200, 3), 255, np.uint8), letterboxed)
    assert (patch[64] == 255).all()
    assert (patch[:30] == 0).all()


def test_a_region_around_a_tilted_face_is_level_with_its_eyes() -> None:
    region = around((0, 0, 100, 100), (30, 30), (70, 70))
    assert region.angle == pytest.approx(math.radians(45))
    dots = np.zeros((100, 100, 3), np.uint8)
    for eye in ((30, 30), (70, 70)):
        cv2.circle(dots, eye, 3, (255, 255, 255), -1)
    rows, columns = np.nonzero(Cutter(100, "zero").cut(dots, region)[:, :, 0] > 128)
    left, right = rows[columns < 50], rows[columns >= 50]
    assert left.mean() == pytest.approx(right.mean(), abs=1)


def test_a_cutter_that_was_used_before_cuts_as_a_new_one() -> None:
    used, here, there = Cutter(32, "replicate"), Region(60, 60, 40, 40, 0.3), Region(150, 100, 90, 90, -0.2)
    for region in (here, there, there, here):
        again = used.cut(GRADIENT, region).copy()
        np.testing.assert_array_equal(again, Cutter(32, "replicate").cut(GRADIENT, region))


@pytest.mark.parametrize("frame_wh", [(640, 480), (1280, 720), (650, 480), (333, 500)])
def test_a_small_copy_of_the_whole_picture_is_made_of_the_pixels_that_the_mapping_says(
    frame_wh: tuple[int, int],
) -> None:
    image = np.random.default_rng(7).integers(0, 256, (frame_wh[1], frame_wh[0], 3), dtype=np.uint8)
    square = whole(image).squared()
    patch = Cutter(64, "zero").cut(image, square)
    steps = np.arange(64, dtype=np.float32)[None] * np.float32(square.width / 64)
    across, down = (np.repeat(np.rint(32 * (steps + low)) / 32, 64, axis=0) for low in square.upright_box[:2])
    maps = across.astype(np.float32), np.ascontiguousarray(down.T.astype(np.float32))
    expected = cv2.remap(image, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    np.testing.assert_allclose(patch.astype(int), expected[..., ::-1].astype(int), atol=1)
