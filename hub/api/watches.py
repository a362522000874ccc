"""Who watched whom: what happened in their scope for administrators and auditors, their own for everybody else."""

from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from hub.exams.sessions import not_found
from hub.parts import SignedIn, TheHub, allowed
from hub.people.scope import refuse_foreign
from hub.reports.lines import read_timeline
from hub.store import exam_sessions, report_lines, watches
from hub.views import Me, WatchList

router = APIRouter(tags=["watches"])

MOST: Final = 500
"""Of one booth in one exam session; the newest."""


@router.get("/watches", operation_id="listWatches")
async def list_watches(
    me: SignedIn, hub: TheHub, booth: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> WatchList:
    """Newest first."""
    whose = None if me.may("audit.read") else me.username
    scope = me.booths if me.may("audit.read") else None
    async with hub.database.reading() as connection:
        return WatchList(items=tuple(await watches.newest(connection, booth, whose, limit, scope)))


@router.get("/exam-sessions/{exam_session_id}/watches", operation_id="listExamSessionWatches")
async def list_exam_session_watches(
    exam_session_id: UUID, me: Annotated[Me, Depends(allowed("exam_sessions.read"))], hub: TheHub
) -> WatchList:
    """Who watched its booths while the candidate sat there, oldest first."""
    async with hub.database.reading() as connection:
        row = await exam_sessions.find(connection, exam_session_id)
    if row is None:
        raise not_found(exam_session_id)
    await refuse_foreign(hub.database, me, row.booth_id)
    whose = None if me.may("audit.read") else me.username
    async with hub.database.reading() as connection:
        steps = (await report_lines.steps(connection, [exam_session_id])).get(exam_session_id, ())
        stays = read_timeline(steps, row.booth_id, row.ended_at or datetime.now(UTC)).stays
        found = {
            watch.watch_id: watch
            for stay in stays
            for watch in await watches.between(connection, stay.booth_id, *stay.span, whose, MOST)
        }
    return WatchList(items=tuple(sorted(found.values(), key=lambda watch: watch.started_at)))
