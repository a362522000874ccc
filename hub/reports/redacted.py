"""The copy that a candidate may be given: what concerns them and not others, and what was left out."""

from typing import Any, Final

from hub.reports.language import Words, words
from hub.views.reports import ExamSessionReport, ReportPerson, ReportReview, ReportViolation

LEFT_OUT: Final = ("names", "pictures", "notes", "devices")


def redacted(report: ExamSessionReport) -> ExamSessionReport:
    """Times, kinds, explanations, decisions and sums stay: they are about the candidate. Thresholds are those that were
    in force for this exam session and no others."""
    said = words(report.language)
    changes: dict[str, Any] = {
        "redacted": True,
        "left_out": tuple(said.say(f"left_out.{what}") for what in LEFT_OUT),
        "legal_hold": None,
        "steps": tuple(each.model_copy(update={"by": _role(each.by, said), "note": ""}) for each in report.steps),
        "photos": (),
        "violations": tuple(_violation(each, said) for each in report.violations),
        "gaps": tuple(each.model_copy(update={"detail": ""}) for each in report.gaps),
        "messages": tuple(each.model_copy(update={"by": _role(each.by, said)}) for each in report.messages),
        "flags": (),
        "provenance": report.provenance.model_copy(update={"devices": ()}),
    }
    return report.model_copy(update=changes)


def _violation(violation: ReportViolation, said: Words) -> ReportViolation:
    reviews = tuple(_review(each, said) for each in violation.reviews)
    return violation.model_copy(update={"reviews": reviews, "evidence": (), "deleted": {}})


def _review(review: ReportReview, said: Words) -> ReportReview:
    return review.model_copy(update={"by": _role(review.by, said), "note": ""})


def _role(person: ReportPerson, said: Words) -> ReportPerson:
    name = said.say(f"role.{person.role}") if person.role else said.say("role.gone")
    return ReportPerson(username=None, name=name, role=person.role)
