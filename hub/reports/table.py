"""A report's violations as CSV: one row each, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from hub.reports.language import words
from hub.reports.sheet import who
from hub.views.reports import ExamSessionReport, Summary

BOM: Final = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for the beginning of a formula, full width too (OWASP, CSV injection)."""

COLUMNS: Final = (
    "exam_session_id",
    "exam",
    "candidate_number",
    "candidate_name",
    "violation_id",
    "number",
    "booth_id",
    "kind",
    "label",
    "severity",
    "started_at",
    "opened_at",
    "ended_at",
    "lasted_s",
    "words",
    "why",
    "rule",
    "profile",
    "profile_version",
    "measured",
    "limit",
    "unit",
    "confidence",
    "review",
    "reviewed_by",
    "reviewed_at",
    "note",
    "evidence",
)
SUMMARY_COLUMNS: Final = ("of", "id", "name", "what", "value")


def violations_csv(report: ExamSessionReport) -> bytes:
    """Times in UTC, numbers with a point, names of columns in English: for programs as much as for people."""
    said = words(report.language)
    rows = []
    for number, each in enumerate(report.violations, start=1):
        last, why = (each.reviews[-1] if each.reviews else None), each.explanation
        rows.append(
            (
                report.exam_session_id,
                report.exam_name,
                report.candidate.number,
                report.candidate.name,
                each.violation_id,
                number,
                each.booth_id,
                each.kind,
                each.label,
                each.severity,
                each.started_at.isoformat(),
                each.opened_at.isoformat(),
                each.ended_at.isoformat() if each.ended_at else None,
                each.lasted_s,
                each.words,
                each.why,
                why.rule,
                why.profile,
                why.profile_version,
                why.measured,
                why.limit,
                why.unit,
                each.confidence,
                each.review,
                who(last.by, said) if last else None,
                last.decided_at.isoformat() if last else None,
                last.note if last else None,
                " ".join(ref.sha256 for ref in each.evidence),
            )
        )
    return _written(COLUMNS, rows)


def summary_csv(summary: Summary) -> bytes:
    """One figure a row: an exam's and a site's can be put under each other."""
    known = summary.model_dump(exclude={"of", "id", "name", "kinds", "states"})
    rows: list[tuple[str, object]] = [
        (name, value.isoformat() if hasattr(value, "isoformat") else value) for name, value in known.items()
    ]
    rows += [(f"state {state}", count) for state, count in summary.states.items()]
    rows += [
        (f"{each.kind} {name}", value)
        for each in summary.kinds
        for name, value in each.model_dump(exclude={"kind"}).items()
    ]
    return _written(SUMMARY_COLUMNS, [(summary.of, summary.id, summary.name, *row) for row in rows])


def harmless(cell: object) -> object:
    """A text that a spreadsheet would run gets an apostrophe before it; numbers are numbers."""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell


def _written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return (BOM + file.getvalue()).encode()
