"""What the pipeline costs: against the bare calls to its networks, a second, a detector, and against the peer.

Processor time, not the clock's: other work on the machine disturbs it less. The ways to be compared alternate on the
same frames in the same process, and the median of the turns counts.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Protocol
from unittest.mock import patch
from zipfile import ZipFile

from agent.capture.camera import EndOfVideo
from agent.capture.replay import ReplayCamera
from agent.frame import Frame
from agent.rules.engine import Engine
from agent.vision.analyzer import Analyzer
from agent.vision.native import quiet_stderr
from agent.vision.observation import Observation
from agent.vision.slot import Slot
from contract.manifest import Manifest
from contract.profiles import PROFILES
from tests.benchmarks.frames import FPS
from tests.benchmarks.peer import Peer
from tests.benchmarks.rows import Row
from tests.benchmarks.tape import recording
from tests.benchmarks.tasks import FaceTasks

GOAL_RATIO = 1.10
GOAL_CPU_S = 0.12
SETTLE_S = 0.02
"""Thread pools of what ran before turn round for a while before they sleep, and processor time is the process's."""


class Eye(Protocol):
    def analyze(self, frame: Frame) -> Observation: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """Processor seconds of one turn over all frames."""

    pipeline_s: float
    bare_s: float
    tasks_s: float
    """Bare calls with MediaPipe's tasks in place of our own calls to the face networks."""
    networks_s: dict[str, float]
    peer_s: float
    parts_s: dict[str, float]


def measure(manifest: Manifest, weights_dir: Path, frames: Sequence[Frame], turns: int) -> list[Row]:
    """The rows of everything that takes processor time."""
    seconds = len(frames) / FPS
    done = _take_turns(manifest, weights_dir, frames, turns)
    pipeline_s, bare_s = (median(getattr(turn, name) for turn in done) for name in ("pipeline_s", "bare_s"))
    peer_s = median(turn.peer_s for turn in done)
    ratio = median(turn.pipeline_s / turn.bare_s for turn in done)
    rows = [
        Row("pipeline against the bare model calls", ratio, "×", "lower", GOAL_RATIO, floor=1.0),
        Row(
            "CPU per processed frame",
            1000 * pipeline_s / len(frames),
            "ms",
            "lower",
            None,
            None,
            1000 * bare_s / len(frames),
        ),
        Row(
            "CPU per second of 640 × 480 at 15 fps",
            pipeline_s / seconds,
            "CPU s",
            "lower",
            GOAL_CPU_S,
            peer_s / seconds,
            bare_s / seconds,
        ),
    ]
    with_tasks = median(turn.pipeline_s / turn.tasks_s for turn in done)
    rows.insert(1, Row("  with MediaPipe's tasks for faces as bare calls", with_tasks, "×", "lower", None, None, 1.0))
    for name in sorted({name for turn in done for name in turn.parts_s}):
        part_s = median(turn.parts_s[name] for turn in done)
        rows.append(Row(f"  of it {name}", part_s / seconds, "CPU s", "lower"))
    known = _bundled(weights_dir)
    for name in sorted({name for turn in done for name in turn.networks_s}):
        network_s = median(turn.networks_s[name] for turn in done)
        rows.append(Row(f"  bare {known.get(name, name)}", network_s / seconds, "CPU s", "lower"))
    frames_a_second = Row(
        "frames per CPU second",
        len(frames) / pipeline_s,
        "frames",
        "higher",
        len(frames) / peer_s,
        len(frames) / peer_s,
        len(frames) / bare_s,
    )
    return [*rows, frames_a_second]


def _bundled(weights_dir: Path) -> dict[str, str]:
    """Networks that are loaded from memory, by what the tape calls them: members of the bundle and files beside it."""
    sizes = {path.stat().st_size: path.name for path in weights_dir.glob("*.tflite")}
    for bundle in weights_dir.glob("*.task"):
        with ZipFile(bundle) as members:
            sizes |= {member.file_size: member.filename for member in members.infolist()}
    return {f"network of {size} bytes": name for size, name in sizes.items()}


