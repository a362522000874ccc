"""When sound was taken: counted in samples, however late and in what heaps it arrives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.capture.arrival import WINDOW_S, ArrivalClock
from agent.capture.chunker import JUMP_S

PIECE_S = 0.02


def stamps(arrivals_s: list[float]) -> list[float]:
    clock = ArrivalClock()
    return [clock.starts_s(arrival_s, PIECE_S) for arrival_s in arrivals_s]


def test_a_machine_that_was_busy_loses_no_time() -> None:
    """Half a second nobody fetched anything; then all of it comes at once."""
    arrivals_s = [(number + 1) * PIECE_S for number in range(600)]
    late_s = [max(arrival_s, 3.5) if 3.0 <= arrival_s < 3.5 else arrival_s for arrival_s in arrivals_s]
    assert stamps(late_s) == pytest.approx([number * PIECE_S for number in range(600)])


def test_lost_samples_move_the_time_once_it_is_certain() -> None:
    arrivals_s = [(number + 1) * PIECE_S + (0.8 if number >= 300 else 0) for number in range(1200)]
    found = stamps(arrivals_s)
    assert found[-1] == pytest.approx(arrivals_s[-1] - PIECE_S)
    jumps = [number for number in range(1, 1200) if abs(found[number] - found[number - 1] - PIECE_S) > 0.01]
    assert len(jumps) == 1
    assert 300 < jumps[0] <= 300 + 2 * WINDOW_S / PIECE_S + 1


@given(st.sampled_from([-0.002, -0.0003, 0.0, 0.0003, 0.002]))
def test_a_card_whose_clock_differs_is_followed(difference: float) -> None:
    arrivals_s = [(number + 1) * PIECE_S * (1 + difference) for number in range(15_000)]
    for arrival_s, start_s in zip(arrivals_s, stamps(arrivals_s), strict=True):
        assert abs(arrival_s - PIECE_S - start_s) <= JUMP_S + 0.02 + 2 * WINDOW_S * abs(difference)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=300))
def test_no_sound_is_stamped_later_than_it_can_have_been(delays_s: list[float]) -> None:
    arrivals_s, before_s = list[float](), 0.0
    for number, delay_s in enumerate(delays_s):
        before_s = max(before_s, (number + 1) * PIECE_S + delay_s)
        arrivals_s.append(before_s)
    for arrival_s, start_s in zip(arrivals_s, stamps(arrivals_s), strict=True):
        assert start_s <= arrival_s - PIECE_S + JUMP_S + 1e-9
