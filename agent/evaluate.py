"""`invigil-agent evaluate`: how well each rule does on footage that the centre has labelled itself.

Every video is looked at once; all figures, the threshold sweep and the pictures come from what was recorded then.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from agent.capture.camera import CameraError
from agent.draw import caption, draw
from agent.evaluation.labels import CLASSES, Footage, LabelledVideo, read_labels
from agent.evaluation.page import COLUMNS, Mistake, Page, cell
from agent.evaluation.recording import Recording, pictures, record
from agent.evaluation.score import Counts, found_in, overall, score_video
from agent.evaluation.spans import Span
from agent.evaluation.sweep import Curve, steps, sweep
from agent.replay import profile_called, progress_bar
from contract.device import FaceEngineChoice
from contract.profiles import RuleProfile
from contract.wire import InvalidError


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One video with what was seen, what the rules made of it, and how that compares."""

    video: LabelledVideo
    recording: Recording
    lines: list[dict[str, Any]]
    counts: dict[str, Counts]


def evaluate_files(
    labels: Sequence[Path],
    *,
    profile: str,
    events_dir: Path | None,
    out_dir: Path | None,
    as_json: bool,
    weights_dir: Path | None,
    face_engine: FaceEngineChoice = "auto",
) -> int:
    """Print accuracy per rule. Returns the exit code: 1 when a label or video was bad; the others are done.

    `events_dir` gets one <id>.jsonl per video, as `replay` writes them; `out_dir` the page with plots and pictures.
    Raises `InvalidError` for an unknown profile, a folder that cannot be written, or when no video is usable.
    """
    rules = profile_called(profile)
    footage = read_labels(list(labels))
    for folder in (events_dir, out_dir):
        _make(folder)
    with progress_bar() as progress:
        done, errors = _watch(footage, rules, weights_dir, face_engine, progress)
        for error in errors:
            print(f"✗ {error}", file=sys.stderr)
        if not done:
            raise InvalidError("no video could be evaluated")
        curves = _sweep(rules, done, progress)
    classes = {name: sum((one.counts[name] for one in done), Counts()) for name in CLASSES}
    summary = overall(classes, sum(one.video.duration for one in done) / 3600)
    if events_dir is not None:
        for one in done:
            text = "".join(json.dumps(line) + "\n" for line in one.lines)
            _write(events_dir / f"{one.video.id}.jsonl", text.encode())
    notes = _notes(done, errors)
    if out_dir is not None:
        _write_page(out_dir, rules, summary, classes, done, curves, notes)
    if as_json:
        print(json.dumps(_as_json(rules, summary, classes, done, curves, errors)))
    else:
        _print(summary, classes, done, notes, out_dir)
    return 1 if errors else 0


def _watch(
    footage: Footage, rules: RuleProfile, weights_dir: Path | None, engine: FaceEngineChoice, progress: Progress
) -> tuple[list[Evaluated], list[str]]:
    done, errors = [], list(footage.errors)
    for video, path in footage.videos:
        task = progress.add_task(video.id, total=video.duration)
        try:
            recording = record(path, weights_dir, engine, lambda at_s, task=task: progress.update(task, completed=at_s))  # type: ignore[misc]
        except CameraError as error:
            errors.append(str(error))
            continue
        lines = recording.judge(rules)
        done.append(Evaluated(video, recording, lines, score_video(video, lines)))
        progress.update(task, completed=video.duration)
    return done, errors


def _sweep(rules: RuleProfile, done: Sequence[Evaluated], progress: Progress) -> list[Curve]:
    task = progress.add_task("other thresholds", total=steps(rules, [one.video for one in done]))
    return sweep(rules, [(one.video, one.recording) for one in done], lambda: progress.advance(task))


def _notes(done: Sequence[Evaluated], errors: Sequence[str]) -> list[str]:
    """What a reader of the figures must know."""
    notes = [f"Not evaluated: {error}" for error in errors]
    notes += sorted({f"Without {reason}" for one in done for reason in one.recording.detectors_off})
    unscored = sum(
        len(found)
        for one in done
        for name, found in found_in(one.lines, one.video.duration).items()
        if name not in CLASSES
    )
    if unscored:
        notes.append(f"{unscored} violation(s) of kinds that the labels have no word for are not scored.")
    return notes


