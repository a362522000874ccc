"""Files: pictures, clips, pieces of the recording."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text, Uuid

from hub.tables.base import BOOTH_ID, SHA256, UtcDateTime, metadata

evidence_refs = Table(
    "evidence_refs",
    metadata,
    Column("violation_id", Uuid, primary_key=True),
    Column("sha256", SHA256, primary_key=True, index=True),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("booth_id", BOOTH_ID),
    Column("ref", Text),
)
"""`ref` is the whole reference where a later event added it, with the booth that did; null where the violation's own
document holds it."""

dropped_evidence = Table(
    "dropped_evidence",
    metadata,
    Column("booth_id", ForeignKey("booths.booth_id"), primary_key=True),
    Column("sha256", SHA256, primary_key=True, index=True),
    Column("role", String(20), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("dropped_at", UtcDateTime, nullable=False),
)
"""Files that a booth could not keep, as it says itself."""

segments = Table(
    "segments",
    metadata,
    Column("chain_id", Uuid, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("booth_id", ForeignKey("booths.booth_id"), nullable=False),
    Column("sha256", SHA256, nullable=False, index=True),
    Column("media_type", String(60), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("has_sound", Boolean, nullable=False),
    Column("exam_session_id", Uuid, index=True),
    Index(None, "booth_id", "started_at"),
)
"""Pieces of the recording, each with the event that named it."""

evidence_files = Table(
    "evidence_files",
    metadata,
    Column("sha256", SHA256, primary_key=True),
    Column("booth_id", ForeignKey("booths.booth_id"), nullable=False),
    Column("media_type", String(60), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Index(None, "received_at", "sha256"),
)
