"""Simulated booths with journals of what their rules said (`tests.support.journal`), for as long as they are let.

    python -m tests.support.journalled_booths FOLDER JOURNALS EVENTS_HZ [SECONDS [DRAIN_S]]

All booths that are enrolled in folders below FOLDER, each `EVENTS_HZ` times a second. Violations of different lengths
rise, get clips and end; cameras are lost and return; recordings go on in pieces with holes between them. Files are
named and never uploaded. After `SECONDS` nothing more happens and what waits is sent, for `DRAIN_S` at most; the exit
code is 0 when the hub has all of it. SIGTERM ends it at once, cleanly: what waits is sent at the next start.
"""

import random
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import agent.simulation.booth
import agent.simulation.crowd
from agent.simulation.booth import SimulatedBooth
from agent.simulation.crowd import Crowd
from agent.simulation.load import Load
from contract.chain import sha256_hex
from contract.messages import EvidenceAdded, MonitoringGap, SegmentRecorded, ViolationUpdated
from contract.violation import SEVERITIES, EvidenceRef, EvidenceRole
from tests.support.journal import JournalledTimedOutbox

FOREVER_S = 1e9
DRAIN_S = 60.0


class BusyBooth(SimulatedBooth):
    """Says everything that a booth may say again and again, not only that something begins and ends."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._gap: MonitoringGap | None = None
        self._recorded_until = datetime.now(UTC)

    def happen(self, dice: random.Random) -> None:
        match dice.randrange(8):
            case 0 if self._open is not None:
                self._rise(dice)
            case 1 if self._open is not None:
                added = a_file("clip", self._open.opened_at)
                self._append(EvidenceAdded(violation_id=self._open.violation_id, evidence=added))
            case 2:
                self._lose_camera_or_find_it()
            case 3:
                self._record(dice)
            case _:
                super().happen(dice)

    def _rise(self, dice: random.Random) -> None:
        assert self._open is not None
        self._open = self._open.model_copy(update={"severity": dice.choice(SEVERITIES)})
        self._append(ViolationUpdated(violation=self._open))

    def _lose_camera_or_find_it(self) -> None:
        now = datetime.now(UTC)
        if self._gap is None:
            self._gap = MonitoringGap(gap_id=uuid4(), reason="camera_lost", detail="simulated", started_at=now)
            self._append(self._gap)
        else:
            self._append(self._gap.model_copy(update={"ended_at": max(now, self._gap.started_at)}))
            self._gap = None

    def _record(self, dice: random.Random) -> None:
        """One more piece; now and then one is missing before it."""
        first = self._recorded_until + timedelta(seconds=dice.choice((0, 0, 0, 7)))
        self._recorded_until = first + timedelta(seconds=10)
        self._append(
            SegmentRecorded(evidence=a_file("segment", first), started_at=first, ended_at=self._recorded_until)
        )


def a_file(role: EvidenceRole, taken_at: datetime) -> EvidenceRef:
    content = uuid4().bytes
    return EvidenceRef(
        sha256=sha256_hex(content), role=role, media_type="video/mp4", size_bytes=len(content), taken_at=taken_at
    )


def main(folder: str, journals: str, events_hz: str, seconds: str = str(FOREVER_S), drain_s: str = str(DRAIN_S)) -> int:
    JournalledTimedOutbox.folder = Path(journals)
    setattr(agent.simulation.booth, "TimedOutbox", JournalledTimedOutbox)  # noqa: B010 - mypy sees a type assigned
    setattr(agent.simulation.crowd, "SimulatedBooth", BusyBooth)  # noqa: B010
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=stop.set).start())
    folders = sorted(path.parent for path in Path(folder).glob("*/device.toml"))
    load = Load(events_hz=float(events_hz), rhythm="random")
    crowd = Crowd(folders, load, random.randrange(2**32), sys.stdout, None)
    return 0 if crowd.run(float(seconds), float(drain_s), stop) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
