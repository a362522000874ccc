"""The report as somebody may read it who still has to decide: without what others decided on what waits for two."""

from hub.people.permissions import PERMISSIONS
from hub.views import Me
from hub.views.reports import ExamSessionReport, ReportReview, ReportViolation


def blinded(report: ExamSessionReport, me: Me) -> ExamSessionReport:
    """As `ViolationView.shown_to` does for one violation."""
    if "violations.review" not in PERMISSIONS[me.role]:
        return report
    shown = tuple(_without_others(each, me.username) for each in report.violations)
    return report.model_copy(update={"violations": shown})


def _without_others(violation: ReportViolation, username: str) -> ReportViolation:
    standing: dict[str | None, ReportReview] = {each.by.username: each for each in violation.reviews}
    decided = {name for name, last in standing.items() if last.decision != "unreviewed"}
    if violation.review != "unreviewed" or not decided or username in decided:
        return violation
    own = tuple(each for each in violation.reviews if each.by.username == username)
    return violation.model_copy(update={"reviews": own})
