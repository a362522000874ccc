"""Booths that only send, as a program: events made beforehand, and at most so many of them without an answer.

    python -m tests.benchmarks.pump FOLDER EVENTS RATE_HZ [--unanswered]

FOLDER holds enrolled devices. Says `ready` when all events are made and all booths are connected, waits for a line on
standard input, sends, and prints a JSON object: seconds from the first event to the last answer, the sorted
milliseconds from when an event was to leave to the acknowledgement that names it, and the processor time that this
took here, in seconds.
RATE_HZ of all booths together; 0: as fast as it goes. `opened` has the time (`perf_counter`) at which each
violation's opening left. With `--unanswered` nobody acknowledges: numbers on standard input say how many more were
received.
"""

import argparse
import gc
import json
import os
import selectors
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from contract.device import load_device_config
from contract.messages import ViolationClosed, ViolationOpened
from contract.violation import Explanation, Violation
from tests.benchmarks.wire_booth import WireBooth
from tests.support.hub import Chain

WINDOW: Final = 200
"""Of each booth. An agent has 64; few booths have to do the work of many here. All together stay below what the hub's
queue holds: what it drops, an agent sends again after a while, and nobody here does."""


def bodies(count: int) -> Iterator[ViolationOpened | ViolationClosed]:
    now = datetime.now(UTC)
    why = Explanation(hold_s=1.0, frames=10, profile="standard", profile_version=1)
    for _ in range(count // 2):
        violation = Violation(
            violation_id=uuid4(), kind="looking_away", severity="low", started_at=now, opened_at=now, explanation=why
        )
        yield ViolationOpened(violation=violation)
        yield ViolationClosed(violation=violation.model_copy(update={"ended_at": now}))


class Pump:
    def __init__(self, folder: Path, events: int, *, unanswered: bool) -> None:
        self._opened: list[tuple[int, int, str]] = []
        """Booth, number of the event, and the id of the violation that it opens."""
        self.booths: list[WireBooth] = []
        self._choice = selectors.DefaultSelector()
        self._total = 0
        self._received = 0
        for index, path in enumerate(sorted(folder.glob("*/device.toml"))):
            config = load_device_config(path)
            chain, payloads = Chain(config.booth), []
            for body in bodies(events):
                payloads.append(chain.event(body))
                if isinstance(body, ViolationOpened):
                    self._opened.append((index, chain.seq, str(body.violation.violation_id)))
            booth = WireBooth(config, payloads, WINDOW)
            self.booths.append(booth)
            self._choice.register(booth, selectors.EVENT_READ, booth.receive)
            self._total += len(payloads)
        self._unanswered = unanswered

    def run(self, rate_hz: float) -> dict[str, object]:
        if self._unanswered:
            os.set_blocking(sys.stdin.fileno(), False)
            self._choice.register(sys.stdin, selectors.EVENT_READ, self._make_room)
        processor_s = time.process_time()
        began = time.perf_counter()
        sent = 0
        while self._answered() < self._total:
            if rate_hz:
                due = min(int((time.perf_counter() - began) * rate_hz) + 1, self._total)
                while sent < due and self.booths[sent % len(self.booths)].send(1, began + sent / rate_hz):
                    sent += 1
                wait_s = began + sent / rate_hz - time.perf_counter() if due == sent < self._total else 1.0
            else:
                now = sum(booth.send() for booth in self.booths)
                wait_s = 0.0 if now else 1.0
            for key, _ in self._choice.select(max(wait_s, 0.0)):
                key.data()
        seconds = time.perf_counter() - began
        return {
            "seconds": seconds,
            "ms": sorted(round(took * 1000, 2) for booth in self.booths for took in booth.took_s),
            "opened": {name: self.booths[index].left_s[seq] for index, seq, name in self._opened},
            "processor_s": time.process_time() - processor_s,
        }

    def _answered(self) -> int:
        return self._received if self._unanswered else sum(len(booth.took_s) for booth in self.booths)

    def _make_room(self) -> None:
        """Of what was received, each booth gets the room that it is short of."""
        said = os.read(sys.stdin.fileno(), 65_536).split()
        self._received += sum(map(int, said))
        free = WINDOW * len(self.booths) - (sum(booth.sent for booth in self.booths) - self._received)
        for booth in self.booths:
            booth.room = max(free // len(self.booths), 0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("events", type=int)
    parser.add_argument("rate_hz", type=float)
    parser.add_argument("--unanswered", action="store_true")
    wanted = parser.parse_args()
    pump = Pump(wanted.folder, wanted.events, unanswered=wanted.unanswered)
    gc.freeze()
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(pump.run(wanted.rate_hz)), flush=True)
    for booth in pump.booths:
        booth.close()


if __name__ == "__main__":
    main()
