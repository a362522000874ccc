"""Who looks at which booth, whose hand is up, and who is responsible for which exam session."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from hub import audit
from hub.api.booths import WatchedBooth
from hub.errors import RefusedError
from hub.parts import ActorOf, Hub, SignedIn, TheHub, allowed, refuse_unless
from hub.people.scope import refuse_foreign
from hub.store import watching
from hub.views import AssignedProctorList, HandList, Me, Presence, ProctorList
from hub.watching.proctors import assign, loads, unassign

router = APIRouter(tags=["watching"])

MayRun = Annotated[Me, Depends(allowed("exam_sessions.run"))]
MayReadSessions = Annotated[Me, Depends(allowed("exam_sessions.read"))]


class AssignRequest(BaseModel):
    username: str = Field(max_length=80)


async def find_exam_session(hub: Hub, me: Me, exam_session_id: UUID) -> Any:
    """Its row; raises 404, and 403 outside of one's scope."""
    async with hub.database.reading() as connection:
        found = await watching.exam_session(connection, exam_session_id)
    if found is None:
        raise RefusedError(404, "No such exam session", "GET /api/v1/exam-sessions lists them")
    await refuse_foreign(hub.database, me, found.booth_id)
    return found


async def seen_session(exam_session_id: UUID, me: MayReadSessions, hub: TheHub) -> Any:
    return await find_exam_session(hub, me, exam_session_id)


SeenSession = Annotated[Any, Depends(seen_session)]


@router.post("/booths/{booth_id}/looking", status_code=204, operation_id="lookAtBooth")
async def look_at_booth(booth: WatchedBooth, me: SignedIn, actor: ActorOf, hub: TheHub) -> None:
    """A page that shows this booth is open; to be said again every ten seconds. Forgotten after thirty."""
    if hub.presences.look(me, booth.booth_id):
        async with hub.database.writing() as connection:
            await audit.record(connection, actor, "booth.looked_at", "booth", booth.booth_id)


@router.get("/presence", operation_id="getPresence")
async def get_presence(me: Annotated[Me, Depends(allowed("booths.read"))], hub: TheHub) -> Presence:
    """Who looks at which booth of one's scope now, and exam sessions in progress that nobody has looked at for too
    long (`watching.overlooked_after_s` in hub.toml)."""
    return await hub.presences.now(me.booths)


@router.get("/hands", operation_id="listHands")
async def list_hands(me: MayReadSessions, hub: TheHub) -> HandList:
    """Raised hands in one's scope, at booths that are online."""
    async with hub.database.reading() as connection:
        return HandList(items=tuple(await watching.hands(connection, me.booths)))


@router.get("/proctors", operation_id="listProctors")
async def list_proctors(_: MayRun, hub: TheHub) -> ProctorList:
    """Everybody who may run exam sessions, with how many they have (`watching.exam_sessions_per_proctor`)."""
    async with hub.database.reading() as connection:
        found = await loads(connection, hub.settings.watching.exam_sessions_per_proctor)
    return ProctorList(items=tuple(found))


@router.get("/exam-sessions/{exam_session_id}/proctors", operation_id="listAssignedProctors")
async def list_assigned(exam_session: SeenSession, hub: TheHub) -> AssignedProctorList:
    """Who is responsible for this exam session."""
    return await _assigned(hub, exam_session.exam_session_id)


@router.post("/exam-sessions/{exam_session_id}/proctors", operation_id="assignProctor")
async def assign_proctor(
    request: AssignRequest, me: MayRun, exam_session: SeenSession, actor: ActorOf, hub: TheHub
) -> AssignedProctorList:
    """Makes somebody responsible: oneself, or anybody for those who manage exams. 409 with who has room where it would
    be too many at one time. The booth is in that person's scope until the exam session ends."""
    if request.username != me.username:
        refuse_unless(me, "exams.manage")
    limit = hub.settings.watching.exam_sessions_per_proctor
    async with hub.database.writing() as connection:
        await assign(connection, actor, exam_session, request.username, limit)
    return await _assigned(hub, exam_session.exam_session_id)


@router.delete("/exam-sessions/{exam_session_id}/proctors/{username}", status_code=204, operation_id="unassignProctor")
async def unassign_proctor(username: str, me: MayRun, exam_session: SeenSession, actor: ActorOf, hub: TheHub) -> None:
    if username != me.username:
        refuse_unless(me, "exams.manage")
    async with hub.database.writing() as connection:
        await unassign(connection, actor, exam_session.exam_session_id, username)


async def _assigned(hub: Hub, exam_session_id: UUID) -> AssignedProctorList:
    async with hub.database.reading() as connection:
        return AssignedProctorList(items=tuple(await watching.assigned(connection, exam_session_id)))
