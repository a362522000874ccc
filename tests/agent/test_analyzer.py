"""The analyzer: paces in captured time, states of detectors, and that one failure stops nothing else."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.errors import DetectorError
from agent.frame import BgrImage, Frame
from agent.vision import analyzer as analyzer_module
from agent.vision import mediapipe_faces
from agent.vision.analyzer import Analyzer
from agent.vision.faces import FaceDetector
from agent.vision.governor import Governor, Heat
from agent.vision.objects import ObjectDetector
from agent.vision.observation import Observation
from agent.vision.schedule import Schedule
from agent.vision.slot import RETRY_S
from agent.vision.tamper import TamperDetector
from contract.device import FaceEngineChoice
from contract.wire import InvalidError
from tests.support.portrait import dark, scene
from tests.support.weights import real_weights

START = datetime(2026, 1, 1, tzinfo=UTC)


def frame(captured_s: float, image: BgrImage | None = None) -> Frame:
    picture = scene(seed=round(captured_s * 1000)) if image is None else image
    return Frame(picture, captured_s, START + timedelta(seconds=captured_s), 0)


@pytest.fixture
def analyzer() -> Iterator[Analyzer]:
    analyzer = Analyzer(*real_weights(), allow_missing=False)
    yield analyzer
    analyzer.close()


def state(analyzer: Analyzer, name: str) -> tuple[str, str]:
    (health,) = [health for health in analyzer.detectors() if health.name == name]
    return health.state, health.reason


def test_an_observation_holds_what_is_in_the_picture(analyzer: Analyzer) -> None:
    seen = analyzer.analyze(frame(0.0, scene(2)))
    assert seen.faces is not None
    assert len(seen.faces) == 2
    assert seen.objects is not None
    assert not seen.camera.blocked
    assert seen.frame_wh == (640, 480)
    assert analyzer.analyze(frame(0.5, dark())).camera.blocked


@pytest.mark.parametrize("fps", [5, 15, 30])
def test_paces_hold_in_captured_time_at_any_frame_rate(analyzer: Analyzer, fps: int) -> None:
    seen = [analyzer.analyze(frame(n / fps)) for n in range(2 * fps)]
    faces = [s.captured_s for s in seen if s.faces is not None]
    objects = [s.captured_s for s in seen if s.objects is not None]
    assert len(faces) == pytest.approx(2 * min(fps, 10), abs=1)
    assert len(objects) == pytest.approx(6, abs=1)
    health = {health.name: health for health in analyzer.detectors()}
    assert health["faces"].rate_hz == pytest.approx(min(fps, 10), rel=0.1)
    assert health["faces"].inference_ms is not None
    assert health["faces"].inference_ms > 0


def test_a_replay_as_fast_as_possible_is_not_asked_more_often() -> None:
    schedule = Schedule(10)
    assert sum(schedule.due(n / 1000) for n in range(990)) == 10


def test_a_schedule_catches_up_after_a_gap_without_a_burst() -> None:
    schedule = Schedule(10)
    assert schedule.due(0.0)
    assert schedule.due(5.0)
    assert not schedule.due(5.05)
    assert schedule.due(5.1)


def test_a_schedule_goes_on_when_time_begins_anew() -> None:
    schedule = Schedule(10)
    assert schedule.due(500.0)
    assert schedule.due(0.0)
    assert not schedule.due(0.05)


def test_models_in_use_are_named_with_their_hashes(analyzer: Analyzer) -> None:
    manifest, _ = real_weights()
    assert analyzer.models() == {entry.name: entry.sha256 for entry in manifest.weights if entry.default}
    assert analyzer.detector_of()["yolox_nano_416_float16.tflite"] == "objects"
    assert [state(analyzer, name)[0] for name in ("faces", "objects", "tamper")] == ["on"] * 3
    assert [state(analyzer, name)[1] for name in ("objects", "tamper")] == ["", ""]


def test_a_detector_that_fails_is_said_and_counted_and_the_others_go_on(
    analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise DetectorError("the network is upset")

    monkeypatch.setattr(FaceDetector, "detect", fail)
    seen: list[Observation] = [analyzer.analyze(frame(n / 10)) for n in range(20)]
    assert all(s.faces is None for s in seen)
    assert any(s.objects is not None for s in seen)
    assert state(analyzer, "faces") == ("failed", "the network is upset")
    assert state(analyzer, "objects") == ("on", "")
    assert analyzer.failures == 1, "it is not tried again at once"
    monkeypatch.undo()
    assert analyzer.analyze(frame(RETRY_S + 1)).faces is not None
    assert state(analyzer, "faces") == ("on", "face engine litert"), "what it runs on is said again"


def test_any_exception_of_a_detector_is_caught(analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("somewhere deep")

    monkeypatch.setattr(ObjectDetector, "look", fail)
    monkeypatch.setattr(TamperDetector, "look", fail)
    seen = analyzer.analyze(frame(0.0))
    assert seen.faces is not None
    assert seen.objects is None
    assert not seen.camera.blocked
    assert state(analyzer, "objects") == ("failed", "ZeroDivisionError: somewhere deep")
    assert analyzer.failures == 2


def test_without_weights_a_detector_is_off_with_the_reason_and_the_rest_works(tmp_path: Path) -> None:
    manifest, folder = real_weights()
    shutil.copy(folder / "yolox_nano_416_float16.tflite", tmp_path)
    analyzer = Analyzer(manifest, tmp_path)
    seen = analyzer.analyze(frame(0.0))
    analyzer.close()
    assert seen.faces is None
    assert seen.objects is not None
    assert state(analyzer, "faces")[0] == "off"
    assert "face_landmarker.task is not there; run: invigil models fetch" in state(analyzer, "faces")[1]


def test_without_any_weights_the_camera_is_still_watched(tmp_path: Path) -> None:
    analyzer = Analyzer(real_weights()[0], tmp_path)
    assert analyzer.analyze(frame(0.0, dark())).camera.blocked
    assert {health.name: health.state for health in analyzer.detectors()} == {
        "faces": "off",
        "objects": "off",
        "identity": "off",
        "tamper": "on",
    }
    analyzer.close()


def test_half_of_the_face_networks_is_on_and_says_what_it_lacks(tmp_path: Path) -> None:
    manifest, folder = real_weights()
    shutil.copy(folder / "blaze_face_short_range.tflite", tmp_path)
    analyzer = Analyzer(manifest, tmp_path)
    analyzer.close()
    on, reason = state(analyzer, "faces")
    assert on == "on"
    assert "face_landmarker.task is not there" in reason
    assert reason.endswith("face engine litert")


@pytest.mark.parametrize("face_engine", ["litert", "mediapipe"])
def test_health_says_which_face_engine_runs(face_engine: FaceEngineChoice) -> None:
    analyzer = Analyzer(*real_weights(), allow_missing=False, face_engine=face_engine)
    analyzer.close()
    assert state(analyzer, "faces") == ("on", f"face engine {face_engine}")


def test_a_face_engine_chosen_by_name_that_cannot_run_is_off_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mediapipe_faces, "why_no_mediapipe", lambda: "this processor is too old")
    analyzer = Analyzer(*real_weights(), face_engine="mediapipe")
    analyzer.close()
    assert state(analyzer, "faces") == ("off", "no mediapipe: this processor is too old")


def test_whoever_needs_every_detector_gets_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="is not there"):
        Analyzer(real_weights()[0], tmp_path, allow_missing=False)


def test_a_hot_board_looks_less_often_says_so_and_recovers() -> None:
    heat = Heat(85.0)
    analyzer = Analyzer(*real_weights(), governor=Governor(lambda: heat, budget=1000.0))
    for n in range(60):
        analyzer.analyze(frame(n / 2))
    slowed = {health.name: health for health in analyzer.detectors()}
    looks = [seen.faces is not None for n in range(300, 360) for seen in [analyzer.analyze(frame(n / 10))]]
    assert (slowed["faces"].shed, slowed["objects"].shed, slowed["tamper"].shed) == (True, True, False)
    assert slowed["faces"].state == "on"
    assert "the processor is at 85 °C, and slower it does not go" in slowed["faces"].reason
    assert sum(looks) == pytest.approx(18, abs=2), "three looks a second"
    heat = Heat(50.0)
    for n in range(20, 130):
        analyzer.analyze(frame(2.0 * n))
    assert not any(health.shed for health in analyzer.detectors())
    assert analyzer.detectors()[0].reason == state(analyzer, "faces")[1]
    analyzer.close()


def test_without_a_governor_no_pace_changes(analyzer: Analyzer) -> None:
    for n in range(40):
        analyzer.analyze(frame(n / 2))
    assert not any(health.shed for health in analyzer.detectors())


def test_the_paces_are_those_of_the_design() -> None:
    assert (analyzer_module.FACES_HZ, analyzer_module.OBJECTS_HZ) == (10, 3)
