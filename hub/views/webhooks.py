"""Webhooks, what they are told of, and what became of each message."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from hub.views.base import View


class WebhookView(View):
    webhook_id: UUID
    url: str
    description: str
    event_types: tuple[str, ...] = Field(description="empty: all")
    enabled: bool
    disabled_reason: str | None = Field(description="why the hub switched it off by itself")
    failing_since: datetime | None = Field(description="since when nothing was taken; after a day it is switched off")
    waiting: int = Field(description="messages that are not delivered yet")
    created_at: datetime


class NewWebhookView(WebhookView):
    secret: str = Field(description="shown this once; the receiver checks signatures with it")


class WebhookList(View):
    items: tuple[WebhookView, ...]


class WebhookDeliveryView(View):
    message_id: UUID
    type: str
    state: Literal["waiting", "delivered", "failed"]
    attempts: int
    created_at: datetime
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None
    status: int | None = Field(description="HTTP status of the last answer; null where there was none")
    problem: str | None = Field(description="what went wrong the last time")


class WebhookDeliveryList(View):
    items: tuple[WebhookDeliveryView, ...]
    next: str | None = Field(description="pass as `before` for the older ones; null at the end")


class WebhookEventView(View):
    type: str
    description: str
    json_schema: dict[str, Any] = Field(description="of the whole message, JSON Schema 2020-12")


class WebhookEventList(View):
    items: tuple[WebhookEventView, ...]
