"""The identity detector in the analyzer: a real network over pictures, off and on, and what health says of it."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from agent.errors import DetectorError
from agent.frame import BgrImage, Frame
from agent.rules.engine import Engine, Opened
from agent.vision.analyzer import Analyzer
from agent.vision.face_embedding import SFace
from agent.vision.governor import Governor, Heat
from contract.manifest import load_manifest
from contract.messages import DetectorHealth
from contract.profiles import PROFILES
from contract.violation import Violation
from tests.support.portrait import dark, scene
from tests.support.toy_faces import NAME, opposite, toy_weights

START = datetime(2026, 1, 1, 10, 41, 30, tzinfo=UTC)


@pytest.fixture
def analyzer(tmp_path: Path) -> Iterator[Analyzer]:
    analyzer = Analyzer(*toy_weights(tmp_path))
    yield analyzer
    analyzer.close()


class Sitting:
    """A candidate filmed twice a second."""

    def __init__(self, analyzer: Analyzer) -> None:
        self.analyzer = analyzer
        self.engine = Engine(PROFILES["standard"], analyzer.models(), detector_of=analyzer.detector_of())
        self.frames = 0
        self.opened: list[Violation] = []

    def watch(self, seconds: float, show: Callable[[int], BgrImage]) -> None:
        """`show` gives every frame a noise of its own, or the picture would be a frozen one."""
        for _ in range(round(2 * seconds)):
            at_s = self.frames / 2
            self.frames += 1
            observation = self.analyzer.analyze(
                Frame(show(self.frames), at_s, START + timedelta(seconds=at_s), self.frames)
            )
            changes = self.engine.step(observation)
            self.opened += [change.violation for change in changes if isinstance(change, Opened)]


def candidate(seed: int) -> BgrImage:
    """Sways by four pixels, or the only face would be a picture after a while."""
    image = scene(seed=seed)
    person = image[100:428, 180:460]
    image[100:428, 180:460] = np.roll(person, 4 * (seed % 2), axis=1)
    return image


def somebody_else(seed: int) -> BgrImage:
    return opposite(candidate(seed))


def empty(seed: int) -> BgrImage:
    return scene(faces=0, seed=seed)


def health(analyzer: Analyzer) -> DetectorHealth:
    return next(each for each in analyzer.detectors() if each.name == "identity")


def people(violations: list[Violation]) -> list[Violation]:
    return [violation for violation in violations if violation.kind == "person_changed"]


def test_another_person_is_told_with_likeness_limit_looks_time_and_weights(analyzer: Analyzer) -> None:
    analyzer.recognise(True)
    assert (health(analyzer).state, health(analyzer).reason[:28]) == ("on", "learns the candidate's face:")
    sitting = Sitting(analyzer)
    sitting.watch(20, candidate)
    assert people(sitting.opened) == []
    assert health(analyzer).reason == "knows the candidate's face since 10:41:34 UTC; in memory only"
    sitting.watch(3, empty)
    sitting.watch(15, somebody_else)
    (violation,) = people(sitting.opened)
    why = violation.explanation
    assert why.measured is not None
    assert why.limit is not None
    assert why.measured < why.limit
    assert why.looks is not None
    assert why.looks >= 3
    assert why.learned_at == START + timedelta(seconds=4)
    assert list(why.models) == [NAME]
    assert health(analyzer).weights == why.models
    assert analyzer.failures == 0


def test_the_candidate_who_comes_back_is_the_same(analyzer: Analyzer) -> None:
    analyzer.recognise(True)
    sitting = Sitting(analyzer)
    sitting.watch(12, candidate)
    sitting.watch(2, dark)
    sitting.watch(12, candidate)
    assert people(sitting.opened) == []


def test_nothing_is_loaded_or_learned_when_no_rule_asks(analyzer: Analyzer) -> None:
    sitting = Sitting(analyzer)
    sitting.watch(12, candidate)
    told = health(analyzer)
    assert (told.state, told.reason) == ("off", "no rule in force asks whether somebody else sits there")
    assert told.inference_ms is None
    assert NAME not in analyzer.models()


def test_a_rule_that_is_switched_off_ends_it_and_forgets(analyzer: Analyzer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    analyzer.recognise(True)
    assert NAME in analyzer.models()
    sitting = Sitting(analyzer)
    sitting.watch(8, candidate)
    analyzer.recognise(False)
    assert "The candidate's face is forgotten." in caplog.messages
    assert (health(analyzer).state, NAME in analyzer.models()) == ("off", False)
    analyzer.recognise(True)
    assert health(analyzer).reason == "learns the candidate's face: 0 of 5 good looks"


def test_without_weights_it_is_off_says_so_and_the_others_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    toy_weights(tmp_path)  # those for faces, and none that the shipped manifest names for this
    analyzer = Analyzer(load_manifest(), tmp_path)
    analyzer.recognise(True)
    told = health(analyzer)
    seen = analyzer.analyze(Frame(scene(), 0.0, START, 0))
    analyzer.close()
    assert told.state == "off"
    assert told.reason.endswith("is not there; run: invigil models fetch face_recognition_sface_2021dec.onnx")
    assert f"identity detector is off: {told.reason}" in caplog.messages
    assert seen.faces
    assert seen.identity is None


def test_a_network_that_fails_is_told_and_stops_nothing_else(
    analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise DetectorError("the network is upset")

    analyzer.recognise(True)
    monkeypatch.setattr(SFace, "embed", fail)
    sitting = Sitting(analyzer)
    sitting.watch(3, candidate)
    assert (health(analyzer).state, health(analyzer).reason) == ("failed", "the network is upset")
    assert analyzer.analyze(Frame(scene(), 30.0, START, 0)).faces
    monkeypatch.undo()
    sitting.frames = 100
    sitting.watch(3, candidate)
    assert health(analyzer).state == "on"


def test_a_slow_board_looks_less_often_and_says_so(tmp_path: Path) -> None:
    hot = Governor(lambda: Heat(temperature_c=85.0))
    analyzer = Analyzer(*toy_weights(tmp_path), governor=hot)
    analyzer.recognise(True)
    Sitting(analyzer).watch(40, candidate)
    told = health(analyzer)
    analyzer.close()
    assert told.shed
    assert "85 °C" in told.reason
