"""Exam sessions: their rows, the list that people see, and which of them a booth is to follow."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.messages import Reported
from contract.sitting import SittingState
from contract.wire import InvalidError
from hub.exams.machine import ACTIVE, ALIVE, ASKS, MOVES_ON
from hub.exams.timing import Timing
from hub.store import candidates as candidate_store
from hub.store.among import among
from hub.store.cursor import format_cursor
from hub.store.places import booths_in
from hub.tables import (
    booth_looks,
    booth_states,
    booths,
    candidates,
    exam_session_steps,
    exam_sessions,
    exams,
    rooms,
    violations,
)
from hub.views import UNDECIDED, ExamSessionList, ExamSessionView

LONGEST: Final = timedelta(days=2)
"""An exam session with all its extra time and breaks; older ones need not be read to find what overlaps."""
MAX_WALKS: Final = 32
"""Indexes walked side by side for one page."""
ENDS_SHOWN: Final[tuple[SittingState, ...]] = ("completed", "terminated", "turned_away")

Found = Literal["undecided", "decided", "confirmed", "nothing"]
"""What violations come to: some are undecided, none is, some are confirmed, there are none."""
Order = Literal["newest", "oldest", "candidate"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; None means any. `booths` is the scope of who asks."""

    state: Collection[SittingState] | None = None
    booth_id: str | None = None
    room_id: str | None = None
    site_id: str | None = None
    exam_id: UUID | None = None
    candidate_id: UUID | None = None
    practice: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    q: str = ""
    found: Found | None = None
    legal_hold: bool | None = None
    booths: Collection[str] | None = None


