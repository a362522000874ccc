"""Every event as it came, and what the hub vouches for."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
)

from hub.tables.base import SHA256, UtcDateTime, metadata

chains = Table(
    "chains",
    metadata,
    Column("chain_id", Uuid, primary_key=True),
    Column("booth_id", ForeignKey("booths.booth_id"), nullable=False, index=True),
    Column("max_seq", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("first_received_at", UtcDateTime, nullable=False),
    Column("deleted_to", BigInteger, nullable=False, server_default="0"),
)
"""One per outbox of a device. `max_seq` is the highest number seen, committed or rejected; up to `deleted_to` retention
has deleted."""

chain_gaps = Table(
    "chain_gaps",
    metadata,
    Column("chain_id", ForeignKey("chains.chain_id", ondelete="CASCADE"), primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)
"""Ranges of numbers below `max_seq` that have not come."""

events = Table(
    "events",
    metadata,
    Column("chain_id", ForeignKey("chains.chain_id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("booth_id", ForeignKey("booths.booth_id"), nullable=False),
    Column("type", String(40), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("payload_sha256", SHA256, nullable=False),
    Column("prev_sha256", SHA256, nullable=False),
    Column("link_ok", Boolean),
    Column("wall_time", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("clock_offset_ms", Float),
    Column("exam_session_id", Uuid, index=True),
    Index(None, "booth_id", "received_at"),
)
"""`payload` is the bytes that came: the chain hashes them. `link_ok` is null until the event before is here.
`clock_offset_ms` is how far the booth's clock was ahead when the event came, where it had been measured."""

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("chain_id", Uuid, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("head_seq", BigInteger, nullable=False),
    Column("head_sha256", SHA256, nullable=False),
    Column("signature_ok", Boolean, nullable=False),
    Column("head_ok", Boolean),
)

countersignatures = Table(
    "countersignatures",
    metadata,
    Column("chain_id", ForeignKey("chains.chain_id"), primary_key=True),
    Column("head_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("head_sha256", SHA256, primary_key=True),
    Column("reason", String(20), nullable=False),
    Column("signed_at", UtcDateTime, nullable=False),
    Column("signature", String(200), nullable=False),
    Column("signed_by", SHA256, nullable=False),
    Column("certificate_pem", Text, nullable=False),
)
"""What the hub held of each chain, and when: the first time stands. Rows are only ever added."""

rejected_messages = Table(
    "rejected_messages",
    metadata,
    Column("rejected_id", Integer, primary_key=True),
    Column("booth_id", String(60), nullable=False),
    Column("topic", String(200), nullable=False),
    Column("chain_id", Uuid),
    Column("seq", BigInteger),
    Column("reason", String(300), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("payload_sha256", SHA256, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Index(None, "booth_id", "payload_sha256", unique=True),
)
"""Messages that can never be stored, kept aside: once each, the beginning of the payload, the newest rows only."""
