"""Exam sessions: the schedule, the list, one with its steps, and what people do to it."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from contract.sitting import SittingState
from contract.wire import BoothId
from hub.api.candidates import TABLE, Listed
from hub.api.fields import Cursor, Limit, Note, Search, Slug, When
from hub.errors import RefusedError
from hub.exams.effects import Given
from hub.exams.imports import import_schedule
from hub.exams.machine import ALIVE, Decision, allowed_actions
from hub.exams.reasons import CATALOGUE
from hub.exams.sessions import not_found
from hub.exams.sheet import LISTED
from hub.parts import ActorOf, Hub, SignedIn, TheHub, allowed
from hub.people.scope import refuse_foreign
from hub.store import candidates, exam_sessions, sittings
from hub.store.cursor import parse_time_cursor
from hub.views import (
    ExamSessionDetail,
    ExamSessionList,
    ExamSessionStepList,
    ExamSessionView,
    ImportReport,
    Me,
    ReasonList,
    ReasonView,
)

router = APIRouter(tags=["exam sessions"])

Reader = Annotated[Me, Depends(allowed("exam_sessions.read"))]
Manager = Annotated[Me, Depends(allowed("exams.manage"))]
Code = Annotated[str, Field(max_length=60, pattern=r"^[a-z_]+\.[a-z_]+$")]


class ScheduleRequest(BaseModel):
    exam_id: UUID
    candidate_id: UUID
    booth_id: BoothId
    scheduled_start: When
    practice: bool = Field(False, description="it leaves no record")


class ReasonRequest(BaseModel):
    """Why; GET /api/v1/reasons lists the codes and the actions they fit. Needed where the state machine says so."""

    reason_code: Code | None = None
    note: Note = ""


class ExtendRequest(ReasonRequest):
    seconds: int = Field(ge=1, le=24 * 3600, description="added to what the candidate has")


class MoveRequest(ReasonRequest):
    booth_id: BoothId = Field(description="the spare booth")


class RescheduleRequest(ReasonRequest):
    scheduled_start: When
    booth_id: BoothId | None = Field(None, description="another booth; null: the same one")


@router.get("/reasons", operation_id="listReasons")
async def list_reasons(_: SignedIn) -> ReasonList:
    """The catalogue, in two levels: `category.code`."""
    return ReasonList(
        items=tuple(
            ReasonView(
                code=each.code,
                category=each.category,
                text=each.text,
                actions=each.actions,
                needs_note=each.needs_note,
            )
            for each in CATALOGUE
        )
    )


@router.get("/exam-sessions", operation_id="listExamSessions")
async def list_exam_sessions(
    me: Reader,
    hub: TheHub,
    state: Annotated[list[SittingState] | None, Query(max_length=11, description="one or several")] = None,
    alive: Annotated[bool | None, Query(description="true: those that are not over")] = None,
    booth: BoothId | None = None,
    room: Slug | None = None,
    site: Slug | None = None,
    exam: UUID | None = None,
    candidate: UUID | None = None,
    practice: bool | None = None,
    day: Annotated[str | None, Query(pattern=r"^2[01]\d\d-\d\d-\d\d$", description="scheduled on it, UTC")] = None,
    since: Annotated[When | None, Query(alias="from", description="scheduled at this time or later")] = None,
    until: Annotated[When | None, Query(alias="to", description="scheduled before this time")] = None,
    q: Search = "",
    before: Cursor = None,
    limit: Limit = 50,
) -> ExamSessionList:
    """Those of your scope, the latest scheduled first."""
    if day is not None:
        since, until = _day(day)
    states = set(state or ()) or None
    if alive:
        states = (states or set(ALIVE)) & ALIVE
    wanted = exam_sessions.Wanted(
        state=states,
        booth_id=booth,
        room_id=room,
        site_id=site,
        exam_id=exam,
        candidate_id=candidate,
        practice=practice,
        since=since,
        until=until,
        q=q,
        booths=me.booths,
    )
    try:
        cursor = parse_time_cursor(before) if before else None
    except ValueError:
        raise RefusedError(422, "The cursor is not valid", "use `next` of the page before as it came") from None
    async with hub.database.reading() as connection:
        return await exam_sessions.page(connection, wanted, cursor, limit)


@router.post("/exam-sessions", operation_id="scheduleExamSession", status_code=201)
async def schedule(request: ScheduleRequest, me: Manager, actor: ActorOf, hub: TheHub) -> ExamSessionView:
    """409 with the exam session it collides with: the same booth, with time to tidy between, or the same candidate."""
    key = await hub.exam_sessions.schedule(
        me,
        actor,
        request.exam_id,
        request.candidate_id,
        request.booth_id,
        request.scheduled_start,
        practice=request.practice,
    )
    return await find(hub, me, key)


@router.post("/exam-sessions/import", operation_id="importSchedule", openapi_extra=TABLE)
async def import_table(
    request: Request,
    me: Manager,
    actor: ActorOf,
    hub: TheHub,
    timezone: Annotated[str, Query(max_length=60, description="IANA name, for times without one")] = "UTC",
    dry_run: bool = False,
    listed: Listed = LISTED,
) -> ImportReport:
    """Columns `candidate_number`, `exam` (name or id), `booth`, `start`, and where wanted `practice`.

    With `dry_run` it only tells what the table would schedule, and all that is wrong or collides. Without, all of it is
    taken or, with a mistake anywhere, nothing (422). Lines that are scheduled just so already change nothing.
    """
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RefusedError(422, "No such time zone", "use an IANA name such as Europe/Berlin") from None
    data = await request.body()
    return await import_schedule(hub.exam_sessions, hub.database, me, actor, data, zone, dry_run=dry_run, listed=listed)


@router.get("/exam-sessions/{exam_session_id}", operation_id="getExamSession")
async def get_exam_session(exam_session_id: UUID, me: Reader, actor: ActorOf, hub: TheHub) -> ExamSessionDetail:
    """With what its page needs. The check-in code is for those who may run it."""
    view = await find(hub, me, exam_session_id)
    await hub.viewed.record(actor, "exam_session.viewed", "exam_session", str(exam_session_id))
    async with hub.database.reading() as connection:
        row = await exam_sessions.find(connection, exam_session_id)
        candidate = await candidates.find(connection, view.candidate_id)
        photos = await sittings.photos(connection, exam_session_id)
    if row is None or candidate is None:
        raise not_found(exam_session_id)
    runs = me.may("exam_sessions.run") and row.state in ALIVE
    return ExamSessionDetail(
        exam_session=view,
        actions=allowed_actions(row.state, me.permissions),
        check_in_code=row.check_in_code if runs else None,
        photos=tuple(photos),
        calibrated=row.calibration is not None,
        notice_acknowledged_at=row.notice_acknowledged_at,
        extra_time_percent=candidate.extra_time_percent,
        rules_off=candidate.rules_off,
        accommodation_note=candidate.accommodation_note,
    )


@router.get("/exam-sessions/{exam_session_id}/steps", operation_id="listExamSessionSteps")
async def list_steps(exam_session_id: UUID, me: Reader, hub: TheHub) -> ExamSessionStepList:
    """Every step with who and why, oldest first."""
    await find(hub, me, exam_session_id)
    async with hub.database.reading() as connection:
        return ExamSessionStepList(items=tuple(await sittings.steps(connection, exam_session_id)))


@router.post("/exam-sessions/{exam_session_id}/extend", operation_id="extendExamSession")
async def extend(
    exam_session_id: UUID, request: ExtendRequest, me: SignedIn, actor: ActorOf, hub: TheHub
) -> ExamSessionView | None:
    """More time. Needs a reason."""
    return await _act(hub, me, actor, exam_session_id, "extend", request, seconds=request.seconds)


@router.post("/exam-sessions/{exam_session_id}/move", operation_id="moveExamSession")
async def move(
    exam_session_id: UUID, request: MoveRequest, me: SignedIn, actor: ActorOf, hub: TheHub
) -> ExamSessionView | None:
    """To a spare booth, also in the middle: state and time are kept, and the candidate types the code there again.
    Needs a reason; 409 when the booth is taken."""
    return await _act(hub, me, actor, exam_session_id, "move", request, booth_id=request.booth_id)


@router.post("/exam-sessions/{exam_session_id}/reschedule", operation_id="rescheduleExamSession")
async def reschedule(
    exam_session_id: UUID, request: RescheduleRequest, me: SignedIn, actor: ActorOf, hub: TheHub
) -> ExamSessionView | None:
    """Another time, or another booth, before check-in. Needs a reason; 409 when it collides."""
    where = {"booth_id": request.booth_id, "scheduled_start": request.scheduled_start}
    return await _act(hub, me, actor, exam_session_id, "reschedule", request, **where)


def _simple(action: Decision, what: str) -> None:
    """A route for an action that takes a reason and nothing else."""
    words = action.split("_")
    operation = words[0] + "".join(word.title() for word in words[1:]) + "ExamSession"

    async def act(
        exam_session_id: UUID, request: ReasonRequest, me: SignedIn, actor: ActorOf, hub: TheHub
    ) -> ExamSessionView | None:
        return await _act(hub, me, actor, exam_session_id, action, request)

    path = f"/exam-sessions/{{exam_session_id}}/{action.replace('_', '-')}"
    summary = operation.removesuffix("ExamSession").title()
    router.post(path, operation_id=operation, description=what, summary=summary)(act)


for _action, _what in cast(
    tuple[tuple[Decision, str], ...],
    (
        ("check_in", "By hand, where the screen does not lead through it. Needs a reason."),
        ("admit", "The person compared the pictures and lets the candidate in."),
        ("turn_away", "The candidate does not sit the exam. Needs a reason."),
        ("check_in_again", "Back to the beginning of check-in. Needs a reason."),
        ("start", "The time begins to run."),
        ("pause", "The time stands and nothing is raised. Needs a reason; what it says is shown to the candidate."),
        ("resume", "The time goes on."),
        ("break", "The candidate leaves the booth: the time stands and nothing is raised."),
        ("end_break", "The time goes on."),
        ("new_code", "Another check-in code, because the first one is in other hands."),
        ("complete", "The candidate has finished."),
        ("terminate", "Ended before its time. Needs a reason."),
        ("cancel", "It will not take place. Needs a reason."),
        ("no_show", "The candidate did not come. Needs a reason; 409 before the time that the test centre has set."),
    ),
):
    _simple(_action, f"{_what} Answers null where a practice exam ended, which leaves nothing.")


async def find(hub: Hub, me: Me, exam_session_id: UUID) -> ExamSessionView:
    """Raises 404, and 403 outside of the person's scope."""
    async with hub.database.reading() as connection:
        found = await exam_sessions.views(connection, [exam_session_id])
    if not found:
        raise not_found(exam_session_id)
    await refuse_foreign(hub.database, me, found[0].booth_id)
    return found[0]


async def _act(
    hub: Hub, me: Me, actor: Any, key: UUID, action: Decision, request: ReasonRequest, **more: Any
) -> ExamSessionView | None:
    given = Given(reason_code=request.reason_code, note=request.note, **more)
    await hub.exam_sessions.act(me, actor, key, action, given)
    async with hub.database.reading() as connection:
        found = await exam_sessions.views(connection, [key])
    return found[0] if found else None


def _day(text: str) -> tuple[datetime, datetime]:
    try:
        first = datetime.combine(datetime.strptime(text, "%Y-%m-%d").date(), time(), UTC)
    except ValueError:
        raise RefusedError(422, "No such day", f"{text} is not in the calendar") from None
    return first, first + timedelta(days=1)
