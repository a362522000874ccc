"""Reports of exam sessions, and what those of an exam or a site come to. Whoever reads one is on record."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from contract.sitting import ENDED, SittingState
from contract.wire import BoothId
from hub import audit
from hub.api.fields import Cursor, Search, Slug, When
from hub.audit import Actor
from hub.errors import RefusedError
from hub.exams.sessions import not_found
from hub.parts import ActorOf, Hub, SignedIn, TheHub, allowed
from hub.people.scope import refuse_foreign
from hub.reports.lines import lines
from hub.reports.service import time_zone
from hub.reports.summary import summarize
from hub.reports.table import summary_csv, violations_csv
from hub.store import exam_sessions, exams, places
from hub.store.cursor import parse_cursor, parse_time_cursor
from hub.store.summaries import Wanted
from hub.views import ExamSessionReport, Me, Summary
from hub.views.reports import Language, ReportList

router = APIRouter(tags=["reports"])

Reader = Annotated[Me, Depends(allowed("reports.read"))]
Lang = Annotated[Language, Query(alias="lang", description="of its words")]
Zone = Annotated[str, Query(max_length=60, description="IANA name of the time zone that times are shown in")]
Since = Annotated[When | None, Query(alias="from", description="exam sessions scheduled at this time or later")]
Until = Annotated[When | None, Query(alias="to", description="exam sessions scheduled before this time")]

PDF: Final = "application/pdf"
CSV: Final = "text/csv; charset=utf-8"
JSON: Final = "application/json"


def _file(media_type: str, what: str) -> dict[str, Any]:
    content = {media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}}
    return {"response_class": Response, "responses": {200: {"content": content, "description": what}}}


@router.get("/reports", operation_id="listReports")
async def list_reports(
    me: Reader,
    hub: TheHub,
    state: Annotated[list[SittingState] | None, Query(max_length=11, description="one or several")] = None,
    booth: BoothId | None = None,
    room: Slug | None = None,
    site: Slug | None = None,
    exam: UUID | None = None,
    first: Since = None,
    last: Until = None,
    found: Annotated[
        exam_sessions.Found | None, Query(description="something undecided, all decided, something confirmed, nothing")
    ] = None,
    legal_hold: bool | None = None,
    q: Search = "",
    order: exam_sessions.Order = "newest",
    before: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 25,
) -> ReportList:
    """Exam sessions of your scope that are over, each with the sums of its report. No practice exam."""
    wanted = exam_sessions.Wanted(
        state=set(state or ENDED) & ENDED,
        booth_id=booth,
        room_id=room,
        site_id=site,
        exam_id=exam,
        practice=False,
        since=first,
        until=last,
        q=q,
        found=found,
        legal_hold=legal_hold,
        booths=me.booths,
    )
    cursor: tuple[datetime | str, UUID] | None = None
    try:
        if before:
            cursor = parse_cursor(before) if order == "candidate" else parse_time_cursor(before)
    except ValueError:
        raise RefusedError(422, "The cursor is not valid", "use `next` of the page before, in the same order") from None
    async with hub.database.reading() as connection:
        page = await exam_sessions.page(connection, wanted, cursor, limit, order)
        return ReportList(items=await lines(connection, page.items), next=page.next)


@router.get("/exam-sessions/{exam_session_id}/report", operation_id="getReport")
async def get_report(
    exam_session_id: UUID, me: Reader, actor: ActorOf, hub: TheHub, language: Lang = "en"
) -> ExamSessionReport:
    """Everything that is known of the exam session, with an integrity summary that says how each number is made."""
    await _admit(hub, me, exam_session_id)
    await hub.viewed.record(actor, "report.viewed", "exam_session", str(exam_session_id), form="page")
    return await hub.reports.read(exam_session_id, language, reader=me)


@router.get(
    "/exam-sessions/{exam_session_id}/report.pdf",
    operation_id="getReportPdf",
    **_file(PDF, "PDF/A-2a; the same data make the same bytes"),
)
async def get_pdf(
    exam_session_id: UUID, me: Reader, actor: ActorOf, hub: TheHub, language: Lang = "en", timezone: Zone = "UTC"
) -> Response:
    """For print, with a timeline and snapshots. 503 when many are being made: ask again after `Retry-After`."""
    return await _pdf(hub, me, actor, exam_session_id, language, timezone, for_candidate=False)


@router.get(
    "/exam-sessions/{exam_session_id}/report/redacted.pdf",
    operation_id="getRedactedReportPdf",
    **_file(PDF, "PDF/A-2a; the same data make the same bytes"),
)
async def get_redacted_pdf(
    exam_session_id: UUID, me: Reader, actor: ActorOf, hub: TheHub, language: Lang = "en", timezone: Zone = "UTC"
) -> Response:
    """The candidate's copy: no names of staff, no pictures, no internal notes; it says what was left out."""
    return await _pdf(hub, me, actor, exam_session_id, language, timezone, for_candidate=True)


@router.get(
    "/exam-sessions/{exam_session_id}/report.csv",
    operation_id="getReportCsv",
    **_file(CSV, "UTF-8 with a byte order mark; no cell is a formula"),
)
async def get_csv(exam_session_id: UUID, me: Reader, actor: ActorOf, hub: TheHub, language: Lang = "en") -> Response:
    """One row a violation."""
    await _admit(hub, me, exam_session_id)
    await _taken(hub, actor, exam_session_id, "csv")
    report = await hub.reports.read(exam_session_id, language, reader=me)
    return _attached(violations_csv(report), CSV, f"violations-{exam_session_id}.csv")


