"""Moves rollouts along: asks devices when they may be asked, watches those that are at it, stops after failures.

One process does it, the one that leads (ADR 28); everything it decides by is in the database, so another goes on where
it ended. A device is asked by MQTT, fetches the release over HTTPS and decides by itself whether it stays (ADR 47).
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from contract.live import DoneReply
from contract.messages import ErrorReply
from contract.updates import OVER, UpdateCommand, UpdatePhase, UpdateStateCommand, UpdateStateReply
from hub import audit
from hub.audit import HUB
from hub.commands import Commands
from hub.db import Database
from hub.errors import RefusedError, StoreError
from hub.store import fleet, releases, rollouts
from hub.views.devices import DeviceView
from hub.views.releases import DeviceUpdate

log = logging.getLogger(__name__)

LOOK_S: Final = 2.0
REPLY_S: Final = 5.0
AT_ONCE: Final = 16
"""Devices of one rollout that fetch or install at the same time: a release has hundreds of megabytes."""
BEFORE_EXAMS: Final = timedelta(minutes=30)
"""No device is asked when an exam session is to begin in its booth so soon."""

BUSY: Final = frozenset(rollouts.BUSY)
OPEN: Final = frozenset({"waiting", "postponed"})
FAILED: Final = frozenset({"failed", "rolled_back"})
SHOWN: Final[Mapping[UpdatePhase, DeviceUpdate]] = {
    "fetching": "fetching",
    "asked": "staging",
    "checking": "staging",
    "staging": "staging",
    "testing": "testing",
    "tested": "testing",
    "trial": "trial",
    "rolling_back": "trial",
    "healthy": "healthy",
    "rolled_back": "rolled_back",
    "failed": "failed",
}
POSTPONED: Final = "an exam session"
"""In the device's own words when it refuses for one: it is asked again later."""


