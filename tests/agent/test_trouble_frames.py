"""Frames that are not what a camera should deliver, through the real detectors and rules: sane, counted, and alone."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from agent.frame import Frame, as_bgr
from agent.rules.engine import Change, Closed, Engine, Opened
from agent.vision.analyzer import Analyzer
from agent.vision.clock import REORDER_S, Clock
from agent.vision.observation import Observation
from contract.profiles import PROFILES
from tests.support.portrait import scene
from tests.support.weights import real_weights

START = datetime(2026, 1, 1, tzinfo=UTC)
Stamped = tuple[Any, Any]
"""Whatever stands where a picture and its time should be."""


@dataclass
class Watch:
    """What a booth's eye made of a sequence of frames."""

    seen: list[Observation]
    changes: list[Change]
    refused: int
    failures: int

    @property
    def opened(self) -> list[str]:
        return [change.violation.kind for change in self.changes if isinstance(change, Opened)]

    def faces(self) -> list[int | None]:
        return [None if seen.faces is None else len(seen.faces) for seen in self.seen]


@pytest.fixture
def analyzer() -> Iterator[Analyzer]:
    analyzer = Analyzer(*real_weights(), allow_missing=False)
    yield analyzer
    analyzer.close()


def watch(analyzer: Analyzer, frames: Iterable[Stamped]) -> Watch:
    engine = Engine(PROFILES["strict"], analyzer.models(), detector_of=analyzer.detector_of())
    seen: list[Observation] = []
    changes: list[Change] = []
    for index, (image, captured_s) in enumerate(frames):
        position_s = captured_s if captured_s is not None and math.isfinite(captured_s) else 0.0
        seen.append(analyzer.analyze(Frame(image, captured_s, START + timedelta(seconds=position_s), index)))
        changes += engine.step(seen[-1])
    states = {health.name: health.state for health in analyzer.detectors() if health.name != "identity"}
    assert set(states.values()) == {"on"}, f"a bad frame is no fault of a detector: {states}"
    return Watch(seen, changes, analyzer.refused, analyzer.failures)


def every(seconds: float, images: Sequence[Any]) -> list[Stamped]:
    return [(image, index * seconds) for index, image in enumerate(images)]


def grey(seed: int) -> NDArray[Any]:
    return np.asarray(cv2.cvtColor(scene(seed=seed), cv2.COLOR_BGR2GRAY))


def infrared_16_bit(seed: int) -> NDArray[Any]:
    return grey(seed).astype(np.uint16) * 257


NOTHING = [
    np.zeros((0, 0, 3), np.uint8),
    np.zeros((480, 0, 3), np.uint8),
    np.zeros((480, 640, 2), np.uint8),
    np.zeros((480, 640, 3), np.float32),
    np.zeros(921600, np.uint8),
    None,
]


@pytest.mark.parametrize("nothing", NOTHING, ids=lambda nothing: str(getattr(nothing, "shape", "None")))
def test_a_frame_without_a_picture_is_counted_and_the_next_one_is_looked_at(analyzer: Analyzer, nothing: Any) -> None:
    found = watch(analyzer, every(0.2, [scene(seed=0), nothing, *(scene(seed=n) for n in range(2, 8))]))
    assert found.faces() == [1, None, 1, 1, 1, 1, 1, 1]
    assert (found.refused, found.failures, found.changes) == (1, 0, [])


def test_a_camera_that_delivers_no_pictures_for_long_is_blocked_and_not_an_empty_chair(analyzer: Analyzer) -> None:
    pictures = [scene(seed=0), *[np.zeros((0, 0, 3), np.uint8)] * 10, *(scene(seed=n) for n in range(1, 6))]
    found = watch(analyzer, every(0.2, pictures))
    assert found.opened == ["camera_blocked"]
    assert isinstance(found.changes[-1], Closed)
    assert found.refused == 10


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (8, 8)])
def test_a_picture_too_small_to_show_anything_is_a_blocked_camera(analyzer: Analyzer, shape: tuple[int, int]) -> None:
    tiny = np.full((*shape, 3), 90, np.uint8)
    found = watch(analyzer, every(0.2, [scene(seed=0), *[tiny] * 8, *(scene(seed=n) for n in range(1, 6))]))
    assert found.opened == ["camera_blocked"]
    assert isinstance(found.changes[-1], Closed)
    assert (found.refused, found.failures) == (0, 0)


@pytest.mark.parametrize(
    "picture",
    [
        grey,
        lambda seed: grey(seed)[:, :, None],
        infrared_16_bit,
        lambda seed: np.asarray(cv2.cvtColor(scene(seed=seed), cv2.COLOR_BGR2BGRA)),
        lambda seed: np.dstack([scene(seed=seed), grey(seed)]).astype(np.uint16) * 257,
        lambda seed: scene(seed=seed)[:, ::-1],
        lambda seed: np.asarray(cv2.resize(scene(seed=seed), (3840, 2880))),
        lambda seed: np.asarray(cv2.resize(scene(seed=seed), (160, 120))),
        lambda seed: np.asarray(cv2.resize(scene(seed=seed)[:, 140:500], (1080, 1440))),
    ],
    ids=["grey", "one channel", "16 bit grey", "alpha", "16 bit alpha", "mirrored view", "4K", "160x120", "upright"],
)
def test_every_shape_of_picture_shows_the_candidate(analyzer: Analyzer, picture: Any) -> None:
    found = watch(analyzer, every(0.2, [picture(seed) for seed in range(8)]))
    assert found.faces() == [1] * 8
    assert (found.refused, found.failures, found.opened) == (0, 0, [])


