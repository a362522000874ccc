"""Users, their sign-ins, and whose booth it is to watch."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from hub.tables.base import SHA256, UtcDateTime, metadata

users = Table(
    "users",
    metadata,
    Column("user_id", Integer, primary_key=True),
    Column("username", String(80), nullable=False, unique=True),
    Column("display_name", String(120), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_sha256", SHA256, primary_key=True),
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

assignments = Table(
    "assignments",
    metadata,
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True),
    Column("booth_id", ForeignKey("booths.booth_id", ondelete="CASCADE"), primary_key=True, index=True),
)
"""Whose booth it is to watch. Administrators need none."""

failures = Table(
    "failures",
    metadata,
    Column("failure_id", Integer, primary_key=True),
    Column("what", String(300), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Index(None, "what", "at"),
)
"""Refused sign-ins and enrolments of the last minutes: what the rate limit counts."""
