"""The service of exam sessions: schedules them, and does to them what people decide.

Every action is one transaction: the row (only while its state is still the one that was looked at), a step, the audit
log, what the booth shows, and at the end the countersignature of its chain. The booth and the feed hear of it after the
commit; a hub that dies between the two tells booths everything when it comes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contract.sitting import ENDED
from hub import audit
from hub.audit import Actor
from hub.config import ExamConfig
from hub.db import Database
from hub.desired import DesiredState
from hub.errors import RefusedError
from hub.evidence.countersign import Countersigner
from hub.exams import booking
from hub.exams.booking import Booking
from hub.exams.effects import Given, effect
from hub.exams.machine import ON, Action, Decision, allowed_actions, row_of
from hub.exams.practice import Practice
from hub.exams.profiles import pinned
from hub.exams.reasons import check_reason
from hub.exams.schedule import Slot
from hub.exams.timing import Timing
from hub.feed import Feed
from hub.people.scope import refuse_foreign
from hub.store import booths, exam_sessions, following, sittings
from hub.views import Me
from hub.webhooks import announce_step


@dataclass(frozen=True, slots=True)
class Done:
    """What a transaction changed, to be told after its commit."""

    exam_session_ids: tuple[UUID, ...]
    booths: frozenset[str]
    files: tuple[str, ...] = ()
    """Of a practice exam, to be removed."""


class ExamSessions:
    def __init__(
        self,
        database: Database,
        desired: DesiredState,
        countersigner: Countersigner,
        feed: Feed,
        practice: Practice,
        config: ExamConfig,
    ) -> None:
        self._database = database
        self._desired = desired
        self._countersigner = countersigner
        self._feed = feed
        self._practice = practice
        self.config = config

    @property
    def turnaround(self) -> timedelta:
        return timedelta(seconds=self.config.turnaround_s)

    async def schedule(
        self,
        me: Me,
        actor: Actor,
        exam_id: UUID,
        candidate_id: UUID,
        booth_id: str,
        start: datetime,
        *,
        practice: bool = False,
    ) -> UUID:
        """Raises 403 outside of `me`'s scope, 409 with what it collides with, 422 for what does not exist."""
        await refuse_foreign(self._database, me, booth_id)
        now = datetime.now(UTC)
        async with self._database.writing() as connection:
            wanted = await booking.booking(connection, exam_id, candidate_id, booth_id, start, practice)
            booking.refuse_past(wanted.end, now)
            await booking.refuse_collision(connection, wanted.slot(), self.turnaround)
            done = await self.write(connection, [wanted], actor, now)
        await self.tell(done)
        return done.exam_session_ids[0]

    async def write(
        self, connection: AsyncConnection, bookings: Sequence[Booking], actor: Actor, now: datetime
    ) -> Done:
        """Bookings that were checked; in the caller's transaction, who calls `tell` after it."""
        made = await booking.write(connection, bookings, actor, now)
        if len(made) == 1:
            await audit.record(
                connection, actor, "exam_session.scheduled", "exam_session", str(made[0]), **_about(bookings[0])
            )
        else:
            # Who scheduled each is in its first step; one entry says that it came from a table.
            await audit.record(connection, actor, "exam_sessions.imported", "exam_sessions", "import", new=len(made))
        changed = await self._desired.follow(connection, {each.booth_id for each in bookings}, now)
        return Done(tuple(made), frozenset(changed))

    async def act(self, me: Me, actor: Actor, exam_session_id: UUID, action: Decision, given: Given) -> None:
        """Raises 403, 404, 409 when the state does not allow it, 422 for a reason that does not fit."""
        rule = row_of(action)
        now = datetime.now(UTC)
        async with self._database.writing() as connection:
            row = await exam_sessions.find(connection, exam_session_id)
            if row is None:
                raise not_found(exam_session_id)
            await refuse_foreign(self._database, me, row.booth_id)
            if not me.may(rule.who):  # type: ignore[arg-type]
                raise RefusedError(403, "Not allowed", f"this needs {rule.who}; you are {me.role}")
            if row.state not in rule.at:
                raise _wrong_state(row, action, allowed_actions(row.state, me.permissions))
            check_reason(action, needed=rule.reason, code=given.reason_code, note=given.note)
            values = effect(action, row, given, now)
            await self._check(connection, me, row, action, values, now)
            done = await self.apply(connection, row, action, values, actor, now, given)
        if done is None:
            raise RefusedError(409, "Somebody else was first", "it has changed meanwhile; look again")
        await self.tell(done)

    async def apply(
        self,
        connection: AsyncConnection,
        row: Any,
        action: Action,
        values: dict[str, Any],
        actor: Actor,
        now: datetime,
        given: Given,
    ) -> Done | None:
        """Writes what was decided, by a person or by the clock; None when the state is another meanwhile."""
        key, state = row.exam_session_id, values["state"]
        if state in ON and row.pinned_profile is None:
            values = values | {"pinned_profile": await pinned(connection, row.exam_id)}
        if not await exam_sessions.change(connection, key, [row.state], values):
            return None
        booth_id = values.get("booth_id", row.booth_id)
        await sittings.add_step(
            connection,
            key,
            now,
            action,
            state,
            booth_id=booth_id,
            username=actor.username,
            display_name=actor.display_name,
            reason_code=given.reason_code,
            note=given.note,
        )
        about: dict[str, Any] = {"state": state, "reason_code": given.reason_code, "note": given.note}
        if row.practice:
            about = {"state": state, "practice": True}
        for name in ("extra_time_s", "booth_id", "scheduled_start"):
            if name in values:
                about[name] = values[name]
        await audit.record(connection, actor, f"exam_session.{action}", "exam_session", str(key), **about)
        await announce_step(connection, row, action, state, booth_id, given.reason_code)
        left = {each for each in (row.booth_id,) if each and (state in ENDED or booth_id != each)}
        if row.state in ON:
            for each in left:
                await self._countersigner.sign_booth(connection, each, "exam_session_ended")
        changed = await following.revise(connection, [key])
        files: tuple[str, ...] = ()
        if row.practice and state in ENDED:
            files = await self._practice.forget(connection, key)
        changed |= await self._desired.follow(connection, {each for each in (row.booth_id, booth_id) if each}, now)
        return Done((key,), frozenset(changed), files)

    async def exam_changed(self, connection: AsyncConnection, exam_id: UUID) -> Done:
        """In the transaction that changes the exam."""
        return Done((), frozenset(await following.revise(connection, exam_id=exam_id)))

    async def candidate_changed(self, connection: AsyncConnection, candidate_id: UUID) -> Done:
        """In the transaction that changes the candidate."""
        return Done((), frozenset(await following.revise(connection, candidate_id=candidate_id)))

    async def profile_changed(self, connection: AsyncConnection, name: str) -> Done:
        """In the transaction that changes the rule profile."""
        return Done((), frozenset(await following.revise(connection, profile=name)))

    async def tell(self, done: Done) -> None:
        """After the commit."""
        await self._desired.publish(*done.booths)
        self._feed.exam_session_changed(*done.exam_session_ids)
        self._feed.booth_changed(*done.booths)
        await self._practice.remove_files(done.files)

    async def _check(
        self, connection: AsyncConnection, me: Me, row: Any, action: Decision, values: dict[str, Any], now: datetime
    ) -> None:
        """What a state alone does not tell."""
        if action == "no_show":
            earliest = row.scheduled_start + timedelta(seconds=self.config.no_show_after_s)
            if now < earliest:
                detail = f"the candidate may still come: wait until {earliest.isoformat(timespec='minutes')}"
                raise RefusedError(409, "Too early", detail)
        if action == "reschedule":
            booking.refuse_past(values["scheduled_end"], now)
        if action in ("move", "reschedule") and "booth_id" in values:
            await self._check_booth(connection, me, row, action, values["booth_id"])
        if action in ("move", "reschedule") or (action == "extend" and row.state == "scheduled"):
            slot = _slot_after(row, values, now)
            await booking.refuse_collision(connection, slot, timedelta() if action == "move" else self.turnaround)

    async def _check_booth(self, connection: AsyncConnection, me: Me, row: Any, action: str, booth_id: str) -> None:
        await refuse_foreign(self._database, me, booth_id)
        if not await booths.known(connection, [booth_id]):
            raise RefusedError(422, "No such booth", f"no booth is called {booth_id!r}; GET /api/v1/booths lists them")
        if action == "move" and booth_id == row.booth_id:
            raise RefusedError(409, "It is there already", f"name another booth than {booth_id}")


