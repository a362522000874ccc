"""Webhooks: what happens, told to other programs (docs/webhooks.md).

`announce` belongs into the transaction that makes the change, so that neither is without the other; a task of the hub
sends what was announced (`hub.webhooks.deliver`).
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from contract import messages
from hub.store import webhooks
from hub.webhooks.catalogue import (
    BoothOffline,
    ClassDeleted,
    DeviceEnrolled,
    ExamSessionStateChanged,
    Happened,
    RetentionRan,
    ViolationClosed,
    ViolationOpened,
    ViolationReviewed,
    payload,
)

__all__ = [
    "BoothOffline",
    "ClassDeleted",
    "DeviceEnrolled",
    "ExamSessionStateChanged",
    "Happened",
    "RetentionRan",
    "ViolationClosed",
    "ViolationOpened",
    "ViolationReviewed",
    "announce",
    "announce_events",
    "announce_step",
]


async def announce(connection: AsyncConnection, happened: Happened) -> None:
    """Writes down what happened for every webhook that wants to hear of it; nothing where there is none."""
    receivers = await webhooks.receivers(connection, happened.TYPE)
    if receivers[happened.TYPE]:
        await _tell(connection, happened, receivers[happened.TYPE])


async def announce_events(connection: AsyncConnection, stored: Iterable[messages.Event]) -> None:
    """Of what booths sent and the hub has just stored: violations that opened and closed. Who wants to hear of it is
    asked once for all of them: they come by the hundred."""
    told = [event for event in stored if isinstance(event.body, messages.ViolationOpened | messages.ViolationClosed)]
    if not told:
        return
    receivers = await webhooks.receivers(connection, ViolationOpened.TYPE, ViolationClosed.TYPE)
    for event in told if any(receivers.values()) else ():
        await _tell_violation(connection, event, receivers)


async def announce_step(
    connection: AsyncConnection, row: Any, action: str, state: str, booth_id: str | None, reason_code: str | None = None
) -> None:
    """Of an exam session, `row` of its table; nothing of a practice exam, which leaves no record."""
    if not row.practice:
        told = ExamSessionStateChanged(
            exam_session_id=row.exam_session_id,
            exam_id=row.exam_id,
            candidate_id=row.candidate_id,
            booth_id=booth_id,
            action=action,
            state=state,
            reason_code=reason_code,
        )
        await announce(connection, told)


async def _tell(connection: AsyncConnection, happened: Happened, receivers: list[UUID]) -> None:
    now = datetime.now(UTC)
    await webhooks.add_message(connection, uuid4(), happened.TYPE, payload(happened, now), now, receivers)


async def _tell_violation(connection: AsyncConnection, event: messages.Event, receivers: dict[str, list[UUID]]) -> None:
    assert isinstance(event.body, messages.ViolationOpened | messages.ViolationClosed)  # noqa: S101 (picked by that)
    kind = ViolationOpened if isinstance(event.body, messages.ViolationOpened) else ViolationClosed
    violation = event.body.violation
    if receivers[kind.TYPE]:
        of_it = {name: getattr(violation, name) for name in kind.model_fields if hasattr(violation, name)}
        happened = kind(**of_it, booth_id=event.booth, exam_session_id=event.exam_session)
        await _tell(connection, happened, receivers[kind.TYPE])
