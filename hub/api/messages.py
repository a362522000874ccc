"""Words to candidates, and those kept ready."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from hub import audit
from hub.api.booths import find_booth
from hub.api.presence import MayRun, SeenSession
from hub.errors import RefusedError
from hub.parts import ActorOf, TheHub, allowed
from hub.store import messages
from hub.views import CannedMessage, CannedMessageList, Me, MessageKind, MessageList, MessageView
from hub.views.watching import Language, Words
from hub.watching.messages import ENGLISH, say, words_of

router = APIRouter(tags=["messages"])

MayManage = Annotated[Me, Depends(allowed("exams.manage"))]
Texts = Annotated[dict[Language, Words], Field(min_length=1, max_length=10, description="by language, `en` among them")]
OVER = ("completed", "terminated", "turned_away", "no_show", "cancelled")


class MessageRequest(BaseModel):
    """Words of one's own, or those kept ready."""

    kind: MessageKind | None = Field(None, description="default: that of the words kept ready, else a message")
    text: Words | None = None
    canned_id: UUID | None = None
    language: Language = ENGLISH

    @model_validator(mode="after")
    def _one_of_both(self) -> "MessageRequest":
        if (self.text is None) == (self.canned_id is None):
            raise ValueError("give either text or canned_id")
        return self


class CannedMessageRequest(BaseModel):
    kind: MessageKind = "message"
    texts: Texts

    @model_validator(mode="after")
    def _has_english(self) -> "CannedMessageRequest":
        _refuse_without_english(self.texts)
        return self


class CannedChangeRequest(BaseModel):
    kind: MessageKind | None = None
    texts: Texts | None = None
    position: int | None = Field(None, ge=1, le=1000)

    @model_validator(mode="after")
    def _has_english(self) -> "CannedChangeRequest":
        _refuse_without_english(self.texts)
        return self


def _refuse_without_english(texts: dict[str, str] | None) -> None:
    if texts is not None and ENGLISH not in texts:
        raise ValueError("texts needs en, which every booth can show")


@router.post("/exam-sessions/{exam_session_id}/messages", operation_id="sendMessage")
async def send_message(
    request: MessageRequest, me: MayRun, exam_session: SeenSession, actor: ActorOf, hub: TheHub
) -> MessageView:
    """Shows words to the candidate; answers when the screen has them. 409 while the booth is offline or the exam
    session is over, 502 where the booth has no screen."""
    if exam_session.booth_id is None or exam_session.state in OVER:
        raise RefusedError(409, "Nobody to speak to", "this exam session is over, or has no booth yet")
    booth = await find_booth(hub, exam_session.booth_id)
    text, kind = request.text or "", request.kind or "message"
    if request.canned_id is not None:
        async with hub.database.reading() as connection:
            canned = await _find(connection, request.canned_id)
        text, kind = words_of(canned, request.language), request.kind or canned.kind
    told = await say(
        hub.database,
        hub.commands,
        me,
        actor,
        booth,
        text,
        kind=kind,
        exam_session_id=exam_session.exam_session_id,
        canned_id=request.canned_id,
    )
    hub.feed.exam_session_changed(exam_session.exam_session_id)
    return told


@router.get("/exam-sessions/{exam_session_id}/messages", operation_id="listMessages")
async def list_messages(exam_session: SeenSession, hub: TheHub) -> MessageList:
    """What was said to the candidate, with when it was delivered and read."""
    async with hub.database.reading() as connection:
        found = await messages.of_exam_session(connection, exam_session.exam_session_id)
    return MessageList(items=tuple(found), warnings=sum(each.kind == "warning" for each in found))


@router.get("/canned-messages", operation_id="listCannedMessages")
async def list_canned(_: Annotated[Me, Depends(allowed("exam_sessions.read"))], hub: TheHub) -> CannedMessageList:
    """In the order in which they are offered."""
    async with hub.database.reading() as connection:
        return CannedMessageList(items=tuple(await messages.canned(connection)))


@router.post("/canned-messages", status_code=201, operation_id="addCannedMessage")
async def add_canned(request: CannedMessageRequest, _: MayManage, actor: ActorOf, hub: TheHub) -> CannedMessage:
    """Behind all others."""
    canned_id = uuid4()
    async with hub.database.writing() as connection:
        await messages.add_canned(connection, canned_id, request.kind, request.texts)
        await _record(connection, actor, "canned_message.added", canned_id, texts=request.texts)
        return await _find(connection, canned_id)


@router.patch("/canned-messages/{canned_id}", operation_id="changeCannedMessage")
async def change_canned(
    canned_id: UUID, request: CannedChangeRequest, _: MayManage, actor: ActorOf, hub: TheHub
) -> CannedMessage:
    """What is not given stays. What was sent before keeps its words."""
    changes = request.model_dump(exclude_none=True)
    async with hub.database.writing() as connection:
        new = (await _find(connection, canned_id)).model_copy(update=changes)
        await messages.change_canned(connection, new)
        await _record(connection, actor, "canned_message.changed", canned_id, **changes)
    return new


@router.delete("/canned-messages/{canned_id}", status_code=204, operation_id="removeCannedMessage")
async def remove_canned(canned_id: UUID, _: MayManage, actor: ActorOf, hub: TheHub) -> None:
    async with hub.database.writing() as connection:
        before = await _find(connection, canned_id)
        await messages.remove_canned(connection, canned_id)
        await _record(connection, actor, "canned_message.removed", canned_id, texts=before.texts)


async def _find(connection: AsyncConnection, canned_id: UUID) -> CannedMessage:
    found = await messages.find_canned(connection, canned_id)
    if found is None:
        raise RefusedError(404, "No such words", "GET /api/v1/canned-messages lists those kept ready")
    return found


async def _record(connection: AsyncConnection, actor: audit.Actor, action: str, canned_id: UUID, **detail: Any) -> None:
    await audit.record(connection, actor, action, "canned_message", str(canned_id), **detail)
