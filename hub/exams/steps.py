"""What candidates do at a booth's screen, taken in the transaction that stores the events.

A step that is late, unknown or another booth's changes nothing and stops nothing: it is counted, and one of a booth
that had the exam session is noted among its steps. An event comes here once, when it is stored for the first time.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contract.messages import Event
from contract.sitting import ExamSessionStep
from hub.exams.effects import Given, effect
from hub.exams.machine import ASKS, row_of
from hub.intake.message import Message
from hub.store import evidence, exam_sessions, exams, following, sittings
from hub.webhooks import announce_step

log = logging.getLogger(__name__)

MOST_STEPS: Final = 1000
"""Of one exam session, written on a booth's word: a screen that repeats itself fills no disk."""
TOLD_BACK: Final = frozenset({"ready", "started", "returned", "calibrated"})
"""The booth is told something else after these."""
LATE: Final = "late_step"
BOOTH_NAME: Final = "the candidate"


@dataclass(slots=True)
class Stepped:
    """What looks different now, and how many steps changed nothing, by why."""

    exam_sessions: set[UUID] = field(default_factory=set)
    booths: set[str] = field(default_factory=set)
    unused: Counter[str] = field(default_factory=Counter)


async def take_steps(connection: AsyncConnection, stored: Iterable[tuple[Event, Message]]) -> Stepped:
    """`stored` in the order of their numbers."""
    stepped = Stepped()
    for event, message in stored:
        if isinstance(event.body, ExamSessionStep):
            why = await _take(connection, event, event.body, message.received_at, stepped)
            if why:
                stepped.unused[why] += 1
                log.warning("step %s of booth %s changed nothing: %s", event.body.step, event.booth, why)
    return stepped


async def _take(
    connection: AsyncConnection, event: Event, body: ExamSessionStep, received_at: datetime, stepped: Stepped
) -> str:
    """Why it changed nothing; empty when it did."""
    key = body.exam_session
    row = await exam_sessions.find(connection, key)
    if row is None:
        return "unknown"
    if row.booth_id != event.booth and not await exam_sessions.of_booth(connection, [key], event.booth):
        return "foreign"
    if await sittings.count_steps(connection, key) >= MOST_STEPS:
        return "too_many"
    rule = row_of(body.step)
    at = await _when(connection, row, event, received_at, moves=rule.to is not None or body.step in ASKS)
    stepped.exam_sessions.add(key)
    if row.booth_id != event.booth:
        return await _note_late(connection, row, event, body, at, f"came from {event.booth}, which it had left")
    if row.state not in rule.at:
        return await _note_late(connection, row, event, body, at, f"came when it was {row.state}")
    values = effect(body.step, row, Given(), at) | await _said(connection, row, body, at)
    if not await exam_sessions.change(connection, key, [row.state], values):
        return await _note_late(connection, row, event, body, at, "came while it changed")
    note = f"version {body.notice_version}" if body.notice_version else body.photo_of or ""
    await _add_step(connection, row, event, body.step, at, values["state"], note)
    await announce_step(connection, row, body.step, values["state"], event.booth)
    await _keep_photo(connection, event, body)
    if body.step in TOLD_BACK:
        stepped.booths |= await following.revise(connection, [key])
    return ""


async def _said(connection: AsyncConnection, row: Any, body: ExamSessionStep, at: datetime) -> dict[str, Any]:
    """What the step itself brings."""
    if body.step == "calibrated" and body.calibration is not None:
        return {"calibration": body.calibration.model_dump_json()}
    if body.step == "notice_acknowledged" and body.notice_version is not None:
        exam = await exams.find(connection, row.exam_id)
        if exam is not None and body.notice_version <= exam.notice_version:
            return {"notice_version": body.notice_version, "notice_acknowledged_at": at}
    return {}


async def _keep_photo(connection: AsyncConnection, event: Event, body: ExamSessionStep) -> None:
    if body.photo is None or body.photo_of is None:
        return
    await sittings.add_photo(connection, body.exam_session, body.photo.sha256, body.photo_of, body.photo.taken_at)
    await evidence.hide_picture(connection, event.booth, body.photo.sha256)


async def _when(connection: AsyncConnection, row: Any, event: Event, received_at: datetime, *, moves: bool) -> datetime:
    """By the booth's clock, which counts while the hub is away; of what leads on or asks for something, not before the
    state it answers; and never after the hub heard of it, which may have set its clock back since."""
    earliest: datetime = row.created_at
    last = await sittings.last_change(connection, row.exam_session_id) if moves else None
    if last is not None:
        earliest = last.at + timedelta(microseconds=1)
    return min(max(earliest, event.wall_time), received_at)


async def _note_late(
    connection: AsyncConnection, row: Any, event: Event, body: ExamSessionStep, at: datetime, why: str
) -> str:
    """As a step of its own kind, so that nobody takes it for what the candidate asks now."""
    note = f"{body.step} {why}; it changed nothing"
    await _add_step(connection, row, event, LATE, at, row.state, note)
    return "late"


async def _add_step(
    connection: AsyncConnection,
    row: Any,
    event: Event,
    action: str,
    at: datetime,
    state: Any,
    note: str,
) -> None:
    await sittings.add_step(
        connection,
        row.exam_session_id,
        at,
        action,
        state,
        booth_id=event.booth,
        display_name=BOOTH_NAME,
        note=note,
    )
