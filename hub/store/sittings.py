"""What happened in an exam session: its steps, which are only added, and the pictures of check-in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.sitting import SittingState
from hub.exams.machine import MOVES_ON
from hub.exams.reasons import BY_CODE
from hub.store.upsert import insert as upsert
from hub.tables import (
    booth_states,
    evidence_files,
    evidence_refs,
    exam_session_photos,
    exam_session_steps,
    segments,
)
from hub.views import ExamSessionPhoto, ExamSessionStepView


async def add_step(
    connection: AsyncConnection,
    exam_session_id: UUID,
    at: datetime,
    action: str,
    state: SittingState,
    *,
    booth_id: str | None,
    username: str | None = None,
    display_name: str,
    reason_code: str | None = None,
    note: str = "",
) -> None:
    await connection.execute(
        insert(exam_session_steps).values(
            step_id=uuid4(),
            exam_session_id=exam_session_id,
            at=at,
            action=action,
            state=state,
            username=username,
            display_name=display_name,
            reason_code=reason_code,
            note=note,
            booth_id=booth_id,
        )
    )


async def add_first_steps(
    connection: AsyncConnection, rows: Sequence[dict[str, Any]], username: str | None, display_name: str
) -> None:
    """Of exam sessions that are new."""
    steps = [
        {
            "step_id": uuid4(),
            "exam_session_id": row["exam_session_id"],
            "at": row["created_at"],
            "action": "schedule",
            "state": "scheduled",
            "username": username,
            "display_name": display_name,
            "note": "",
            "booth_id": row["booth_id"],
        }
        for row in rows
    ]
    await connection.execute(insert(exam_session_steps), steps)


async def steps(connection: AsyncConnection, exam_session_id: UUID) -> list[ExamSessionStepView]:
    statement = select(exam_session_steps).where(exam_session_steps.c.exam_session_id == exam_session_id)
    rows = await connection.execute(statement.order_by(exam_session_steps.c.at, exam_session_steps.c.step_id))
    return [_step(row) for row in rows]


async def count_steps(connection: AsyncConnection, exam_session_id: UUID) -> int:
    statement = select(func.count()).where(exam_session_steps.c.exam_session_id == exam_session_id)
    return int((await connection.execute(statement)).scalar_one())


async def last_change(connection: AsyncConnection, exam_session_id: UUID) -> Row[Any] | None:
    """The step that led to the state it is in."""
    statement = (
        select(exam_session_steps)
        .where(exam_session_steps.c.exam_session_id == exam_session_id, exam_session_steps.c.action.in_(MOVES_ON))
        .order_by(exam_session_steps.c.at.desc())
        .limit(1)
    )
    return (await connection.execute(statement)).one_or_none()


async def add_photo(
    connection: AsyncConnection, exam_session_id: UUID, sha256: str, of: str, taken_at: datetime
) -> None:
    """Once each."""
    values = {"exam_session_id": exam_session_id, "sha256": sha256, "of": of, "taken_at": taken_at}
    await connection.execute(upsert(connection, exam_session_photos).values(values).on_conflict_do_nothing())


async def photos(connection: AsyncConnection, exam_session_id: UUID) -> list[ExamSessionPhoto]:
    """Newest first."""
    photo = exam_session_photos.c
    statement = (
        select(photo.sha256, photo.of, photo.taken_at, evidence_files.c.sha256.is_not(None).label("available"))
        .outerjoin(evidence_files, evidence_files.c.sha256 == photo.sha256)
        .where(photo.exam_session_id == exam_session_id)
        .order_by(photo.taken_at.desc(), photo.sha256)
    )
    return [ExamSessionPhoto(**row._mapping) for row in await connection.execute(statement)]


async def showing(connection: AsyncConnection, sha256: str) -> Sequence[UUID]:
    """Exam sessions that a file is a check-in picture of."""
    statement = select(exam_session_photos.c.exam_session_id).where(exam_session_photos.c.sha256 == sha256)
    return list((await connection.execute(statement)).scalars())


async def take_photos(connection: AsyncConnection, exam_session_id: UUID) -> list[str]:
    """Forgets the pictures of an exam session; returns those whose files nothing else names, and which are forgotten
    as files too."""
    mine = exam_session_photos.c.exam_session_id == exam_session_id
    names = set((await connection.execute(select(exam_session_photos.c.sha256).where(mine))).scalars())
    await connection.execute(delete(exam_session_photos).where(mine))
    for column in (exam_session_photos.c.sha256, evidence_refs.c.sha256, segments.c.sha256):
        names -= set((await connection.execute(select(column).where(column.in_(names)))).scalars())
    await connection.execute(delete(evidence_files).where(evidence_files.c.sha256.in_(names)))
    await connection.execute(
        update(booth_states)
        .where(booth_states.c.picture_sha256.in_(names))
        .values(picture_sha256=None, picture_taken_at=None)
    )
    return sorted(names)


def _step(row: Row[Any]) -> ExamSessionStepView:
    reason = BY_CODE.get(row.reason_code or "")
    said = {name: row._mapping[name] for name in ExamSessionStepView.model_fields if name in row._mapping}
    return ExamSessionStepView(**said, reason=reason.text if reason else "")
