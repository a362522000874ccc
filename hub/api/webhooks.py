"""Webhooks: other programs that are told of what happens. For administrators."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from hub import audit
from hub.errors import RefusedError
from hub.parts import ActorOf, TheHub, allowed
from hub.store import webhooks
from hub.store.cursor import format_cursor, parse_time_cursor
from hub.views import Me
from hub.views.webhooks import (
    NewWebhookView,
    WebhookDeliveryList,
    WebhookDeliveryView,
    WebhookEventList,
    WebhookEventView,
    WebhookList,
    WebhookView,
)
from hub.webhooks.catalogue import CATALOGUE, EventType, WebhookTest, describe, json_schema, payload
from hub.webhooks.signing import new_secret
from hub.webhooks.target import URL_MAX, check_url

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

MOST: Final = 50
"""Each is looked at every second."""

Manager = Annotated[Me, Depends(allowed("webhooks.manage"))]


class WebhookRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        max_length=URL_MAX, description="https://…; an address inside is refused unless hub.toml permits it"
    )
    description: str = Field("", max_length=200)
    event_types: tuple[EventType, ...] = Field((), max_length=20, description="empty: all, those of later versions too")


class WebhookChange(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = Field(None, max_length=URL_MAX)
    description: str | None = Field(None, max_length=200)
    event_types: tuple[EventType, ...] | None = Field(None, max_length=20)
    enabled: bool | None = Field(None, description="true also switches one on again that the hub switched off")


class Sent(BaseModel):
    message_id: UUID = Field(description="look for it among the deliveries")


@router.get("", operation_id="listWebhooks")
async def list_webhooks(me: Manager, hub: TheHub) -> WebhookList:
    """All of them, the oldest first."""
    async with hub.database.reading() as connection:
        rows = await webhooks.all_of_them(connection)
        return WebhookList(items=tuple([await _view(connection, row) for row in rows]))


@router.post("", operation_id="createWebhook", status_code=201)
async def create_webhook(request: WebhookRequest, me: Manager, by: ActorOf, hub: TheHub) -> NewWebhookView:
    """The answer has the secret with which the receiver checks signatures; it is not shown again."""
    check_url(request.url, allow_private=hub.settings.webhooks.allow_private)
    webhook_id, secret = uuid4(), new_secret()
    async with hub.database.writing() as connection:
        if len(await webhooks.all_of_them(connection)) >= MOST:
            raise RefusedError(409, "Too many webhooks", f"there may be {MOST}; remove one that nobody needs")
        row = {
            "webhook_id": webhook_id,
            "url": request.url,
            "description": request.description,
            "event_types": json.dumps(request.event_types),
            "secret": secret,
            "enabled": True,
            "created_at": datetime.now(UTC),
        }
        await webhooks.add(connection, row)
        await audit.record(
            connection,
            by,
            "webhook.created",
            "webhook",
            str(webhook_id),
            url=request.url,
            event_types=request.event_types,
        )
        view = await _view(connection, await _find(connection, webhook_id))
    return NewWebhookView(**view.model_dump(), secret=secret)


@router.get("/events", operation_id="listWebhookEvents")
async def list_events(me: Manager) -> WebhookEventList:
    """What there is to hear of, each with its JSON Schema."""
    return WebhookEventList(
        items=tuple(
            WebhookEventView(type=name, description=describe(kind), json_schema=json_schema(kind))
            for name, kind in CATALOGUE.items()
        )
    )


@router.get("/{webhook_id}", operation_id="getWebhook")
async def get_webhook(webhook_id: UUID, me: Manager, hub: TheHub) -> WebhookView:
    async with hub.database.reading() as connection:
        return await _view(connection, await _find(connection, webhook_id))


@router.patch("/{webhook_id}", operation_id="changeWebhook")
async def change_webhook(
    webhook_id: UUID, request: WebhookChange, me: Manager, by: ActorOf, hub: TheHub
) -> WebhookView:
    """What waits for it waits on, also while it is switched off."""
    changes = request.model_dump(exclude_none=True)
    if request.url is not None:
        check_url(request.url, allow_private=hub.settings.webhooks.allow_private)
    values: dict[str, Any] = dict(changes)
    if request.event_types is not None:
        values["event_types"] = json.dumps(request.event_types)
    if request.enabled:
        values |= {"disabled_reason": None, "failing_since": None}
    async with hub.database.writing() as connection:
        await _find(connection, webhook_id)
        if values:
            await webhooks.change(connection, webhook_id, values)
            await audit.record(connection, by, "webhook.changed", "webhook", str(webhook_id), **changes)
        return await _view(connection, await _find(connection, webhook_id))


@router.delete("/{webhook_id}", operation_id="removeWebhook", status_code=204)
async def remove_webhook(webhook_id: UUID, me: Manager, by: ActorOf, hub: TheHub) -> None:
    """With what waits for it and the log of what it was told."""
    async with hub.database.writing() as connection:
        row = await _find(connection, webhook_id)
        await webhooks.remove(connection, webhook_id)
        await audit.record(connection, by, "webhook.removed", "webhook", str(webhook_id), url=row.url)


@router.post("/{webhook_id}/secret", operation_id="replaceWebhookSecret")
async def replace_secret(webhook_id: UUID, me: Manager, by: ActorOf, hub: TheHub) -> NewWebhookView:
    """A new secret from the next message on; the one before signs nothing any more."""
    secret = new_secret()
    async with hub.database.writing() as connection:
        await _find(connection, webhook_id)
        await webhooks.change(connection, webhook_id, {"secret": secret})
        await audit.record(connection, by, "webhook.secret_replaced", "webhook", str(webhook_id))
        view = await _view(connection, await _find(connection, webhook_id))
    return NewWebhookView(**view.model_dump(), secret=secret)


@router.post("/{webhook_id}/test", operation_id="testWebhook", status_code=202)
async def test_webhook(webhook_id: UUID, me: Manager, by: ActorOf, hub: TheHub) -> Sent:
    """Sends it a `webhook.test`, whatever it wants to hear of; the deliveries tell what became of it."""
    now, message_id = datetime.now(UTC), uuid4()
    async with hub.database.writing() as connection:
        if not (await _find(connection, webhook_id)).enabled:
            raise _off()
        body = payload(WebhookTest(message=f"a test, asked for by {me.username}"), now)
        await webhooks.add_message(connection, message_id, WebhookTest.TYPE, body, now, [webhook_id])
        await audit.record(connection, by, "webhook.tested", "webhook", str(webhook_id))
    return Sent(message_id=message_id)


@router.get("/{webhook_id}/deliveries", operation_id="listWebhookDeliveries")
async def list_deliveries(
    webhook_id: UUID,
    me: Manager,
    hub: TheHub,
    before: Annotated[str | None, Query(max_length=200, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> WebhookDeliveryList:
    """What it was told in the last 30 days, newest first."""
    try:
        cursor = parse_time_cursor(before) if before else None
    except ValueError:
        raise RefusedError(422, "Not a cursor", "pass `next` of the page before, unchanged") from None
    async with hub.database.reading() as connection:
        await _find(connection, webhook_id)
        rows = await webhooks.log(connection, webhook_id, cursor, limit)
    items = tuple(
        WebhookDeliveryView.model_validate({name: row._mapping[name] for name in WebhookDeliveryView.model_fields})
        for row in rows
    )
    more = format_cursor(items[-1].created_at, items[-1].message_id) if len(items) == limit else None
    return WebhookDeliveryList(items=items, next=more)


@router.post("/{webhook_id}/deliveries/{message_id}/retry", operation_id="retryWebhookDelivery", status_code=202)
async def retry_delivery(webhook_id: UUID, message_id: UUID, me: Manager, by: ActorOf, hub: TheHub) -> Sent:
    """Sends at once what failed or waits for its next attempt, with the same id; 409 for what was delivered."""
    async with hub.database.writing() as connection:
        if not (await _find(connection, webhook_id)).enabled:
            raise _off()
        if not await webhooks.send_again(connection, message_id, webhook_id, datetime.now(UTC)):
            hint = "it was delivered, or the log of it is gone; see GET /api/v1/webhooks/{id}/deliveries"
            raise RefusedError(409, "Nothing to send again", hint)
        await audit.record(connection, by, "webhook.retried", "webhook", str(webhook_id), message=str(message_id))
    return Sent(message_id=message_id)


def _off() -> RefusedError:
    return RefusedError(409, "Switched off", "switch the webhook on first: PATCH it with enabled true")


async def _find(connection: AsyncConnection, webhook_id: UUID) -> Any:
    row = await webhooks.find(connection, webhook_id)
    if row is None:
        raise RefusedError(404, "No such webhook", f"there is no webhook {webhook_id}; see GET /api/v1/webhooks")
    return row


async def _view(connection: AsyncConnection, row: Any) -> WebhookView:
    """Everything but the secret."""
    return WebhookView(
        webhook_id=row.webhook_id,
        url=row.url,
        description=row.description,
        event_types=tuple(json.loads(row.event_types)),
        enabled=row.enabled,
        disabled_reason=row.disabled_reason,
        failing_since=row.failing_since,
        waiting=await webhooks.waiting(connection, row.webhook_id),
        created_at=row.created_at,
    )
