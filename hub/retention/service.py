"""Retention as people meet it: its rules, what it would delete, what it deleted, and what it may not touch.

It runs by itself once a day in one process of a hub, whichever is first to claim the day in the database.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from hub import audit
from hub.audit import HUB, Actor
from hub.db import Database
from hub.devices.certificates import Signer
from hub.errors import RefusedError, StoreError
from hub.evidence.filestore import FileStore
from hub.retention.sweep import Sweep
from hub.store import evidence, retention_runs, settings
from hub.views.retention import RetentionPolicy, RetentionPreview, RetentionRunView
from hub.webhooks import ClassDeleted, RetentionRan, announce

log = logging.getLogger(__name__)

LOOK_S: Final = 30.0
COPIES_EVERY_S: Final = 3600.0
_POLICY: Final = "retention.policy"
_NEXT: Final = "retention.next_run_at"


def _now() -> datetime:
    return datetime.now(UTC)


class Retention:
    def __init__(
        self, database: Database, files: FileStore, signer: Signer, *, now: Callable[[], datetime] = _now
    ) -> None:
        self._database, self._files, self._signer, self._now = database, files, signer, now
        self._asked: asyncio.Queue[tuple[UUID, Actor]] = asyncio.Queue(maxsize=1)
        """By a person; one that comes while another waits is refused."""

    async def policy(self) -> RetentionPolicy:
        async with self._database.reading() as connection:
            return await _policy(connection)

    async def set_policy(self, policy: RetentionPolicy, actor: Actor) -> None:
        """Holds from the next run on."""
        now = self._now()
        async with self._database.writing() as connection:
            before = await _policy(connection)
            await settings.put(connection, _POLICY, policy.model_dump_json(), now)
            await settings.put(connection, _NEXT, next_run_at(policy.hour, now).isoformat(), now)
            changed = {
                name: {"from": getattr(before, name), "to": getattr(policy, name)}
                for name in RetentionPolicy.model_fields
                if getattr(before, name) != getattr(policy, name)
            }
            await audit.record(connection, actor, "retention.changed", "retention", "policy", **changed)

    async def preview(self, policy: RetentionPolicy | None = None) -> RetentionPreview:
        """What a run would delete now, by the rules in force or by others; nothing is changed."""
        now = self._now()
        sweep = Sweep(self._database, self._files, self._signer, policy or await self.policy(), now, dry=True)
        await sweep.run()
        return RetentionPreview(as_of=now, items=sweep.preview())

    async def ask(self, actor: Actor) -> RetentionRunView:
        """A run begins soon; raises 409 where one that was asked for waits still."""
        if self._asked.full():
            raise RefusedError(409, "A run waits already", "look at GET /api/v1/retention/runs for when it ends")
        run_id = uuid4()
        self._asked.put_nowait((run_id, actor))
        return RetentionRunView(
            run_id=run_id, began_at=self._now(), ended_at=None, started_by=actor.display_name, complete=False, found={}
        )

    async def run_once(self, actor: Actor, run_id: UUID | None = None) -> RetentionRunView:
        """From beginning to end. Raises `StoreError`; what is done then stays done, and the next run does the rest."""
        began_at, run_id = self._now(), run_id or uuid4()
        sweep = Sweep(self._database, self._files, self._signer, await self.policy(), began_at, run_id=run_id)
        async with self._database.writing() as connection:
            await retention_runs.begin(connection, run_id, began_at, actor.display_name)
        await sweep.run()
        found = {name: each.model_dump() for name, each in sweep.found().items()}
        async with self._database.writing() as connection:
            await retention_runs.end(connection, run_id, self._now(), found, sweep.complete)
            await audit.record(
                connection, actor, "retention.ran", "retention", str(run_id), complete=sweep.complete, found=found
            )
            told = {name: ClassDeleted(**each) for name, each in found.items()}
            await announce(connection, RetentionRan(run_id=run_id, complete=sweep.complete, deleted=told))
            view = await retention_runs.find(connection, run_id)
        if view is None:
            raise StoreError("the run that was just written is gone")
        log.info("retention: %s", {name: each for name, each in found.items() if any(each.values())} or "nothing due")
        return view

    async def run(self) -> None:
        """Until cancelled. What goes wrong is logged, and tried again a day later."""
        loop, copies_at = asyncio.get_running_loop(), 0.0
        while True:
            try:
                if await self._claim():
                    await self.run_once(HUB)
                if loop.time() >= copies_at:
                    copies_at = loop.time() + COPIES_EVERY_S
                    await self._forget_copies()
                run_id, actor = await asyncio.wait_for(self._asked.get(), LOOK_S)
                await self.run_once(actor, run_id)
            except TimeoutError:
                continue
            except StoreError as error:
                log.error("retention: %s (%s)", error, error.hint)
                await asyncio.sleep(LOOK_S)

    async def _claim(self) -> bool:
        """Whether it is time, and this process the first to see it. A new hub waits for its first night."""
        now = self._now()
        async with self._database.reading() as connection:
            planned, policy = await settings.find(connection, _NEXT), await _policy(connection)
        if planned is not None and datetime.fromisoformat(planned) > now:
            return False
        after = next_run_at(policy.hour, now).isoformat()
        async with self._database.writing() as connection:
            if planned is None:
                await settings.put(connection, _NEXT, after, now)
                return False
            return await settings.swap(connection, _NEXT, planned, after, now)

    async def _forget_copies(self) -> None:
        """Copies from a bucket that this process keeps of what another has deleted."""
        names = self._files.copies()
        async with self._database.reading() as connection:
            here = await evidence.arrived(connection, names) if names else set()
        for name in set(names) - here:
            self._files.forget(name)


def next_run_at(hour: int, now: datetime) -> datetime:
    """The next time that the local clock shows this hour."""
    local = now.astimezone()
    run_at = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    if run_at <= local:
        run_at = (local + timedelta(days=1)).replace(hour=hour, minute=0, second=0, microsecond=0)
    return run_at.astimezone(UTC)


async def _policy(connection: AsyncConnection) -> RetentionPolicy:
    text = await settings.find(connection, _POLICY)
    return RetentionPolicy() if text is None else RetentionPolicy.model_validate_json(text)