def test_a_picture_that_changes_its_size_in_the_middle_is_followed(analyzer: Analyzer) -> None:
    sizes = [(640, 480), (1280, 960), (320, 240), (640, 480)]
    found = watch(analyzer, every(0.2, [cv2.resize(scene(seed=n), sizes[n // 4]) for n in range(16)]))
    assert found.faces() == [1] * 16
    assert [seen.frame_wh for seen in found.seen[::4]] == sizes
    assert found.opened == []


# --- time ---


@pytest.mark.parametrize("time", [math.nan, math.inf, -math.inf, None])
def test_a_frame_without_a_time_is_counted_and_spoils_nothing(analyzer: Analyzer, time: float | None) -> None:
    """A condition that began at no time would have lasted for ever."""
    stamps = [0.0, time, 0.4, time, 0.8, 1.0, 1.2]
    found = watch(analyzer, [(scene(0, seed=n), stamp) for n, stamp in enumerate(stamps)])
    assert found.faces() == [0, None, 0, None, 0, 0, 0]
    assert (found.refused, found.failures) == (2, 0)
    (opened,) = found.changes
    assert opened.violation.started_at == START
    assert opened.violation.opened_at == START + timedelta(seconds=1)


def test_frames_out_of_order_are_left_out(analyzer: Analyzer) -> None:
    stamps = [0.0, 0.3, 0.2, 0.1, 0.6, 0.5, 0.9, 1.2, 1.1, 1.4]
    found = watch(analyzer, [(scene(0, seed=n), stamp) for n, stamp in enumerate(stamps)])
    assert found.refused == 4
    (opened,) = found.changes
    assert opened.violation.opened_at == START + timedelta(seconds=1.2)


def test_a_source_whose_clock_begins_anew_is_watched_on(analyzer: Analyzer) -> None:
    """What is open ends with the old clock; detectors and rules do not wait for the new one to catch up."""
    stamps = [500 + n / 5 for n in range(10)] + [n / 5 for n in range(10)]
    found = watch(analyzer, [(scene(0, seed=n), stamp) for n, stamp in enumerate(stamps)])
    assert found.refused == 0
    assert None not in found.faces()
    assert found.opened == ["no_face", "no_face"]
    first, second = (change.violation for change in found.changes if isinstance(change, Opened))
    (ended,) = (change.violation for change in found.changes if isinstance(change, Closed))
    assert ended.violation_id == first.violation_id
    assert ended.ended_at == START + timedelta(seconds=501.8)
    assert (second.started_at, second.opened_at) == (START, START + timedelta(seconds=1))


def test_a_frozen_camera_is_found_although_the_clock_began_anew(analyzer: Analyzer) -> None:
    stamps = [500 + n / 5 for n in range(5)] + [n / 5 for n in range(15)]
    found = watch(analyzer, [(scene(seed=min(n, 5)), stamp) for n, stamp in enumerate(stamps)])
    assert found.opened == ["camera_frozen"]


def test_bursts_of_120_frames_a_second_cost_no_more_looks_and_change_no_result(analyzer: Analyzer) -> None:
    """Half a second at 120 fps, half a second of nothing: a network camera behind a bad link."""
    stamps = [second + n / 120 for second in range(3) for n in range(60)]
    found = watch(analyzer, [(scene(0, seed=n), stamp) for n, stamp in enumerate(stamps)])
    assert sum(seen.faces is not None for seen in found.seen) <= 3 * 6
    assert sum(seen.objects is not None for seen in found.seen) <= 3 * 3
    assert (found.opened, found.refused) == (["no_face"], 0)


def test_one_frame_a_minute_raises_nothing_that_nobody_saw(analyzer: Analyzer) -> None:
    """An empty chair in each says nothing of the minutes between; that nobody could look is the capture's to say."""
    found = watch(analyzer, every(60, [scene(n % 2, seed=n) for n in range(8)]))
    assert found.faces() == [0, 1] * 4
    assert (found.changes, found.refused) == ([], 0)


def test_detectors_time_rises_whatever_captured_time_does() -> None:
    clock = Clock()
    assert [clock.advance(stamp) for stamp in (10.0, 10.5, 0.0, 0.5, 7.0)] == [10.0, 10.5, 10.5, 11.0, 17.5]
    with pytest.raises(ValueError, match=r"1\.000 s older"):
        clock.advance(6.0)
    assert clock.advance(7.0 - 2 * REORDER_S) == 17.5


def test_a_picture_that_is_right_is_not_copied() -> None:
    image = scene()
    assert as_bgr(image) is image
