"""Who is responsible for watching, what was looked at, and of which exam session."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.messages import Reported
from contract.sitting import ENDED
from contract.wire import InvalidError
from hub.people.permissions import roles_with
from hub.store.upsert import insert
from hub.tables import booth_looks, booth_states, booths, exam_session_proctors, exam_sessions, users, watches
from hub.views import AssignedProctor, Hand, Overlooked


async def exam_session(connection: AsyncConnection, exam_session_id: UUID) -> Row[Any] | None:
    statement = select(exam_sessions).where(exam_sessions.c.exam_session_id == exam_session_id)
    return (await connection.execute(statement)).one_or_none()


# --- who looks ---


async def looked(connection: AsyncConnection, booth_ids: Iterable[str], now: datetime) -> None:
    """Of booths that there are."""
    here = (await connection.execute(select(booths.c.booth_id).where(booths.c.booth_id.in_(list(booth_ids))))).scalars()
    rows = [{"booth_id": booth_id, "last_looked_at": now} for booth_id in here]
    if rows:
        statement = insert(connection, booth_looks)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=["booth_id"], set_={"last_looked_at": statement.excluded.last_looked_at}
            ),
            rows,
        )


async def watching_now(connection: AsyncConnection, scope: Sequence[str] | None) -> Sequence[Any]:
    """Views and talks that are on, whichever process of the hub they go through."""
    of = watches.c
    statement = select(of.booth_id, of.username, of.display_name, of.started_at).where(
        of.ended_at.is_(None), of.kind.in_(("view", "talk"))
    )
    if scope is not None:
        statement = statement.where(of.booth_id.in_(scope))
    return (await connection.execute(statement)).all()


async def overlooked(connection: AsyncConnection, scope: Sequence[str] | None, before: datetime) -> list[Overlooked]:
    """Exam sessions that are in progress and were not looked at since `before`, unseen longest first."""
    of = exam_sessions.c
    statement = (
        select(of.exam_session_id, of.booth_id, of.started_at, booths.c.name, booth_looks.c.last_looked_at)
        .join(booths, booths.c.booth_id == of.booth_id)
        .outerjoin(booth_looks, booth_looks.c.booth_id == of.booth_id)
        .where(of.state == "in_progress", of.started_at < before)
    )
    if scope is not None:
        statement = statement.where(of.booth_id.in_(scope))
    found = [
        Overlooked(
            booth_id=row.booth_id,
            booth_name=row.name,
            exam_session_id=row.exam_session_id,
            unseen_since=max(row.started_at, row.last_looked_at or row.started_at),
        )
        for row in await connection.execute(statement)
    ]
    return sorted((each for each in found if each.unseen_since < before), key=lambda each: each.unseen_since)


async def hands(connection: AsyncConnection, scope: Sequence[str] | None) -> list[Hand]:
    """Raised hands, who waits longest first."""
    statement = select(booths.c.booth_id, booths.c.name, booths.c.desired_exam_session, booth_states.c.reported).join(
        booth_states, booth_states.c.booth_id == booths.c.booth_id
    )
    statement = statement.where(booth_states.c.availability == "online")
    if scope is not None:
        statement = statement.where(booths.c.booth_id.in_(scope))
    found = []
    for row in await connection.execute(statement):
        raised_at = _raised_at(row.reported)
        if raised_at is not None:
            found.append(
                Hand(
                    booth_id=row.booth_id,
                    booth_name=row.name,
                    raised_at=raised_at,
                    exam_session_id=row.desired_exam_session,
                )
            )
    return sorted(found, key=lambda hand: hand.raised_at)


def _raised_at(reported: str | None) -> datetime | None:
    """None also where an older hub stored what this one does not read."""
    try:
        return Reported.parse(reported).hand_raised_at if reported else None
    except InvalidError:
        return None


# --- who is responsible ---


async def proctors(connection: AsyncConnection) -> Sequence[Any]:
    """Everybody who may run exam sessions, by name."""
    statement = select(users.c.user_id, users.c.username, users.c.display_name).where(
        users.c.role.in_(roles_with("exam_sessions.run")), users.c.disabled_at.is_(None)
    )
    return (await connection.execute(statement.order_by(users.c.username))).all()


async def responsibilities(connection: AsyncConnection) -> Sequence[Any]:
    """Every assignment to an exam session that has not ended."""
    of = exam_sessions.c
    statement = (
        select(exam_session_proctors.c.user_id, of.exam_session_id, of.state, of.scheduled_start, of.scheduled_end)
        .join(exam_session_proctors, exam_session_proctors.c.exam_session_id == of.exam_session_id)
        .where(of.state.not_in(tuple(ENDED)))
    )
    return (await connection.execute(statement)).all()


async def assign(connection: AsyncConnection, row: dict[str, Any]) -> bool:
    """False where it is so already."""
    added = await connection.execute(insert(connection, exam_session_proctors).values(row).on_conflict_do_nothing())
    return added.rowcount == 1


async def unassign(connection: AsyncConnection, exam_session_id: UUID, username: str) -> bool:
    """False where it was not so."""
    person = select(users.c.user_id).where(users.c.username == username).scalar_subquery()
    removed = await connection.execute(
        delete(exam_session_proctors).where(
            exam_session_proctors.c.exam_session_id == exam_session_id, exam_session_proctors.c.user_id == person
        )
    )
    return removed.rowcount == 1


async def assigned(connection: AsyncConnection, exam_session_id: UUID) -> list[AssignedProctor]:
    of = exam_session_proctors.c
    statement = (
        select(users.c.username, users.c.display_name, of.assigned_at, of.assigned_by)
        .join(exam_session_proctors, of.user_id == users.c.user_id)
        .where(of.exam_session_id == exam_session_id)
        .order_by(of.assigned_at, users.c.username)
    )
    return [AssignedProctor(**row._mapping) for row in await connection.execute(statement)]