def decoding(video: Path, seconds: float) -> Row:
    """What reading a file costs on top; a camera costs something else."""
    camera = ReplayCamera(video)
    camera.open()
    before_s, last_s = time.process_time(), 0.0
    try:
        while last_s < seconds:
            last_s = camera.read().captured_s
    except EndOfVideo:
        pass
    took_s = time.process_time() - before_s
    camera.close()
    return Row("decoding one second of the file", took_s / last_s, "CPU s", "lower")


def _take_turns(manifest: Manifest, weights_dir: Path, frames: Sequence[Frame], turns: int) -> list[Turn]:
    """What is compared alternates every second of the video, so that a busy moment of the machine is shared."""
    with recording() as tape:
        analyzer, peer = Analyzer(manifest, weights_dir), Peer(weights_dir)
        engine, other_engine = (Engine(PROFILES["strict"], analyzer.models()) for _ in range(2))
        tape.on = True
        looked: list[Frame | None] = []
        for frame in frames:
            tape.next_frame()
            looked.append(frame if _step(analyzer, engine, frame).faces is not None else None)
        tape.on = False
        objects = {entry.name for entry in manifest.weights if entry.detector == "objects"}
        tasks = FaceTasks(weights_dir, looked)
        with quiet_stderr():
            tasks.look(slice(None), 0.0)
            _watch(peer, other_engine, frames)
        done = []
        for turn in range(1, turns + 1):
            shift_s = turn * len(frames) / FPS
            pipeline_s = faces_s = peer_s = 0.0
            networks_s: dict[str, float] = defaultdict(float)
            parts = _Parts()
            for start in range(0, len(frames), FPS):
                second = slice(start, start + FPS)
                shifted = [_later(frame, shift_s) for frame in frames[second]]
                with parts:
                    pipeline_s += _cpu_s(partial(_watch, analyzer, engine, shifted))
                for name, took_s in tape.play(second, round(shift_s * 1000)).items():
                    networks_s[name] += took_s
                faces_s += _cpu_s(partial(tasks.look, second, shift_s))
                peer_s += _cpu_s(partial(_watch, peer, other_engine, shifted))
            bare_s = sum(networks_s.values())
            tasks_s = faces_s + sum(took_s for name, took_s in networks_s.items() if name in objects)
            done.append(Turn(pipeline_s, bare_s, tasks_s, dict(networks_s), peer_s, dict(parts.took_s)))
        with quiet_stderr():
            analyzer.close()
            peer.close()
            tasks.close()
    return done


class _Parts:
    """Sums processor time by detector, and of the rules, while entered."""

    def __init__(self) -> None:
        self.took_s: dict[str, float] = defaultdict(float)
        self._patches = [
            self._timed(Slot, "run", lambda slot: slot.name),
            self._timed(Engine, "step", lambda _: "rules"),
        ]

    def __enter__(self) -> None:
        for one in self._patches:
            one.start()

    def __exit__(self, *_: object) -> None:
        for one in self._patches:
            one.stop()

    def _timed(self, owner: Any, method: str, name_of: Callable[[Any], str]) -> Any:
        original, sums = getattr(owner, method), self.took_s

        def timed(this: Any, *args: Any, **options: Any) -> Any:
            before_s = time.process_time()
            try:
                return original(this, *args, **options)
            finally:
                sums[name_of(this)] += time.process_time() - before_s

        return patch.object(owner, method, timed)


def _watch(eye: Eye, engine: Engine, frames: Sequence[Frame]) -> None:
    for frame in frames:
        _step(eye, engine, frame)


def _step(eye: Eye, engine: Engine, frame: Frame) -> Observation:
    observation = eye.analyze(frame)
    engine.step(observation)
    return observation


def _later(frame: Frame, by_s: float) -> Frame:
    wall_time = frame.wall_time + timedelta(seconds=by_s)
    return replace(frame, captured_s=frame.captured_s + by_s, wall_time=wall_time)


def _cpu_s(run: Callable[[], None]) -> float:
    time.sleep(SETTLE_S)
    before_s = time.process_time()
    run()
    return time.process_time() - before_s
