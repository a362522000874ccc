"""Rollouts, and how far each of their devices is."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import booths, exam_sessions, rollout_devices, rollouts
from hub.views.releases import RolloutCounts, RolloutDeviceView, RolloutPhase, RolloutView

OPEN = ("running", "paused", "stopped")
"""Of a rollout that is not over."""
BUSY = ("fetching", "staging", "testing", "trial")
"""Of a device that was asked and is not through."""
_COUNTED: Mapping[str, str] = {
    "waiting": "waiting",
    "postponed": "waiting",
    "fetching": "busy",
    "staging": "busy",
    "testing": "busy",
    "trial": "busy",
    "healthy": "healthy",
    "rolled_back": "failed",
    "failed": "failed",
    "skipped": "skipped",
}
LISTED_MAX = 200


async def add(connection: AsyncConnection, row: dict[str, Any], devices: Sequence[dict[str, Any]]) -> None:
    await connection.execute(insert(rollouts).values(row))
    await connection.execute(insert(rollout_devices), list(devices))


async def find(connection: AsyncConnection, rollout_id: UUID) -> RolloutView | None:
    row = (await connection.execute(select(rollouts).where(rollouts.c.rollout_id == rollout_id))).one_or_none()
    return None if row is None else (await _views(connection, [row]))[0]


async def every(connection: AsyncConnection) -> list[RolloutView]:
    """The newest first, at most `LISTED_MAX`."""
    rows = (await connection.execute(select(rollouts).order_by(rollouts.c.created_at.desc()).limit(LISTED_MAX))).all()
    return await _views(connection, rows)


async def in_state(connection: AsyncConnection, states: Collection[str]) -> Sequence[Row[Any]]:
    statement = select(rollouts).where(rollouts.c.state.in_(list(states))).order_by(rollouts.c.created_at)
    return (await connection.execute(statement)).all()


async def moving(connection: AsyncConnection) -> Sequence[Row[Any]]:
    """Those that are not over, and those that were cancelled while devices are at it."""
    at_it = select(rollout_devices.c.rollout_id).where(rollout_devices.c.state.in_(BUSY))
    statement = select(rollouts).where(
        or_(rollouts.c.state.in_(OPEN), and_(rollouts.c.state == "cancelled", rollouts.c.rollout_id.in_(at_it)))
    )
    return (await connection.execute(statement.order_by(rollouts.c.created_at))).all()


async def busy_booths(connection: AsyncConnection) -> set[str]:
    """Of rollouts that are not over."""
    statement = (
        select(rollout_devices.c.booth_id)
        .join(rollouts, rollouts.c.rollout_id == rollout_devices.c.rollout_id)
        .where(rollouts.c.state.in_(OPEN))
    )
    return set((await connection.execute(statement)).scalars())


async def devices_of(connection: AsyncConnection, rollout_id: UUID) -> Sequence[Row[Any]]:
    statement = (
        select(rollout_devices, booths.c.name.label("booth_name"))
        .outerjoin(booths, booths.c.booth_id == rollout_devices.c.booth_id)
        .where(rollout_devices.c.rollout_id == rollout_id)
        .order_by(rollout_devices.c.phase, rollout_devices.c.booth_id)
    )
    return (await connection.execute(statement)).all()


def device_view(row: Row[Any], version: str | None) -> RolloutDeviceView:
    return RolloutDeviceView(
        booth_id=row.booth_id,
        booth_name=row.booth_name or row.booth_id,
        device_id=row.device_id,
        phase=row.phase,
        state=row.state,
        reason=row.reason,
        version_before=row.version_before,
        version=version,
        progress=row.progress,
        changed_at=row.changed_at,
    )


async def change(connection: AsyncConnection, rollout_id: UUID, states: Collection[str], **values: Any) -> bool:
    """False where it is in none of these states (any more)."""
    statement = update(rollouts).where(rollouts.c.rollout_id == rollout_id, rollouts.c.state.in_(list(states)))
    return (await connection.execute(statement.values(values))).rowcount == 1


async def change_device(connection: AsyncConnection, rollout_id: UUID, device_id: UUID, **values: Any) -> None:
    await connection.execute(
        update(rollout_devices)
        .where(rollout_devices.c.rollout_id == rollout_id, rollout_devices.c.device_id == device_id)
        .values(values)
    )


async def skip_waiting(connection: AsyncConnection, rollout_id: UUID, reason: str, now: datetime) -> None:
    """Devices that were not asked yet."""
    await connection.execute(
        update(rollout_devices)
        .where(rollout_devices.c.rollout_id == rollout_id, rollout_devices.c.state.in_(("waiting", "postponed")))
        .values(state="skipped", reason=reason, changed_at=now)
    )


async def soon_sat_in(
    connection: AsyncConnection, booth_ids: Iterable[str], now: datetime, until: datetime
) -> set[str]:
    """Booths where an exam session is to begin by then, or should have begun within the last day."""
    statement = select(exam_sessions.c.booth_id).where(
        exam_sessions.c.booth_id.in_(list(booth_ids)),
        exam_sessions.c.state == "scheduled",
        exam_sessions.c.scheduled_start <= until,
        exam_sessions.c.scheduled_end >= now,
    )
    return {booth_id for booth_id in (await connection.execute(statement)).scalars() if booth_id}


async def _views(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[RolloutView]:
    ids = [row.rollout_id for row in rows]
    counted = await connection.execute(
        select(rollout_devices.c.rollout_id, rollout_devices.c.state, func.count())
        .where(rollout_devices.c.rollout_id.in_(ids))
        .group_by(rollout_devices.c.rollout_id, rollout_devices.c.state)
    )
    counts: dict[UUID, dict[str, int]] = {each: {} for each in ids}
    for rollout_id, state, count in counted:
        of = counts[rollout_id]
        of[_COUNTED[state]] = of.get(_COUNTED[state], 0) + count
    return [
        RolloutView(
            **{name: getattr(row, name) for name in _SAME},
            phases=tuple(RolloutPhase.model_validate(each) for each in json.loads(row.phases)),
            counts=RolloutCounts(**counts[row.rollout_id]),
            total=sum(counts[row.rollout_id].values()),
        )
        for row in rows
    ]


_SAME = (
    *("rollout_id", "version", "state", "reason", "created_at", "created_by", "ended_at", "phase"),
    *("max_failures", "healthy_within_s", "settle_s"),
)