def _about(booked: Booking) -> dict[str, Any]:
    """For the audit log; of a practice exam nothing of the candidate."""
    about: dict[str, Any] = {"exam": str(booked.exam.exam_id), "booth": booked.booth_id, "start": booked.start}
    return about | ({"practice": True} if booked.practice else {"candidate": str(booked.candidate.candidate_id)})


def _slot_after(row: Any, values: dict[str, Any], now: datetime) -> Slot:
    """Where and when it will be: what has begun is in the way from now on."""
    first = values.get("scheduled_start", row.scheduled_start)
    last = values.get("scheduled_end", row.scheduled_end)
    timing = Timing.of(row)
    if row.started_at is not None:
        ends_at = timing.ends_at or now + timedelta(seconds=timing.left_s or 0)
        first, last = now, max(ends_at, now)
    booth_id = values.get("booth_id", row.booth_id)
    return Slot(row.exam_session_id, "", booth_id, row.candidate_id, first, last)


def not_found(exam_session_id: UUID) -> RefusedError:
    detail = f"no exam session {exam_session_id}; GET /api/v1/exam-sessions lists them"
    return RefusedError(404, "No such exam session", detail)


def _wrong_state(row: Any, action: str, possible: tuple[str, ...]) -> RefusedError:
    now_possible = f"possible now: {', '.join(possible)}" if possible else "nothing follows that"
    return RefusedError(409, "Not in this state", f"{action} does not go with {row.state}; {now_possible}")
