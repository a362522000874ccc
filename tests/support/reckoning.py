"""The model-based checker: what booths said, by their journals, against what the hub holds. Nothing in between counts.

How to use it, in a test of any fault:

1. Run booths that keep a journal (`tests.support.journal`), into a folder of the test that no fault reaches:
   `python -m tests.support.journalled_booths FOLDER JOURNALS HZ` for simulated booths (each enrolled in a folder below
   FOLDER), `python -m tests.support.journalled_agent DEVICE_TOML JOURNALS` for a whole agent with a camera;
   `tests.support.journalled` starts both. In a process of one's own: `JournalledOutbox.folder = ...`, then open one.
2. Break what is to be broken. Mend it. Wait until the outboxes are empty (`Stack.outbox_depth`), so that what is not in
   the hub then is lost and not merely late.
3. `reckon(journals, Held.at(data)).must_balance()`, with `killed` where the test itself knows when booths were killed.
   The hub may run meanwhile. `print(reckoning)` gives the line for a report. Inside of a running loop:
   `Held.read(connection)`.

What is compared, and the word for what does not agree:

| word | what it means |
|---|---|
| lost | a booth had it on disk, and the hub has it not |
| doubled | the hub has it more often than it was said |
| invented | nobody said it: an event, a violation, a monitoring gap, a piece of a recording |
| changed | the hub has something else under its number; or its hashes, links, signatures, counters do not agree |
| misordered | it stands elsewhere in the chain than when it was said |
| state | a violation or a gap in monitoring is shown in another state than the last one that was said |
| gap hidden | missing numbers not told, a booth that was cut off or dropped events without a gap that says so |
| gap invented | numbers told missing that are there, a gap in monitoring without a reason |
| aside | kept aside as bad, although an honest booth said it |

Gaps with the reason `booth_silent` are the hub's own words: they are counted (`Reckoning.said_by_hub`), and whoever
silenced a booth judges them. Files of evidence, exam sessions and what retention deletes are not looked at.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any, Final, Literal
from uuid import UUID

from contract.chain import GENESIS_SHA256, sha256_hex
from contract.violation import Violation
from tests.support.held import Held, HeldEvent
from tests.support.journal import Journal, Said, Start, read_journals

Word = Literal["lost", "doubled", "invented", "changed", "misordered", "state", "gap hidden", "gap invented", "aside"]
WORDS: Final[tuple[Word, ...]] = Word.__args__  # type: ignore[attr-defined]
SHOWN: Final = 40
"""Findings in an error's text."""


@dataclass(frozen=True)
class Finding:
    word: Word
    booth: str
    what: str


@dataclass
class Reckoning:
    """What came out; `str()` is one line of a report."""

    booths: int = 0
    events: int = 0
    """That the hub holds."""
    kept: int = 0
    """That booths had on disk; what a killed booth had on disk and could not note any more comes on top."""
    violations: int = 0
    gaps: Counter[str] = field(default_factory=Counter)
    """In monitoring, as the hub shows them, by reason."""
    missing: int = 0
    """Numbers of chains that the hub lacks, and says so."""
    said_by_hub: int = 0
    findings: list[Finding] = field(default_factory=list)

    def counted(self) -> Counter[Word]:
        return Counter(finding.word for finding in self.findings)

    def found(self, word: Word, booth: str, what: object) -> None:
        self.findings.append(Finding(word, booth, str(what)))

    def must_balance(self) -> None:
        shown = "\n".join(f"  {each.booth}: {each.word}: {each.what}" for each in self.findings[:SHOWN])
        assert not self.findings, f"{self}\n{shown}"

    def __str__(self) -> str:
        counted = self.counted()
        gaps = ", ".join(f"{reason} {count}" for reason, count in sorted(self.gaps.items())) or "none"
        return (
            f"{self.booths} booths, {self.kept} events on their disks, {self.events} in the hub, {self.violations} "
            f"violations; gaps in monitoring: {gaps}; numbers missing and told: {self.missing}; "
            + ", ".join(f"{word} {counted[word]}" for word in WORDS)
        )


