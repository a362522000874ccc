"""The lines of a timeline: what a booth saw, over an exam session or between two times."""

from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime
from sqlalchemy import ColumnElement

from contract.messages import Event
from contract.trace import Trace
from contract.wire import InvalidError
from hub.api.booths import find_booth
from hub.api.presence import find_exam_session
from hub.errors import RefusedError
from hub.exams.lines import lines
from hub.parts import Hub, TheHub, allowed
from hub.people.scope import refuse_foreign
from hub.store import traces
from hub.views import Me, Traces

router = APIRouter(tags=["traces"])

LONGEST: Final = timedelta(days=2)
NEWEST: Final = timedelta(hours=1)
"""Of a booth, what is shown when nobody says from when."""

MayRead = Annotated[Me, Depends(allowed("violations.read"))]
From = Annotated[AwareDatetime | None, Query(alias="from")]
To = Annotated[AwareDatetime | None, Query(alias="to")]
Points = Annotated[int, Query(ge=1, le=4000, description="at most so many; each keeps its lowest and highest value")]


@router.get("/exam-sessions/{exam_session_id}/traces", operation_id="getExamSessionTraces")
async def get_exam_session_traces(
    exam_session_id: UUID, me: MayRead, hub: TheHub, first: From = None, last: To = None, points: Points = 600
) -> Traces:
    """Without times all of it. For those who judge what happened in the booth; at most two days."""
    exam_session = await find_exam_session(hub, me, exam_session_id)
    return await _between(hub, exam_session.booth_id, traces.of_exam_session(exam_session_id), first, last, points)


@router.get("/booths/{booth_id}/traces", operation_id="getBoothTraces")
async def get_booth_traces(
    booth_id: str, me: MayRead, hub: TheHub, first: From = None, last: To = None, points: Points = 600
) -> Traces:
    """Without times the newest hour. At most two days."""
    booth = await find_booth(hub, booth_id)
    await refuse_foreign(hub.database, me, booth_id)
    return await _between(hub, booth.booth_id, traces.of_booth(booth_id), first, last, points, NEWEST)


async def _between(
    hub: Hub,
    booth_id: str | None,
    which: ColumnElement[bool],
    first: datetime | None,
    last: datetime | None,
    points: int,
    newest: timedelta | None = None,
) -> Traces:
    if any(given and not 2000 <= given.year < 2200 for given in (first, last)):
        raise RefusedError(422, "Not an interval", "`from` and `to` are times of this century")
    async with hub.database.reading() as connection:
        known = await traces.extent(connection, which) if first is None or last is None else None
        begin, until = known or (hub.started_at, hub.started_at + timedelta(seconds=1))
        until = last or max(until, first + timedelta(seconds=1) if first else until)
        # A device whose clock was set during the exam session has told of times that lie years apart.
        begin = first or until - min(newest or LONGEST, max(until - begin, timedelta(seconds=1)))
        if not timedelta() < until - begin <= LONGEST:
            raise RefusedError(422, "Not an interval", "`to` must lie after `from`, by two days at most")
        payloads = await traces.between(connection, which, begin, until)
    return await to_thread.run_sync(_lines, booth_id, payloads, begin, until, points)


def _lines(booth_id: str | None, payloads: list[bytes], first: datetime, last: datetime, points: int) -> Traces:
    """In a thread: three hours are a thousand events."""
    found = []
    for payload in payloads:
        try:
            body = Event.parse(payload).body
        except InvalidError:
            continue  # stored by another version of this hub: the line has a hole there
        if isinstance(body, Trace):
            found.append(body)
    return lines(booth_id, found, first, last, points, truncated=len(payloads) == traces.LIMIT)
