"""What may be too old, what it belongs to, and its deletion. Decisions are made in `hub/retention`."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row, and_, delete, exists, false, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import (
    booth_states,
    chains,
    checkpoints,
    events,
    evidence_files,
    evidence_refs,
    exam_session_photos,
    exam_session_steps,
    exam_sessions,
    monitoring_gaps,
    rejected_messages,
    segments,
    traces,
    violations,
)

BEFORE: Final = timedelta(hours=2)
AFTER: Final = timedelta(days=1)
"""Around an exam session that is held: somebody comes early, and a booth without a hub sends later."""

FileCursor = tuple[datetime, str]
ViolationCursor = tuple[datetime, UUID]


class Naming(NamedTuple):
    """Somebody names a file: a `violation`, a `segment` of the recording, a `photo` of check-in."""

    by: str
    exam_session_id: UUID | None
    at: datetime | None
    """When the hub received it; None where the file itself tells."""


class HeldTime(NamedTuple):
    """What a booth sent in this time belongs to an exam session that is held."""

    booth_id: str
    first: datetime
    last: datetime | None


async def files_before(
    connection: AsyncConnection, before: datetime, after: FileCursor | None, limit: int
) -> Sequence[Any]:
    """The oldest first; `after` goes on behind one."""
    columns = evidence_files.c
    statement = (
        select(evidence_files)
        .where(columns.received_at < before)
        .order_by(columns.received_at, columns.sha256)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(columns.received_at, columns.sha256) > after)
    return (await connection.execute(statement)).all()


async def files_named(connection: AsyncConnection, names: Iterable[str]) -> Sequence[Any]:
    statement = select(evidence_files).where(evidence_files.c.sha256.in_(list(names)))
    return (await connection.execute(statement)).all()


async def namings(connection: AsyncConnection, names: Iterable[str]) -> dict[str, list[Naming]]:
    names = list(names)
    found: dict[str, list[Naming]] = {}
    by_violation = (
        select(evidence_refs.c.sha256, violations.c.exam_session_id, violations.c.received_at)
        .join(violations, violations.c.violation_id == evidence_refs.c.violation_id)
        .where(evidence_refs.c.sha256.in_(names))
    )
    for sha256, exam_session_id, at in await connection.execute(by_violation):
        found.setdefault(sha256, []).append(Naming("violation", exam_session_id, at))
    for by, table in (("segment", segments), ("photo", exam_session_photos)):
        named = select(table.c.sha256, table.c.exam_session_id).where(table.c.sha256.in_(names))
        for sha256, exam_session_id in await connection.execute(named):
            found.setdefault(sha256, []).append(Naming(by, exam_session_id, None))
    return found


async def ties(connection: AsyncConnection, exam_session_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, bool]]:
    """Exam, and whether it is held, of each exam session that the hub knows."""
    wanted = list(set(exam_session_ids))
    if not wanted:
        return {}
    columns = exam_sessions.c
    statement = select(columns.exam_session_id, columns.exam_id, columns.legal_hold)
    found = await connection.execute(statement.where(columns.exam_session_id.in_(wanted)))
    return {row.exam_session_id: (row.exam_id, row.legal_hold) for row in found}


async def held_times(connection: AsyncConnection) -> list[HeldTime]:
    """For what names no exam session itself. Of an exam session that moved, in each of its booths."""
    columns = exam_sessions.c
    held = await connection.execute(select(exam_sessions).where(columns.legal_hold.is_(True)))
    rows = held.all()
    moved: dict[UUID, set[str]] = {}
    steps = exam_session_steps.c
    if rows:
        told = select(steps.exam_session_id, steps.booth_id).where(
            steps.exam_session_id.in_([row.exam_session_id for row in rows]), steps.booth_id.is_not(None)
        )
        for row in await connection.execute(told.distinct()):
            moved.setdefault(row.exam_session_id, set()).add(row.booth_id)
    return [
        HeldTime(
            booth_id,
            min(row.scheduled_start, row.started_at or row.scheduled_start) - BEFORE,
            row.ended_at and row.ended_at + AFTER,
        )
        for row in rows
        for booth_id in moved.get(row.exam_session_id, set()) | ({row.booth_id} if row.booth_id else set())
    ]


async def forget_files(connection: AsyncConnection, names: Sequence[str]) -> None:
    """Nobody is given them any more. Their bytes are the store's matter."""
    await connection.execute(delete(exam_session_photos).where(exam_session_photos.c.sha256.in_(names)))
    await connection.execute(
        update(booth_states)
        .where(booth_states.c.picture_sha256.in_(names))
        .values(picture_sha256=None, picture_taken_at=None)
    )
    await connection.execute(delete(evidence_files).where(evidence_files.c.sha256.in_(names)))


