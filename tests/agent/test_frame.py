"""The slot between capture and vision: newest wins, drops are counted, nobody hangs."""

import threading
from datetime import UTC, datetime

import numpy as np

from agent.frame import Frame, FrameTap, LatestFrame


def frame(index: int) -> Frame:
    return Frame(np.zeros((2, 3, 3), np.uint8), index / 10, datetime(2026, 1, 1, tzinfo=UTC), index)


def test_the_newest_frame_wins_and_the_others_are_counted() -> None:
    slot = LatestFrame()
    for index in range(4):
        slot.put(frame(index))
    taken = slot.take(0)
    assert taken is not None
    assert taken.index == 3
    assert slot.dropped == 3


def test_a_frame_is_taken_once() -> None:
    slot = LatestFrame()
    slot.put(frame(1))
    assert slot.take(0) is not None
    assert slot.take(0) is None
    assert slot.dropped == 0


def test_take_wakes_up_when_a_frame_comes() -> None:
    slot, taken = LatestFrame(), []
    taker = threading.Thread(target=lambda: taken.append(slot.take(60)))
    taker.start()
    slot.put(frame(7))
    taker.join(60)
    assert [got and got.index for got in taken] == [7]


def test_close_wakes_up_whoever_waits() -> None:
    slot, taken = LatestFrame(), []
    taker = threading.Thread(target=lambda: taken.append(slot.take(60)))
    taker.start()
    slot.close()
    taker.join(60)
    assert taken == [None]
    assert slot.closed


def test_frame_wh_is_width_then_height() -> None:
    assert frame(0).frame_wh == (3, 2)


def test_a_tap_gives_every_frame_to_each_who_subscribed() -> None:
    tap = FrameTap()
    tap.put(frame(0))  # nobody there: nothing happens
    first, second = tap.subscribe(), tap.subscribe()
    tap.put(frame(1))
    assert first.take(0) is second.take(0) is not None
    tap.put(frame(2))
    tap.put(frame(3))
    assert (first.dropped, second.dropped) == (1, 1)
    tap.close(first)
    tap.close(first)
    assert first.closed
    tap.put(frame(4))
    newest = second.take(0)
    assert newest is not None
    assert newest.index == 4
