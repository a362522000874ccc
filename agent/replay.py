"""`invigil-agent replay`: the same detectors and rules over video files, and the violations found as JSON lines."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from agent.annotated import AnnotatedVideo
from agent.capture.camera import CameraError, EndOfVideo
from agent.capture.replay import EPOCH, ReplayCamera
from agent.rules.engine import Change, Engine
from agent.vision.analyzer import Analyzer
from agent.vision.listener import SoundtrackListener
from contract.device import FaceEngineChoice
from contract.manifest import default_weights_dir, load_manifest
from contract.profiles import PROFILES, ProfileName, RuleProfile
from contract.violation import Violation
from contract.wire import InvalidError


def replay_files(
    videos: Sequence[Path],
    *,
    profile: str,
    events_dir: Path,
    realtime: bool,
    weights_dir: Path | None,
    draw_dir: Path | None = None,
    face_engine: FaceEngineChoice = "auto",
    no_speech: bool = False,
) -> int:
    """Write `events_dir/<stem>.jsonl` for every video, and `draw_dir/<stem>.mp4` if asked for. Returns the exit code.

    That is 0, or 1 when a video was bad; the rest is done all the same, and a damaged one up to its damage.
    Raises `InvalidError` for an unknown profile, a folder that cannot be written, or two videos of one name.
    """
    rules = profile_called(profile)
    if no_speech:
        rules = speech_forbidden(rules)
    stems = [video.stem for video in videos]
    twice = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twice:
        raise InvalidError(f"two videos would both write {twice[0]}.jsonl; replay them into different folders")
    try:
        events_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidError(f"{events_dir}: cannot be written ({error.strerror})") from error
    weights_dir = weights_dir or default_weights_dir()
    bad = 0
    with progress_bar() as progress:
        for video in videos:
            drawn = None if draw_dir is None else draw_dir / f"{video.stem}.mp4"
            ear = SoundtrackListener(video) if no_speech else None
            analyzer = Analyzer(load_manifest(), weights_dir, face_engine=face_engine, ear=ear)
            analyzer.recognise(rules.rules.person_changed.enabled)
            try:
                violations, trouble = _replay_file(video, rules, realtime, analyzer, progress, drawn)
            finally:
                analyzer.close()
            if violations is not None:
                _write(events_dir / f"{video.stem}.jsonl", violations)
            if trouble:
                bad += 1
                print(f"✗ {trouble}", file=sys.stderr)
    return 1 if bad else 0


def profile_called(name: str) -> RuleProfile:
    """A built-in profile; raises `InvalidError` with the names there are."""
    for known in get_args(ProfileName):
        if name == known:
            return PROFILES[known]
    raise InvalidError(f"no rule profile called {name!r} (known: {', '.join(PROFILES)})")


def speech_forbidden(profile: RuleProfile) -> RuleProfile:
    """The same, with the rule against speaking on."""
    speech = profile.rules.speech.model_copy(update={"enabled": True})
    return profile.model_copy(update={"rules": profile.rules.model_copy(update={"speech": speech})})


def as_line(violation: Violation) -> dict[str, Any]:
    """The violation in seconds of video, as the scorer reads it."""

    def seconds(stamp: datetime | None) -> float | None:
        return None if stamp is None else round((stamp - EPOCH).total_seconds(), 3)

    return {
        "kind": violation.kind,
        "label": violation.label,
        "started_at": seconds(violation.started_at),
        "opened_at": seconds(violation.opened_at),
        "ended_at": seconds(violation.ended_at),
        "confidence": None if violation.confidence is None else round(violation.confidence, 3),
    }


def _replay_file(
    video: Path, rules: RuleProfile, realtime: bool, analyzer: Analyzer, progress: Progress, drawn: Path | None
) -> tuple[list[Violation] | None, str]:
    """The violations, in the order they opened, and what was wrong with the file; None if it could not be opened."""
    camera = ReplayCamera(video)
    try:
        camera.open()
    except CameraError as error:
        return None, str(error)
    task = progress.add_task(video.name, total=camera.duration_s)
    engine = Engine(rules, analyzer.models(), detector_of=analyzer.detector_of())
    found: dict[str, Violation] = {}
    last_s, trouble, started = 0.0, "", time.monotonic()
    with ExitStack() as closing:
        closing.callback(camera.close)
        copy = None if drawn is None else closing.enter_context(AnnotatedVideo(drawn, rules.rules))
        try:
            while True:
                frame = camera.read()
                if realtime:
                    time.sleep(max(0.0, started + frame.captured_s - time.monotonic()))
                last_s = frame.captured_s
                observation = analyzer.analyze(frame)
                _collect(found, engine.step(observation))
                if copy is not None:
                    copy.add(frame, observation, engine.open, engine.pending)
                progress.update(task, completed=last_s)
        except EndOfVideo:
            pass
        except CameraError as error:
            trouble = str(error)
        finally:
            _collect(found, engine.close_all(last_s))
    if camera.errors and not trouble:
        trouble = f"{video}: {camera.errors} damaged part(s) skipped"
    _finish(progress, task, video, len(found), camera, analyzer.refused)
    return list(found.values()), trouble


def _collect(found: dict[str, Violation], changes: Sequence[Change]) -> None:
    for change in changes:
        found[str(change.violation.violation_id)] = change.violation


def _finish(progress: Progress, task: TaskID, video: Path, count: int, camera: ReplayCamera, refused: int) -> None:
    progress.update(task, completed=progress.tasks[task].total or 1, total=progress.tasks[task].total or 1)
    said = f"{video.name}: {count} violation(s)"
    for number, what in (
        (camera.out_of_order, "frame(s) out of order dropped"),
        (camera.untimed, "frame(s) had no time, so the stream's rate was taken"),
        (refused, "frame(s) could not be looked at"),
    ):
        said += f", {number} {what}" if number else ""
    progress.console.print(said, highlight=False, markup=False, soft_wrap=True)


def _write(path: Path, violations: Sequence[Violation]) -> None:
    try:
        path.write_text("".join(json.dumps(as_line(violation)) + "\n" for violation in violations))
    except OSError as error:
        raise InvalidError(f"{path}: cannot be written ({error.strerror})") from error


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar per file on stderr if that is a terminal; otherwise only the line that each file ends with."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as progress:
        yield progress
