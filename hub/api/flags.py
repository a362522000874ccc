"""Flags: moments of an exam session that a person marks."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.violation import ViolationKind
from hub import audit
from hub.api.presence import MayRun, SeenSession, find_exam_session
from hub.api.reviews import MayReview
from hub.errors import RefusedError
from hub.parts import ActorOf, TheHub
from hub.people.scope import refuse_foreign
from hub.store import flags
from hub.views import Flag, FlagList, FlagVersion

router = APIRouter(tags=["flags"])

Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
AHEAD: Final = timedelta(minutes=1)
"""A person's clock may be ahead of the hub's by so much."""


class FlagRequest(BaseModel):
    at: AwareDatetime | None = Field(None, description="the moment; default: now")
    note: Note
    kind: ViolationKind | None = Field(None, description="what no rule saw, where it has a name")


class FlagChangeRequest(BaseModel):
    """What is not given stays; a null `kind` takes the kind away."""

    at: AwareDatetime | None = None
    note: Note | None = None
    kind: ViolationKind | None = None
    withdrawn: bool | None = None


@router.post("/exam-sessions/{exam_session_id}/flags", status_code=201, operation_id="addFlag")
async def add_flag(request: FlagRequest, me: MayRun, exam_session: SeenSession, actor: ActorOf, hub: TheHub) -> Flag:
    """Marks a moment of an exam session that has a booth; it stands beside the violations in review and report."""
    if exam_session.booth_id is None or exam_session.state == "scheduled":
        raise RefusedError(409, "Nothing to mark yet", "the candidate has not checked in")
    now = datetime.now(UTC)
    at = request.at or now
    _refuse_time(at, exam_session.scheduled_start, now)
    flag_id = uuid4()
    row = {
        "flag_id": flag_id,
        "exam_session_id": exam_session.exam_session_id,
        "booth_id": exam_session.booth_id,
        "username": me.username,
        "display_name": me.display_name,
        "created_at": now,
    }
    first = FlagVersion(version=1, at=at, kind=request.kind, note=request.note, withdrawn=False, written_at=now)
    async with hub.database.writing() as connection:
        await flags.add(connection, row)
        await flags.word(connection, flag_id, first)
        await _record(connection, actor, "flag.added", flag_id, first)
        added = await _find(connection, flag_id)
    hub.feed.exam_session_changed(exam_session.exam_session_id)
    return added


@router.get("/exam-sessions/{exam_session_id}/flags", operation_id="listFlags")
async def list_flags(exam_session: SeenSession, hub: TheHub) -> FlagList:
    """With every wording; those withdrawn say so."""
    async with hub.database.reading() as connection:
        return FlagList(items=tuple(await flags.of_exam_session(connection, exam_session.exam_session_id)))


@router.patch("/flags/{flag_id}", operation_id="changeFlag")
async def change_flag(flag_id: UUID, request: FlagChangeRequest, me: MayRun, actor: ActorOf, hub: TheHub) -> Flag:
    """By its author only; what it said before is kept."""
    async with hub.database.reading() as connection:
        flag = await _find(connection, flag_id)
    exam_session = await find_exam_session(hub, me, flag.exam_session_id)
    if flag.username != me.username:
        raise RefusedError(403, "Not your flag", f"{flag.display_name} marked this; add one of your own")
    given = request.model_dump(exclude_unset=True)
    changes = {name: value for name, value in given.items() if value is not None or name == "kind"}
    if not changes:
        raise RefusedError(422, "Nothing to change", "give at, note, kind or withdrawn")
    now = datetime.now(UTC)
    if "at" in changes:
        _refuse_time(changes["at"], exam_session.scheduled_start, now)
    async with hub.database.writing() as connection:
        version = flags.next_version(await _find(connection, flag_id), now, **changes)
        await flags.word(connection, flag_id, version)
        await _record(connection, actor, "flag.changed", flag_id, version)
        changed = await _find(connection, flag_id)
    hub.feed.exam_session_changed(flag.exam_session_id)
    return changed


class FlagReviewRequest(BaseModel):
    noted: bool = Field(True, description="false takes it back")
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""


@router.post("/flags/{flag_id}/reviews", operation_id="reviewFlag")
async def review_flag(flag_id: UUID, request: FlagReviewRequest, me: MayReview, actor: ActorOf, hub: TheHub) -> Flag:
    """A reviewer took note of it, and may say what it came to. Each time is kept; the last one stands."""
    async with hub.database.reading() as connection:
        flag = await _find(connection, flag_id)
    await refuse_foreign(hub.database, me, flag.booth_id)
    said = request.model_dump()
    row = {
        "review_id": uuid4(),
        "flag_id": flag_id,
        "username": me.username,
        "display_name": me.display_name,
        "decided_at": datetime.now(UTC),
    }
    async with hub.database.writing() as connection:
        await flags.review(connection, row | said)
        await audit.record(connection, actor, "flag.reviewed", "flag", str(flag_id), **said)
        reviewed = await _find(connection, flag_id)
    hub.feed.exam_session_changed(flag.exam_session_id)
    return reviewed


def _refuse_time(at: datetime, scheduled_start: datetime, now: datetime) -> None:
    if not min(scheduled_start, now) - timedelta(days=1) <= at <= now + AHEAD:
        raise RefusedError(422, "The moment is not valid", "it lies in the future, or long before the exam session")


async def _find(connection: AsyncConnection, flag_id: UUID) -> Flag:
    found = await flags.find(connection, flag_id)
    if found is None:
        raise RefusedError(404, "No such flag", f"no flag {flag_id} was set")
    return found


async def _record(
    connection: AsyncConnection, actor: audit.Actor, action: str, flag_id: UUID, version: FlagVersion
) -> None:
    said = version.model_dump(mode="json", include={"at", "kind", "note", "withdrawn"})
    await audit.record(connection, actor, action, "flag", str(flag_id), **said)
