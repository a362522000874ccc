"""Covered against dim, frozen against quiet."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from agent.frame import BgrImage, Frame
from agent.vision.observation import CameraState
from agent.vision.tamper import FREEZE_S, TamperDetector
from tests.support.portrait import dark, scene


def states(images: Iterable[BgrImage], fps: float = 15.0) -> Iterator[CameraState]:
    detector = TamperDetector()
    for index, image in enumerate(images):
        yield detector.look(Frame(image, index / fps, datetime(2026, 1, 1, tzinfo=UTC), index))


def noisy(image: BgrImage, seed: int, spread: int = 3) -> BgrImage:
    noise = np.random.default_rng(seed).integers(-spread, spread + 1, image.shape)
    return np.asarray(np.clip(image.astype(np.int16) + noise, 0, 255), np.uint8)


def bright_cover(seed: int) -> BgrImage:
    """Paper before the lens: light, and softly shaded."""
    shade = np.linspace(150, 190, 640, dtype=np.float32)
    return noisy(np.repeat(np.repeat(shade[None, :, None], 480, 0), 3, 2).astype(np.uint8), seed)


@pytest.mark.parametrize("image", [dark(), bright_cover(1), np.zeros((480, 640, 3), np.uint8)])
def test_a_covered_lens_is_blocked(image: BgrImage) -> None:
    state = next(states([image]))
    assert state.blocked
    assert not state.sees
    assert state.edges < state.min_edges


@pytest.mark.parametrize("after", range(1, 8))
@pytest.mark.parametrize("light", [1.0, 0.25])
def test_a_cover_is_seen_in_the_frame_in_which_it_comes_and_goes(after: int, light: float) -> None:
    """Whenever that is between two measurements of the whole picture."""
    rooms = [noisy((scene(seed=n).astype(np.float32) * light).astype(np.uint8), n) for n in range(after + 4)]
    images = [*rooms[:after], dark(), dark(), *rooms[after:]]
    assert [state.blocked for state in states(images)] == [False] * after + [True] * 2 + [False] * 4


@pytest.mark.parametrize("light", [1.0, 0.5, 0.25])
def test_a_room_is_not_blocked_even_when_dim(light: float) -> None:
    image = noisy((scene().astype(np.float32) * light).astype(np.uint8), 3)
    state = next(states([image]))
    assert not state.blocked
    assert state.edges > state.min_edges


@pytest.mark.parametrize(("light", "is_dark"), [(1.0, False), (0.5, False), (0.25, False), (0.08, True)])
def test_a_room_is_dark_when_no_face_can_be_told_in_it(light: float, is_dark: bool) -> None:
    image = noisy((scene().astype(np.float32) * light).astype(np.uint8), 3)
    state = next(states([image]))
    assert state.dark is is_dark
    assert not state.blocked
    assert not state.blurred


@pytest.mark.parametrize("image", [dark(), bright_cover(1), np.zeros((480, 640, 3), np.uint8)])
def test_a_covered_lens_is_neither_dark_nor_blurred_but_covered(image: BgrImage) -> None:
    state = next(states([image]))
    assert not state.dark
    assert not state.blurred


@pytest.mark.parametrize(("sigma", "is_blurred"), [(1, False), (3, False), (6, False), (12, True), (20, True)])
@pytest.mark.parametrize("light", [1.0, 0.5])
def test_a_lens_out_of_focus_is_blurred_in_any_light(sigma: float, light: float, is_blurred: bool) -> None:
    image = cv2.GaussianBlur(scene(seed=4), (0, 0), sigma).astype(np.float32) * light
    state = next(states([noisy(image.astype(np.uint8), 5)]))
    assert state.blurred is is_blurred
    assert not state.blocked


def test_a_frozen_picture_is_found_and_dated_back_to_its_first_frame() -> None:
    found = list(states([scene(seed=n) for n in range(10)] + [scene(seed=99)] * 40))
    assert not any(state.frozen for state in found[:10])
    first = next(index for index, state in enumerate(found) if state.frozen)
    assert (first - 10) / 15 == pytest.approx(FREEZE_S, abs=0.1)
    assert found[first].still_s == pytest.approx((first - 10) / 15)
    assert not found[first].sees


def test_one_recoded_keyframe_does_not_end_a_freeze() -> None:
    still, recoded = scene(seed=1), noisy(scene(seed=1), 5, spread=1)
    found = list(states([still] * 30 + [recoded] * 30))
    assert all(state.frozen for state in found[20:])
    assert found[-1].still_s == pytest.approx(59 / 15)


def test_a_freeze_ends_when_the_picture_moves_again() -> None:
    found = list(states([scene(seed=1)] * 30 + [scene(seed=n) for n in range(2, 8)]))
    assert found[29].frozen
    assert not found[-1].frozen
    assert found[-1].still_s < 0.1


def test_the_noise_of_a_real_sensor_is_life() -> None:
    assert not any(state.frozen for state in states(scene(seed=n) for n in range(60)))


def test_a_picture_that_changes_a_little_now_and_then_is_life() -> None:
    """A strongly compressed video of an empty room: most frames equal the one before, blocks change here and there."""
    image, images = scene(), []
    for index in range(90):
        if index % 4 == 0:
            image = image.copy()
            row, column = (37 * index) % 440, (53 * index) % 600
            image[row : row + 32, column : column + 32] //= 2
        images.append(image)
    assert not any(state.frozen for state in states(images))


@pytest.mark.parametrize("height", [240, 360, 480, 720, 1080])
@pytest.mark.parametrize("row", range(8))
def test_a_change_weighs_the_same_in_whichever_row_of_a_block_it_is(height: int, row: int) -> None:
    """Compressed video changes most at the edges of its blocks of eight."""
    before = np.full((height, 640, 3), 100, np.uint8)
    after = before.copy()
    after[row::8] += 8
    *_, state = states([before, after])
    assert state.change == pytest.approx(1, abs=0.1)


def test_the_first_frame_has_nothing_to_differ_from() -> None:
    assert next(states([scene()])).change == float("inf")


def test_a_camera_that_changes_its_size_does_not_upset_it() -> None:
    small = cv2.resize(scene(), (320, 240))
    found = list(states([scene(), np.asarray(small, np.uint8), scene()]))
    assert all(state.change == float("inf") for state in found)
