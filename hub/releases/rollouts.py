"""What people do with rollouts: begin one, halt it, go on, end it, look at it."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from hub import audit
from hub.audit import Actor
from hub.commands import Commands
from hub.db import Database
from hub.errors import RefusedError
from hub.releases.engine import RolloutEngine
from hub.store import fleet, places, releases, rollouts
from hub.views import Me
from hub.views.devices import DeviceView
from hub.views.releases import RolloutDetail, RolloutPhase, RolloutView

DEFAULT_PHASES: Final = (RolloutPhase(devices=1), RolloutPhase(percent=10), RolloutPhase(percent=100))
IN_FORCE: Final = frozenset({"online", "degraded", "offline", "new"})
"""Status words of devices that a rollout may hold; the others cannot be asked for anything."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for. Without a place and without booths it is everything in the person's scope."""

    version: str
    site_id: str | None
    room_id: str | None
    booth_ids: tuple[str, ...] | None
    phases: tuple[RolloutPhase, ...]
    max_failures: int
    healthy_within_s: int
    settle_s: int
    allow_older: bool


class Rollouts:
    def __init__(self, database: Database, commands: Commands) -> None:
        self._database = database
        self._engine = RolloutEngine(database, commands)

    async def run(self) -> None:
        """Moves them along, until cancelled; in the process that leads."""
        await self._engine.run()

    async def every(self) -> list[RolloutView]:
        async with self._database.reading() as connection:
            return await rollouts.every(connection)

    async def begin(self, plan: Plan, me: Me, actor: Actor) -> RolloutDetail:
        """Raises 404 for a version that is not here, 409 while another rollout holds one of these booths, 422 where no
        device is left or the phases make no sense."""
        now, rollout_id = datetime.now(UTC), uuid4()
        async with self._database.writing() as connection:
            if await releases.find(connection, plan.version) is None:
                raise RefusedError(404, "No such release", f"{plan.version} is not here; upload it first")
            known = [device for device in await fleet.every(connection, me.booths, now) if device.status in IN_FORCE]
            rooms = None
            if plan.site_id is not None:
                rooms = {room.room_id for room in await places.every_room(connection, plan.site_id)}
            chosen = [device for device in known if _meant(device, plan, rooms)]
            if not chosen:
                raise RefusedError(422, "No device", "none of your devices in force is meant by this; name others")
            if held := await rollouts.busy_booths(connection) & {device.booth_id for device in chosen}:
                raise RefusedError(
                    409,
                    "Another rollout is on",
                    f"it holds {', '.join(sorted(held)[:5])}; wait for its end or cancel it",
                )
            # Those that can be asked now come first: the first phase is to tell something soon.
            chosen.sort(key=lambda device: (device.availability != "online", device.exam_session_on, device.booth_id))
            ends = _ends(plan.phases, len(chosen))
            row = {
                "rollout_id": rollout_id,
                "version": plan.version,
                "state": "running",
                "reason": "",
                "phase": 0,
                "phases": json.dumps([each.model_dump(exclude_none=True) for each in plan.phases]),
                "max_failures": plan.max_failures,
                "forgiven": 0,
                "healthy_within_s": plan.healthy_within_s,
                "settle_s": plan.settle_s,
                "allow_older": plan.allow_older,
                "created_at": now,
                "created_by": actor.username or "",
            }
            rows = [
                {
                    "rollout_id": rollout_id,
                    "device_id": device.device_id,
                    "booth_id": device.booth_id,
                    "phase": next(phase for phase, end in enumerate(ends) if position < end),
                    "state": "waiting",
                    "reason": "",
                    "tries": 0,
                    "version_before": device.version,
                    "changed_at": now,
                }
                for position, device in enumerate(chosen)
            ]
            await rollouts.add(connection, row, rows)
            about = {"version": plan.version, "devices": len(rows), "phases": row["phases"]}
            await audit.record(connection, actor, "rollout.started", "rollout", str(rollout_id), **about)
        return await self.detail(rollout_id, me)

    async def detail(self, rollout_id: UUID, me: Me) -> RolloutDetail:
        """Raises 404."""
        async with self._database.reading() as connection:
            rollout = await rollouts.find(connection, rollout_id)
            rows = await rollouts.devices_of(connection, rollout_id)
            known = {each.device_id: each for each in await fleet.every(connection, me.booths, datetime.now(UTC))}
        if rollout is None:
            raise _unknown()
        seen = [row for row in rows if me.booths is None or me.sees(row.booth_id)]
        return RolloutDetail(
            rollout=rollout,
            devices=tuple(
                rollouts.device_view(row, known[row.device_id].version if row.device_id in known else None)
                for row in seen
            ),
        )

    async def pause(self, rollout_id: UUID, me: Me, actor: Actor) -> RolloutView:
        """No device is asked any more; those that are at it go on."""
        return await self._turn(rollout_id, me, actor, "paused", ("running",))

    async def resume(self, rollout_id: UUID, me: Me, actor: Actor) -> RolloutView:
        """Also after too many failures: those there are count no more."""
        return await self._turn(rollout_id, me, actor, "running", ("paused", "stopped"))

    async def cancel(self, rollout_id: UUID, me: Me, actor: Actor) -> RolloutView:
        """Devices that were not asked keep what they have; those that are at it go on."""
        return await self._turn(rollout_id, me, actor, "cancelled", rollouts.OPEN)

    async def _turn(self, rollout_id: UUID, me: Me, actor: Actor, state: str, before: Sequence[str]) -> RolloutView:
        """Raises 403 where it holds booths outside of the scope, 404, 409 where its state does not allow it."""
        now = datetime.now(UTC)
        async with self._database.writing() as connection:
            rollout = await rollouts.find(connection, rollout_id)
            if rollout is None:
                raise _unknown()
            rows = await rollouts.devices_of(connection, rollout_id)
            if me.booths is not None and not all(me.sees(row.booth_id) for row in rows):
                raise RefusedError(403, "Not in your scope", "it holds booths of others; ask an administrator")
            values: dict[str, object] = {"state": state, "reason": ""}
            if state == "running":
                values["forgiven"] = rollout.counts.failed
            if state == "cancelled":
                values["ended_at"] = now
                await rollouts.skip_waiting(connection, rollout_id, "the rollout was cancelled", now)
            if not await rollouts.change(connection, rollout_id, before, **values):
                raise RefusedError(
                    409, "Not now", f"it is {rollout.state}; this is for one that is {' or '.join(before)}"
                )
            await audit.record(
                connection, actor, f"rollout.{state}", "rollout", str(rollout_id), version=rollout.version
            )
            changed = await rollouts.find(connection, rollout_id)
        assert changed is not None  # noqa: S101 (found above, in the same transaction)
        return changed


def _meant(device: DeviceView, plan: Plan, rooms: set[str] | None) -> bool:
    if plan.booth_ids is not None:
        return device.booth_id in plan.booth_ids
    if plan.room_id is not None:
        return device.room_id == plan.room_id
    return rooms is None or device.room_id in rooms


def _ends(phases: Sequence[RolloutPhase], total: int) -> list[int]:
    """How many devices are through after each phase: more each time, and all after the last. Raises 422."""
    ends: list[int] = []
    for phase in phases:
        if (phase.devices is None) == (phase.percent is None):
            raise RefusedError(422, "Not a phase", "each phase has devices or percent, and not both")
        wanted = phase.devices if phase.devices is not None else math.ceil(total * (phase.percent or 0) / 100)
        ends.append(min(total, max(wanted, (ends[-1] if ends else 0) + 1)))
    ends[-1] = total
    return ends


def _unknown() -> RefusedError:
    return RefusedError(404, "No such rollout", "GET /api/v1/rollouts lists them")
