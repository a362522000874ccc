"""What a viewer costs the booth: processor time and memory with 1, 8 and 16 of them, beside one encoder a viewer.

Booth and viewers are processes of their own, so that only the booth's time is counted. Ratios are of one run, and turns
take turns: what else the machine does falls on all alike.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final, Literal

from tests.benchmarks.rows import Row

ROOT: Final = Path(__file__).resolve().parents[2]
SETTLE_S: Final = 1.5
"""After viewers came or went, before anything is measured."""


@dataclass(frozen=True, slots=True)
class Turn:
    viewers: int
    cpu_share: float
    """Of one core."""
    worst_fps: float
    """Whole frames per second of the viewer that got fewest."""
    shown_fps: float
    """Of all viewers together."""
    resident: float
    filmed_fps: float
    """What the booth's camera thread managed on this machine at that time: no viewer can get more."""

    @property
    def per_frame(self) -> float:
        """Of one core, for a viewer shown 30 frames a second: who falls behind is not cheaper for that."""
        return self.cpu_share / self.shown_fps * 30


class Child:
    """A process that answers every line with a line."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, **command: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(command), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        assert line, "the process ended"
        told: dict[str, Any] = json.loads(line)
        return told

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class Session:
    """A booth and its crowd."""

    def __init__(self, kind: Literal["ours", "naive"]) -> None:
        self._booth = Child("tests.benchmarks.streaming_booth", kind)
        self._crowd = Child("tests.benchmarks.streaming_crowd")
        self._viewers = 0

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._crowd.close()
        self._booth.close()

    def turn(self, viewers: int, seconds: float) -> Turn:
        """Bring so many viewers, wait until they are served, and measure."""
        while self._viewers < viewers:
            comer = self._crowd.ask(come=True)
            answer = self._booth.ask(offer=comer["offer"], peer_id=comer["peer_id"])
            self._crowd.ask(answer=answer["answer"])
            self._viewers += 1
        while self._viewers > viewers:
            self._booth.ask(hang_up=self._crowd.ask(go=True)["peer_id"])
            self._viewers -= 1
        time.sleep(SETTLE_S)
        booth, crowd = self._booth.ask(), self._crowd.ask()
        time.sleep(seconds)
        booth_after, crowd_after = self._booth.ask(), self._crowd.ask()
        frames = [after - before for before, after in zip(crowd["frames"], crowd_after["frames"], strict=True)]
        return Turn(
            viewers,
            (booth_after["cpu_s"] - booth["cpu_s"]) / (booth_after["at_s"] - booth["at_s"]),
            min(frames) / (crowd_after["at_s"] - crowd["at_s"]),
            sum(frames) / (crowd_after["at_s"] - crowd["at_s"]),
            booth_after["resident"],
            (booth_after["filmed"] - booth["filmed"]) / (booth_after["at_s"] - booth["at_s"]),
        )


def measure(*, short: bool) -> list[Row]:
    seconds, turns = (2.0, 1) if short else (10.0, 3)
    with Session("ours") as ours:
        ours.turn(1, 0.1 if short else 3.0)  # warm
        pairs = [(ours.turn(1, seconds), ours.turn(8, seconds)) for _ in range(turns)]
        crowd = ours.turn(16, seconds)
    with Session("naive") as naive:
        peer = naive.turn(8, seconds)
    one, eight = median(pair[0].cpu_share for pair in pairs), median(pair[1].cpu_share for pair in pairs)
    per_frame = median(pair[1].per_frame for pair in pairs)
    worst = min((pair[1] for pair in pairs), key=lambda turn: turn.worst_fps)
    first = pairs[0]
    return [
        Row("live: CPU with 8 viewers against 1", eight / one, "×", "lower", 1.25),
        Row("  of one core, 1 viewer", one * 100, "%", "lower"),
        Row("  of one core, 8 viewers", eight * 100, "%", "lower", peer=peer.cpu_share * 100),
        Row("live: CPU of one encoder a viewer against ours, 8", peer.per_frame / per_frame, "×", "higher", 4.0),
        Row("live: slowest of 8 viewers", worst.worst_fps, "fps", "higher", 29, peer.worst_fps, worst.filmed_fps),
        Row("live: slowest of 16 viewers", crowd.worst_fps, "fps", "higher", 28, floor=crowd.filmed_fps),
        Row("  of one core, 16 viewers", crowd.cpu_share * 100, "%", "lower"),
        Row("live: memory with 8 viewers against 1", first[1].resident / first[0].resident, "×", "lower", 1.15),
    ]


if __name__ == "__main__":
    for row in measure(short="--short" in sys.argv):
        print(f"{row.name:52} {row.value:8.3f} {row.unit:4} goal {row.goal} peer {row.peer} floor {row.floor}")
