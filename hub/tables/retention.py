"""How long things are kept, what must not go, and proof of what went."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text, Uuid

from hub.tables.base import BOOTH_ID, SHA256, USERNAME, UtcDateTime, metadata

settings = Table(
    "settings",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)
"""What people set while the hub runs, as JSON, and what all processes of a hub must agree on."""

legal_holds = Table(
    "legal_holds",
    metadata,
    Column("hold_id", Uuid, primary_key=True),
    Column("exam_session_id", ForeignKey("exam_sessions.exam_session_id"), nullable=False),
    Column("reason", String(1000), nullable=False),
    Column("username", USERNAME),
    Column("display_name", String(120), nullable=False),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("released_at", UtcDateTime),
    Column("released_by", String(120)),
    Column("release_reason", String(1000)),
    Index(None, "exam_session_id", "placed_at"),
    Index(None, "placed_at", "hold_id"),
)
"""Why nothing of an exam session may be deleted. `exam_sessions.legal_hold` says whether one is in force."""

retention_runs = Table(
    "retention_runs",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("began_at", UtcDateTime, nullable=False, index=True),
    Column("ended_at", UtcDateTime),
    Column("started_by", String(120), nullable=False),
    Column("found", Text, nullable=False),
    Column("complete", Boolean, nullable=False),
)
"""`found` is JSON: what went, by class. `complete` is false while it runs, and where something could not be deleted."""

deletions = Table(
    "deletions",
    metadata,
    Column("deletion_id", Uuid, primary_key=True),
    Column("run_id", Uuid, nullable=False, index=True),
    Column("what", String(10), nullable=False),
    Column("data_class", String(20), nullable=False),
    Column("rule", String(120), nullable=False),
    Column("booth_id", BOOTH_ID),
    Column("exam_session_id", Uuid, index=True),
    Column("sha256", SHA256, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("chain_id", Uuid),
    Column("last_seq", BigInteger),
    Column("born_at", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime, nullable=False),
    Column("gone_at", UtcDateTime),
    Column("signature", String(200), nullable=False),
    Column("signed_by", SHA256, nullable=False),
    Index(None, "sha256", "deleted_at"),
    Index(None, "gone_at"),
    Index(None, "chain_id", "last_seq"),
    Index(None, "deleted_at", "deletion_id"),
)
"""Proof: a row for each file (`what` is `file`), for each cut of a chain (`events`: all up to `last_seq`, whose hash is
`sha256`) or of the audit log (`audit`: up to entry `last_seq`). `gone_at` is null until the bytes are gone from the
store, too. Rows are only ever added; `signature` is the hub's (contract/deletion.py)."""

signing_certificates = Table(
    "signing_certificates",
    metadata,
    Column("fingerprint", SHA256, primary_key=True),
    Column("certificate_pem", Text, nullable=False),
)
"""Of the keys with which deletions were signed."""
