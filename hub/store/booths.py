"""Booths: the place, what it should do, what it last said about itself."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row, Select, case, func, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.messages import Health, Reported
from contract.violation import SEVERITIES
from contract.wire import InvalidError
from hub.store import exam_sessions
from hub.store import violations as violation_store
from hub.store.among import among
from hub.store.upsert import insert
from hub.tables import booth_looks, booth_states, booths, monitoring_gaps, violations
from hub.views import Booth, Picture

STATE_COLUMNS = ("availability", "availability_since", "last_seen_at", "health", "reported", "clock_offset_ms")


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
    found = await connection.execute(select(booths.c.booth_id).where(among(connection, booths.c.booth_id, booth_ids)))
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
    """Booth to the `STATE_COLUMNS` that changed; booths that are not known are left out.

    One statement for all who say the same kinds of things: of two thousand booths a thousand do so every second.
    """
    here = await known(connection, changes)
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for booth_id, values in sorted(changes.items()):
        if booth_id in here and values:
            alike.setdefault(tuple(sorted(values)), []).append({"booth_id": booth_id, **values})
    # Rows are locked in an order that depends on what they say: one process writes this (`BoothStates`), the one that
    # leads, so nobody waits in a circle.
    statement = insert(connection, booth_states)
    for columns, rows in sorted(alike.items()):
        new = {name: statement.excluded[name] for name in columns}
        await connection.execute(statement.on_conflict_do_update(index_elements=["booth_id"], set_=new), rows)


async def availabilities(connection: AsyncConnection) -> dict[str, str]:
    found = await connection.execute(
        select(booth_states.c.booth_id, booth_states.c.availability).where(booth_states.c.availability.is_not(None))
    )
    return {row.booth_id: row.availability for row in found}


async def views(connection: AsyncConnection, booth_ids: Sequence[str] | None = None) -> list[Booth]:
    """All booths, or those named, by id."""
    statement = _statement(datetime.now(UTC) - timedelta(hours=1))
    if booth_ids is not None:
        statement = statement.where(booths.c.booth_id.in_(booth_ids))
    rows = (await connection.execute(statement.order_by(booths.c.booth_id))).all()
    latest = await violation_store.latest_of_each(connection, booth_ids)
    sittings = await exam_sessions.shown(connection, booth_ids)
    return [
        Booth(
            booth_id=row.booth_id,
            name=row.name,
            availability=row.availability or "never_seen",
            availability_since=row.availability_since,
            last_seen_at=row.last_seen_at,
            health=_health(row.health),
            clock_offset_ms=row.clock_offset_ms,
            profile=said.profile if said else None,
            desired_profile=row.desired_profile,
            open_violations=row.open_violations,
            violations_last_hour=row.violations_last_hour,
            gaps_open=row.gaps_open,
            worst_open=None if row.worst_open is None else SEVERITIES[row.worst_open],
            latest=latest.get(row.booth_id),
            picture=_picture(row.picture_sha256, row.picture_taken_at),
            hand_raised_at=said.hand_raised_at if said else None,
            last_looked_at=row.last_looked_at,
            room_id=row.room_id,
            exam_session=sittings.get(row.booth_id),
        )
        for row in rows
        for said in [_reported(row.reported)]
    ]


def _statement(recent: datetime) -> Select[Any]:
    """Counts are subqueries of each booth, which an index answers; grouping would read every violation there is."""
    rank = case({name: rank for rank, name in enumerate(SEVERITIES)}, value=violations.c.severity, else_=0)
    of_booth = violations.c.booth_id == booths.c.booth_id
    is_open = (of_booth, violations.c.ended_at.is_(None))
    gap_is_open = (monitoring_gaps.c.booth_id == booths.c.booth_id, monitoring_gaps.c.ended_at.is_(None))
    return select(
        booths.c.booth_id,
        booths.c.name,
        booths.c.desired_profile,
        booths.c.room_id,
        *(column for column in booth_states.c if column.name != "booth_id"),
        booth_looks.c.last_looked_at,
        select(func.count()).select_from(violations).where(*is_open).scalar_subquery().label("open_violations"),
        select(func.max(rank)).where(*is_open).scalar_subquery().label("worst_open"),
        select(func.count())
        .select_from(violations)
        .where(of_booth, violations.c.opened_at > recent)
        .scalar_subquery()
        .label("violations_last_hour"),
        select(func.count()).select_from(monitoring_gaps).where(*gap_is_open).scalar_subquery().label("gaps_open"),
    ).select_from(booths.outerjoin(booth_states).outerjoin(booth_looks, booth_looks.c.booth_id == booths.c.booth_id))


def _health(text: str | None) -> Health | None:
    """None also where an older hub stored what this one does not read."""
    try:
        return Health.model_validate_json(text) if text else None
    except ValidationError:
        return None


def _reported(text: str | None) -> Reported | None:
    try:
        return Reported.parse(text) if text else None
    except InvalidError:
        return None


def _picture(sha256: str | None, taken_at: datetime | None) -> Picture | None:
    return Picture(sha256=sha256, taken_at=taken_at) if sha256 and taken_at else None
