"""Which pictures a printed report shows, and what the booth saw in them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contract.boxes import ClipBoxes
from contract.violation import SEVERITIES
from hub.views import EvidenceView
from hub.views.reports import ExamSessionReport, ReportViolation

MOST: Final = 48
"""Four pages of snapshots; a report of hundreds names the rest."""
_FIRST: Final = ("confirmed", "contested", "unreviewed", "dismissed")


@dataclass(frozen=True, slots=True)
class Shown:
    """One snapshot of a violation. `number` counts violations as the report does, from 1."""

    number: int
    violation: ReportViolation
    snapshot: EvidenceView
    boxes: EvidenceView | None

    @property
    def name(self) -> str:
        return f"{self.number:04d}"


def chosen(report: ExamSessionReport, most: int = MOST) -> tuple[list[Shown], int]:
    """What is shown, in the order of time, and how many there are in all: one snapshot of a violation, the first."""
    found = [
        Shown(number, violation, snapshot, _of(violation, "boxes"))
        for number, violation in enumerate(report.violations, start=1)
        if (snapshot := _of(violation, "snapshot")) is not None
    ]
    by_weight = sorted(
        found,
        key=lambda each: (
            _FIRST.index(each.violation.review) if each.violation.review in _FIRST else len(_FIRST),
            -SEVERITIES.index(each.violation.severity),
            each.number,
        ),
    )
    return sorted(by_weight[:most], key=lambda each: each.number), len(found)


def boxes_at(document: ClipBoxes, taken_at: datetime) -> list[dict[str, object]]:
    """What was seen in the last look before the picture was taken; nothing where the clip does not reach there."""
    at_s = (taken_at - document.started_at).total_seconds()
    if not -1 <= at_s <= document.duration_s + 1 or not document.looks:
        return []
    before = [look for look in document.looks if look.at_s <= at_s + 0.05]
    look = max(before, key=lambda each: each.at_s) if before else min(document.looks, key=lambda each: each.at_s)
    return [
        {"label": box.label, "score": box.score, "xyxy": [min(1.0, max(0.0, share)) for share in box.xyxy]}
        for box in look.boxes
    ]


def _of(violation: ReportViolation, role: str) -> EvidenceView | None:
    return next((each for each in violation.evidence if each.role == role), None)
