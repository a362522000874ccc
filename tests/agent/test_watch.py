"""The watch: views take turns, looks of the last second agree, nothing older and nothing of another size counts."""

from collections.abc import Callable

import numpy as np
import pytest

from agent.frame import BgrImage
from agent.rules.engine import Change, Engine, Opened
from agent.vision.fusion import Look
from agent.vision.governor import PACES_HZ
from agent.vision.objects import ObjectDetector, load_object_detector
from agent.vision.observation import Detection
from agent.vision.views import View, video_views
from agent.vision.watch import MAX_LOOKS, MEMORY_S, PAIR_S, ObjectWatch
from contract.profiles import PROFILES
from tests.support.observations import seen
from tests.support.portrait import scene
from tests.support.weights import real_weights

PICTURE = np.zeros((480, 640, 3), np.uint8)
SPOT = (200.0, 200.0, 260.0, 300.0)


@pytest.fixture
def detector(monkeypatch: pytest.MonkeyPatch) -> ObjectDetector:
    """The real one with its network's part replaced: it sees a phone in every picture that is not black."""
    found = load_object_detector(*real_weights())

    def look(image: BgrImage, view: View) -> Look:
        seen = (Detection("cell phone", 0.6, SPOT),) if image.any() else ()
        return Look(view, seen)

    monkeypatch.setattr(found, "look", look)
    return found


def best(found: tuple[Detection, ...]) -> float:
    return max((item.score for item in found), default=0.0)


def test_one_look_has_its_own_score_and_silence_lowers_it(detector: ObjectDetector) -> None:
    watch = ObjectWatch(detector)
    first = best(watch.detect(PICTURE + 1, 0.0))
    assert first == pytest.approx(0.6)
    second = best(watch.detect(PICTURE, 0.33))
    third = best(watch.detect(PICTURE, 0.67))
    assert first > second > third > 0


def test_looks_that_agree_raise_the_score(detector: ObjectDetector) -> None:
    watch = ObjectWatch(detector)
    scores = [best(watch.detect(PICTURE + 1, turn / 3)) for turn in range(3)]
    assert scores == sorted(scores)
    assert scores[0] < scores[2] < 1


def test_what_was_seen_is_forgotten_after_a_second(detector: ObjectDetector) -> None:
    watch = ObjectWatch(detector)
    watch.detect(PICTURE + 1, 0.0)
    watch.detect(PICTURE, MEMORY_S / 2)
    assert watch.detect(PICTURE, MEMORY_S) == ()


def test_at_the_slowest_pace_two_looks_agree_and_no_third(detector: ObjectDetector) -> None:
    """Under heat objects are looked for once a second: what both looks see counts more, what one sees less."""
    slowest_s = 1 / min(pace["objects"] for pace in PACES_HZ)
    watch = ObjectWatch(detector)
    once = best(watch.detect(PICTURE + 1, 0.0))
    twice = best(watch.detect(PICTURE + 1, slowest_s))
    gone = best(watch.detect(PICTURE, 2 * slowest_s))
    assert twice > once > gone > 0
    assert watch.detect(PICTURE, 3 * slowest_s) == ()


def test_a_pair_of_looks_far_apart_does_not_agree(detector: ObjectDetector) -> None:
    watch = ObjectWatch(detector)
    watch.detect(PICTURE + 1, 0.0)
    assert watch.detect(PICTURE, PAIR_S) == ()


@pytest.mark.parametrize("rate_hz", sorted({pace["objects"] for pace in PACES_HZ}))
def test_a_faint_phone_is_reported_at_every_pace_and_a_single_look_at_none(
    detector: ObjectDetector, monkeypatch: pytest.MonkeyPatch, rate_hz: float
) -> None:
    def look(image: BgrImage, view: View) -> Look:
        return Look(view, (Detection("cell phone", 0.4, SPOT),) if image.any() else ())

    monkeypatch.setattr(detector, "look", look)

    def opened(there: Callable[[int], bool]) -> list[str]:
        watch, engine, changes = ObjectWatch(detector), Engine(PROFILES["strict"], {}), list[Change]()
        for turn in range(round(6 * rate_hz)):
            found = watch.detect(PICTURE + 1 if there(turn) else PICTURE, turn / rate_hz)
            changes += engine.step(seen(turn / rate_hz, faces=None, objects=found))
        return [change.violation.kind for change in changes if isinstance(change, Opened)]

    assert opened(lambda turn: turn >= 2) == ["prohibited_object"]
    assert opened(lambda turn: turn == 2) == []


@pytest.mark.parametrize(("image", "at_s"), [(np.zeros((240, 320, 3), np.uint8), 0.3), (PICTURE, -5.0)])
def test_another_size_or_another_time_begins_anew(detector: ObjectDetector, image: BgrImage, at_s: float) -> None:
    watch = ObjectWatch(detector)
    watch.detect(PICTURE + 1, 0.0)
    assert watch.detect(image, at_s) == ()


def test_a_burst_is_bounded(detector: ObjectDetector) -> None:
    watch = ObjectWatch(detector)
    for turn in range(MAX_LOOKS):
        watch.detect(PICTURE + 1, turn / 1000)
    for turn in range(MAX_LOOKS - 1):
        assert watch.detect(PICTURE, 0.1 + turn / 1000) != ()
    assert watch.detect(PICTURE, 0.2) == ()


def test_every_view_has_its_turn(detector: ObjectDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[View] = []

    def look(image: BgrImage, view: View) -> Look:
        shown.append(view)
        return Look(view, ())

    monkeypatch.setattr(detector, "look", look)
    watch = ObjectWatch(detector)
    views = video_views(640, 480)
    for turn in range(2 * len(views)):
        watch.detect(PICTURE, turn / 3)
    assert all(one is other for one, other in zip(shown, views + views, strict=True))


def test_the_real_network_watches_a_booth_and_finds_nothing_twice_the_same() -> None:
    found = []
    for _ in range(2):
        detector = load_object_detector(*real_weights())
        watch = ObjectWatch(detector)
        found.append([watch.detect(scene(), turn / 3) for turn in range(12)])
        detector.close()
    assert found[0] == found[1]
    assert all(item.score < 0.3 for turn in found[0] for item in turn if item.label in ("cell phone", "laptop", "book"))


def test_the_whole_picture_out_of_turn_tells_who_is_there() -> None:
    """On a real picture: the portrait is a body, the empty room none, and the turns go on where they were."""
    watch = ObjectWatch(load_object_detector(*real_weights()))
    assert watch.bodies(0.0) is None
    watch.detect(scene(1), 0.0, all_of_it=True)
    seen = watch.bodies(0.5)
    assert seen is not None
    assert seen[0] == 0.0
    assert [body.label for body in seen[1]] == ["person"]
    watch.detect(scene(0), 0.4)
    assert watch.bodies(0.5) == (0.4, ()), "the first turn is the whole picture, too"
    watch.detect(scene(1), 0.7)
    assert watch.bodies(0.8) == (0.4, ()), "a near view tells nothing of bodies"
    assert watch.bodies(9.0) is None
