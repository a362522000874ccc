"""What names people: candidates, words about them, the audit log and who watched whom; and its deletion."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import (
    audit_log,
    candidate_words,
    candidates,
    exam_session_steps,
    exam_sessions,
    flag_reviews,
    flag_versions,
    flags,
    messages,
    watches,
)

ERASED: Final = "(erased)"
"""In the place of a candidate's name. Their exam sessions stay, as numbers for the centre's summaries."""


async def candidates_before(
    connection: AsyncConnection, before: datetime, after: UUID | None, limit: int
) -> Sequence[Any]:
    """By their ids, those that are not erased already."""
    columns = candidates.c
    statement = select(columns.candidate_id, columns.created_at).where(
        columns.created_at < before, columns.name != ERASED
    )
    if after is not None:
        statement = statement.where(columns.candidate_id > after)
    return (await connection.execute(statement.order_by(columns.candidate_id).limit(limit))).all()


async def exam_sessions_of(connection: AsyncConnection, candidate_ids: Iterable[UUID]) -> dict[UUID, list[Any]]:
    columns = exam_sessions.c
    statement = select(
        columns.candidate_id,
        columns.exam_session_id,
        columns.exam_id,
        columns.legal_hold,
        columns.ended_at,
        columns.scheduled_end,
    ).where(columns.candidate_id.in_(list(candidate_ids)))
    found: dict[UUID, list[Any]] = {}
    for row in await connection.execute(statement):
        found.setdefault(row.candidate_id, []).append(row)
    return found


async def erase(connection: AsyncConnection, candidate_id: UUID, exam_session_ids: Sequence[UUID]) -> None:
    """Removes a candidate; of one with exam sessions, everything that says who it was or speaks of them."""
    await connection.execute(delete(candidate_words).where(candidate_words.c.candidate_id == candidate_id))
    if not exam_session_ids:
        await connection.execute(delete(candidates).where(candidates.c.candidate_id == candidate_id))
        return
    nobody = {"name": ERASED, "number": f"erased-{candidate_id}", "email": None, "accommodation_note": ""}
    await connection.execute(
        update(candidates).where(candidates.c.candidate_id == candidate_id).values(**nobody, rules_off="[]")
    )
    await connection.execute(delete(messages).where(messages.c.exam_session_id.in_(exam_session_ids)))
    of_them = select(flags.c.flag_id).where(flags.c.exam_session_id.in_(exam_session_ids))
    await connection.execute(update(flag_versions).where(flag_versions.c.flag_id.in_(of_them)).values(note=""))
    await connection.execute(update(flag_reviews).where(flag_reviews.c.flag_id.in_(of_them)).values(note=""))
    steps = exam_session_steps.c
    await connection.execute(
        update(exam_session_steps).where(steps.exam_session_id.in_(exam_session_ids)).values(note="")
    )
    await connection.execute(
        update(exam_sessions).where(exam_sessions.c.exam_session_id.in_(exam_session_ids)).values(calibration=None)
    )


async def audit_entries(connection: AsyncConnection, after: int, limit: int) -> Sequence[Any]:
    columns = audit_log.c
    statement = select(
        columns.number, columns.at, columns.entry_sha256, func.length(columns.detail).label("size_bytes")
    )
    return (
        await connection.execute(statement.where(columns.number > after).order_by(columns.number).limit(limit))
    ).all()


async def newest_audit_number(connection: AsyncConnection) -> int:
    return int((await connection.execute(select(func.max(audit_log.c.number)))).scalar_one() or 0)


async def cut_audit(connection: AsyncConnection, last: int) -> int:
    return (await connection.execute(delete(audit_log).where(audit_log.c.number <= last))).rowcount


async def first_of_held(connection: AsyncConnection) -> datetime | None:
    """When the oldest exam session that is held was made: the record of who did what to it begins there."""
    found: datetime | None = (
        await connection.execute(
            select(func.min(exam_sessions.c.created_at)).where(exam_sessions.c.legal_hold.is_(True))
        )
    ).scalar_one()
    return found


async def remove_watches(connection: AsyncConnection, before: datetime) -> int:
    return (await connection.execute(delete(watches).where(watches.c.ended_at < before))).rowcount
