"""Many simulated booths in one process: one thread lets things happen in them, each has its own connection."""

import heapq
import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TextIO
from uuid import UUID

from agent.simulation.booth import SimulatedBooth
from agent.simulation.figures import Figures
from agent.simulation.load import Load
from contract.device import load_device_config

STACK_BYTES: Final = 512 * 1024
"""Of a thread. The system's 8 MB times two thousand booths is more address space than some machines give."""
CONNECTS_HZ: Final = 50.0
"""Booths that connect in a second: each is a TLS handshake on both sides, as many as a hub sees when power is back."""
REPORT_S: Final = 1.0
BEAT_S: Final = 2.0
SIGN_S: Final = 20.0
"""As the agent does."""


class Crowd:
    """`report` gets a JSON object a second, `journal` a line before and after each violation is on disk."""

    def __init__(self, folders: Sequence[Path], load: Load, seed: int, report: TextIO, journal: TextIO | None) -> None:
        """Raises `StorageError` and `InvalidError`."""
        threading.stack_size(STACK_BYTES)
        self._load, self._report_to, self._journal = load, report, journal
        self._dice = random.Random(seed)  # noqa: S311 - load, not secrets
        self._figures = Figures()
        self._booths = [
            SimulatedBooth(load_device_config(folder / "device.toml"), load, self._figures, self._note)
            for folder in folders
        ]
        self._turns: list[tuple[float, int, Callable[[], float | None]]] = []
        self._numbers = itertools.count()

    def run(self, seconds: float, drain_s: float, stop: threading.Event) -> bool:
        """Lets things happen for `seconds` or until `stop`, then waits for the hub to have all of it, `drain_s` at
        most. Whether it has."""
        for booth in self._booths:
            for _ in range(self._load.backlog):
                booth.happen(self._dice)
            booth.sign()
        for number, booth in enumerate(self._booths):
            self._plan(booth, number / CONNECTS_HZ)
        self._later(REPORT_S, self._report)
        end = time.monotonic() + seconds
        while not stop.is_set() and self._turn(min(end, time.monotonic() + 0.2)) < end:
            pass
        delivered = self._drain(drain_s, stop)
        for booth in self._booths:
            booth.stop()
        self._report()
        return delivered

    def _plan(self, booth: SimulatedBooth, starts_s: float) -> None:
        self._later(starts_s, booth.start)
        self._later(starts_s + self._dice.uniform(0, BEAT_S), lambda: self._every(BEAT_S, booth.beat))
        self._later(starts_s + self._dice.uniform(0, SIGN_S), lambda: self._every(SIGN_S, booth.sign))
        if self._load.events_hz:
            self._later(starts_s + self._load.pause_s(self._dice)[0], lambda: self._happen(booth))
        if self._load.cut_every_s:
            self._later(starts_s + self._next_cut_s(), lambda: self._cut(booth))

    @staticmethod
    def _every(pause_s: float, act: Callable[[], None]) -> float:
        act()
        return pause_s

    def _happen(self, booth: SimulatedBooth) -> float:
        pause_s, events = self._load.pause_s(self._dice)
        for _ in range(events):
            booth.happen(self._dice)
        return pause_s

    def _cut(self, booth: SimulatedBooth) -> float:
        booth.cut()
        self._figures.cut()
        return self._next_cut_s()

    def _next_cut_s(self) -> float:
        return self._dice.expovariate(1 / self._load.cut_every_s)

    def _later(self, in_s: float, act: Callable[[], float | None]) -> None:
        """`act` gives after how long it wants to act again; None for never."""
        heapq.heappush(self._turns, (time.monotonic() + in_s, next(self._numbers), act))

    def _turn(self, until: float) -> float:
        """Does what is due; gives the time. What falls behind is done late, not left out: the mean rate holds."""
        due, _, act = self._turns[0]
        now = time.monotonic()
        if due > now:
            time.sleep(max(min(due, until) - now, 0))
            return time.monotonic()
        heapq.heappop(self._turns)
        again_s = act()
        if again_s is not None:
            heapq.heappush(self._turns, (due + again_s, next(self._numbers), act))
        return now

    def _drain(self, drain_s: float, stop: threading.Event) -> bool:
        end = time.monotonic() + drain_s
        reported = time.monotonic()
        while (waiting := self._waiting()) and time.monotonic() < end:
            if stop.wait(0.1):
                break
            if time.monotonic() - reported >= REPORT_S:
                reported = time.monotonic()
                self._report()
        return not waiting

    def _waiting(self) -> int:
        return sum(booth.waiting for booth in self._booths)

    def _report(self) -> float:
        trouble: Counter[str] = Counter()
        for booth in self._booths:
            trouble.update(booth.trouble.snapshot())
        sheet = self._figures.sheet(
            booths=len(self._booths),
            connected=sum(booth.connected for booth in self._booths),
            waiting=max(self._figures.appended - self._figures.acknowledged, 0),
            trouble=trouble,
        )
        print(json.dumps(sheet), file=self._report_to, flush=True)
        return REPORT_S

    def _note(self, word: str, violation_id: UUID) -> None:
        if self._journal is not None:
            print(word, violation_id, file=self._journal, flush=True)
