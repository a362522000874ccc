"""Sites and the rooms in them; a booth names its room."""

from sqlalchemy import Column, ForeignKey, String, Table

from hub.tables.base import SLUG, UtcDateTime, metadata

sites = Table(
    "sites",
    metadata,
    Column("site_id", SLUG, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("archived_at", UtcDateTime),
)

rooms = Table(
    "rooms",
    metadata,
    Column("room_id", SLUG, primary_key=True),
    Column("site_id", ForeignKey("sites.site_id"), nullable=False, index=True),
    Column("name", String(120), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("archived_at", UtcDateTime),
)
"""Both are archived and not removed: grants and old reports name them."""
