"""Words for candidates: those that were sent, and those kept ready."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import canned_messages, messages
from hub.views import CannedMessage, MessageView


async def add(connection: AsyncConnection, row: dict[str, Any]) -> None:
    await connection.execute(insert(messages).values(row))


async def delivered(connection: AsyncConnection, message_id: UUID, now: datetime) -> None:
    await connection.execute(update(messages).where(messages.c.message_id == message_id).values(delivered_at=now))


async def read(connection: AsyncConnection, message_id: UUID, booth_id: str, when: datetime) -> bool:
    """The first time counts, and only of a message to this booth; whether it was."""
    changed = await connection.execute(
        update(messages)
        .where(messages.c.message_id == message_id, messages.c.booth_id == booth_id, messages.c.read_at.is_(None))
        .values(read_at=when)
    )
    return changed.rowcount == 1


async def find(connection: AsyncConnection, message_id: UUID) -> MessageView | None:
    row = (await connection.execute(select(messages).where(messages.c.message_id == message_id))).one_or_none()
    return MessageView(**row._mapping) if row else None


async def of_exam_session(connection: AsyncConnection, exam_session_id: UUID) -> list[MessageView]:
    """The oldest first."""
    statement = (
        select(messages)
        .where(messages.c.exam_session_id == exam_session_id)
        .order_by(messages.c.sent_at, messages.c.message_id)
    )
    return [MessageView(**row._mapping) for row in await connection.execute(statement)]


async def canned(connection: AsyncConnection) -> list[CannedMessage]:
    """In the order in which they are offered."""
    statement = select(canned_messages).order_by(canned_messages.c.position, canned_messages.c.canned_id)
    return [_canned(row) for row in await connection.execute(statement)]


async def find_canned(connection: AsyncConnection, canned_id: UUID) -> CannedMessage | None:
    statement = select(canned_messages).where(canned_messages.c.canned_id == canned_id)
    row = (await connection.execute(statement)).one_or_none()
    return _canned(row) if row else None


async def add_canned(connection: AsyncConnection, canned_id: UUID, kind: str, texts: dict[str, str]) -> None:
    """Behind all others."""
    last = (await connection.execute(select(func.max(canned_messages.c.position)))).scalar_one()
    await connection.execute(
        insert(canned_messages).values(
            canned_id=canned_id, kind=kind, texts=_texts(texts), position=1 if last is None else last + 1
        )
    )


async def change_canned(connection: AsyncConnection, new: CannedMessage) -> None:
    await connection.execute(
        update(canned_messages)
        .where(canned_messages.c.canned_id == new.canned_id)
        .values(kind=new.kind, texts=_texts(new.texts), position=new.position)
    )


async def remove_canned(connection: AsyncConnection, canned_id: UUID) -> None:
    await connection.execute(delete(canned_messages).where(canned_messages.c.canned_id == canned_id))


def _texts(texts: dict[str, str]) -> str:
    return json.dumps(texts, ensure_ascii=False)


def _canned(row: Row[Any]) -> CannedMessage:
    return CannedMessage(canned_id=row.canned_id, kind=row.kind, texts=json.loads(row.texts), position=row.position)
