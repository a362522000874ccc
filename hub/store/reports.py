"""What a report of one exam session is made of, each part in the order of time."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store import deletions
from hub.store import violations as found
from hub.tables import (
    booths,
    candidates,
    chain_gaps,
    checkpoints,
    countersignatures,
    devices,
    events,
    evidence_files,
    exam_session_photos,
    exam_session_steps,
    exam_sessions,
    exams,
    flag_versions,
    monitoring_gaps,
    reviews,
    rooms,
    sites,
    users,
    violations,
)
from hub.tables import flags as marks
from hub.tables import messages as words
from hub.views import ViolationView

LIMIT: Final = 5000
"""Violations that one report lists: one every three seconds of a sitting of four hours."""
AT_ONCE: Final = 500
"""Keys in one statement."""
STEP_BEFORE: Final = timedelta(days=2)
"""How long before the exam session a booth's monitoring is looked for that was on then."""

Rows = Sequence[Row[Any]]


async def head(connection: AsyncConnection, exam_session_id: UUID) -> Row[Any] | None:
    """The exam session with its exam and candidate."""
    exam = (exams.c.name.label("exam_name"), exams.c.duration_s, exams.c.recording, exams.c.recorded_sound)
    candidate = (
        candidates.c.number,
        candidates.c.name.label("candidate_name"),
        candidates.c.extra_time_percent,
        candidates.c.rules_off,
    )
    statement = (
        select(exam_sessions, *exam, *candidate)
        .join(exams, exams.c.exam_id == exam_sessions.c.exam_id)
        .join(candidates, candidates.c.candidate_id == exam_sessions.c.candidate_id)
        .where(exam_sessions.c.exam_session_id == exam_session_id)
    )
    return (await connection.execute(statement)).one_or_none()


async def steps(connection: AsyncConnection, exam_session_id: UUID) -> Rows:
    taken = exam_session_steps.c
    return await _all(
        connection,
        select(exam_session_steps).where(taken.exam_session_id == exam_session_id).order_by(taken.at, taken.step_id),
    )


async def photos(connection: AsyncConnection, exam_session_id: UUID) -> Rows:
    taken = exam_session_photos.c
    return await _all(
        connection,
        select(exam_session_photos, evidence_files.c.sha256.is_not(None).label("available"))
        .outerjoin(evidence_files, evidence_files.c.sha256 == taken.sha256)
        .where(taken.exam_session_id == exam_session_id)
        .order_by(taken.taken_at, taken.sha256),
    )


async def violation_rows(connection: AsyncConnection, exam_session_id: UUID) -> Rows:
    """Which there are, and what their decisions come to: at most `LIMIT`, the oldest."""
    raised = violations.c
    return await _all(
        connection,
        select(raised.violation_id, raised.review, raised.reviews_wanted, raised.grown_at)
        .where(raised.exam_session_id == exam_session_id)
        .order_by(raised.opened_at, raised.violation_id)
        .limit(LIMIT),
    )


async def violations_in_all(connection: AsyncConnection, exam_session_id: UUID) -> int:
    statement = select(func.count()).where(violations.c.exam_session_id == exam_session_id)
    return int((await connection.execute(statement)).scalar_one())


async def violation_views(connection: AsyncConnection, violation_ids: Sequence[UUID]) -> dict[UUID, ViolationView]:
    views = [view for some in _parts(violation_ids) for view in await found.views(connection, some)]
    return {view.violation_id: view for view in views}


async def deleted(connection: AsyncConnection, views: Iterable[ViolationView]) -> dict[str, datetime]:
    """Which files of these violations are not here because they were deleted, and when."""
    absent = sorted({ref.sha256 for view in views for ref in view.evidence if not ref.available})
    rows = [await deletions.of_files(connection, absent[at : at + AT_ONCE]) for at in range(0, len(absent), AT_ONCE)]
    return {sha256: row.deleted_at for some in rows for sha256, row in some.items()}


async def decisions(connection: AsyncConnection, violation_ids: Sequence[UUID]) -> dict[UUID, list[Row[Any]]]:
    """Of each violation, oldest first."""
    by_violation: dict[UUID, list[Row[Any]]] = {}
    for some in _parts(violation_ids):
        statement = (
            select(reviews)
            .where(reviews.c.violation_id.in_(some))
            .order_by(reviews.c.violation_id, reviews.c.decided_at, reviews.c.review_id)
        )
        for row in await connection.execute(statement):
            by_violation.setdefault(row.violation_id, []).append(row)
    return by_violation


async def gaps(
    connection: AsyncConnection, exam_session_id: UUID, booth_id: str, first: datetime, last: datetime
) -> Rows:
    """Those of the exam session in this booth, and those of nobody that reach into its time there."""
    gap = monitoring_gaps.c
    nobodys = and_(
        gap.exam_session_id.is_(None), gap.started_at < last, or_(gap.ended_at.is_(None), gap.ended_at > first)
    )
    return await _all(
        connection,
        select(monitoring_gaps)
        .where(gap.booth_id == booth_id, or_(gap.exam_session_id == exam_session_id, nobodys))
        .order_by(gap.started_at, gap.gap_id),
    )


async def messages(connection: AsyncConnection, exam_session_id: UUID) -> Rows:
    """Words for the candidate."""
    statement = select(words).where(words.c.exam_session_id == exam_session_id)
    return await _all(connection, statement.order_by(words.c.sent_at, words.c.message_id))


