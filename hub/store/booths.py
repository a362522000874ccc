"""Booths: the place, what it should do, what it last said about itself."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row, case, func, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.messages import Health, Reported
from contract.violation import Severity
from contract.wire import InvalidError
from hub.store import violations as violation_store
from hub.store.upsert import insert
from hub.tables import booth_states, booths, monitoring_gaps, violations
from hub.views import Booth, Picture

STATE_COLUMNS = ("availability", "availability_since", "last_seen_at", "health", "reported", "clock_offset_ms")
_SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")


async def add(connection: AsyncConnection, booth_id: str, name: str, profile: str, now: datetime) -> None:
    await connection.execute(
        plain_insert(booths).values(
            booth_id=booth_id, name=name, created_at=now, desired_profile=profile, desired_revision=1
        )
    )


async def find(connection: AsyncConnection, booth_id: str) -> Row[Any] | None:
    return (await connection.execute(select(booths).where(booths.c.booth_id == booth_id))).one_or_none()


async def everything(connection: AsyncConnection) -> Sequence[Row[Any]]:
    return (await connection.execute(select(booths).order_by(booths.c.booth_id))).all()


async def known(connection: AsyncConnection, booth_ids: Iterable[str]) -> set[str]:
    found = await connection.execute(select(booths.c.booth_id).where(booths.c.booth_id.in_(list(booth_ids))))
    return set(found.scalars())


async def set_profile(connection: AsyncConnection, booth_id: str, profile: str) -> bool:
    """A new revision of what the booth should do; False when there is no such booth."""
    changed = await connection.execute(
        update(booths)
        .where(booths.c.booth_id == booth_id)
        .values(desired_profile=profile, desired_revision=booths.c.desired_revision + 1)
    )
    return changed.rowcount == 1


async def write_states(connection: AsyncConnection, changes: dict[str, dict[str, Any]]) -> None:
    """Booth to the `STATE_COLUMNS` that changed; booths that are not known are left out."""
    here = await known(connection, changes)
    statement = insert(connection, booth_states)
    for booth_id, values in changes.items():
        if booth_id in here and values:
            await connection.execute(
                statement.values(booth_id=booth_id, **values).on_conflict_do_update(
                    index_elements=["booth_id"], set_=values
                )
            )


async def availabilities(connection: AsyncConnection) -> dict[str, str]:
    found = await connection.execute(
        select(booth_states.c.booth_id, booth_states.c.availability).where(booth_states.c.availability.is_not(None))
    )
    return {row.booth_id: row.availability for row in found}


async def views(connection: AsyncConnection, booth_ids: Sequence[str] | None = None) -> list[Booth]:
    """All booths, or those named, by id."""
    wanted = booths.c.booth_id.in_(booth_ids) if booth_ids is not None else booths.c.booth_id.is_not(None)
    statement = select(booths, booth_states).outerjoin(booth_states).where(wanted).order_by(booths.c.booth_id)
    rows = (await connection.execute(statement)).mappings().all()
    opened = await _open(connection, booth_ids)
    recent = await _recent(connection, booth_ids, datetime.now(UTC) - timedelta(hours=1))
    gaps = await _gaps_open(connection, booth_ids)
    latest = await violation_store.latest_of_each(connection, booth_ids)
    return [
        Booth(
            booth_id=(booth_id := row[booths.c.booth_id]),
            name=row[booths.c.name],
            availability=row[booth_states.c.availability] or "never_seen",
            availability_since=row[booth_states.c.availability_since],
            last_seen_at=row[booth_states.c.last_seen_at],
            health=_health(row[booth_states.c.health]),
            clock_offset_ms=row[booth_states.c.clock_offset_ms],
            profile=_profile(row[booth_states.c.reported]),
            desired_profile=row[booths.c.desired_profile],
            open_violations=opened.get(booth_id, (0, None))[0],
            violations_last_hour=recent.get(booth_id, 0),
            gaps_open=gaps.get(booth_id, 0),
            worst_open=opened.get(booth_id, (0, None))[1],
            latest=latest.get(booth_id),
            picture=_picture(row[booth_states.c.picture_sha256], row[booth_states.c.picture_taken_at]),
        )
        for row in rows
    ]


async def _open(connection: AsyncConnection, booth_ids: Sequence[str] | None) -> dict[str, tuple[int, Severity | None]]:
    rank = case({name: rank for rank, name in enumerate(_SEVERITIES)}, value=violations.c.severity, else_=0)
    statement = select(violations.c.booth_id, func.count(), func.max(rank)).where(violations.c.ended_at.is_(None))
    if booth_ids is not None:
        statement = statement.where(violations.c.booth_id.in_(booth_ids))
    found = await connection.execute(statement.group_by(violations.c.booth_id))
    return {row[0]: (row[1], _SEVERITIES[row[2]]) for row in found}


async def _recent(connection: AsyncConnection, booth_ids: Sequence[str] | None, since: datetime) -> dict[str, int]:
    statement = select(violations.c.booth_id, func.count()).where(violations.c.opened_at > since)
    if booth_ids is not None:
        statement = statement.where(violations.c.booth_id.in_(booth_ids))
    return {row[0]: row[1] for row in await connection.execute(statement.group_by(violations.c.booth_id))}


async def _gaps_open(connection: AsyncConnection, booth_ids: Sequence[str] | None) -> dict[str, int]:
    statement = select(monitoring_gaps.c.booth_id, func.count()).where(monitoring_gaps.c.ended_at.is_(None))
    if booth_ids is not None:
        statement = statement.where(monitoring_gaps.c.booth_id.in_(booth_ids))
    return {row[0]: row[1] for row in await connection.execute(statement.group_by(monitoring_gaps.c.booth_id))}


def _health(text: str | None) -> Health | None:
    """None also where an older hub stored what this one does not read."""
    try:
        return Health.model_validate_json(text) if text else None
    except ValidationError:
        return None


def _profile(text: str | None) -> str | None:
    try:
        return Reported.parse(text).profile if text else None
    except InvalidError:
        return None


def _picture(sha256: str | None, taken_at: datetime | None) -> Picture | None:
    return Picture(sha256=sha256, taken_at=taken_at) if sha256 and taken_at else None
