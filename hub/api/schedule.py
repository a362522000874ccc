"""The schedule beside its exam sessions: where somebody could still sit, and the codes to hand out."""

from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from hub import audit
from hub.api.fields import Limit, Slug, When
from hub.errors import RefusedError
from hub.exams.schedule import Slot, free_starts
from hub.exams.timing import duration_s
from hub.parts import ActorOf, TheHub, allowed
from hub.store import candidates, exam_sessions, exams, schedule
from hub.views import Me
from hub.views.schedule import CheckInCodeList, FreeTime, FreeTimeList

router = APIRouter(prefix="/schedule", tags=["exam sessions"])

Manager = Annotated[Me, Depends(allowed("exams.manage"))]
Runner = Annotated[Me, Depends(allowed("exam_sessions.run"))]
From = Annotated[When, Query(alias="from", description="at this time or later")]
To = Annotated[When, Query(alias="to", description="before this time")]
LONGEST: Final = timedelta(days=31)


@router.get("/free", operation_id="listFreeTimes")
async def list_free_times(
    me: Manager,
    hub: TheHub,
    exam: UUID,
    first: From,
    last: To,
    candidate: Annotated[
        UUID | None, Query(description="with their extra time, and when they sit nowhere else")
    ] = None,
    room: Slug | None = None,
    site: Slug | None = None,
) -> FreeTimeList:
    """When the exam could begin in each booth of your scope, without colliding with what is scheduled there."""
    _refuse_long(first, last)
    async with hub.database.reading() as connection:
        chosen = await exams.find(connection, exam)
        person = await candidates.find(connection, candidate) if candidate else None
        if chosen is None or (candidate and person is None):
            raise RefusedError(422, "No such exam or candidate", "GET /api/v1/exams and /api/v1/candidates list them")
        length_s = duration_s(chosen.duration_s, person.extra_time_percent if person else 0)
        length, turnaround = timedelta(seconds=length_s), hub.exam_sessions.turnaround
        there = await schedule.booths_to_choose(connection, room, site, me.booths)
        rows = await exam_sessions.overlapping(
            connection,
            first - turnaround,
            last + length + turnaround,
            {booth_id for booth_id, _ in there},
            {candidate} if candidate else set(),
        )
    taken = [Slot.of(row) for row in rows]
    found = [
        FreeTime(booth_id=booth_id, booth_name=name, first_start=begins, last_start=ends)
        for booth_id, name in there
        for begins, ends in free_starts(length, booth_id, candidate, taken, turnaround, first, last)
    ]
    return FreeTimeList(items=tuple(found), duration_s=length_s, turnaround_s=int(turnaround.total_seconds()))


@router.get("/codes", operation_id="listCheckInCodes")
async def list_codes(
    me: Runner,
    by: ActorOf,
    hub: TheHub,
    first: From,
    last: To,
    room: Slug | None = None,
    site: Slug | None = None,
    limit: Limit = 200,
) -> CheckInCodeList:
    """To hand out: what each candidate of your scope types at the booth. That somebody asked for it is recorded."""
    _refuse_long(first, last)
    wanted = exam_sessions.Wanted(
        state={"scheduled"}, room_id=room, site_id=site, since=first, until=last, booths=me.booths
    )
    async with hub.database.writing() as connection:
        found, more = await schedule.codes(connection, wanted, limit)
        about = {"from": first.isoformat(), "to": last.isoformat(), "codes": len(found)}
        await audit.record(connection, by, "check_in_codes.listed", "exam_sessions", "codes", **about)
    return CheckInCodeList(items=tuple(found), more=more)


def _refuse_long(first: datetime, last: datetime) -> None:
    if not first < last <= first + LONGEST:
        raise RefusedError(422, "Not a span of days", f"`to` after `from`, at most {LONGEST.days} days later")