def reckon(
    journals: Path | Mapping[str, Journal], held: Held, *, killed: Iterable[tuple[str, datetime]] = ()
) -> Reckoning:
    """`killed`: which booth was killed when, by the clock that booths and test share. Every booth that the hub has
    events of needs a journal."""
    if isinstance(journals, Path):
        journals = read_journals(journals)
    out = Reckoning(
        booths=len(journals), events=len(held.events), kept=sum(len(each.kept) for each in journals.values())
    )
    out.violations = len(held.violations)
    out.gaps = Counter(gap.reason for gap in held.gaps.values())
    out.said_by_hub = out.gaps["booth_silent"]
    by_booth: dict[str, list[HeldEvent]] = defaultdict(list)
    for event in held.events.values():
        by_booth[event.booth].append(event)
    for booth in by_booth.keys() | journals.keys():
        journal = journals.get(booth, Journal(booth))
        matched = _compare_events(journal, by_booth[booth], out)
        _compare_states(booth, matched, held, out)
        _compare_monitoring(journal, matched, held, out)
        _compare_recording(booth, matched, held, out)
    for chain_id in held.chains.keys() | held.chain_gaps.keys() | {key[0] for key in held.events}:
        _compare_chain(chain_id, held, out)
    _compare_checkpoints(held, out)
    for row in held.rejected:
        out.found("aside", row.booth_id, f"number {row.seq}: {row.reason}")
    for booth, at in killed:
        down = (gap for gap in held.gaps.values() if gap.booth_id == booth and gap.reason == "agent_down")
        if not any(gap.started_at <= at <= (gap.ended_at or at) for gap in down):
            out.found("gap hidden", booth, f"killed at {at.isoformat()}, and no gap says so")
    return out


# --- events ---

Matched = list[tuple[Said, HeldEvent]]
"""What was said and is in the hub, in the order in which it was said."""


def _compare_events(journal: Journal, events: Sequence[HeldEvent], out: Reckoning) -> Matched:
    booth, here = journal.booth, {event.key: event for event in events}
    for key, sha256 in journal.kept.items():
        if key not in here:
            out.found("lost", booth, f"number {key[1]} of chain {key[0]}")
        elif sha256_hex(here[key].payload) != sha256:
            out.found("changed", booth, f"number {key[1]}: the hub has {here[key].payload[:300]!r}")
    unmatched: dict[str, list[Said]] = defaultdict(list)
    for said in reversed(journal.said):
        unmatched[said.sha256].append(said)
    ever = set(unmatched)
    order = {chain_id: number for number, chain_id in enumerate(journal.chains)}
    matched: Matched = []
    for event in sorted(events, key=lambda event: (order.get(event.key[0], len(order)), event.key[1])):
        if unmatched[event.said_sha256]:
            matched.append((unmatched[event.said_sha256].pop(), event))
        elif event.said_sha256 in ever:
            out.found("doubled", booth, f"number {event.key[1]}: {event.body}")
        elif event.key not in journal.kept:
            out.found("invented", booth, f"number {event.key[1]}: {event.body}")
        elif journal.kept[event.key] == sha256_hex(event.payload):
            out.found("invented", booth, f"number {event.key[1]}, which the outbox has made of nothing: {event.body}")
    for (before, _), (after, event) in pairwise(matched):
        if after.number < before.number:
            out.found("misordered", booth, f"number {event.key[1]} was said before the one that it follows")
    return sorted(matched, key=lambda pair: pair[0].number)