def _as_json(
    rules: RuleProfile,
    summary: dict[str, Any],
    classes: dict[str, Counts],
    done: Sequence[Evaluated],
    curves: Sequence[Curve],
    errors: Sequence[str],
) -> dict[str, Any]:
    return {
        "profile": rules.name,
        "overall": summary,
        "classes": {name: counts.as_dict() for name, counts in classes.items()},
        "videos": {one.video.id: {name: counts.as_dict() for name, counts in one.counts.items()} for one in done},
        "sweep": [curve.as_dict() for curve in curves],
        "errors": list(errors),
    }


def _print(
    summary: dict[str, Any],
    classes: dict[str, Counts],
    done: Sequence[Evaluated],
    notes: Sequence[str],
    out_dir: Path | None,
) -> None:
    console = Console()
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("rule")
    for title, _, _ in COLUMNS:
        table.add_column(title, justify="right")
    for name, counts in classes.items():
        values = counts.as_dict()
        table.add_row(name, *(cell(values[key], form) for _, key, form in COLUMNS))
    console.print(table)
    console.print(
        f"\nmacro F1 {cell(summary['macro_f1'], '{:.3f}')} · {summary['hits']} of {summary['events']} events found · "
        f"{summary['false_alarms']} false alarm(s) in {summary['hours'] * 60:.1f} min · "
        f"time to detect {cell(summary['ttd_median_s'])} s median, {cell(summary['ttd_max_s'])} s longest",
        highlight=False,
        soft_wrap=True,
    )
    for name, counts in classes.items():
        for what, spans in (("missed", counts.missed), ("false alarm", counts.false)):
            for video, (start, end) in spans:
                console.print(
                    f"{what}: {name}, {video} {start:.1f}–{end:.1f} s", highlight=False, markup=False, soft_wrap=True
                )
    for note in notes:
        console.print(note, highlight=False, markup=False, soft_wrap=True)
    if out_dir is not None:
        console.print(f"Pictures and plots: {out_dir / 'index.html'}", highlight=False, markup=False, soft_wrap=True)


def _write_page(
    out_dir: Path,
    rules: RuleProfile,
    summary: dict[str, Any],
    classes: dict[str, Counts],
    done: Sequence[Evaluated],
    curves: Sequence[Curve],
    notes: Sequence[str],
) -> None:
    from agent.evaluation import plots  # matplotlib takes a second to load, which only this needs

    timelines = [
        (one.video.id, plots.timeline(one.video, found_in(one.lines, one.video.duration), one.counts)) for one in done
    ]
    swept = plots.curves(curves) if curves else None
    mistakes = [mistake for one in done for mistake in _mistakes(one, rules)]
    for name, svg in timelines:
        _write(out_dir / f"timeline-{name}.svg", svg)
    if swept is not None:
        _write(out_dir / "thresholds.svg", swept)
    for mistake in mistakes:
        _write(out_dir / mistake.file, mistake.jpeg)
    page = Page(rules.name, summary, classes, timelines, swept, mistakes, notes)
    _write(out_dir / "index.html", page.html().encode())


def _mistakes(one: Evaluated, rules: RuleProfile) -> list[Mistake]:
    """A picture of each miss, in its middle, and of each false alarm, when the rule had just decided."""
    moments: list[tuple[str, str, float, Span]] = []
    for name, counts in one.counts.items():
        moments += [("missed", name, (span[0] + span[1]) / 2, span) for _, span in counts.missed]
        opened_s = {item.span: item.opened_s for item in found_in(one.lines, one.video.duration)[name]}
        moments += [("false alarm", name, opened_s[span], span) for _, span in counts.false]
    images = pictures(one.recording.path, [at_s for _, _, at_s, _ in moments])
    mistakes = []
    for (what, name, at_s, span), image in zip(moments, images, strict=False):
        faces, objects = one.recording.findings(at_s)
        drawn = draw(image, faces, objects, rules.rules)
        label = f"{what}: {name.removeprefix('object:').replace('_', ' ')}"
        where = f"{one.video.id} {span[0]:.1f}-{span[1]:.1f} s"
        jpeg = cv2.imencode(".jpg", caption(drawn, f"{label}   {where}   shown: {at_s:.1f} s"))[1].tobytes()
        stem = f"{what.replace(' ', '-')}-{name.replace(':', '-').replace(' ', '-')}-{one.video.id}-{span[0]:.1f}"
        mistakes.append(Mistake(label, where, jpeg, f"{stem}.jpg"))
    return mistakes


def _make(folder: Path | None) -> None:
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidError(f"{folder}: cannot be written ({error.strerror})") from error


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InvalidError(f"{path}: cannot be written ({error.strerror})") from error