async def add(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    await connection.execute(insert(exam_sessions), rows)


async def find(connection: AsyncConnection, exam_session_id: UUID) -> Row[Any] | None:
    statement = select(exam_sessions).where(exam_sessions.c.exam_session_id == exam_session_id)
    return (await connection.execute(statement)).one_or_none()


async def change(
    connection: AsyncConnection, exam_session_id: UUID, at: Collection[SittingState], values: dict[str, Any]
) -> bool:
    """Only while it is in one of these states; False when it is not, because somebody else was first."""
    changed = await connection.execute(
        update(exam_sessions)
        .where(exam_sessions.c.exam_session_id == exam_session_id, exam_sessions.c.state.in_(at))
        .values(values)
    )
    return changed.rowcount == 1


async def remove(connection: AsyncConnection, exam_session_id: UUID) -> None:
    await connection.execute(delete(exam_sessions).where(exam_sessions.c.exam_session_id == exam_session_id))


async def of_booth(
    connection: AsyncConnection, exam_session_ids: Iterable[UUID], booth_id: str, *, practice: bool = True
) -> set[UUID]:
    """Those that are, or once were, this booth's; with practice exams or without."""
    was_there = exists().where(
        exam_session_steps.c.exam_session_id == exam_sessions.c.exam_session_id,
        exam_session_steps.c.booth_id == booth_id,
    )
    statement = select(exam_sessions.c.exam_session_id).where(
        exam_sessions.c.exam_session_id.in_(list(exam_session_ids)),
        or_(exam_sessions.c.booth_id == booth_id, was_there),
    )
    if not practice:
        statement = statement.where(exam_sessions.c.practice.is_(False))
    return set((await connection.execute(statement)).scalars())


async def booths_of(
    connection: AsyncConnection, exam_session_ids: Iterable[UUID], *, practice: bool
) -> dict[UUID, str | None]:
    """At which booth each of those that are known is now; with practice exams or without."""
    statement = select(exam_sessions.c.exam_session_id, exam_sessions.c.booth_id).where(
        among(connection, exam_sessions.c.exam_session_id, exam_session_ids)
    )
    if not practice:
        statement = statement.where(exam_sessions.c.practice.is_(False))
    return {row.exam_session_id: row.booth_id for row in await connection.execute(statement)}


async def overlapping(
    connection: AsyncConnection,
    first: datetime,
    last: datetime,
    booth_ids: Collection[str],
    candidate_ids: Collection[UUID],
) -> Sequence[Row[Any]]:
    """Exam sessions that are not over and may touch the interval, of these booths or candidates, with their names."""
    statement = (
        select(
            *exam_sessions.c, exams.c.name.label("exam_name"), candidates.c.number, candidates.c.name.label("candidate")
        )
        .join(exams, exams.c.exam_id == exam_sessions.c.exam_id)
        .join(candidates, candidates.c.candidate_id == exam_sessions.c.candidate_id)
        .where(
            exam_sessions.c.state.in_(ALIVE),
            exam_sessions.c.scheduled_start > first - LONGEST,
            exam_sessions.c.scheduled_start < last,
            or_(exam_sessions.c.booth_id.in_(booth_ids), exam_sessions.c.candidate_id.in_(candidate_ids)),
        )
    )
    found: Sequence[Row[Any]] = (await connection.execute(statement)).all()  # type: ignore[assignment]
    return found


async def in_state(connection: AsyncConnection, states: Collection[SittingState]) -> Sequence[Row[Any]]:
    """All of them, the earliest first."""
    statement = select(exam_sessions).where(exam_sessions.c.state.in_(states))
    return (await connection.execute(statement.order_by(exam_sessions.c.scheduled_start))).all()


async def followable(
    connection: AsyncConnection, now: datetime, ahead: timedelta, kept: timedelta, booth_id: str | None = None
) -> Sequence[Row[Any]]:
    """What booths may have to show: candidates that sit there, those who come within `ahead`, and what ended less than
    `kept` ago."""
    start, state = exam_sessions.c.scheduled_start, exam_sessions.c.state
    choices = [
        and_(state.in_(ACTIVE)),
        and_(state == "scheduled", start > now - LONGEST, start <= now + ahead, exam_sessions.c.scheduled_end > now),
        and_(state.in_(ENDS_SHOWN), start > now - LONGEST, exam_sessions.c.ended_at > now - kept),
    ]
    found: list[Row[Any]] = []
    for condition in choices:
        statement = select(exam_sessions).where(condition, exam_sessions.c.booth_id.is_not(None))
        if booth_id is not None:
            statement = statement.where(exam_sessions.c.booth_id == booth_id)
        found += (await connection.execute(statement)).all()
    return found


async def page(
    connection: AsyncConnection,
    wanted: Wanted,
    before: tuple[datetime | str, UUID] | None,
    limit: int,
    order: Order = "newest",
) -> ExamSessionList:
    """By the time they are scheduled for, or by the candidate's name; `before` is of the same order."""
    key = exam_sessions.c.exam_session_id
    place: Any = candidates.c.name if order == "candidate" else exam_sessions.c.scheduled_start
    in_order = (place.desc(), key.desc()) if order == "newest" else (place, key)
    behind = []
    if before is not None:
        at = tuple_(place, key)
        behind.append(at < before if order == "newest" else at > before)
    if order != "candidate" and _is_walked(wanted):
        walks = [
            narrowed(select(place, key), replace(wanted, booths=None, booth_id=booth_id))
            .where(*behind)
            .order_by(*in_order)
            .limit(limit + 1)
            .subquery()
            for booth_id in wanted.booths or ()
        ]
        found = union_all(*(select(*walk.c) for walk in walks)).subquery().c
        there = (found.scheduled_start, found.exam_session_id)
        nearest = select(found.exam_session_id).order_by(
            *(each.desc() if order == "newest" else each for each in there)
        )
        keys = (await connection.execute(nearest.limit(limit + 1))).scalars()
        statement = _statement().where(key.in_(list(keys)))
    else:
        statement = narrowed(_statement(), wanted).where(*behind).limit(limit + 1)
    statement = statement.order_by(*in_order)
    items = [_view(row) for row in await connection.execute(statement)]
    last = items[limit - 1] if len(items) > limit else None
    more = None
    if last is not None:
        more = format_cursor(
            last.candidate_name if order == "candidate" else last.scheduled_start, last.exam_session_id
        )
    return ExamSessionList(items=tuple(items[:limit]), next=more)


def _is_walked(wanted: Wanted) -> bool:
    """Whether the index of each booth of the scope is walked beside the others: sorting all exam sessions of many
    booths would cost more the more there are."""
    if not wanted.booths or len(wanted.booths) > MAX_WALKS:
        return False
    return wanted.booth_id is None and wanted.candidate_id is None and not wanted.q


async def views(connection: AsyncConnection, exam_session_ids: Iterable[UUID]) -> list[ExamSessionView]:
    """In no particular order; one that is not known is left out."""
    statement = _statement().where(exam_sessions.c.exam_session_id.in_(list(exam_session_ids)))
    return [_view(row) for row in await connection.execute(statement)]


async def shown(connection: AsyncConnection, booth_ids: Collection[str] | None) -> dict[str, ExamSessionView]:
    """What each booth shows now."""
    statement = _statement().where(booths.c.desired_exam_session == exam_sessions.c.exam_session_id)
    if booth_ids is not None:
        statement = statement.where(booths.c.booth_id.in_(booth_ids))
    return {row.booth_id: _view(row) for row in await connection.execute(statement)}


def narrowed(statement: Select[Any], wanted: Wanted) -> Select[Any]:
    """A selection of exam sessions, of those that are wanted only."""
    column = exam_sessions.c
    for found, value in (
        (column.booth_id, wanted.booth_id),
        (column.exam_id, wanted.exam_id),
        (column.candidate_id, wanted.candidate_id),
        (column.practice, wanted.practice),
        (column.legal_hold, wanted.legal_hold),
    ):
        if value is not None:
            statement = statement.where(found == value)
    if wanted.state is not None:
        statement = statement.where(column.state.in_(wanted.state))
    if wanted.room_id is not None or wanted.site_id is not None:
        statement = statement.where(column.booth_id.in_(booths_in(wanted.room_id, wanted.site_id)))
    if wanted.booths is not None:
        statement = statement.where(column.booth_id.in_(wanted.booths))
    if wanted.since is not None:
        statement = statement.where(column.scheduled_start >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(column.scheduled_start < wanted.until)
    if wanted.found is not None:
        statement = statement.where(_found(wanted.found))
    for some in candidate_store.matching(wanted.q):
        statement = statement.where(column.candidate_id.in_(some))
    return statement


def _found(found: Found) -> ColumnElement[bool]:
    mine = exists().where(violations.c.exam_session_id == exam_sessions.c.exam_session_id)
    undecided = mine.where(violations.c.review.in_(UNDECIDED))
    if found == "nothing":
        return ~mine
    if found == "confirmed":
        return mine.where(violations.c.review == "confirmed")
    return undecided if found == "undecided" else and_(mine, ~undecided)


def _statement() -> Select[Any]:
    """Counts are subqueries of each exam session, which an index answers."""
    mine = violations.c.exam_session_id == exam_sessions.c.exam_session_id
    count = select(func.count()).select_from(violations)
    asked = (
        select(exam_session_steps.c.action)
        .where(
            exam_session_steps.c.exam_session_id == exam_sessions.c.exam_session_id,
            exam_session_steps.c.action.in_((*ASKS, *MOVES_ON)),
        )
        .order_by(exam_session_steps.c.at.desc())
        .limit(1)
        .correlate(exam_sessions)
        .scalar_subquery()
    )
    return (
        select(
            *exam_sessions.c,
            exams.c.name.label("exam_name"),
            candidates.c.number.label("candidate_number"),
            candidates.c.name.label("candidate_name"),
            booths.c.name.label("booth_name"),
            booths.c.room_id,
            booths.c.desired_exam_session,
            booth_looks.c.last_looked_at,
            rooms.c.site_id,
            booth_states.c.reported,
            asked.label("asked"),
            count.where(mine).scalar_subquery().label("violations"),
            count.where(mine, violations.c.ended_at.is_(None)).scalar_subquery().label("open_violations"),
            count.where(mine, violations.c.review.in_(UNDECIDED)).scalar_subquery().label("unreviewed"),
        )
        .join(exams, exams.c.exam_id == exam_sessions.c.exam_id)
        .join(candidates, candidates.c.candidate_id == exam_sessions.c.candidate_id)
        .outerjoin(booths, booths.c.booth_id == exam_sessions.c.booth_id)
        .outerjoin(rooms, rooms.c.room_id == booths.c.room_id)
        .outerjoin(booth_states, booth_states.c.booth_id == booths.c.booth_id)
        .outerjoin(booth_looks, booth_looks.c.booth_id == booths.c.booth_id)
    )


def _view(row: Row[Any]) -> ExamSessionView:
    timing = Timing.of(row)
    said = row._mapping
    given = {name: said[name] for name in ExamSessionView.model_fields if name in said}
    given |= {
        "asked": row.asked if row.asked in ASKS and row.state in ALIVE else None,
        "last_looked_at": row.last_looked_at if row.state in ALIVE else None,
        "ends_at": timing.ends_at,
        "left_s": timing.left_s,
        "hand_raised_at": _hand(row.reported) if row.desired_exam_session == row.exam_session_id else None,
    }
    return ExamSessionView(**given)


def _hand(reported: str | None) -> datetime | None:
    try:
        return Reported.parse(reported).hand_raised_at if reported else None
    except InvalidError:
        return None