class RolloutEngine:
    def __init__(self, database: Database, commands: Commands) -> None:
        self._database = database
        self._commands = commands

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except StoreError as error:
                log.warning("rollouts do not move: %s (%s)", error, error.hint)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Once at every rollout that is not over, or whose devices are still at it."""
        async with self._database.reading() as connection:
            moving = await rollouts.moving(connection)
            devices = await fleet.every(connection, None, datetime.now(UTC)) if moving else []
        known = {each.device_id: each for each in devices}
        for rollout in moving:
            await self._move(rollout, known)

    async def _move(self, rollout: Row[Any], known: Mapping[UUID, DeviceView]) -> None:
        async with self._database.reading() as connection:
            rows = await rollouts.devices_of(connection, rollout.rollout_id)
            release = await releases.find(connection, rollout.version)
            now = datetime.now(UTC)
            soon = await rollouts.soon_sat_in(connection, [row.booth_id for row in rows], now, now + BEFORE_EXAMS)
        busy = [row for row in rows if row.state in BUSY]
        await asyncio.gather(*(self._watch(rollout, row, known.get(row.device_id)) for row in busy))
        if rollout.state != "running" or release is None:
            return
        due = [row for row in rows if row.state in OPEN and row.phase <= rollout.phase]
        asking = due[: max(0, AT_ONCE - len(busy))]
        await asyncio.gather(*(self._ask(rollout, release, row, known.get(row.device_id), soon) for row in asking))
        await self._decide(rollout)

    # --- one device ---------------------------------------------------------------------------------------------------

    async def _ask(
        self, rollout: Row[Any], release: Row[Any], row: Row[Any], device: DeviceView | None, soon: set[str]
    ) -> None:
        if device is None or device.status in {"revoked", "replaced", "expired"}:
            await self._note(rollout, row, "skipped", "this device is not in force any more")
            return
        if device.availability == "online" and device.version == rollout.version:
            await self._note(rollout, row, "skipped", "it runs this release already")
            return
        if waits_for := _waits_for(device, soon):
            await self._note(rollout, row, "postponed", waits_for)
            return
        command = UpdateCommand(
            name=_name(rollout, row.tries + 1),
            version=release.version,
            sha256=release.sha256,
            size_bytes=release.size_bytes,
            allow_older=rollout.allow_older,
        )
        try:
            reply = await self._commands.request(row.booth_id, command, timeout_s=REPLY_S)
        except RefusedError as error:
            await self._note(rollout, row, "postponed", error.title.lower())
            return
        if isinstance(reply, DoneReply):
            await self._note(
                rollout, row, "fetching", "", asked_at=datetime.now(UTC), progress=0.0, tries=row.tries + 1
            )
            return
        reason = reply.reason if isinstance(reply, ErrorReply) else "an unexpected answer"
        await self._note(rollout, row, "postponed" if POSTPONED in reason else "failed", reason)

    async def _watch(self, rollout: Row[Any], row: Row[Any], device: DeviceView | None) -> None:
        """What it says of the update; one that says nothing has until `healthy_within_s` after it was asked."""
        reply = None
        if device is not None and device.availability == "online":
            try:
                reply = await self._commands.request(
                    row.booth_id, UpdateStateCommand(name=_name(rollout, row.tries)), timeout_s=REPLY_S
                )
            except RefusedError:
                reply = None
        late = self._late(rollout, row)
        if isinstance(reply, UpdateStateReply) and reply.phase in SHOWN and (reply.phase in OVER or not late):
            await self._said(rollout, row, reply, device)
        elif late:
            within = f"{rollout.healthy_within_s} s"
            await self._note(rollout, row, "failed", f"it was not through within {within}; last: {row.state}")

    async def _said(self, rollout: Row[Any], row: Row[Any], reply: UpdateStateReply, device: DeviceView | None) -> None:
        if reply.phase == "healthy" and (device is None or device.version != rollout.version):
            return  # the agent that was replaced is still the last one heard
        state = SHOWN[reply.phase]
        if state == "failed" and POSTPONED in reply.reason:
            await self._note(rollout, row, "postponed", reply.reason, asked_at=None)
            return
        await self._note(rollout, row, state, reply.reason, progress=reply.share if state == "fetching" else None)

    def _late(self, rollout: Row[Any], row: Row[Any]) -> bool:
        asked_at: datetime | None = row.asked_at
        return asked_at is not None and datetime.now(UTC) - asked_at > timedelta(seconds=rollout.healthy_within_s)

    async def _note(self, rollout: Row[Any], row: Row[Any], state: DeviceUpdate, reason: str, **more: Any) -> None:
        """Only what changed is written; how it ended is in the audit log."""
        values = {"state": state, "reason": reason[:500], **more}
        if all(getattr(row, name) == value for name, value in values.items()):
            return
        async with self._database.writing() as connection:
            await rollouts.change_device(
                connection, rollout.rollout_id, row.device_id, changed_at=datetime.now(UTC), **values
            )
            if state in {"healthy", *FAILED} and row.state != state:
                about = {"booth": row.booth_id, "version": rollout.version, "outcome": state, "reason": reason[:300]}
                await audit.record(connection, HUB, "device.updated", "device", str(row.device_id), **about)

    # --- the whole ----------------------------------------------------------------------------------------------------

    async def _decide(self, rollout: Row[Any]) -> None:
        """Stops it, ends it, or begins its next phase."""
        async with self._database.reading() as connection:
            rows = await rollouts.devices_of(connection, rollout.rollout_id)
        values = _next(rollout, rows, datetime.now(UTC))
        if not values:
            return
        async with self._database.writing() as connection:
            changed = await rollouts.change(connection, rollout.rollout_id, ("running",), **values)
            if changed and "state" in values:
                about = {"version": rollout.version, "reason": values.get("reason", "")}
                action = f"rollout.{values['state']}"
                await audit.record(connection, HUB, action, "rollout", str(rollout.rollout_id), **about)


def _next(rollout: Row[Any], rows: Sequence[Row[Any]], now: datetime) -> dict[str, Any]:
    """What changes about the whole; nothing as a rule."""
    failed = [row for row in rows if row.state in FAILED]
    if len(failed) - rollout.forgiven > rollout.max_failures:
        last = max(failed, key=lambda row: row.changed_at)
        return {"state": "stopped", "reason": f"{last.booth_id}: {last.reason}"[:500]}
    if all(row.state not in BUSY | OPEN for row in rows):
        return {"state": "done", "ended_at": now}
    if not _is_over(rows, rollout.phase):
        return {"phase_done_at": None} if rollout.phase_done_at is not None else {}
    if rollout.phase_done_at is None and rollout.settle_s > 0:
        return {"phase_done_at": now}
    if rollout.phase_done_at is None or now - rollout.phase_done_at >= timedelta(seconds=rollout.settle_s):
        return {"phase": rollout.phase + 1, "phase_done_at": None}
    return {}


def _is_over(rows: Sequence[Row[Any]], phase: int) -> bool:
    """Everybody who could be asked is through, and at least one of those asked is well. Devices that are postponed hold
    up nobody else; they are asked again until the rollout is over."""
    of_it = [row for row in rows if row.phase <= phase]
    last = max(row.phase for row in rows)
    if phase >= last or any(row.state in BUSY or row.state == "waiting" for row in of_it):
        return False
    return any(row.state in {"healthy", "skipped"} for row in of_it)


def _waits_for(device: DeviceView, soon: set[str]) -> str:
    if device.availability != "online":
        return "not connected"
    if device.exam_session_on:
        return "an exam session is on"
    return "an exam session begins soon" if device.booth_id in soon else ""


def _name(rollout: Row[Any], number: int) -> str:
    """By which the device's journal tells this try from others; asked twice for one, it does it once."""
    return f"{rollout.rollout_id}/{number}"