async def flags(connection: AsyncConnection, exam_session_id: UUID) -> Rows:
    """Each in its newest wording."""
    version = flag_versions.alias()
    newest = select(func.max(version.c.version)).where(version.c.flag_id == marks.c.flag_id).scalar_subquery()
    said = flag_versions.c
    return await _all(
        connection,
        select(marks.c.username, marks.c.display_name, said.at, said.kind, said.note, said.withdrawn, said.written_at)
        .join_from(marks, flag_versions, and_(said.flag_id == marks.c.flag_id, said.version == newest))
        .where(marks.c.exam_session_id == exam_session_id)
        .order_by(said.at, marks.c.flag_id),
    )


async def places(connection: AsyncConnection, booth_ids: Iterable[str]) -> dict[str, Any]:
    statement = (
        select(
            booths.c.booth_id,
            booths.c.name,
            rooms.c.name.label("room_name"),
            sites.c.name.label("site_name"),
        )
        .outerjoin(rooms, rooms.c.room_id == booths.c.room_id)
        .outerjoin(sites, sites.c.site_id == rooms.c.site_id)
        .where(booths.c.booth_id.in_(list(booth_ids)))
    )
    return {row.booth_id: row for row in await connection.execute(statement)}


async def roles(connection: AsyncConnection, usernames: Iterable[str]) -> dict[str, str]:
    """Of those who have an account still."""
    statement = select(users.c.username, users.c.role).where(users.c.username.in_(list(usernames)))
    return {row.username: row.role for row in await connection.execute(statement)}


async def chain_parts(connection: AsyncConnection, exam_session_id: UUID) -> Rows:
    """One row a chain: the exam session's part of it, and the clock offsets measured meanwhile."""
    event = events.c
    return await _all(
        connection,
        select(
            event.chain_id,
            event.booth_id,
            func.min(event.seq).label("first_seq"),
            func.max(event.seq).label("last_seq"),
            func.count().label("events"),
            func.sum(case((event.link_ok.is_(False), 1), else_=0)).label("broken_links"),
            func.count(event.clock_offset_ms).label("measured"),
            func.min(event.clock_offset_ms).label("lowest_ms"),
            func.max(event.clock_offset_ms).label("highest_ms"),
            func.max(event.received_at).label("ends_at"),
        )
        .where(event.exam_session_id == exam_session_id)
        .group_by(event.chain_id, event.booth_id)
        .order_by(func.min(event.wall_time), event.chain_id),
    )


async def missing(connection: AsyncConnection, chain_id: UUID, first: int, last: int) -> list[tuple[int, int]]:
    """Numbers between these two that never came."""
    gap = chain_gaps.c
    rows = await connection.execute(
        select(gap.first, gap.last)
        .where(gap.chain_id == chain_id, gap.first <= last, gap.last >= first)
        .order_by(gap.first)
    )
    return [(max(row.first, first), min(row.last, last)) for row in rows]


async def signatures(connection: AsyncConnection, chain_id: UUID, first: int, last: int) -> Any:
    """Checkpoints from `first` on, up to the first that covers `last`: right ones, refused ones, how far they reach."""
    signed = checkpoints.c
    right = and_(signed.signature_ok, or_(signed.head_ok.is_(None), signed.head_ok))
    closing = (
        select(func.min(signed.seq))
        .where(signed.chain_id == chain_id, signed.head_seq >= last, right)
        .scalar_subquery()
    )
    statement = select(
        func.count(case((right, 1))).label("right"),
        func.count(case((~right, 1))).label("refused"),
        func.max(case((right, signed.head_seq))).label("signed_to_seq"),
    ).where(
        signed.chain_id == chain_id,
        signed.head_seq >= first,
        signed.seq <= func.coalesce(closing, 2**62),
    )
    return (await connection.execute(statement)).one()


async def countersignature(connection: AsyncConnection, chain_id: UUID, last: int) -> Any | None:
    """The hub's earliest word over this event: over it or one after it."""
    signed = countersignatures.c
    statement = (
        select(signed.head_seq, signed.head_sha256, signed.reason, signed.signed_at, signed.signed_by)
        .where(signed.chain_id == chain_id, signed.head_seq >= last)
        .order_by(signed.head_seq, signed.signed_at)
        .limit(1)
    )
    return (await connection.execute(statement)).one_or_none()


async def devices_between(connection: AsyncConnection, booth_id: str, first: datetime, last: datetime) -> Rows:
    device = devices.c
    return await _all(
        connection,
        select(device.booth_id, device.serial, device.fingerprint, device.enrolled_at, device.replaced_at)
        .where(
            device.booth_id == booth_id,
            device.enrolled_at < last,
            or_(device.replaced_at.is_(None), device.replaced_at > first),
        )
        .order_by(device.enrolled_at, device.fingerprint),
    )


async def monitoring_steps(connection: AsyncConnection, booth_id: str, first: datetime, last: datetime) -> list[bytes]:
    """Payloads of what the agent said of itself: those in the interval, and the newest one before it."""
    event = events.c
    said = select(event.payload).where(event.booth_id == booth_id, event.type == "monitoring_step")
    before = (
        said.where(event.received_at.between(first - STEP_BEFORE, first)).order_by(event.received_at.desc()).limit(1)
    )
    meanwhile = said.where(event.received_at > first, event.received_at <= last).order_by(event.received_at)
    return [row.payload for each in (before, meanwhile) for row in await connection.execute(each)]


def _parts(keys: Sequence[UUID]) -> list[Sequence[UUID]]:
    return [keys[at : at + AT_ONCE] for at in range(0, len(keys), AT_ONCE)]


async def _all(connection: AsyncConnection, statement: Select[Any]) -> Rows:
    found: Rows = (await connection.execute(statement)).all()
    return found
