"""Webhooks: what happens, told to other programs (docs/webhooks.md).

`announce` belongs into the transaction that makes the change, so that neither is without the other; a task of the hub
sends what was announced (`hub.webhooks.deliver`).
"""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

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
]


async def announce(connection: AsyncConnection, happened: Happened) -> None:
    """Writes down what happened for every webhook that wants to hear of it; nothing where there is none."""
    receivers = await webhooks.receivers(connection, happened.TYPE)
    if receivers:
        now = datetime.now(UTC)
        await webhooks.add_message(connection, uuid4(), happened.TYPE, payload(happened, now), now, receivers)
