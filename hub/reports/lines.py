"""The sums of many reports at once, for the list of them: the same arithmetic as in each report, and no words."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.violation import Violation
from hub.reports import integrity, timeline
from hub.reports.integrity import Judged
from hub.reports.spans import Span
from hub.reports.timeline import Taken, Timeline
from hub.store import report_lines, reports
from hub.views import ExamSessionView
from hub.views.reports import ReportLine


async def lines(connection: AsyncConnection, sessions: Sequence[ExamSessionView]) -> tuple[ReportLine, ...]:
    """Of exam sessions that are over, in the order in which they came."""
    keys = [session.exam_session_id for session in sessions]
    steps = await report_lines.steps(connection, keys)
    judged = await report_lines.judged(connection, keys)
    found = []
    for session in sessions:
        key, until = session.exam_session_id, session.ended_at or datetime.now(UTC)
        line = read_timeline(steps.get(key, ()), session.booth_id, until)
        gaps = await _gaps(connection, session, line, until)
        sums = integrity.summarize(map(_judged, judged.get(key, ())), line.expected, gaps, until)
        found.append(
            ReportLine(
                exam_session=session,
                expected_s=sums.expected.value or 0.0,
                monitored_s=sums.monitored.value or 0.0,
                coverage=sums.coverage.value,
                clear=sums.clear.value,
                confirmed=sum(kind.confirmed for kind in sums.kinds),
                dismissed=sums.dismissed,
                contested=sums.contested,
                unreviewed=sums.unreviewed,
            )
        )
    return tuple(found)


def read_timeline(steps: Sequence[Row[Any]], booth_id: str | None, until: datetime) -> Timeline:
    """`booth_id` stands for steps that name no booth."""
    return timeline.read([Taken(row.at, row.action, row.state, row.booth_id or booth_id) for row in steps], until)


async def _gaps(connection: AsyncConnection, session: ExamSessionView, line: Timeline, until: datetime) -> list[Span]:
    rows = [
        row
        for stay in line.stays
        for row in await reports.gaps(connection, session.exam_session_id, stay.booth_id, *stay.span)
    ]
    return [Span(row.started_at, row.ended_at or until) for row in rows]


def _judged(row: Row[Any]) -> Judged:
    return Judged(row.kind, row.review, Violation.model_validate_json(row.document).started_at, row.ended_at)
