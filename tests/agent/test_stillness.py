"""Stillness, on the pixels of a real portrait: pictures are told apart, and nobody who moves more than noise is."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.frame import BgrImage
from agent.vision.observation import Box, CameraState, Face
from agent.vision.stillness import LOOKS_HZ, ONLY_S, SECOND_S, Stillness
from tests.support.observations import SEEING
from tests.support.portrait import portrait

LEFT, RIGHT = 40.0, 340.0
"""Where the poster hangs and where the candidate sits, x of the portrait's left edge."""


def face_at(x: float, scale: float = 0.5) -> Face:
    box: Box = (x + 180 * scale, 100 + 110 * scale, x + 340 * scale, 100 + 290 * scale)
    return Face(box, 0.9, None)


def picture(*xs: float, scale: float = 0.5, noise: float = 2.5, seed: int = 0, light: float = 1.0) -> BgrImage:
    """Portraits on a grey wall, to parts of a pixel, with a sensor's noise."""
    canvas = np.full((480, 640, 3), 150.0, np.float32)
    for x in xs:
        place = np.array([[scale, 0, x], [0, scale, 100]])
        cv2.warpAffine(
            portrait().astype(np.float32),
            place,
            (640, 480),
            dst=canvas,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_TRANSPARENT,
        )
    noisy = canvas * light + np.random.default_rng(seed).normal(0, noise, canvas.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def marks(stillness: Stillness, at_s: float, image: BgrImage, *xs: float, camera: CameraState = SEEING) -> list[bool]:
    return [face.still for face in stillness.look(image, [face_at(x) for x in xs], camera, at_s)]


def sway(at_s: float, amount: float = 4.0) -> float:
    return amount * float(np.sin(at_s * 1.7))


def watch(stillness: Stillness, from_s: int, to_s: int, *, amount: float = 4.0) -> list[list[bool]]:
    """A poster beside somebody who sways by so many pixels, one look a second."""
    found = []
    for second in range(from_s, to_s):
        x = RIGHT + sway(second, amount)
        found.append(marks(stillness, second, picture(LEFT, x, seed=second), LEFT, x))
    return found


def test_a_poster_beside_a_candidate_is_told_apart_after_a_while_and_stays_so() -> None:
    found = watch(Stillness(), 0, 12)
    assert found[: round(SECOND_S)] == [[False, False]] * round(SECOND_S), "a second person is believed first"
    assert found[round(SECOND_S) + 2 :] == [[True, False]] * (10 - round(SECOND_S))


def test_a_poster_alone_is_told_apart_later() -> None:
    stillness = Stillness()
    found = [marks(stillness, second, picture(LEFT, seed=second), LEFT)[0] for second in range(round(ONLY_S) + 5)]
    assert not any(found[: round(ONLY_S)])
    assert found[-2:] == [True, True]


def test_a_known_poster_is_one_at_once_when_the_candidate_leaves() -> None:
    stillness = Stillness()
    watch(stillness, 0, 10)
    assert marks(stillness, 10, picture(LEFT, seed=50), LEFT) == [True]


def test_somebody_before_a_known_poster_lives() -> None:
    stillness = Stillness()
    watch(stillness, 0, 10)
    nearer = LEFT + 12
    assert marks(stillness, 10, picture(nearer, RIGHT, seed=50), nearer, RIGHT) == [False, False]
    assert marks(stillness, 11, picture(LEFT, RIGHT + 2, seed=51), LEFT, RIGHT + 2) == [True, False]


def test_light_that_changes_makes_no_poster_live() -> None:
    stillness = Stillness()
    watch(stillness, 0, 10)
    assert marks(stillness, 10, picture(LEFT, RIGHT, seed=50, light=0.8), LEFT, RIGHT)[0]


def test_a_frozen_camera_makes_no_poster() -> None:
    stillness = Stillness()
    for second in range(40):
        camera = replace(SEEING, still_s=float(second), frozen=second >= 2)
        assert marks(stillness, second, picture(LEFT, seed=0), LEFT, camera=camera) == [False]


def test_a_moved_camera_forgets() -> None:
    stillness = Stillness()
    watch(stillness, 0, 10)
    assert marks(stillness, 10, picture(LEFT), LEFT, camera=replace(SEEING, moved=True)) == [False]
    assert marks(stillness, 11, picture(LEFT), LEFT) == [False]


def test_time_that_begins_anew_forgets() -> None:
    stillness = Stillness()
    watch(stillness, 100, 110)
    assert marks(stillness, 5, picture(LEFT), LEFT) == [False]


def test_a_face_that_was_out_of_sight_begins_anew() -> None:
    stillness = Stillness()
    for second in range(round(ONLY_S) - 1):
        marks(stillness, second, picture(LEFT, seed=second), LEFT)
    assert marks(stillness, ONLY_S - 0.5, picture(seed=1)) == []
    for second in range(round(ONLY_S), round(ONLY_S) + 5):
        assert marks(stillness, second, picture(LEFT, seed=second), LEFT) == [False]


@pytest.mark.parametrize(("scale", "noise"), [(0.2, 2.5), (0.5, 40.0)])
def test_where_nobody_can_say_a_face_lives(scale: float, noise: float) -> None:
    """A face of 32 pixels, and one in the noise of a dark room."""
    stillness = Stillness()
    for second in range(round(ONLY_S) + 10):
        image = picture(LEFT, scale=scale, noise=noise, seed=second)
        (face,) = stillness.look(image, [face_at(LEFT, scale)], SEEING, second)
        assert not face.still


@settings(max_examples=15, deadline=None)
@given(
    share=st.floats(0.01, 0.08),
    period_s=st.floats(2.3, 9.0),
    noise=st.floats(0.0, 4.0),
    scale=st.floats(0.35, 0.9),
)
def test_who_moves_by_more_than_noise_is_never_a_picture(
    share: float, period_s: float, noise: float, scale: float
) -> None:
    """Swaying by a hundredth of the face's width and more, either way."""
    stillness, x0 = Stillness(), 60.0
    for look in range(round((ONLY_S + 8) * LOOKS_HZ)):
        at_s = look / LOOKS_HZ
        x = x0 + share * 160 * scale * float(np.sin(2 * np.pi * at_s / period_s))
        image = picture(x, scale=scale, noise=noise, seed=look)
        (face,) = stillness.look(image, [face_at(x, scale)], SEEING, at_s)
        assert not face.still
