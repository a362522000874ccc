"""Many exam sessions at once: what those of an exam or a site come to. Counted by the database, over indexes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import booths, exam_session_steps, exam_sessions, monitoring_gaps, rooms, violations


@dataclass(frozen=True, slots=True)
class Wanted:
    """Exam sessions scheduled from `first` on and before `last`, of an exam or of a site. `booths` is the scope of who
    asks; None means any. Practice exams are not counted."""

    exam_id: UUID | None = None
    site_id: str | None = None
    first: datetime | None = None
    last: datetime | None = None
    booths: Collection[str] | None = None


async def states(connection: AsyncConnection, wanted: Wanted) -> dict[str, int]:
    state = exam_sessions.c.state
    found = await connection.execute(select(state, func.count()).where(*_of(wanted)).group_by(state).order_by(state))
    return {row[0]: row[1] for row in found}


async def kinds(connection: AsyncConnection, wanted: Wanted) -> Sequence[Any]:
    """How many violations of each kind have come to each decision."""
    raised = violations.c
    statement = (
        select(raised.kind, raised.review, func.count().label("many"))
        .join_from(exam_sessions, violations, raised.exam_session_id == exam_sessions.c.exam_session_id)
        .where(*_of(wanted))
        .group_by(raised.kind, raised.review)
        .order_by(raised.kind, raised.review)
    )
    return (await connection.execute(statement)).all()


async def times(connection: AsyncConnection, wanted: Wanted) -> Sequence[Any]:
    """When each of those that began, began and ended, and how long its clock stood."""
    sat = exam_sessions.c
    statement = select(sat.exam_session_id, sat.started_at, sat.ended_at, sat.stopped_at, sat.stopped_s).where(
        sat.started_at.is_not(None), *_of(wanted)
    )
    return (await connection.execute(statement)).all()


async def gaps(connection: AsyncConnection, wanted: Wanted) -> Sequence[Any]:
    """Each gap with the time of its exam session."""
    gap, sat = monitoring_gaps.c, exam_sessions.c
    statement = (
        select(gap.started_at, gap.ended_at, sat.started_at.label("sat_from"), sat.ended_at.label("sat_to"))
        .join_from(exam_sessions, monitoring_gaps, gap.exam_session_id == sat.exam_session_id)
        .where(sat.started_at.is_not(None), *_of(wanted))
    )
    return (await connection.execute(statement)).all()


async def check_ins(connection: AsyncConnection, wanted: Wanted) -> Sequence[Any]:
    """Of each exam session, when the right code was typed first, and when the candidate was admitted."""
    step = exam_session_steps.c
    code = func.min(case((step.action == "code_accepted", step.at)))
    admitted = func.min(case((step.action == "admit", step.at)))
    statement = (
        select(code.label("code_at"), admitted.label("admitted_at"))
        .join_from(exam_sessions, exam_session_steps, step.exam_session_id == exam_sessions.c.exam_session_id)
        .where(step.action.in_(("code_accepted", "admit")), *_of(wanted))
        .group_by(step.exam_session_id)
    )
    return (await connection.execute(statement)).all()


def _of(wanted: Wanted) -> list[ColumnElement[bool]]:
    sat = exam_sessions.c
    found: list[ColumnElement[bool]] = [sat.practice.is_(False)]
    if wanted.exam_id is not None:
        found.append(sat.exam_id == wanted.exam_id)
    if wanted.site_id is not None:
        there = (
            select(booths.c.booth_id)
            .join(rooms, rooms.c.room_id == booths.c.room_id)
            .where(rooms.c.site_id == wanted.site_id)
        )
        found.append(sat.booth_id.in_(there))
    if wanted.first is not None:
        found.append(sat.scheduled_start >= wanted.first)
    if wanted.last is not None:
        found.append(sat.scheduled_start < wanted.last)
    if wanted.booths is not None:
        found.append(sat.booth_id.in_(list(wanted.booths)))
    return found