@router.get("/exam-sessions/{exam_session_id}/report.json", operation_id="getReportJson")
async def get_json(
    exam_session_id: UUID, me: Reader, actor: ActorOf, hub: TheHub, response: Response, language: Lang = "en"
) -> ExamSessionReport:
    """The same as the page, as a file; GET /api/v1/report-schema says what is in it."""
    await _admit(hub, me, exam_session_id)
    await _taken(hub, actor, exam_session_id, "json")
    response.headers["Content-Disposition"] = f'attachment; filename="report-{exam_session_id}.json"'
    return await hub.reports.read(exam_session_id, language, reader=me)


@router.get("/exam-sessions/{exam_session_id}/report/redacted.json", operation_id="getRedactedReportJson")
async def get_redacted_json(
    exam_session_id: UUID, me: Reader, actor: ActorOf, hub: TheHub, response: Response, language: Lang = "en"
) -> ExamSessionReport:
    """The candidate's copy, as a file."""
    await _admit(hub, me, exam_session_id)
    await _taken(hub, actor, exam_session_id, "redacted.json")
    response.headers["Content-Disposition"] = f'attachment; filename="copy-{exam_session_id}.json"'
    return await hub.reports.read(exam_session_id, language, reader=me, for_candidate=True)


@router.get("/report-schema", operation_id="getReportSchema")
async def get_schema(_: SignedIn) -> dict[str, Any]:
    """JSON Schema of a report, the version that is written now."""
    return ExamSessionReport.model_json_schema(mode="serialization")


@router.get("/exams/{exam_id}/summary", operation_id="getExamSummary")
async def get_exam_summary(
    exam_id: UUID, me: Reader, actor: ActorOf, hub: TheHub, first: Since = None, last: Until = None
) -> Summary:
    """What the exam's sessions in your scope come to."""
    return await _of_exam(hub, me, actor, exam_id, first, last)


@router.get("/exams/{exam_id}/summary.csv", operation_id="getExamSummaryCsv", **_file(CSV, "One figure a row"))
async def get_exam_summary_csv(
    exam_id: UUID, me: Reader, actor: ActorOf, hub: TheHub, first: Since = None, last: Until = None
) -> Response:
    found = await _of_exam(hub, me, actor, exam_id, first, last)
    return _attached(summary_csv(found), CSV, f"exam-{exam_id}.csv")


@router.get("/sites/{site_id}/summary", operation_id="getSiteSummary")
async def get_site_summary(
    site_id: Slug, me: Reader, actor: ActorOf, hub: TheHub, first: Since = None, last: Until = None
) -> Summary:
    """What the exam sessions in the site's booths in your scope come to."""
    return await _of_site(hub, me, actor, site_id, first, last)


@router.get("/sites/{site_id}/summary.csv", operation_id="getSiteSummaryCsv", **_file(CSV, "One figure a row"))
async def get_site_summary_csv(
    site_id: Slug, me: Reader, actor: ActorOf, hub: TheHub, first: Since = None, last: Until = None
) -> Response:
    found = await _of_site(hub, me, actor, site_id, first, last)
    return _attached(summary_csv(found), CSV, f"site-{site_id}.csv")


async def _pdf(
    hub: Hub, me: Me, actor: Actor, exam_session_id: UUID, language: Language, zone: str, *, for_candidate: bool
) -> Response:
    shown_in = time_zone(zone)
    await _admit(hub, me, exam_session_id)
    await _taken(hub, actor, exam_session_id, "redacted.pdf" if for_candidate else "pdf")
    report = await hub.reports.read(exam_session_id, language, reader=me, for_candidate=for_candidate)
    name = f"{'copy' if for_candidate else 'report'}-{exam_session_id}.pdf"
    return _attached(await hub.reports.pdf(report, shown_in), PDF, name)


async def _admit(hub: Hub, me: Me, exam_session_id: UUID) -> None:
    """Raises 404, or 403 where the booth is not in scope."""
    async with hub.database.reading() as connection:
        row = await exam_sessions.find(connection, exam_session_id)
    if row is None:
        raise not_found(exam_session_id)
    await refuse_foreign(hub.database, me, row.booth_id)


async def _taken(hub: Hub, actor: Actor, exam_session_id: UUID, form: str) -> None:
    """Each file that is taken away is on record, also the same one again."""
    async with hub.database.writing() as connection:
        await audit.record(connection, actor, "report.viewed", "exam_session", str(exam_session_id), form=form)


async def _of_exam(
    hub: Hub, me: Me, actor: Actor, exam_id: UUID, first: datetime | None, last: datetime | None
) -> Summary:
    async with hub.database.reading() as connection:
        exam = await exams.find(connection, exam_id)
    if exam is None:
        raise RefusedError(404, "No such exam", f"no exam {exam_id}; GET /api/v1/exams lists them")
    await hub.viewed.record(actor, "summary.viewed", "exam", str(exam_id))
    wanted = Wanted(exam_id=exam_id, first=first, last=last, booths=me.booths)
    async with hub.database.reading() as connection:
        return await summarize(connection, "exam", str(exam_id), exam.name, wanted, datetime.now(UTC))


async def _of_site(
    hub: Hub, me: Me, actor: Actor, site_id: str, first: datetime | None, last: datetime | None
) -> Summary:
    async with hub.database.reading() as connection:
        site = await places.find_site(connection, site_id)
    if site is None:
        raise RefusedError(404, "No such site", f"no site is called {site_id!r}; GET /api/v1/sites lists them")
    await hub.viewed.record(actor, "summary.viewed", "site", site_id)
    wanted = Wanted(site_id=site_id, first=first, last=last, booths=me.booths)
    async with hub.database.reading() as connection:
        return await summarize(connection, "site", site_id, site.name, wanted, datetime.now(UTC))


def _attached(data: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(data, media_type=media_type, headers=headers)
