"""Views: what they show, and the way back to the picture."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.vision.views import HAND_HELD, MAX_SQUARES, View, mirrored, near, squares, still_views, video_views, whole

SIZE = st.tuples(st.integers(1, 2000), st.integers(1, 2000))


@given(SIZE)
def test_squares_cover_a_picture_up_to_their_number_and_stay_inside(size_wh: tuple[int, int]) -> None:
    width, height = size_wh
    parts = [view.region_xyxy for view in squares(width, height)]
    longer, side = max(size_wh), min(size_wh)
    for x1, y1, x2, y2 in parts:
        assert (x2 - x1, y2 - y1) == (side, side)
        assert 0 <= x1 <= x2 <= width
        assert 0 <= y1 <= y2 <= height
    if parts and longer <= MAX_SQUARES * side:
        axis = 0 if width > height else 1
        ends = [(part[axis], part[axis + 2]) for part in parts]
        assert ends[0][0] == 0
        assert ends[-1][1] == longer
        assert all(later[0] <= earlier[1] + 1 for earlier, later in pairwise(ends))


def test_a_picture_that_is_nearly_square_needs_no_squares() -> None:
    assert list(squares(100, 110)) == []
    assert [view.region_xyxy for view in squares(640, 480)] == [(0, 0, 480, 480), (160, 0, 640, 480)]
    assert [view.region_xyxy for view in squares(480, 640)] == [(0, 0, 480, 480), (0, 160, 480, 640)]


@given(SIZE, st.integers(0, 40), st.floats(0, 1), st.floats(0, 1))
def test_every_view_finds_the_way_back(size_wh: tuple[int, int], index: int, right: float, down: float) -> None:
    """A point of the picture, taken into the view and back as a box of no size, is where it was."""
    views = still_views(*size_wh)
    view = views[index % len(views)]
    x1, y1, x2, y2 = view.region_xyxy
    point = np.array([x1 + right * (x2 - x1), y1 + down * (y2 - y1), 1.0])
    x, y = view.matrix @ point
    back = view.to_picture((float(x), float(y), float(x), float(y)))
    assert back == pytest.approx((point[0], point[1], point[0], point[1]), abs=0.01)


@pytest.mark.parametrize("index", range(12))
def test_a_view_shows_what_its_matrix_says(index: int) -> None:
    """A bright block in the picture lies in the view where the matrix puts it, and its box leads back to it."""
    image = np.zeros((480, 640, 3), np.uint8)
    image[200:260, 300:340] = 255
    view = still_views(640, 480)[index]
    shown = view.of(image)
    assert shown.shape[:2] == (view.size_wh[1], view.size_wh[0])
    rows, columns = np.nonzero(shown[:, :, 0] > 200)
    box = (float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1))
    x1, y1, x2, y2 = view.to_picture(box)
    assert (x1 + x2) / 2 == pytest.approx(320, abs=2)
    assert (y1 + y2) / 2 == pytest.approx(230, abs=2)
    assert x1 <= 302
    assert x2 >= 338
    assert y1 <= 202
    assert y2 >= 258


def test_boxes_are_clipped_to_what_a_view_shows() -> None:
    second = list(squares(640, 480))[1]
    assert second.to_picture((-50, -50, 600, 600)) == (160, 0, 640, 480)


def test_only_what_a_hand_holds_is_looked_for_close_up() -> None:
    views: list[View] = list(near(640, 480))
    assert {view.labels for view in views} == {HAND_HELD}
    assert mirrored(views[0]).labels == HAND_HELD
    assert whole(640, 480).labels is None
    assert len(still_views(640, 480)) == 12


def test_a_video_is_seen_whole_every_other_turn_and_every_part_in_turn() -> None:
    views = video_views(640, 480)
    assert len(views) == 10
    assert all(view.labels is None and view.region_xyxy == (0, 0, 640, 480) for view in views[::2])
    assert {view.region_xyxy for view in views[1::2]} == {(0, 0, 640, 480), (0, 0, 480, 480), (160, 0, 640, 480)}
    assert len(video_views(300, 300)) == 6