# --- violations ---


async def violations_before(
    connection: AsyncConnection, before: datetime, after: ViolationCursor | None, limit: int
) -> Sequence[Any]:
    """The oldest first; `after` goes on behind one."""
    columns = violations.c
    place = columns.received_at, columns.violation_id
    statement = select(columns.violation_id, columns.booth_id, columns.exam_session_id, columns.received_at)
    statement = statement.where(columns.received_at < before).order_by(*place).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(*place) > after)
    return (await connection.execute(statement)).all()


async def files_of(connection: AsyncConnection, violation_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """Files of each that are here."""
    statement = (
        select(evidence_refs.c.violation_id, evidence_refs.c.sha256)
        .join(evidence_files, evidence_files.c.sha256 == evidence_refs.c.sha256)
        .where(evidence_refs.c.violation_id.in_(violation_ids))
    )
    found: dict[UUID, set[str]] = {}
    for violation_id, sha256 in await connection.execute(statement):
        found.setdefault(violation_id, set()).add(sha256)
    return found


async def remove_violations(connection: AsyncConnection, violation_ids: Sequence[UUID]) -> int:
    """With what was decided upon them."""
    await connection.execute(delete(evidence_refs).where(evidence_refs.c.violation_id.in_(violation_ids)))
    gone = await connection.execute(delete(violations).where(violations.c.violation_id.in_(violation_ids)))
    return gone.rowcount


# --- chains ---


async def chain_ids(connection: AsyncConnection) -> list[UUID]:
    found = await connection.execute(select(chains.c.chain_id).order_by(chains.c.first_received_at, chains.c.chain_id))
    return list(found.scalars())


async def chain(connection: AsyncConnection, chain_id: UUID) -> Row[Any]:
    return (await connection.execute(select(chains).where(chains.c.chain_id == chain_id))).one()


async def newest_event(connection: AsyncConnection, chain_id: UUID) -> int:
    """0 where there is none."""
    statement = select(func.max(events.c.seq)).where(events.c.chain_id == chain_id)
    return int((await connection.execute(statement)).scalar_one() or 0)


async def events_after(connection: AsyncConnection, chain_id: UUID, after: int, limit: int) -> Sequence[Any]:
    columns = events.c
    statement = (
        select(
            columns.seq,
            columns.received_at,
            columns.exam_session_id,
            columns.payload_sha256,
            func.length(columns.payload).label("size_bytes"),
        )
        .where(columns.chain_id == chain_id, columns.seq > after)
        .order_by(columns.seq)
        .limit(limit)
    )
    return (await connection.execute(statement)).all()


async def cut(connection: AsyncConnection, chain_id: UUID, last_seq: int) -> int:
    """Removes the beginning of a chain with what was read from it; of the recording only what has no file any more."""
    for table in (checkpoints, monitoring_gaps, traces):
        await connection.execute(delete(table).where(table.c.chain_id == chain_id, table.c.seq <= last_seq))
    here = exists().where(evidence_files.c.sha256 == segments.c.sha256)
    await connection.execute(delete(segments).where(segments.c.chain_id == chain_id, segments.c.seq <= last_seq, ~here))
    gone = await connection.execute(delete(events).where(events.c.chain_id == chain_id, events.c.seq <= last_seq))
    await connection.execute(update(chains).where(chains.c.chain_id == chain_id).values(deleted_to=last_seq))
    return gone.rowcount


async def remove_rejected(connection: AsyncConnection, before: datetime, held: Sequence[HeldTime]) -> int:
    """Messages kept aside, but those of a booth in a time that is held."""
    columns = rejected_messages.c
    statement = delete(rejected_messages).where(columns.received_at < before)
    statement = statement.where(~_in_held(columns.booth_id, columns.received_at, held))
    return (await connection.execute(statement)).rowcount


async def remove_gaps(connection: AsyncConnection, chain_id: UUID, before: datetime, held: Sequence[HeldTime]) -> int:
    """Gaps that the hub itself wrote down, by its clock, but those of a booth in a time that is held."""
    columns = monitoring_gaps.c
    statement = delete(monitoring_gaps).where(columns.chain_id == chain_id, columns.started_at < before)
    statement = statement.where(~_in_held(columns.booth_id, columns.started_at, held))
    return (await connection.execute(statement)).rowcount


def _in_held(booth_id: Any, at: Any, held: Sequence[HeldTime]) -> Any:
    spans = [
        and_(booth_id == each.booth_id, at >= each.first, *([at <= each.last] if each.last else [])) for each in held
    ]
    return or_(false(), *spans)
