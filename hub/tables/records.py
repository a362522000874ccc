"""What must outlive what it tells of: the audit log."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from hub.tables.base import SHA256, USERNAME, UtcDateTime, metadata

audit_log = Table(
    "audit_log",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("username", USERNAME),
    Column("display_name", String(120), nullable=False),
    Column("address", String(60), nullable=False),
    Column("action", String(60), nullable=False),
    Column("object_kind", String(30), nullable=False),
    Column("object_id", String(120), nullable=False),
    Column("detail", Text, nullable=False),
    Column("prev_sha256", SHA256, nullable=False),
    Column("entry_sha256", SHA256, nullable=False),
    Index(None, "at", "number"),
    Index(None, "username", "number"),
    Index(None, "action", "number"),
    Index(None, "object_kind", "object_id", "number"),
)
"""Who did what to what, hash-chained by `hub.audit`. Names, not keys: the record outlives the account. `number` counts
from 1 without a hole; `username` is null where the hub acted by itself."""
