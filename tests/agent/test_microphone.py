"""The microphone thread: one microphone for all who listen, and one that is late, vanishes, comes back or hangs."""

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from agent.capture import microphone as microphone_module
from agent.capture.microphone import CHUNK_SAMPLES, RATE_HZ, AudioChunk, AudioQueue, MicrophoneThread
from agent.errors import DetectorError
from tests.support.processes import wait_for


class PluggedMicrophone:
    """Hardware stand-in: delivers a chunk every few milliseconds while `plugged`, numbered in its samples."""

    def __init__(self) -> None:
        self.name = "test microphone"
        self.plugged = True
        self.opened = 0
        self.closed = 0
        self.is_open = False
        self.hang = threading.Event()
        self.surprise: Exception | None = None
        self.ended = False
        self.count = 0

    def open(self) -> None:
        self.opened += 1
        if not self.plugged:
            raise DetectorError("test microphone: not plugged in")
        self.is_open = True

    def read(self) -> AudioChunk | None:
        time.sleep(0.001)
        if self.surprise:
            raise self.surprise
        if not self.plugged:
            raise DetectorError("test microphone: vanished")
        while self.hang.is_set():
            time.sleep(0.001)
        if self.ended:
            return None
        self.count += 1
        return chunk(self.count)

    def close(self) -> None:
        self.closed += 1
        self.is_open = False


def chunk(number: int) -> AudioChunk:
    return AudioChunk(number * CHUNK_SAMPLES / RATE_HZ, np.full(CHUNK_SAMPLES, number % 30000, np.int16))


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone_module, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(microphone_module, "LONGEST_WAIT_S", 0.05)


@pytest.fixture
def microphone() -> PluggedMicrophone:
    return PluggedMicrophone()


@pytest.fixture
def thread(microphone: PluggedMicrophone) -> Iterator[MicrophoneThread]:
    thread = MicrophoneThread(microphone)
    thread.start()
    yield thread
    microphone.hang.clear()
    thread.stop()


def test_a_microphone_is_open_only_while_somebody_listens(
    microphone: PluggedMicrophone, thread: MicrophoneThread
) -> None:
    assert (thread.state, microphone.opened) == ("idle", 0)
    queue = thread.subscribe()
    assert queue.take(30) is not None
    assert thread.state == "ok"
    thread.close(queue)
    wait_for("the microphone to be closed", lambda: not microphone.is_open and thread.state == "idle")
    assert queue.closed
    again = thread.subscribe()
    assert again.take(30) is not None
    assert microphone.opened == 2


def test_all_who_listen_get_the_same_chunks(thread: MicrophoneThread) -> None:
    first, second = thread.subscribe(size=10_000), thread.subscribe(size=10_000)
    heard = second.take(30)
    assert heard is not None
    same = first.take(30)
    while same is not None and same.captured_s < heard.captured_s:
        same = first.take(30)
    assert same is heard, "one array for all: nobody copies sound for each listener"


def test_who_listens_slowly_loses_the_oldest_and_harms_nobody(thread: MicrophoneThread) -> None:
    slow, quick = thread.subscribe(size=3), thread.subscribe(size=10_000)
    heard: list[AudioChunk] = []
    while len(heard) < 20:
        taken = quick.take(30)
        assert taken is not None
        heard.append(taken)
    assert quick.dropped == 0
    assert slow.dropped >= 20 - 3
    oldest = slow.take(0)
    assert oldest is not None
    assert oldest.captured_s > heard[0].captured_s


def test_a_queue_that_is_closed_wakes_who_waits_for_it() -> None:
    queue, woken = AudioQueue(), threading.Event()

    def wait() -> None:
        if queue.take(60) is None:
            woken.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    queue.close()
    assert woken.wait(30)
    waiting.join()
    queue.put(chunk(1))
    assert queue.take(0) is None


def test_a_microphone_that_is_not_there_yet_is_tried_again(
    microphone: PluggedMicrophone, thread: MicrophoneThread
) -> None:
    microphone.plugged = False
    queue = thread.subscribe()
    wait_for("three attempts", lambda: thread.errors >= 3)
    assert thread.state == "lost"
    assert "not plugged in" in thread.detail
    assert queue.take(0) is None
    microphone.plugged = True
    wait_for("the microphone to deliver", lambda: thread.state == "ok")
    assert queue.take(30) is not None
    assert thread.detail == "test microphone"


def test_a_microphone_that_vanishes_is_lost_until_it_returns(
    microphone: PluggedMicrophone, thread: MicrophoneThread
) -> None:
    queue = thread.subscribe()
    assert queue.take(30) is not None
    microphone.plugged = False
    wait_for("the loss to be noticed", lambda: thread.state == "lost")
    assert "vanished" in thread.detail or "not plugged in" in thread.detail
    microphone.plugged = True
    wait_for("its return", lambda: thread.state == "ok")
    assert microphone.closed >= 1, "what was lost is let go of before it is opened again"


def test_a_sound_that_ends_and_a_driver_that_raises_anything_do_not_end_listening(
    microphone: PluggedMicrophone, thread: MicrophoneThread
) -> None:
    thread.subscribe()
    microphone.ended = True
    wait_for("the end to be noticed", lambda: "has ended" in thread.detail)
    microphone.ended, microphone.surprise = False, ZeroDivisionError("in a driver")
    wait_for("the surprise to be told", lambda: "ZeroDivisionError" in thread.detail)
    microphone.surprise = None
    wait_for("it to go on", lambda: thread.state == "ok")


def test_a_microphone_that_hangs_is_noticed_and_keeps_nobody(
    microphone: PluggedMicrophone, thread: MicrophoneThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(microphone_module, "STALL_S", 0.2)
    queue = thread.subscribe()
    assert queue.take(30) is not None
    microphone.hang.set()
    wait_for("the hang to be noticed", lambda: thread.state == "lost")
    assert "no sound for" in thread.detail
    while queue.take(0) is not None:
        pass
    assert queue.take(0) is None, "who listens gets nothing, at once"
    microphone.hang.clear()
    wait_for("it to go on", lambda: thread.state == "ok")


def test_stopping_wakes_all_who_listen(thread: MicrophoneThread) -> None:
    queue = thread.subscribe()
    thread.stop()
    while queue.take(30) is not None:
        pass
    assert queue.closed
    assert thread.subscribe().closed, "nobody waits for a microphone that will never speak again"
