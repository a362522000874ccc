"""Users, their sign-ins, what is in their scope, and the failures that limits count."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Uuid, false, text

from hub.tables.base import SHA256, USERNAME, UtcDateTime, metadata

users = Table(
    "users",
    metadata,
    Column("user_id", Integer, primary_key=True),
    Column("username", String(80), nullable=False, unique=True),
    Column("display_name", String(120), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("everywhere", Boolean, nullable=False, server_default=false()),
    Column("disabled_at", UtcDateTime),
)
"""`password_hash` is empty where somebody signs in by OpenID Connect only. `everywhere`: all booths are in scope, those
still to come too; administrators need it not. Rows are disabled and not removed: records name people."""

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_sha256", SHA256, primary_key=True),
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("sign_in_id", Uuid, unique=True, index=True),
    Column("address", String(60), nullable=False, server_default=text("''")),
    Column("user_agent", String(200), nullable=False, server_default=text("''")),
    Column("last_seen_at", UtcDateTime),
    Column("how", String(20), nullable=False, server_default="password"),
)
"""`last_seen_at` is null until a minute after the sign-in."""

assignments = Table(
    "assignments",
    metadata,
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True),
    Column("booth_id", ForeignKey("booths.booth_id", ondelete="CASCADE"), primary_key=True, index=True),
)
"""Single booths in somebody's scope. Administrators need none."""

site_grants = Table(
    "site_grants",
    metadata,
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True),
    Column("site_id", ForeignKey("sites.site_id", ondelete="CASCADE"), primary_key=True, index=True),
)
"""Every booth of every room of a site, whenever it comes there."""

room_grants = Table(
    "room_grants",
    metadata,
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True),
    Column("room_id", ForeignKey("rooms.room_id", ondelete="CASCADE"), primary_key=True, index=True),
)

failures = Table(
    "failures",
    metadata,
    Column("failure_id", Integer, primary_key=True),
    Column("what", String(300), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Index(None, "what", "at"),
)
"""Refused sign-ins and enrolments of the last hour: what the rate limit and the lock of an account count."""

lockouts = Table(
    "lockouts",
    metadata,
    Column("username", USERNAME, primary_key=True),
    Column("locked_at", UtcDateTime, nullable=False),
    Column("locked_until", UtcDateTime, nullable=False, index=True),
)
"""Names that were tried too often. Also of names that nobody has, or a lock would tell who exists."""
