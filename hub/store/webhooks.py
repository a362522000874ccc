"""Webhooks, the messages that wait for them, and what became of each."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, exists, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import webhook_deliveries, webhook_messages, webhooks

WAITING_PER_WEBHOOK: Final = 10_000
"""Beyond it the oldest are given up: a receiver that is away for long would fill the disk."""

_WAITS = webhook_deliveries.c.next_attempt_at.is_not(None)


async def receivers(connection: AsyncConnection, *event_types: str) -> dict[str, list[UUID]]:
    """Those that are enabled and want to hear of each."""
    found = await connection.execute(
        select(webhooks.c.webhook_id, webhooks.c.event_types).where(webhooks.c.enabled.is_(True))
    )
    wanted = [(row.webhook_id, json.loads(row.event_types)) for row in found]
    return {
        event_type: [webhook_id for webhook_id, types in wanted if not types or event_type in types]
        for event_type in event_types
    }


async def add_message(
    connection: AsyncConnection, message_id: UUID, event_type: str, payload: str, now: datetime, to: Iterable[UUID]
) -> None:
    await connection.execute(
        insert(webhook_messages).values(message_id=message_id, type=event_type, at=now, payload=payload)
    )
    await connection.execute(
        insert(webhook_deliveries),
        [
            {
                "message_id": message_id,
                "webhook_id": webhook_id,
                "state": "waiting",
                "attempts": 0,
                "created_at": now,
                "next_attempt_at": now,
            }
            for webhook_id in to
        ],
    )


async def add(connection: AsyncConnection, row: dict[str, Any]) -> None:
    await connection.execute(insert(webhooks).values(row))


async def change(connection: AsyncConnection, webhook_id: UUID, values: dict[str, Any]) -> bool:
    statement = update(webhooks).where(webhooks.c.webhook_id == webhook_id).values(values)
    return (await connection.execute(statement)).rowcount == 1


async def remove(connection: AsyncConnection, webhook_id: UUID) -> bool:
    """With all that it was told."""
    return (await connection.execute(delete(webhooks).where(webhooks.c.webhook_id == webhook_id))).rowcount == 1


async def find(connection: AsyncConnection, webhook_id: UUID) -> Row[Any] | None:
    return (await connection.execute(select(webhooks).where(webhooks.c.webhook_id == webhook_id))).one_or_none()


async def all_of_them(connection: AsyncConnection) -> Sequence[Row[Any]]:
    statement = select(webhooks).order_by(webhooks.c.created_at, webhooks.c.webhook_id)
    return (await connection.execute(statement)).all()


async def waiting(connection: AsyncConnection, webhook_id: UUID) -> int:
    statement = select(func.count()).select_from(webhook_deliveries)
    statement = statement.where(webhook_deliveries.c.webhook_id == webhook_id, _WAITS)
    return int((await connection.execute(statement)).scalar_one())


async def due(connection: AsyncConnection, now: datetime) -> list[Any]:
    """Deliveries whose time has come, with all it takes to send them: two of each receiver, one of a receiver that did
    not take the last."""
    found: list[Any] = []
    for webhook in await all_of_them(connection):
        if not webhook.enabled:
            continue
        columns = webhook_deliveries.c
        statement = (
            select(
                columns.message_id,
                columns.webhook_id,
                columns.attempts,
                columns.created_at,
                webhook_messages.c.payload,
                webhooks.c.url,
                webhooks.c.secret,
                webhooks.c.failing_since,
            )
            .join(webhook_messages, webhook_messages.c.message_id == columns.message_id)
            .join(webhooks, webhooks.c.webhook_id == columns.webhook_id)
            .where(columns.webhook_id == webhook.webhook_id, columns.next_attempt_at <= now)
            .order_by(columns.next_attempt_at, columns.created_at)
            .limit(2 if webhook.failing_since is None else 1)
        )
        found += (await connection.execute(statement)).all()
    return found


async def claim(
    connection: AsyncConnection, message_id: UUID, webhook_id: UUID, attempts: int, now: datetime, until: datetime
) -> bool:
    """Whether this process may make the next attempt: nobody else does before `until`."""
    statement = (
        update(webhook_deliveries)
        .where(
            webhook_deliveries.c.message_id == message_id,
            webhook_deliveries.c.webhook_id == webhook_id,
            webhook_deliveries.c.attempts == attempts,
            webhook_deliveries.c.next_attempt_at <= now,
        )
        .values(attempts=attempts + 1, last_attempt_at=now, next_attempt_at=until)
    )
    return (await connection.execute(statement)).rowcount == 1


async def send_again(connection: AsyncConnection, message_id: UUID, webhook_id: UUID, now: datetime) -> bool:
    """What failed or waits is tried at once; False for what was delivered, and for what there is no log of."""
    statement = (
        update(webhook_deliveries)
        .where(
            webhook_deliveries.c.message_id == message_id,
            webhook_deliveries.c.webhook_id == webhook_id,
            webhook_deliveries.c.state != "delivered",
        )
        .values(state="waiting", next_attempt_at=now)
    )
    return (await connection.execute(statement)).rowcount == 1


async def note(connection: AsyncConnection, message_id: UUID, webhook_id: UUID, values: dict[str, Any]) -> None:
    """What became of an attempt."""
    await connection.execute(
        update(webhook_deliveries)
        .where(webhook_deliveries.c.message_id == message_id, webhook_deliveries.c.webhook_id == webhook_id)
        .values(values)
    )


async def fails(connection: AsyncConnection, webhook_id: UUID, since: datetime) -> datetime:
    """Since when nothing reached it."""
    await connection.execute(
        update(webhooks)
        .where(webhooks.c.webhook_id == webhook_id, webhooks.c.failing_since.is_(None))
        .values(failing_since=since)
    )
    found = await connection.execute(select(webhooks.c.failing_since).where(webhooks.c.webhook_id == webhook_id))
    return found.scalar_one_or_none() or since


async def move(connection: AsyncConnection, webhook_id: UUID, to: datetime) -> None:
    """All that waits for it is tried at this time."""
    await connection.execute(
        update(webhook_deliveries)
        .where(webhook_deliveries.c.webhook_id == webhook_id, _WAITS)
        .values(next_attempt_at=to)
    )


async def give_up(connection: AsyncConnection, webhook_id: UUID, problem: str) -> None:
    """What waits for it is not sent any more."""
    await connection.execute(
        update(webhook_deliveries)
        .where(webhook_deliveries.c.webhook_id == webhook_id, _WAITS)
        .values(state="failed", next_attempt_at=None, problem=problem)
    )


async def log(
    connection: AsyncConnection, webhook_id: UUID, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row[Any]]:
    """What it was told, the newest first."""
    columns = webhook_deliveries.c
    statement = (
        select(webhook_deliveries, webhook_messages.c.type)
        .join(webhook_messages, webhook_messages.c.message_id == columns.message_id)
        .where(columns.webhook_id == webhook_id)
        .order_by(columns.created_at.desc(), columns.message_id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(tuple_(columns.created_at, columns.message_id) < before)
    return (await connection.execute(statement)).all()


async def tidy(connection: AsyncConnection, older_than: datetime) -> int:
    """Forgets what is done with and old, and of what waits the oldest beyond the bound; how many of those."""
    of_done = exists().where(webhook_deliveries.c.message_id == webhook_messages.c.message_id, _WAITS)
    await connection.execute(delete(webhook_messages).where(webhook_messages.c.at < older_than, ~of_done))
    given_up = 0
    for row in await all_of_them(connection):
        beyond = (
            select(webhook_deliveries.c.created_at)
            .where(webhook_deliveries.c.webhook_id == row.webhook_id, _WAITS)
            .order_by(webhook_deliveries.c.created_at.desc())
            .offset(WAITING_PER_WEBHOOK)
            .limit(1)
        )
        newest_beyond = (await connection.execute(beyond)).scalar_one_or_none()
        if newest_beyond is not None:
            gone = await connection.execute(
                update(webhook_deliveries)
                .where(
                    webhook_deliveries.c.webhook_id == row.webhook_id,
                    _WAITS,
                    webhook_deliveries.c.created_at <= newest_beyond,
                )
                .values(state="failed", next_attempt_at=None, problem="too many waited; the oldest were given up")
            )
            given_up += gone.rowcount
    return given_up
