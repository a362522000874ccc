"""The lines of timelines, as booths send them while an exam session counts."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Uuid

from hub.tables.base import UtcDateTime, metadata

traces = Table(
    "traces",
    metadata,
    Column("chain_id", Uuid, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("booth_id", ForeignKey("booths.booth_id"), nullable=False),
    Column("exam_session_id", Uuid),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
    Index(None, "exam_session_id", "started_at"),
    Index(None, "booth_id", "started_at"),
)
"""Where to find them: some seconds each, by the booth's clock, in the event that told them, whose bytes are the values.
They are deleted with that event."""
