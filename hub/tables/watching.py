"""What those who watch leave behind: words for candidates, flags, who is responsible, when each booth was looked at."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, Uuid

from hub.tables.base import BOOTH_ID, USERNAME, UtcDateTime, metadata

messages = Table(
    "messages",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("exam_session_id", ForeignKey("exam_sessions.exam_session_id", ondelete="CASCADE")),
    Column("booth_id", BOOTH_ID, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("text", String(500), nullable=False),
    Column("canned_id", Uuid),
    Column("username", USERNAME, nullable=False),
    Column("display_name", String(120), nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("delivered_at", UtcDateTime),
    Column("read_at", UtcDateTime),
    Index(None, "exam_session_id", "sent_at", "message_id"),
)
"""Words for the candidate. `delivered_at`: the booth's screen had them; `read_at`: by the booth's clock, the candidate
confirmed them. `exam_session_id` is null where none was on."""

canned_messages = Table(
    "canned_messages",
    metadata,
    Column("canned_id", Uuid, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("texts", Text, nullable=False),
    Column("position", Integer, nullable=False),
)
"""Words kept ready, in the order in which they are offered. `texts` is a JSON object from language to words."""

flags = Table(
    "flags",
    metadata,
    Column("flag_id", Uuid, primary_key=True),
    Column("exam_session_id", ForeignKey("exam_sessions.exam_session_id", ondelete="CASCADE"), nullable=False),
    Column("booth_id", BOOTH_ID, nullable=False),
    Column("username", USERNAME, nullable=False),
    Column("display_name", String(120), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "exam_session_id", "created_at"),
)
"""A moment that a person marked. What it says is in its newest version."""

flag_versions = Table(
    "flag_versions",
    metadata,
    Column("flag_id", ForeignKey("flags.flag_id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(40)),
    Column("note", String(1000), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
)
"""Every wording of a flag; rows are only ever added."""

flag_reviews = Table(
    "flag_reviews",
    metadata,
    Column("review_id", Uuid, primary_key=True),
    Column("flag_id", ForeignKey("flags.flag_id", ondelete="CASCADE"), nullable=False),
    Column("noted", Boolean, nullable=False),
    Column("note", String(1000), nullable=False),
    Column("username", USERNAME, nullable=False),
    Column("display_name", String(120), nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Index(None, "flag_id", "decided_at"),
)
"""That a reviewer took note of a flag; rows are only ever added, the newest stands. Not `noted`: taken back."""

exam_session_proctors = Table(
    "exam_session_proctors",
    metadata,
    Column("exam_session_id", ForeignKey("exam_sessions.exam_session_id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("assigned_at", UtcDateTime, nullable=False),
    Column("assigned_by", USERNAME, nullable=False),
)
"""Who is responsible for watching an exam session."""

booth_looks = Table(
    "booth_looks",
    metadata,
    Column("booth_id", ForeignKey("booths.booth_id", ondelete="CASCADE"), primary_key=True),
    Column("last_looked_at", UtcDateTime, nullable=False),
)
"""When somebody last had each booth's page or picture before them; overwritten in place, some seconds behind."""
