"""What each booth is to follow: the exam session it shows, joined with all that the booth must be told of it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.exams.machine import MOVES_ON
from hub.tables import booths, candidates, exam_session_steps, exam_sessions, exams, profiles


async def rows(connection: AsyncConnection, booth_ids: Collection[str] | None = None) -> Sequence[Row[Any]]:
    """One for each booth, all or those named; what belongs to the exam session is null where a booth shows none."""
    reason = (
        select(exam_session_steps.c.reason_code)
        .where(
            exam_session_steps.c.exam_session_id == exam_sessions.c.exam_session_id,
            exam_session_steps.c.action.in_(MOVES_ON),
        )
        .order_by(exam_session_steps.c.at.desc())
        .limit(1)
        .correlate(exam_sessions)
        .scalar_subquery()
    )
    of_booth, of_exam = profiles.alias(), profiles.alias()
    statement = (
        select(
            booths.c.booth_id,
            booths.c.desired_profile,
            of_booth.c.document.label("desired_document"),
            booths.c.desired_revision,
            *(column for column in exam_sessions.c if column.name != "booth_id"),
            exams.c.name.label("exam_name"),
            exams.c.profile,
            exams.c.profile_document,
            of_exam.c.document.label("made_document"),
            exams.c.notice,
            exams.c.notice_version.label("exam_notice_version"),
            exams.c.photo_wanted,
            exams.c.document_wanted,
            exams.c.calibration_wanted,
            exams.c.recording,
            exams.c.recorded_sound,
            candidates.c.name.label("candidate_name"),
            candidates.c.rules_off,
            reason.label("reason_code"),
        )
        .select_from(booths)
        .outerjoin(exam_sessions, exam_sessions.c.exam_session_id == booths.c.desired_exam_session)
        .outerjoin(exams, exams.c.exam_id == exam_sessions.c.exam_id)
        .outerjoin(candidates, candidates.c.candidate_id == exam_sessions.c.candidate_id)
        .outerjoin(of_booth, of_booth.c.name == booths.c.desired_profile)
        .outerjoin(of_exam, of_exam.c.name == exams.c.profile)
        .order_by(booths.c.booth_id)
    )
    if booth_ids is not None:
        statement = statement.where(booths.c.booth_id.in_(booth_ids))
    found: Sequence[Row[Any]] = (await connection.execute(statement)).all()  # type: ignore[assignment]
    return found


async def shown(connection: AsyncConnection) -> dict[str, UUID]:
    """Booth to the exam session it shows; booths that show none are left out."""
    statement = select(booths.c.booth_id, booths.c.desired_exam_session).where(
        booths.c.desired_exam_session.is_not(None)
    )
    return {row.booth_id: row.desired_exam_session for row in await connection.execute(statement)}


async def show(connection: AsyncConnection, booth_id: str, exam_session_id: UUID | None) -> bool:
    """A new revision; False when there is no such booth or it shows that one already."""
    changed = await connection.execute(
        update(booths)
        .where(booths.c.booth_id == booth_id, booths.c.desired_exam_session.is_distinct_from(exam_session_id))
        .values(desired_exam_session=exam_session_id, desired_revision=booths.c.desired_revision + 1)
    )
    return changed.rowcount == 1


async def revise(
    connection: AsyncConnection,
    exam_session_ids: Collection[UUID] = (),
    *,
    exam_id: UUID | None = None,
    candidate_id: UUID | None = None,
    profile: str | None = None,
) -> set[str]:
    """A new revision for every booth that shows one of these, or one of this exam or candidate, or that follows this
    profile, because it is told something else now."""
    statement = select(booths.c.booth_id).join(
        exam_sessions, exam_sessions.c.exam_session_id == booths.c.desired_exam_session
    )
    if exam_id is not None:
        statement = statement.where(exam_sessions.c.exam_id == exam_id)
    elif candidate_id is not None:
        statement = statement.where(exam_sessions.c.candidate_id == candidate_id)
    elif profile is not None:
        statement = statement.join(exams, exams.c.exam_id == exam_sessions.c.exam_id).where(exams.c.profile == profile)
    else:
        statement = statement.where(exam_sessions.c.exam_session_id.in_(exam_session_ids))
    showing = set((await connection.execute(statement)).scalars())
    if profile is not None:
        outside = select(booths.c.booth_id).where(booths.c.desired_profile == profile)
        showing |= set((await connection.execute(outside)).scalars())
    if showing:
        await connection.execute(
            update(booths).where(booths.c.booth_id.in_(showing)).values(desired_revision=booths.c.desired_revision + 1)
        )
    return showing


async def number_after(connection: AsyncConnection, revisions: Mapping[str, int]) -> None:
    """Each booth's next revision comes after the one named, which another hub gave."""
    for booth_id, revision in revisions.items():
        await connection.execute(
            update(booths)
            .where(booths.c.booth_id == booth_id, booths.c.desired_revision <= revision)
            .values(desired_revision=revision + 1)
        )
