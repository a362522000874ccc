"""What events say, written into the tables that people are shown from."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contract.messages import (
    Checkpoint,
    Event,
    EventBody,
    EvidenceAdded,
    EvidenceDropped,
    MessageRead,
    MonitoringGap,
    SegmentRecorded,
    ViolationClosed,
    ViolationOpened,
    ViolationUpdated,
)
from contract.trace import Trace
from contract.violation import SEVERITIES, EvidenceRef
from hub.exams.attach import Attached
from hub.exams.steps import take_steps
from hub.intake.message import Message
from hub.store import evidence, gaps, messages, recording, reviews, traces, violations


@dataclass(slots=True)
class Changed:
    """What looks different now."""

    violations: set[UUID]
    gaps: set[UUID]
    exam_sessions: set[UUID]
    booths: set[str]
    """That are told something else now."""
    steps_unused: Counter[str]


@dataclass(slots=True)
class _Rows:
    """The newest state of each thing; a batch may hold several of one."""

    violations: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    gaps: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    refs: dict[tuple[UUID, str], dict[str, Any]] = field(default_factory=dict)
    pictures: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    dropped: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    segments: list[dict[str, Any]] = field(default_factory=list)
    traces: list[dict[str, Any]] = field(default_factory=list)


def named(said: Iterable[EventBody]) -> tuple[set[UUID], set[UUID]]:
    """Violations and gaps that look different by what was said."""
    found, gap_ids = set[UUID](), set[UUID]()
    for body in said:
        if isinstance(body, ViolationOpened | ViolationUpdated | ViolationClosed):
            found.add(body.violation.violation_id)
        elif isinstance(body, EvidenceAdded):
            found.add(body.violation_id)
        elif isinstance(body, MonitoringGap):
            gap_ids.add(body.gap_id)
    return found, gap_ids


async def write(connection: AsyncConnection, stored: Sequence[tuple[Event, Message]], attached: Attached) -> Changed:
    """`stored` are events that were not here before, in any order; `attached`: to which exam session each belongs."""
    rows = _Rows()
    stored = sorted(stored, key=lambda pair: pair[0].seq)
    for event, message in stored:
        _sort(event, message, attached.get((event.chain_id, event.seq)), rows)
    if rows.violations:
        await _ask_for_reviews(connection, rows)
        await violations.upsert(connection, list(rows.violations.values()))
    if rows.refs:
        await violations.add_evidence_refs(connection, list(rows.refs.values()))
    if rows.pictures:
        await evidence.show_known_pictures(connection, rows.pictures)
    if rows.gaps:
        await gaps.upsert(connection, list(rows.gaps.values()))
    if rows.segments:
        await recording.add(connection, rows.segments)
    if rows.traces:
        await traces.add(connection, rows.traces)
    changed = set(rows.violations) | {violation_id for violation_id, _ in rows.refs}
    if rows.dropped:
        changed |= await evidence.drop(connection, list(rows.dropped.values()))
    for event, _ in stored:
        if isinstance(event.body, MessageRead):
            await messages.read(connection, event.body.message_id, event.booth, event.wall_time)
    stepped = await take_steps(connection, stored)
    exam_sessions = stepped.exam_sessions | _seen_to_change(stored, attached)
    return Changed(changed, set(rows.gaps), exam_sessions, stepped.booths, stepped.unused)


def _sort(event: Event, message: Message, exam_session: UUID | None, rows: _Rows) -> None:
    body = event.body
    row: dict[str, Any] = {
        "booth_id": event.booth,
        "chain_id": event.chain_id,
        "seq": event.seq,
        "exam_session_id": exam_session,
    }
    if isinstance(body, ViolationOpened | ViolationUpdated | ViolationClosed):
        violation = body.violation
        fields = ("violation_id", "kind", "severity", "opened_at", "ended_at")
        row |= {name: getattr(violation, name) for name in fields}
        row |= {"document": violation.model_dump_json(), "received_at": message.received_at}
        row["severity_rank"] = SEVERITIES.index(violation.severity)
        row |= {name: getattr(violation.explanation, name) for name in ("rule", "profile", "profile_version")}
        rows.violations[violation.violation_id] = row
        for ref in violation.evidence:
            rows.refs[violation.violation_id, ref.sha256] = _ref_row(violation.violation_id, event.booth, ref)
            if ref.role == "snapshot":
                rows.pictures[event.booth] = (ref.sha256, ref.taken_at)
    elif isinstance(body, EvidenceAdded):
        added = _ref_row(body.violation_id, event.booth, body.evidence, added=True)
        rows.refs.setdefault((body.violation_id, body.evidence.sha256), added)
    elif isinstance(body, EvidenceDropped):
        rows.dropped[event.booth, body.sha256] = {
            "booth_id": event.booth,
            "sha256": body.sha256,
            "role": body.role,
            "reason": body.reason,
            "dropped_at": event.wall_time,
        }
    elif isinstance(body, SegmentRecorded):
        rows.segments.append(
            row
            | {name: getattr(body, name) for name in ("started_at", "ended_at", "has_sound")}
            | {name: getattr(body.evidence, name) for name in ("sha256", "media_type", "size_bytes")}
        )
    elif isinstance(body, Trace):
        rows.traces.append(row | {"started_at": body.started_at, "ended_at": body.ended_at})
    elif isinstance(body, MonitoringGap):
        fields = ("gap_id", "reason", "detail", "started_at", "ended_at")
        rows.gaps[body.gap_id] = row | {name: getattr(body, name) for name in fields}


def _seen_to_change(stored: Sequence[tuple[Event, Message]], attached: Attached) -> set[UUID]:
    """Exam sessions that look different: traces and signatures come every few seconds and change nothing of them."""
    silent = {(event.chain_id, event.seq) for event, _ in stored if isinstance(event.body, Trace | Checkpoint)}
    return {exam_session for key, exam_session in attached.items() if key not in silent}


async def _ask_for_reviews(connection: AsyncConnection, rows: _Rows) -> None:
    """How many people decide is what the exam asks for when a violation is first heard of."""
    named = {row["exam_session_id"] for row in rows.violations.values()} - {None}
    asked = await reviews.wanted_by(connection, named) if named else {}
    for row in rows.violations.values():
        row["reviews_wanted"] = asked.get(row["exam_session_id"], 1)


def _ref_row(violation_id: UUID, booth_id: str, ref: EvidenceRef, *, added: bool = False) -> dict[str, Any]:
    return {
        "violation_id": violation_id,
        "sha256": ref.sha256,
        "taken_at": ref.taken_at,
        "booth_id": booth_id,
        "ref": ref.model_dump_json() if added else None,
    }
