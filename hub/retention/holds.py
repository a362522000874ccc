"""Legal holds: of an exam session in dispute nothing is deleted, until somebody releases it and says why."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from hub import audit
from hub.audit import Actor
from hub.db import Database
from hub.errors import RefusedError
from hub.store import retention_runs
from hub.views.retention import LegalHoldView


async def place(database: Database, exam_session_id: UUID, reason: str, actor: Actor) -> LegalHoldView:
    """Raises 404 for one that the hub does not know, 409 where it is held already."""
    async with database.writing() as connection:
        if (await _find(connection, exam_session_id)).legal_hold:
            raise RefusedError(409, "Held already", "release the hold first to give another reason")
        row = {
            "hold_id": uuid4(),
            "reason": reason,
            "username": actor.username,
            "display_name": actor.display_name,
            "placed_at": datetime.now(UTC),
        }
        await retention_runs.hold(connection, exam_session_id, row)
        await audit.record(connection, actor, "exam_session.held", "exam_session", str(exam_session_id), reason=reason)
        return await _newest(connection, exam_session_id)


async def release(database: Database, exam_session_id: UUID, reason: str, actor: Actor) -> LegalHoldView:
    """Raises 404 for one that the hub does not know, 409 where it is not held."""
    async with database.writing() as connection:
        if not (await _find(connection, exam_session_id)).legal_hold:
            raise RefusedError(409, "Not held", "there is no legal hold on this exam session")
        values = {
            "released_at": datetime.now(UTC),
            "released_by": actor.display_name,
            "release_reason": reason,
        }
        await retention_runs.release(connection, exam_session_id, values)
        await audit.record(
            connection, actor, "exam_session.released", "exam_session", str(exam_session_id), reason=reason
        )
        return await _newest(connection, exam_session_id)


async def _find(connection: AsyncConnection, exam_session_id: UUID) -> Any:
    found = await retention_runs.exam_session(connection, exam_session_id)
    if found is None:
        raise RefusedError(404, "No such exam session", f"the hub knows no exam session {exam_session_id}")
    return found


async def _newest(connection: AsyncConnection, exam_session_id: UUID) -> LegalHoldView:
    (newest,) = await retention_runs.holds(connection, None, exam_session_id, in_force=False, limit=1)
    return newest
