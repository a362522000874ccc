"""The timeline of a report as shares of its axis: what the template draws, and what a test looks for in the picture."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from contract.violation import ViolationKind
from hub.reports.language import Words
from hub.reports.spans import Span, within, without
from hub.views import UNDECIDED
from hub.views.reports import ExamSessionReport

COLOURS: Final[dict[ViolationKind, str]] = {
    "no_face": "#8c2d62",
    "multiple_faces": "#c06014",
    "looking_away": "#2f6db3",
    "prohibited_object": "#b3261e",
    "camera_blocked": "#4b5058",
    "camera_frozen": "#7a6a4f",
    "camera_dark": "#33363f",
    "camera_blurred": "#93896f",
    "camera_moved": "#5f7a3c",
    "person_changed": "#6b3fa0",
    "speech": "#1f7a6d",
}
"""Apart in hue or in lightness, also on a printer without colours; what a mark means is said by its shape too."""
_STEPS: Final = tuple(timedelta(seconds=s) for s in (1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400))
_TICKS: Final = 8


def drawing(report: ExamSessionReport, words: Words, zone: ZoneInfo) -> dict[str, Any]:
    axis = _axis(report)
    stood = [Span(each.started_at, each.ended_at) for each in report.pauses]
    gaps = [Span(each.started_at, each.ended_at or axis.last) for each in report.gaps]
    sat = [Span(report.admitted_at or axis.last, report.ended_at or axis.last)]
    monitored = without(sat, [*stood, *gaps])
    holes = [Span(each.started_at, each.ended_at) for each in report.recording.holes]
    kinds = sorted({each.kind for each in report.violations}, key=list(COLOURS).index)
    return {
        "alt": words.say(
            "pdf.alt",
            first=_clock(axis.first, zone),
            last=_clock(axis.last, zone),
            violations=len(report.violations),
            gaps=len(report.gaps),
            pauses=len(report.pauses),
        ),
        "ticks": list(_ticks(axis, zone)),
        "monitored": _shares(monitored, axis),
        "standing": _shares(stood, axis),
        "gaps": _shares(within(gaps, without(sat, stood)), axis),
        "recording_wanted": report.recording.wanted,
        "recorded": _shares(without(without(sat, stood), holes), axis),
        "rows": [
            {
                "kind": kind,
                "name": words.say(f"kind.{kind}"),
                # What counts is drawn last, over what does not.
                "spans": sorted(
                    (
                        share | {"colour": COLOURS[kind], "review": each.review}
                        for each in report.violations
                        if each.kind == kind
                        for share in _shares([Span(each.started_at, each.ended_at or axis.last)], axis)
                    ),
                    key=lambda span: ("dismissed", *UNDECIDED, "confirmed").index(span["review"]),
                ),
            }
            for kind in kinds
        ],
        "moments": [
            {"x": _share(at, axis), "kind": kind}
            for at, kind in sorted(
                [(each.at, "message") for each in report.messages]
                + [(each.at, "flag") for each in report.flags if not each.withdrawn]
            )
            if axis.first <= at <= axis.last
        ],
    }


def _axis(report: ExamSessionReport) -> Span:
    """From admission to the end, or what there is instead; at least a second."""
    first = report.admitted_at or (report.stays[0].started_at if report.stays else report.scheduled_start)
    last = report.ended_at or (report.stays[-1].ended_at if report.stays else report.scheduled_end)
    return Span(first, max(last, first + timedelta(seconds=1)))


def _share(at: datetime, axis: Span) -> float:
    return round((at - axis.first) / (axis.last - axis.first), 6)


def _shares(spans: Iterable[Span], axis: Span) -> list[dict[str, Any]]:
    """A span without length is still a moment."""
    found = []
    for span in spans:
        first, last = max(span.first, axis.first), min(span.last, axis.last)
        if first <= last:
            found.append({"x": _share(first, axis), "w": round(_share(last, axis) - _share(first, axis), 6)})
    return found


def _ticks(axis: Span, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """At round times of the clock that is shown, no more than `_TICKS`."""
    length = axis.last - axis.first
    step = next((each for each in _STEPS if length / each <= _TICKS), timedelta(days=1))
    local = axis.first.astimezone(zone)
    at = local.replace(hour=0, minute=0, second=0, microsecond=0)
    at += -(-(local - at) // step) * step
    while at <= axis.last:
        pattern = "%H:%M" if step >= timedelta(minutes=1) else "%H:%M:%S"
        yield {"x": _share(at, axis), "text": at.strftime(pattern)}
        at += step


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M:%S")
