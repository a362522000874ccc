"""A booth's journal: what its rules said, in a file beside the outbox, written before the outbox hears of it.

It is the truth that a hub is held against (`tests.support.reckoning`): kept outside of everything that is tested, and
whole wherever the booth is killed, since each line is one write. It does not survive a power cut, and its disk is not
to be the one that runs full.

    start          a process of this booth begins, before it opens its outbox
    will           the outbox is about to be given a body
    kept           the outbox has an event on disk: from here on the hub must get it
    refused        the outbox took it not (too large; disk and memory full)
    alive          the booth wrote down that it still looks
    stop           it ended cleanly: the next start has no gap to tell of
"""

import json
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from agent.simulation.outbox import TimedOutbox
from agent.uplink.outbox import Outbox
from contract.chain import sha256_hex
from contract.messages import Event, EventBody

Key = tuple[UUID, int]
"""Chain and number."""


@dataclass(frozen=True)
class Said:
    """A body that an outbox was given; `exam_session` is the one that the event was to name."""

    number: int
    """In the booth's journal, from 0: the order in which things were said."""
    at: datetime
    exam_session: str | None
    body: dict[str, Any]

    @property
    def sha256(self) -> str:
        """Of what was said, for comparing it with what the hub holds."""
        return digest(self.exam_session, self.body)


@dataclass(frozen=True)
class Start:
    """A process of the booth that began; `cut_off` says that the one before did not end cleanly, and had looked."""

    at: datetime
    first: int
    """Number of the first thing that it says."""
    cut_off: bool
    seen_until: datetime | None
    """The last moment at which the one before is known to have looked."""
    kept_after: bool
    """Whether anything came to disk before the next one began: else this one could tell nobody of the gap."""


@dataclass
class Journal:
    """All that one booth's journal says."""

    booth: str
    said: list[Said] = field(default_factory=list)
    kept: dict[Key, str] = field(default_factory=dict)
    """SHA-256 of the payload of each event that is on the booth's disk, or was."""
    refused: list[Said] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> "Journal":
        journal = cls(path.name.removesuffix(SUFFIX))
        begun: list[dict[str, Any]] = []
        seen_until: datetime | None = None
        for line in path.read_text().splitlines():
            entry = json.loads(line)
            at = datetime.fromisoformat(entry["at"])
            match entry["word"]:
                case "start":
                    begun.append(
                        {
                            "at": at,
                            "first": len(journal.said),
                            "cut_off": seen_until is not None,
                            "seen_until": seen_until,
                        }
                    )
                case "will":
                    journal.said.append(Said(len(journal.said), at, entry["exam_session"], entry["body"]))
                case "kept":
                    journal.kept[UUID(entry["chain"]), entry["seq"]] = entry["sha256"]
                    begun[-1]["kept_after"] = True
                    seen_until = at
                case "refused":
                    journal.refused.append(replace(journal.said[-1], at=at))
                case "alive":
                    seen_until = at
                case "stop":
                    seen_until = None
        journal.starts = [Start(**{"kept_after": False} | each) for each in begun]
        return journal

    @property
    def chains(self) -> list[UUID]:
        """In the order in which they began."""
        return list(dict.fromkeys(chain_id for chain_id, _ in self.kept))


SUFFIX = ".journal"


def read_journals(folder: Path) -> dict[str, Journal]:
    """Of all booths that wrote there, by booth."""
    found = [Journal.read(path) for path in sorted(folder.glob(f"*{SUFFIX}"))]
    return {journal.booth: journal for journal in found}


def digest(exam_session: str | None, body: dict[str, Any]) -> str:
    return sha256_hex(json.dumps([exam_session, body], sort_keys=True).encode())


class Writing:
    """The file, open to be added to; any thread that holds the outbox's lock."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def note(self, word: str, at: datetime | None = None, **more: object) -> None:
        line = json.dumps({"word": word, "at": (at or datetime.now(UTC)).isoformat(), **more}).encode() + b"\n"
        assert os.write(self._file, line) == len(line), "the journal's disk is full"


class _Journalling(Outbox):
    """The real outbox, with a journal of what it was given and what it has on disk."""

    folder: ClassVar[Path]
    """Where the journals lie. Chosen once, before the first outbox is opened."""

    def __init__(self, path: Path, booth: str, *rest: Any) -> None:
        self._journal = Writing(self.folder / f"{booth}{SUFFIX}")
        self._journal.note("start")
        super().__init__(path, booth, *rest)

    def append_of(self, exam_session: UUID | None, body: EventBody) -> Event | None:
        with self._lock:
            session = str(exam_session) if exam_session else None
            self._journal.note("will", exam_session=session, body=json.loads(body.to_json()))
            event = super().append_of(exam_session, body)
            if event is None:
                self._journal.note("refused")
            return event

    def _write(self, batch: list[tuple[Event, bytes]]) -> None:
        super()._write(batch)
        for event, payload in batch:
            of = {"chain": str(event.chain_id), "seq": event.seq, "sha256": sha256_hex(payload)}
            self._journal.note("kept", event.wall_time, **of)

    def mark_alive(self, at: datetime) -> None:
        super().mark_alive(at)
        self._journal.note("alive", at)

    def mark_stopped(self) -> None:
        super().mark_stopped()
        self._journal.note("stop")


class JournalledOutbox(_Journalling):
    """For a whole agent: takes the place of `Outbox` in `agent.app`."""


class JournalledTimedOutbox(_Journalling, TimedOutbox):
    """For simulated booths: takes the place of `TimedOutbox` in `agent.simulation.booth`."""