def _compare_chain(chain_id: UUID, held: Held, out: Reckoning) -> None:
    """Numbers, hashes and links, computed again from the payloads."""
    chain = {seq: event for (of, seq), event in held.events.items() if of == chain_id}
    row = held.chains.get(chain_id)
    if row is None:
        out.found("changed", "?", f"chain {chain_id} has events or gaps and no row of its own")
        return
    aside = {each.seq for each in held.rejected if each.chain_id == chain_id}
    highest = max([*chain, *aside, 0])
    missing = set(range(1, highest + 1)) - chain.keys() - aside - set(range(1, row.deleted_to + 1))
    told = held.chain_gaps.get(chain_id, set())
    out.missing += len(missing & told)
    if hidden := missing - told:
        out.found("gap hidden", row.booth_id, f"chain {chain_id} lacks {sorted(hidden)[:20]}, and the hub does not say")
    if invented := told - missing:
        out.found("gap invented", row.booth_id, f"chain {chain_id} has {sorted(invented)[:20]}, told missing")
    if (row.events, row.max_seq) != (len(chain), highest):
        out.found("changed", row.booth_id, f"{row.events} events up to {row.max_seq}; it is {len(chain)} to {highest}")
    for seq, event in chain.items():
        if event.payload_sha256 != sha256_hex(event.payload):
            out.found("changed", event.booth, f"number {seq} is not what its hash says")
        before = GENESIS_SHA256 if seq == 1 else sha256_hex(chain[seq - 1].payload) if seq - 1 in chain else None
        link_ok = None if before is None else event.prev_sha256 == before
        if link_ok is False or event.link_ok != link_ok:
            out.found("changed", event.booth, f"link before number {seq}: {link_ok}, and the hub says {event.link_ok}")


def _compare_checkpoints(held: Held, out: Reckoning) -> None:
    rows = {(row.chain_id, row.seq): row for row in held.checkpoints}
    for key, event in held.events.items():
        if event.body["type"] != "checkpoint":
            continue
        row = rows.pop(key, None)
        head_here = (key[0], event.body["head_seq"]) in held.events
        if row is None or not row.signature_ok or (head_here and row.head_ok is False):
            out.found("changed", event.booth, f"signature at number {key[1]}: {row}")
    for key in rows:
        out.found("invented", "?", f"a signature at number {key[1]} of {key[0]}")


# --- what people are shown ---


def _compare_states(booth: str, matched: Matched, held: Held, out: Reckoning) -> None:
    """Each violation and each gap in monitoring as it was last told; the files that each violation was told to have."""
    violations: dict[UUID, dict[str, Any]] = {}
    refs: set[tuple[UUID, str]] = set()
    gaps: dict[UUID, dict[str, Any]] = {}
    for said, _ in matched:
        match said.body["type"]:
            case "violation_opened" | "violation_updated" | "violation_closed":
                violation = said.body["violation"]
                violations[UUID(violation["violation_id"])] = violation
                refs |= {(UUID(violation["violation_id"]), ref["sha256"]) for ref in violation["evidence"]}
            case "evidence_added":
                refs.add((UUID(said.body["violation_id"]), said.body["evidence"]["sha256"]))
            case "monitoring_gap":
                gaps[UUID(said.body["gap_id"])] = said.body
    shown = {violation_id: row for violation_id, row in held.violations.items() if row.booth_id == booth}
    for violation_id in violations.keys() | shown.keys():
        last, row = violations.get(violation_id), shown.get(violation_id)
        if row is None or last is None:
            out.found("lost" if row is None else "invented", booth, f"violation {violation_id}")
        elif not _same_violation(last, row):
            out.found("state", booth, f"violation {violation_id}: {row.document}, and last was said {last}")
    held_refs = {(violation_id, sha256) for violation_id, sha256 in held.evidence_refs if violation_id in violations}
    for violation_id, sha256 in refs ^ held_refs:
        word: Word = "lost" if (violation_id, sha256) in refs else "invented"
        out.found(word, booth, f"file {sha256} of violation {violation_id}")
    shown_gaps = {gap_id: gap for gap_id, gap in held.gaps.items() if gap.booth_id == booth}
    for gap_id, body in gaps.items():
        gap = shown_gaps.get(gap_id)
        if gap is None:
            out.found("gap hidden", booth, body)
        elif (gap.reason, gap.detail, gap.started_at, gap.ended_at) != _of_gap(body):
            out.found("state", booth, f"{gap}, and last was said {body}")
    for gap_id in shown_gaps.keys() - gaps.keys():
        if shown_gaps[gap_id].reason != "booth_silent":
            out.found("gap invented", booth, shown_gaps[gap_id])


