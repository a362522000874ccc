"""Exams: rules, duration, notice, and what check-in asks for."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.profiles import RuleProfile
from contract.wire import InvalidError
from hub import audit
from hub.api.fields import Cursor, Limit, LongName, ProfileChoice, Words
from hub.errors import RefusedError
from hub.exams.profiles import refuse_unknown
from hub.parts import ActorOf, TheHub, allowed
from hub.store import exams
from hub.store.cursor import parse_cursor
from hub.views import Exam, ExamList, Me, NoticeList

router = APIRouter(prefix="/exams", tags=["exams"])

Reader = Annotated[Me, Depends(allowed("exam_sessions.read"))]
Manager = Annotated[Me, Depends(allowed("exams.manage"))]
Duration = Annotated[int, Field(ge=60, le=12 * 3600, description="without anybody's extra time, seconds")]
Part = Annotated[str, Query(max_length=100, description="of the name, in capitals or not")]
Document = Annotated[
    dict[str, Any], Field(description="a rule profile of the exam's own, as `RuleProfile`; unknown keys are refused")
]


class CreateExamRequest(BaseModel):
    name: LongName
    profile: ProfileChoice = "standard"
    profile_document: Document | None = None
    duration_s: Duration
    notice: Words = ""
    photo_wanted: bool = True
    document_wanted: bool = False
    calibration_wanted: bool = True
    recording: bool = False
    recorded_sound: bool = False
    second_review: bool = False


class ChangeExamRequest(BaseModel):
    """What is left out, or null, stays. A profile takes the place of a profile document, and the other way round."""

    name: LongName | None = None
    profile: ProfileChoice | None = None
    profile_document: Document | None = None
    duration_s: Duration | None = Field(None, description="of exam sessions that are scheduled from now on")
    notice: Words | None = Field(None, description="another wording becomes a new version")
    photo_wanted: bool | None = None
    document_wanted: bool | None = None
    calibration_wanted: bool | None = None
    recording: bool | None = None
    recorded_sound: bool | None = None
    second_review: bool | None = None
    archived: bool | None = Field(None, description="an archived exam is kept and no longer scheduled")


class NoticeRequest(BaseModel):
    text: Words


@router.get("", operation_id="listExams")
async def list_exams(
    _: Reader, hub: TheHub, archived: bool = False, q: Part = "", after: Cursor = None, limit: Limit = 50
) -> ExamList:
    """By name."""
    try:
        cursor = parse_cursor(after) if after else None
    except ValueError:
        raise RefusedError(422, "The cursor is not valid", "use `next` of the page before as it came") from None
    async with hub.database.reading() as connection:
        return await exams.page(connection, archived, q.strip(), cursor, limit)


@router.post("", operation_id="createExam", status_code=201)
async def create_exam(request: CreateExamRequest, _: Manager, actor: ActorOf, hub: TheHub) -> Exam:
    """422 for a rule profile that is not there or not valid, with what is wrong in it."""
    exam_id = uuid4()
    values = request.model_dump(exclude={"profile_document"})
    values |= {"exam_id": exam_id, "notice_version": 1, "created_at": datetime.now(UTC)}
    async with hub.database.writing() as connection:
        values |= await _profile(connection, request.profile, request.profile_document)
        await exams.add(connection, values)
        about = {"name": request.name, "profile": values["profile"], "duration_s": request.duration_s}
        await audit.record(connection, actor, "exam.created", "exam", str(exam_id), **about)
        return await find_exam(connection, exam_id)


@router.get("/{exam_id}", operation_id="getExam")
async def get_exam(exam_id: UUID, _: Reader, hub: TheHub) -> Exam:
    async with hub.database.reading() as connection:
        return await find_exam(connection, exam_id)


@router.patch("/{exam_id}", operation_id="changeExam")
async def change_exam(exam_id: UUID, request: ChangeExamRequest, _: Manager, actor: ActorOf, hub: TheHub) -> Exam:
    """Booths that show an exam session of it are told at once. The rule profile of one whose candidate is admitted
    stays."""
    now = datetime.now(UTC)
    values = request.model_dump(exclude={"profile", "profile_document", "notice", "archived"}, exclude_none=True)
    if request.archived is not None:
        values["archived_at"] = now if request.archived else None
    async with hub.database.writing() as connection:
        before = await find_exam(connection, exam_id)
        if request.profile is not None or request.profile_document is not None:
            values |= await _profile(connection, request.profile or "standard", request.profile_document)
        if request.notice is not None and request.notice != before.notice:
            values["notice_version"] = await exams.new_notice(connection, exam_id, request.notice, now)
        if values:
            await exams.change(connection, exam_id, values)
            about = {name: value for name, value in values.items() if name != "profile_document"}
            await audit.record(connection, actor, "exam.changed", "exam", str(exam_id), **about)
        done = await hub.exam_sessions.exam_changed(connection, exam_id)
        exam = await find_exam(connection, exam_id)
    await hub.exam_sessions.tell(done)
    return exam


@router.post("/{exam_id}/notice", operation_id="changeNotice")
async def change_notice(exam_id: UUID, request: NoticeRequest, me: Manager, actor: ActorOf, hub: TheHub) -> Exam:
    """A new version, unless the words are the same. What candidates acknowledged before stays with its version."""
    return await change_exam(exam_id, ChangeExamRequest(notice=request.text), me, actor, hub)


@router.get("/{exam_id}/notices", operation_id="listNotices")
async def list_notices(exam_id: UUID, _: Reader, hub: TheHub) -> NoticeList:
    async with hub.database.reading() as connection:
        await find_exam(connection, exam_id)
        return NoticeList(items=tuple(await exams.every_notice(connection, exam_id)))


async def find_exam(connection: AsyncConnection, exam_id: UUID) -> Exam:
    """Raises 404."""
    exam = await exams.find(connection, exam_id)
    if exam is None:
        raise RefusedError(404, "No such exam", f"no exam {exam_id}; GET /api/v1/exams lists them")
    return exam


async def _profile(connection: AsyncConnection, name: str, document: dict[str, Any] | None) -> dict[str, Any]:
    """The columns; raises 422."""
    if document is None:
        await refuse_unknown(connection, name)
        return {"profile": name, "profile_document": None}
    try:
        profile = RuleProfile.configure(document)
    except InvalidError as error:
        raise RefusedError(422, "Not a rule profile", f"{error}") from error
    return {"profile": profile.name, "profile_document": profile.model_dump_json()}
