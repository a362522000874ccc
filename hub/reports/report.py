"""Puts together the report of one exam session from what the database holds, in one transaction that reads."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.sitting import ENDED
from hub.exams.reasons import BY_CODE
from hub.reports import figures, integrity, timeline
from hub.reports.footage import coverage
from hub.reports.integrity import Judged
from hub.reports.language import Words, words
from hub.reports.provenance import provenance
from hub.reports.spans import Span, seconds, within
from hub.reports.timeline import Taken, Timeline
from hub.store import reports
from hub.views import ViolationView
from hub.views.reports import (
    ExamSessionReport,
    Language,
    ReportCandidate,
    ReportFlag,
    ReportGap,
    ReportMessage,
    ReportPause,
    ReportPerson,
    ReportPhoto,
    ReportReview,
    ReportStay,
    ReportStep,
    ReportViolation,
)


async def read(
    connection: AsyncConnection, exam_session_id: UUID, language: Language, authority_sha256: str | None
) -> ExamSessionReport | None:
    """None where there is no such exam session."""
    head = await reports.head(connection, exam_session_id)
    return None if head is None else await _Reading(connection, head, words(language)).report(authority_sha256)


class _Reading:
    """One report while it is put together."""

    def __init__(self, connection: AsyncConnection, head: Row[Any], said: Words) -> None:
        self._connection = connection
        self._head = head
        self._said = said
        self._roles: dict[str, str] = {}

    async def report(self, authority_sha256: str | None) -> ExamSessionReport:
        head, connection, key = self._head, self._connection, self._head.exam_session_id
        steps = await reports.steps(connection, key)
        found = await reports.violation_rows(connection, key)
        views = await reports.violation_views(connection, [row.violation_id for row in found])
        decisions = await reports.decisions(connection, [row.violation_id for row in found])
        photos = await reports.photos(connection, key)
        messages, flags = await reports.messages(connection, key), await reports.flags(connection, key)
        chains = await reports.chain_parts(connection, key)
        people = [*steps, *messages, *flags, *(each for some in decisions.values() for each in some)]
        self._roles = await reports.roles(connection, {row.username for row in people if row.username})
        as_of = _newest(
            [head.created_at, head.started_at, head.ended_at],
            [row.at for row in steps],
            [time for view in views.values() for time in (view.received_at, view.opened_at, view.ended_at)],
            [row.decided_at for some in decisions.values() for row in some],
            [time for row in messages for time in (row.sent_at, row.read_at)],
            [row.written_at for row in flags],
            [row.ends_at for row in chains],
        )
        over = head.state in ENDED
        until = head.ended_at if over and head.ended_at else as_of
        line = timeline.read([_taken(row, head.booth_id) for row in steps], until)
        gaps = await self._gaps(line, until)
        judged = [
            Judged(views[row.violation_id].kind, row.review, views[row.violation_id].started_at, _end(views, row))
            for row in found
        ]
        summary = integrity.summarize(judged, line.expected, [_span(gap, until) for gap in gaps], until)
        in_all = len(found) if len(found) < reports.LIMIT else await reports.violations_in_all(connection, key)
        deleted = await reports.deleted(connection, views.values())
        violations = [
            self._violation(views[row.violation_id], row, decisions.get(row.violation_id, ()), until, deleted)
            for row in found
        ]
        return ExamSessionReport(
            language=self._said.language,
            redacted=False,
            left_out=(),
            as_of=as_of,
            exam_session_id=key,
            exam_id=head.exam_id,
            exam_name=head.exam_name,
            duration_s=head.duration_s,
            candidate=ReportCandidate(
                number=head.number,
                name=head.candidate_name,
                extra_time_percent=head.extra_time_percent,
                rules_off=tuple(json.loads(head.rules_off or "[]")),
            ),
            state=head.state,
            practice=head.practice,
            legal_hold=head.legal_hold,
            scheduled_start=head.scheduled_start,
            scheduled_end=head.scheduled_end,
            admitted_at=line.admitted_at,
            started_at=head.started_at,
            ended_at=head.ended_at,
            extra_time_s=head.extra_time_s,
            notice_version=head.notice_version,
            notice_acknowledged_at=head.notice_acknowledged_at,
            stays=tuple(await self._stays(line)),
            steps=tuple(self._step(row) for row in steps),
            pauses=tuple(
                ReportPause.model_validate(
                    {"state": state, "started_at": first, "ended_at": last, "seconds": seconds([Span(first, last)])}
                )
                for state, (first, last) in line.standing
            ),
            photos=tuple(
                ReportPhoto(sha256=row.sha256, of=row.of, taken_at=row.taken_at, available=row.available)
                for row in photos
            ),
            violations=tuple(violations),
            violations_in_all=in_all,
            gaps=tuple(gaps),
            messages=tuple(
                ReportMessage(at=row.sent_at, by=self._person(row), kind=row.kind, text=row.text, read_at=row.read_at)
                for row in messages
            ),
            flags=tuple(
                ReportFlag(at=row.at, by=self._person(row), kind=row.kind, note=row.note, withdrawn=row.withdrawn)
                for row in flags
            ),
            recording=await coverage(connection, line, wanted=head.recording, sound=head.recorded_sound),
            integrity=figures.in_words(
                summary, self._said, listed=len(found), in_all=in_all, lasts_as_of=None if over else as_of
            ),
            provenance=await provenance(connection, line, chains, violations, authority_sha256),
        )

    def _person(self, row: Row[Any], action: str = "") -> ReportPerson:
        if row.username is None:
            return ReportPerson(
                username=None, name=row.display_name, role="booth" if action in timeline.TOLD else "hub"
            )
        return ReportPerson.model_validate(
            {"username": row.username, "name": row.display_name, "role": self._roles.get(row.username)}
        )

    def _step(self, row: Row[Any]) -> ReportStep:
        said = self._said.find(f"action.{row.action}", row.action)
        if row.reason_code:
            said += f": {reason(self._said, row.reason_code)}"
        return ReportStep(
            at=row.at,
            action=row.action,
            state=row.state,
            by=self._person(row, row.action),
            reason_code=row.reason_code,
            note=row.note,
            booth_id=row.booth_id,
            words=said,
        )

    def _violation(
        self,
        view: ViolationView,
        row: Row[Any],
        decisions: Sequence[Row[Any]],
        until: datetime,
        deleted: dict[str, datetime],
    ) -> ReportViolation:
        lasted_s = max(0.0, ((view.ended_at or until) - view.started_at).total_seconds())
        return ReportViolation(
            **{name: getattr(view, name) for name in _SAME},
            lasted_s=round(lasted_s, 1),
            words=self._said.violation(view, lasted_s),
            why=self._said.why(view.explanation),
            review=row.review,
            reviews_wanted=row.reviews_wanted,
            deleted={ref.sha256: deleted[ref.sha256] for ref in view.evidence if ref.sha256 in deleted},
            grown_at=row.grown_at,
            reviews=tuple(
                ReportReview(
                    decision=each.decision,
                    note=self._dismissed_because(each),
                    by=self._person(each),
                    decided_at=each.decided_at,
                )
                for each in decisions
            ),
        )

    def _dismissed_because(self, row: Row[Any]) -> str:
        """The reason in words before the note."""
        why = self._said.find(f"dismissal.{row.reason_code}", row.reason_code) if row.reason_code else ""
        return ": ".join(part for part in (why, row.note) if part)

    async def _gaps(self, line: Timeline, until: datetime) -> list[ReportGap]:
        found: dict[UUID, ReportGap] = {}
        for stay in line.stays:
            for row in await reports.gaps(self._connection, self._head.exam_session_id, stay.booth_id, *stay.span):
                spans = within([Span(row.started_at, row.ended_at or until)], line.expected)
                found[row.gap_id] = ReportGap(
                    gap_id=row.gap_id,
                    booth_id=row.booth_id,
                    reason=row.reason,
                    detail=row.detail,
                    started_at=row.started_at,
                    ended_at=row.ended_at,
                    counted_s=round(seconds(spans), 1),
                    words=self._said.say(f"gap.{row.reason}"),
                )
        return sorted(found.values(), key=lambda gap: (gap.started_at, str(gap.gap_id)))

    async def _stays(self, line: Timeline) -> list[ReportStay]:
        places = await reports.places(self._connection, {stay.booth_id for stay in line.stays})
        return [
            ReportStay(
                booth_id=stay.booth_id,
                booth_name=place.name if place else stay.booth_id,
                room_name=place.room_name if place else None,
                site_name=place.site_name if place else None,
                started_at=stay.span.first,
                ended_at=stay.span.last,
            )
            for stay in line.stays
            for place in (places.get(stay.booth_id),)
        ]


_SAME = (
    "violation_id",
    "booth_id",
    "kind",
    "label",
    "severity",
    "started_at",
    "opened_at",
    "ended_at",
    "confidence",
    "explanation",
    "evidence",
)


def reason(said: Words, code: str) -> str:
    """What a reason's code means; the code itself where nobody says."""
    known = BY_CODE.get(code)
    return said.find(f"reason.{code}", known.text if known else code)


def _taken(row: Row[Any], booth_id: str | None) -> Taken:
    return Taken(row.at, row.action, row.state, row.booth_id or booth_id)


def _end(views: dict[UUID, ViolationView], row: Row[Any]) -> datetime | None:
    return views[row.violation_id].ended_at


def _span(gap: ReportGap, until: datetime) -> Span:
    return Span(gap.started_at, gap.ended_at or until)


def _newest(*times: Iterable[datetime | None]) -> datetime:
    return max(time for some in times for time in some if time is not None)
