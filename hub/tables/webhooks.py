"""Whom the hub tells of what happens, and what it has told."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, Uuid

from hub.tables.base import UtcDateTime, metadata

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", Uuid, primary_key=True),
    Column("url", String(500), nullable=False),
    Column("description", String(200), nullable=False),
    Column("event_types", Text, nullable=False),
    Column("secret", String(100), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("disabled_reason", String(300)),
    Column("failing_since", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
)
"""`event_types` is a JSON list, empty for all. The secret signs, so it cannot be kept as a hash; it is shown once."""

webhook_messages = Table(
    "webhook_messages",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("type", String(60), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("payload", Text, nullable=False),
)
"""What happened, exactly as it is sent. Written in the transaction of the change, if somebody wants to hear of it."""

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("message_id", ForeignKey("webhook_messages.message_id", ondelete="CASCADE"), primary_key=True),
    Column("webhook_id", ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime),
    Column("last_attempt_at", UtcDateTime),
    Column("status", Integer),
    Column("problem", String(300)),
    Index(None, "webhook_id", "next_attempt_at", "created_at"),
    Index(None, "webhook_id", "created_at", "message_id"),
)
"""One a message and receiver: `waiting`, `delivered` or `failed`. `next_attempt_at` is null unless it waits."""
