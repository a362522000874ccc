"""What the detectors saw in one video, kept, so that rules can be tried on it again and again without looking twice."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.capture.camera import EndOfVideo
from agent.capture.replay import ReplayCamera
from agent.frame import BgrImage
from agent.replay import as_line
from agent.rules.engine import Engine
from agent.vision.analyzer import Analyzer
from agent.vision.observation import Detection, Face, Observation
from contract.device import FaceEngineChoice
from contract.manifest import default_weights_dir, load_manifest
from contract.profiles import RuleProfile
from contract.violation import Violation

OBJECTS_STAY_S = 0.4
"""Objects are looked for less often than faces; in a picture those of so long ago are drawn too."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One video's observations, in order, and which weights made them."""

    path: Path
    observations: Sequence[Observation]
    models: Mapping[str, str]
    detector_of: Mapping[str, str]
    detectors_off: tuple[str, ...]
    """Why a detector did not look, one line each."""
    cut: bool = False
    """The video goes on after what was looked at."""

    def judge(self, profile: RuleProfile) -> list[dict[str, Any]]:
        """The violations under these rules, as `replay` writes them, in the order they opened."""
        return [as_line(violation) for violation in self.violations(profile)]

    def violations(self, profile: RuleProfile) -> list[Violation]:
        """Stamps are positions in the video, from `EPOCH`; what lasted to its end ends there."""
        engine = Engine(profile, self.models, detector_of=self.detector_of)
        found: dict[str, Violation] = {}
        for observation in self.observations:
            found |= {str(change.violation.violation_id): change.violation for change in engine.step(observation)}
        last_s = self.observations[-1].captured_s if self.observations else 0.0
        for change in engine.close_all(last_s):
            found[str(change.violation.violation_id)] = change.violation
        return list(found.values())

    def findings(self, at_s: float) -> tuple[tuple[Face, ...], tuple[Detection, ...]]:
        """Faces and objects as last seen by that moment."""
        faces: tuple[Face, ...] = ()
        objects: tuple[Detection, ...] = ()
        for observation in self.observations:
            if observation.captured_s > at_s:
                break
            if observation.captured_s >= at_s - OBJECTS_STAY_S:
                faces = observation.faces if observation.faces is not None else faces
                objects = observation.objects if observation.objects is not None else objects
        return faces, objects


def record(
    path: Path,
    weights_dir: Path | None,
    face_engine: FaceEngineChoice,
    watched_s: Callable[[float], None],
    most_s: float = float("inf"),
) -> Recording:
    """Look at every frame of the video once, as fast as possible; `watched_s` is told how far it got. Frames from
    `most_s` on are not looked at.

    Raises `CameraError` for a file that cannot be read to its end.
    """
    camera = ReplayCamera(path)
    camera.open()
    analyzer = Analyzer(load_manifest(), weights_dir or default_weights_dir(), face_engine=face_engine)
    observations: list[Observation] = []
    cut = False
    try:
        with suppress(EndOfVideo):
            while not cut:
                frame = camera.read()
                cut = frame.captured_s >= most_s
                if not cut:
                    observation = analyzer.analyze(frame)
                    observations.append(observation)
                    watched_s(observation.captured_s)
        wanted = [one for one in analyzer.detectors() if one.name != "identity"]  # no label says who is there
        off = tuple(f"{one.name}: {one.reason}" for one in wanted if one.state != "on")
        return Recording(path, tuple(observations), analyzer.models(), analyzer.detector_of(), off, cut)
    finally:
        analyzer.close()
        camera.close()


def pictures(path: Path, moments_s: Sequence[float]) -> list[BgrImage]:
    """The frames on show at these moments, in the order asked for; fewer when the video ends before."""
    camera = ReplayCamera(path)
    camera.open()
    order = sorted(range(len(moments_s)), key=lambda number: moments_s[number])
    shown: dict[int, BgrImage] = {}
    try:
        frame = camera.read()
        for number in order:
            while frame.captured_s < moments_s[number]:
                frame = camera.read()
            shown[number] = frame.image
    except EndOfVideo:
        pass
    finally:
        camera.close()
    return [shown[number] for number in range(len(moments_s)) if number in shown]
