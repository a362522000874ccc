"""Slower under load and heat, back again when there is room, and never silently."""

from collections.abc import Iterable
from itertools import pairwise

import pytest

from agent.vision.governor import PACES_HZ, RESTORE_S, REVIEW_S, Governor, Heat

QUICK = {"faces": 0.01, "objects": 0.03}
SLOW = {"faces": 0.05, "objects": 0.15}
"""0.95 of the time at full pace, 0.8 with two looks for objects, 0.7 at the third pace."""


class Board:
    """A governor on a board whose temperature and speed a test sets; time goes in reviews."""

    def __init__(self) -> None:
        self.heat = Heat()
        self.now_s = 0.0
        self.governor = Governor(lambda: self.heat)

    def steps(self, inference_s: dict[str, float], seconds: float, other_load: float = 0.0) -> list[int]:
        """Which pace is in force after each review."""
        taken = []
        for _ in range(round(seconds / REVIEW_S)):
            self.now_s += REVIEW_S
            assert self.governor.due(self.now_s)
            self.governor.review(self.now_s, inference_s, other_load)
            assert not self.governor.due(self.now_s + REVIEW_S / 2)
            taken.append(PACES_HZ.index(self.governor.paces_hz))
        return taken


@pytest.fixture
def board() -> Board:
    return Board()


def test_with_room_to_spare_nothing_is_given_up(board: Board) -> None:
    assert set(board.steps(QUICK, 300)) == {0}
    assert board.governor.reason == ""


def test_under_load_the_first_pace_that_fits_is_taken_at_once_and_kept(board: Board) -> None:
    assert set(board.steps(SLOW, 300)) == {2}
    assert board.governor.reason == "looks less often: detectors would take 95% of the time, 75% is allowed"


def test_what_keeps_pace_with_the_camera_counts_too(board: Board) -> None:
    assert board.steps(SLOW, 10, other_load=0.2) == [3, 3]


def test_a_board_that_is_far_too_slow_stays_at_the_lowest_pace_and_says_so(board: Board) -> None:
    assert set(board.steps({"faces": 0.4, "objects": 1.0}, 60)) == {len(PACES_HZ) - 1}
    assert board.governor.reason.endswith("and slower it does not go")


def test_every_detector_keeps_looking_at_every_pace() -> None:
    assert all(hz >= (0.5 if name == "identity" else 1) for pace in PACES_HZ for name, hz in pace.items())
    for before, after in pairwise(PACES_HZ):
        assert all(after[name] <= before[name] for name in before)
        assert after != before


def test_it_comes_back_step_by_step_when_there_is_room(board: Board) -> None:
    board.steps(SLOW, 10)
    back = board.steps(QUICK, 90)
    assert back[0] == 2, "not at once"
    assert back[-1] == 0
    assert back == sorted(back, reverse=True)
    changes_s = [n * REVIEW_S for n, (a, b) in enumerate(pairwise(back)) if a != b]
    assert changes_s[1] - changes_s[0] >= RESTORE_S
    assert board.governor.reason == ""


def test_at_the_limit_it_does_not_swing_to_and_fro(board: Board) -> None:
    """The faster pace would take just less than the budget: no room to spare, so it is not tried."""
    board.steps(SLOW, 10)
    taken = board.steps({"faces": 0.046, "objects": 0.138}, 600)
    assert set(taken) == {2}


@pytest.mark.parametrize("heat", [Heat(82.0), Heat(60.0, throttled=True), Heat(None, throttled=True)])
def test_heat_takes_a_step_a_review_until_it_is_gone(board: Board, heat: Heat) -> None:
    board.heat = heat
    assert board.steps(QUICK, 15) == [1, 2, 3]
    assert "°C" in board.governor.reason or "slows down" in board.governor.reason
    board.heat = Heat(75.0, throttled=False)
    assert set(board.steps(QUICK, 120)) == {3}, "not hot any more, and not cool yet"
    board.heat = Heat(65.0, throttled=False)
    assert board.steps(QUICK, 300)[-1] == 0


def test_a_board_that_tells_nothing_is_judged_by_load_alone(board: Board) -> None:
    board.heat = Heat(None, None)
    assert set(board.steps(QUICK, 60)) == {0}


@pytest.mark.parametrize("running", [{}, {"faces": 0.05}, {"objects": 0.15}])
def test_detectors_that_do_not_run_take_no_time(board: Board, running: dict[str, float]) -> None:
    assert set(board.steps(running, 30)) == {0}


def test_a_review_says_whether_something_changed(board: Board) -> None:
    def changed(loads: Iterable[dict[str, float]]) -> list[bool]:
        return [board.governor.review(n * REVIEW_S, load) for n, load in enumerate(loads)]

    assert changed([QUICK, SLOW, SLOW, SLOW]) == [False, True, False, False]
