"""A camera that was moved, against people who move and scenes that change."""

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from agent.vision.viewpoint import ACCEPT_S, LEARN_S, View, Viewpoint
from tests.support.portrait import scene

HZ = 2
Grey = NDArray[np.uint8]


def views(pictures: Iterable[Grey]) -> Iterator[View]:
    viewpoint = Viewpoint()
    for n, picture in enumerate(pictures):
        yield viewpoint.look(picture, n / HZ)


def room(seed: int = 0, *, person: float | None = None, light: float = 1.0) -> Grey:
    """Shelves and things on a wall, 160 x 120, with noise; a person stands at `person` (share of the width)."""
    things = np.random.default_rng(7)
    picture = np.full((120, 160), 150, np.float32)
    for _ in range(40):
        x, y = int(things.integers(0, 150)), int(things.integers(0, 110))
        w, h = int(things.integers(4, 24)), int(things.integers(4, 24))
        picture[y : y + h, x : x + w] = things.integers(20, 240)
    if person is not None:
        body = cv2.resize(cv2.cvtColor(scene(seed=seed), cv2.COLOR_BGR2GRAY)[100:428, 180:460], (60, 80))
        left = round(person * 100)
        picture[40:120, left : left + 60] = body
    noise = np.random.default_rng(seed).normal(0, 2, picture.shape)
    return np.asarray(np.clip(picture * light + noise, 0, 255), np.uint8)


def aside(picture: Grey, pixels: int) -> Grey:
    """As a camera sees it that was turned by so many pixels; what comes into view is blank."""
    moved = np.full_like(picture, 120)
    moved[:, pixels:] = picture[:, : picture.shape[1] - pixels]
    return moved


LEARNED = [room(n, person=0.5) for n in range(round(LEARN_S * HZ) + 5)]


@pytest.mark.parametrize("pixels", [8, 12, 20, 32])
def test_a_turned_camera_is_moved_and_says_how_far(pixels: int) -> None:
    found = list(views([*LEARNED, *(aside(room(n, person=0.5), pixels) for n in range(20))]))
    assert not any(view.moved for view in found[: len(LEARNED)])
    assert all(view.moved for view in found[len(LEARNED) :])
    assert found[-1].shift == pytest.approx(pixels / 160, abs=0.02)


def test_a_trembling_table_is_not() -> None:
    assert not any(view.moved for view in views([*LEARNED, *(aside(room(n, person=0.5), n % 3) for n in range(20))]))


def test_a_person_who_walks_through_the_picture_is_not() -> None:
    walk = [room(n, person=abs((n % 20) - 10) / 10) for n in range(60)]
    assert not any(view.moved for view in views([*LEARNED, *walk]))


def test_a_person_who_leaves_or_comes_back_is_not() -> None:
    away = [room(n) for n in range(60)]
    assert not any(view.moved for view in views([*LEARNED, *away, *LEARNED]))


def test_a_lamp_that_goes_on_or_off_is_not() -> None:
    dimmed = [room(n, person=0.5, light=0.4) for n in range(30)]
    assert not any(view.moved for view in views([*LEARNED, *dimmed, *LEARNED]))


def test_a_cut_to_something_else_is_not_claimed_and_is_learned() -> None:
    other = [np.asarray(room(n, person=0.2)[::-1, ::-1], np.uint8) for n in range(40)]
    turned = [aside(picture, 12) for picture in other[-10:]]
    found = list(views([*LEARNED, *other, *turned]))
    assert not any(view.moved for view in found[: -len(turned)])
    assert found[-1].moved, "the new view was learned, and was then moved"


def test_nothing_is_claimed_of_a_view_that_was_hardly_seen() -> None:
    assert not any(view.moved for view in views([*LEARNED[:8], *(aside(room(n, person=0.5), 12) for n in range(8))]))


def test_a_camera_that_stands_again_is_not_moved_for_ever() -> None:
    found = list(views([*LEARNED, *(aside(room(n, person=0.5), 12) for n in range(round(ACCEPT_S * HZ) + 4))]))
    assert found[-4].moved is False
    assert sum(view.moved for view in found) == pytest.approx(ACCEPT_S * HZ, abs=2)


def test_a_camera_that_is_put_back_is_not_moved_any_more() -> None:
    found = list(views([*LEARNED, *(aside(room(n, person=0.5), 12) for n in range(6)), *LEARNED]))
    assert [view.moved for view in found[len(LEARNED) :][:8]] == [True] * 6 + [False] * 2


def test_a_picture_of_another_size_begins_anew() -> None:
    small = np.asarray(cv2.resize(room(person=0.5), (160, 90)), np.uint8)
    assert not any(view.moved for view in views([*LEARNED, small, *LEARNED]))


def test_a_wall_without_anything_on_it_says_nothing() -> None:
    blank = [np.full((120, 160), 128, np.uint8)] * 60
    assert not any(view.moved for view in views(blank))