def _same_violation(last: dict[str, Any], row: Any) -> bool:
    violation = Violation.model_validate(last)
    columns = (row.kind, row.severity, row.opened_at, row.ended_at)
    last_said = (violation.kind, violation.severity, violation.opened_at, violation.ended_at)
    return Violation.model_validate_json(row.document) == violation and columns == last_said


def _of_gap(body: dict[str, Any]) -> tuple[str, str, datetime, datetime | None]:
    ended_at = body["ended_at"]
    started_at = datetime.fromisoformat(body["started_at"])
    return body["reason"], body["detail"], started_at, datetime.fromisoformat(ended_at) if ended_at else None


def _compare_monitoring(journal: Journal, matched: Matched, held: Held, out: Reckoning) -> None:
    """Whether every time that a booth was cut off or dropped something is told, once, and no other."""
    booth = journal.booth
    told = [(said, said.body) for said, _ in matched if said.body["type"] == "monitoring_gap"]
    told = [(said, body) for said, body in told if UUID(body["gap_id"]) in held.gaps]
    for start, last in _lives(journal):
        mine = [body for said, body in told if start.first <= said.number < last and body["reason"] == "agent_down"]
        if start.cut_off and start.kept_after:
            if not any(_covers(body, start.at) for body in mine):
                out.found(
                    "gap hidden", booth, f"cut off after {start.seen_until}, begun again {start.at}; told: {mine}"
                )
        elif mine and not start.cut_off:
            out.found("gap invented", booth, f"begun {start.at} after a clean stop; told: {mine}")
        if len(mine) > 1:
            out.found("gap invented", booth, f"begun once and told more than once: {mine}")
    dropped = [body for _, body in told if body["reason"] in ("events_dropped", "agent_down")]
    for said in journal.refused:
        if not any(_covers(body, said.at) for body in dropped):
            out.found("gap hidden", booth, f"at {said.at} the outbox refused {said.body}")
    for _, body in told:
        reasons = any(_covers(body, said.at) for said in journal.refused) or len(journal.chains) > 1
        if body["reason"] == "events_dropped" and not reasons:
            out.found("gap invented", booth, body)


def _lives(journal: Journal) -> Iterator[tuple[Start, int]]:
    """Each start, and the number of the first thing that the next one says."""
    for start, after in zip_longest(journal.starts, journal.starts[1:]):
        yield start, after.first if after else len(journal.said)


def _covers(body: dict[str, Any], at: datetime) -> bool:
    _, _, started_at, ended_at = _of_gap(body)
    return started_at <= at and (ended_at is None or at <= ended_at)


def _compare_recording(booth: str, matched: Matched, held: Held, out: Reckoning) -> None:
    """Piece for piece, so that the holes between them are the same ones, too."""
    said = [(said.body["evidence"]["sha256"], *_times(said.body)) for said, _ in matched if _is_piece(said)]
    shown = [(piece.sha256, piece.started_at, piece.ended_at) for piece in held.segments.get(booth, ())]
    for sha256, first, last in (Counter(said) - Counter(shown)).elements():
        out.found("lost", booth, f"piece {sha256} of the recording, {first} to {last}")
    for sha256, first, last in (Counter(shown) - Counter(said)).elements():
        out.found("invented", booth, f"piece {sha256} of the recording, {first} to {last}")


def _is_piece(said: Said) -> bool:
    return bool(said.body["type"] == "segment_recorded")


def _times(body: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(body["started_at"]), datetime.fromisoformat(body["ended_at"])
