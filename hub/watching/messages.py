"""Words to a candidate: written down before they are sent, with when the booth's screen had them."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from contract.live import DoneReply, SayCommand
from hub import audit
from hub.commands import Commands
from hub.db import Database
from hub.errors import RefusedError
from hub.store import messages
from hub.views import Booth, CannedMessage, Me, MessageKind, MessageView

REPLY_S: Final = 10.0
ENGLISH: Final = "en"


def words_of(canned: CannedMessage, language: str) -> str:
    """In this language, else in English."""
    return canned.texts.get(language) or canned.texts[ENGLISH]


async def say(
    database: Database,
    commands: Commands,
    me: Me,
    actor: audit.Actor,
    booth: Booth,
    text: str,
    *,
    kind: MessageKind = "message",
    exam_session_id: UUID | None = None,
    canned_id: UUID | None = None,
) -> MessageView:
    """Shows it on the booth's screen; raises 409 while the booth is away, 502 and 504 where the screen did not take it.

    What was tried stays written down, without `delivered_at`: a screen may have shown what it did not confirm.
    """
    if booth.availability != "online":
        detail = f"{booth.booth_id} is {booth.availability}; try when it is online, or go there"
        raise RefusedError(409, "Booth is not online", detail)
    message_id = uuid4()
    row = {
        "message_id": message_id,
        "exam_session_id": exam_session_id,
        "booth_id": booth.booth_id,
        "kind": kind,
        "text": text,
        "canned_id": canned_id,
        "username": me.username,
        "display_name": me.display_name,
        "sent_at": datetime.now(UTC),
    }
    async with database.writing() as connection:
        await messages.add(connection, row)
        of = ("exam_session", str(exam_session_id)) if exam_session_id else ("booth", booth.booth_id)
        action = "candidate.warned" if kind == "warning" else "candidate.told"
        await audit.record(connection, actor, action, *of, booth=booth.booth_id, text=text)
    command = SayCommand(message_id=message_id, text=text, sender=me.display_name)
    reply = await commands.request(booth.booth_id, command, timeout_s=REPLY_S)
    if not isinstance(reply, DoneReply):
        reason = getattr(reply, "reason", "an unexpected answer")
        raise RefusedError(502, "The booth could not do this", f"{booth.booth_id} says: {reason}")
    async with database.writing() as connection:
        await messages.delivered(connection, message_id, datetime.now(UTC))
        told = await messages.find(connection, message_id)
    if told is None:
        raise RefusedError(404, "No such message", "it was removed while it was said")
    return told
