"""Fusion: agreement raises, silence lowers, and what a view cannot see it does not deny."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.vision.fusion import Look, fuse, shifted
from agent.vision.observation import Box, Detection
from agent.vision.views import near, squares, whole

WHOLE = whole(640, 480)
LEFT, RIGHT = squares(640, 480)
SPOT = (10.0, 10.0, 110.0, 210.0)
MIDDLE = (300.0, 100.0, 340.0, 180.0)


def phone(score: float, box: Box = SPOT) -> Detection:
    return Detection("cell phone", score, box)


def test_the_score_of_a_spot_is_the_mean_over_looks_that_show_it() -> None:
    looks = [Look(WHOLE, (phone(0.6),)), Look(LEFT, (phone(0.3, (12, 11, 111, 212)),)), Look(RIGHT, ())]
    (found,) = fuse(looks)
    assert found.score == pytest.approx(0.45), "the right square does not show it, so it has no say"
    assert found.box_xyxy == pytest.approx((10.67, 10.33, 110.33, 210.67), abs=0.01), "weighted by score"


def test_silence_of_a_look_that_shows_the_spot_counts() -> None:
    looks = [Look(WHOLE, (phone(0.6, MIDDLE),)), Look(LEFT, ()), Look(RIGHT, ())]
    (found,) = fuse(looks)
    assert found.score == pytest.approx(0.2)


def test_a_look_has_one_vote_for_a_spot() -> None:
    near_by = (14.0, 12.0, 112.0, 214.0)
    (found,) = fuse([Look(WHOLE, (phone(0.6), phone(0.5, near_by))), Look(LEFT, (phone(0.4),))])
    assert found.score == pytest.approx(0.5)


def test_labels_and_places_stay_apart() -> None:
    elsewhere = (400.0, 10.0, 500.0, 210.0)
    found = fuse([Look(WHOLE, (phone(0.6), Detection("book", 0.5, SPOT), phone(0.4, elsewhere)))])
    assert [(item.label, item.score) for item in found] == [("cell phone", 0.6), ("book", 0.5), ("cell phone", 0.4)]


def test_a_view_for_other_labels_has_no_say() -> None:
    close_up = next(iter(near(640, 480)))
    looks = [Look(WHOLE, (phone(0.6), Detection("laptop", 0.6, SPOT))), Look(close_up, ())]
    assert {item.label: item.score for item in fuse(looks)} == pytest.approx({"cell phone": 0.3, "laptop": 0.6})


def test_nothing_found_is_nothing() -> None:
    assert fuse([]) == []
    assert fuse([Look(WHOLE, ()), Look(LEFT, ())]) == []


def test_a_box_without_area_does_no_harm() -> None:
    (found,) = fuse([Look(WHOLE, (phone(0.0, (5, 5, 5, 5)),))])
    assert found.box_xyxy == (5, 5, 5, 5)


BOX = st.tuples(st.floats(0, 500), st.floats(0, 300), st.floats(5, 140), st.floats(5, 170)).map(
    lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3])
)
FOUND = st.lists(st.builds(phone, st.floats(0.02, 1), BOX), max_size=6).map(tuple)


@given(FOUND, FOUND, FOUND)
def test_a_mean_is_never_more_than_the_best_look_and_needs_no_order(
    a: tuple[Detection, ...], b: tuple[Detection, ...], c: tuple[Detection, ...]
) -> None:
    found = fuse([Look(WHOLE, a), Look(LEFT, b), Look(RIGHT, c)])
    every = [*a, *b, *c]
    assert bool(found) == bool(every)
    for item in found:
        assert 0 < item.score <= max(one.score for one in every) + 1e-6
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)
    assert fuse([Look(WHOLE, a), Look(LEFT, b), Look(RIGHT, c)]) == found


@given(st.floats(0, 1), st.floats(0, 1), st.floats(-4, 4))
def test_a_shift_keeps_order_and_range(a: float, b: float, log_odds: float) -> None:
    low, high = sorted((a, b))
    assert 0 <= shifted(low, log_odds) <= shifted(high, log_odds) + 1e-12 <= 1 + 1e-12


def test_a_shift_back_is_the_score() -> None:
    assert shifted(shifted(0.07, 1.7), -1.7) == pytest.approx(0.07)
    assert (shifted(0.0, 3), shifted(1.0, -3)) == (0, 1)
