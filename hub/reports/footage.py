"""How much of an exam session's recording is here, and where it has holes."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.evidence.holes import SEAM, holes
from hub.reports.spans import Span, joined, seconds, within
from hub.reports.timeline import Timeline
from hub.store import recording
from hub.views import HoleView, SegmentView
from hub.views.reports import ReportRecording


async def coverage(connection: AsyncConnection, line: Timeline, *, wanted: bool, sound: bool) -> ReportRecording:
    """Against the time that should have been monitored: nobody records a break."""
    covered: list[Span] = []
    missing: list[HoleView] = []
    for stay in line.stays:
        due = within([stay.span], line.expected)
        found = await _segments(connection, stay.booth_id, stay.span)
        covered += within([Span(each.started_at, each.ended_at) for each in found if each.available], due)
        missing += [
            HoleView(started_at=first, ended_at=last, reason=hole.reason)
            for hole in (*holes(found), *_ends(found, stay.span))
            for first, last in within([Span(hole.started_at, hole.ended_at)], due)
        ]
    return ReportRecording(
        wanted=wanted,
        sound=sound,
        expected_s=round(seconds(line.expected), 1),
        covered_s=round(seconds(joined(covered)), 1),
        holes=tuple(sorted(missing, key=lambda hole: hole.started_at)) if wanted or covered else (),
    )


def _ends(found: list[SegmentView], span: Span) -> list[HoleView]:
    """Before the first piece and after the last; all of it without any."""
    first = min((each.started_at for each in found), default=span.last)
    last = max((each.ended_at for each in found), default=span.last)
    ends = ((span.first, first), (last, span.last))
    return [
        HoleView(started_at=begin, ended_at=end, reason="not_recorded") for begin, end in ends if end - begin > SEAM
    ]


async def _segments(connection: AsyncConnection, booth_id: str, span: Span) -> list[SegmentView]:
    """All, in as many statements as it takes."""
    found: list[SegmentView] = []
    since: datetime = span.first
    while page := await recording.between(connection, booth_id, since, span.last):
        found += page if not found else [each for each in page if each.started_at > found[-1].started_at]
        if len(page) < recording.LIMIT or page[-1].started_at <= since:
            break
        since = page[-1].started_at
    return found
