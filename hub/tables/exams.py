"""Exams, candidates, and exam sessions: one candidate, one booth, one sitting."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import VARCHAR

from hub.tables.base import BOOTH_ID, SHA256, USERNAME, UtcDateTime, metadata

exams = Table(
    "exams",
    metadata,
    Column("exam_id", Uuid, primary_key=True),
    Column("name", String(160), nullable=False),
    Column("profile", String(60), nullable=False),
    Column("profile_document", Text),
    Column("duration_s", Integer, nullable=False),
    Column("notice", Text, nullable=False),
    Column("notice_version", Integer, nullable=False),
    Column("photo_wanted", Boolean, nullable=False),
    Column("document_wanted", Boolean, nullable=False),
    Column("calibration_wanted", Boolean, nullable=False),
    Column("recording", Boolean, nullable=False),
    Column("recorded_sound", Boolean, nullable=False),
    Column("second_review", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("archived_at", UtcDateTime),
    Index(None, "name", "exam_id"),
)
"""`profile_document` is the rule profile as JSON where the exam has one of its own; else `profile` names a built-in or
one of `profiles`."""

notices = Table(
    "notices",
    metadata,
    Column("exam_id", ForeignKey("exams.exam_id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
"""Every wording that a candidate may have acknowledged; rows are only ever added."""

candidates = Table(
    "candidates",
    metadata,
    Column("candidate_id", Uuid, primary_key=True),
    Column("number", String(60), nullable=False, unique=True),
    Column("name", String(160), nullable=False),
    Column("email", String(254)),
    Column("extra_time_percent", Integer, nullable=False),
    Column("rules_off", Text, nullable=False),
    Column("accommodation_note", String(500), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "name", "candidate_id"),
)
"""`number` is the test centre's own. `rules_off` is a JSON list of rules that an accommodation switches off."""

candidate_words = Table(
    "candidate_words",
    metadata,
    Column("word", String(60).with_variant(VARCHAR(60, collation="C"), "postgresql"), primary_key=True),
    Column("candidate_id", ForeignKey("candidates.candidate_id", ondelete="CASCADE"), primary_key=True, index=True),
)
"""What candidates are searched by: the words of name and number, lower case and without accents, compared byte by byte,
so that the key finds what begins with what was typed."""

exam_sessions = Table(
    "exam_sessions",
    metadata,
    Column("exam_session_id", Uuid, primary_key=True),
    Column("exam_id", ForeignKey("exams.exam_id"), nullable=False),
    Column("candidate_id", ForeignKey("candidates.candidate_id"), nullable=False, index=True),
    Column("booth_id", BOOTH_ID),
    Column("state", String(20), nullable=False),
    Column("scheduled_start", UtcDateTime, nullable=False),
    Column("scheduled_end", UtcDateTime, nullable=False),
    Column("practice", Boolean, nullable=False),
    Column("check_in_code", String(12), nullable=False),
    Column("extra_time_s", Integer, nullable=False),
    Column("waiting_since", UtcDateTime),
    Column("notice_version", Integer),
    Column("notice_acknowledged_at", UtcDateTime),
    Column("calibration", Text),
    Column("started_at", UtcDateTime),
    Column("stopped_at", UtcDateTime),
    Column("stopped_s", Integer, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("legal_hold", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("pinned_profile", Text),
    Index(None, "state", "scheduled_start", "exam_session_id"),
    Index(None, "booth_id", "scheduled_start"),
    Index(None, "exam_id", "scheduled_start", "exam_session_id"),
    Index(None, "scheduled_start", "exam_session_id"),
    Index(None, "legal_hold", "created_at"),
)
"""`stopped_at` is since when the clock stands (paused, on a break), `stopped_s` how long it has stood before.
`pinned_profile` is the rule profile it is judged by, as JSON, from the admission on: later changes leave it alone."""

exam_session_steps = Table(
    "exam_session_steps",
    metadata,
    Column("step_id", Uuid, primary_key=True),
    Column("exam_session_id", ForeignKey("exam_sessions.exam_session_id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("action", String(30), nullable=False),
    Column("state", String(20), nullable=False),
    Column("username", USERNAME),
    Column("display_name", String(120), nullable=False),
    Column("reason_code", String(60)),
    Column("note", String(1000), nullable=False),
    Column("booth_id", BOOTH_ID),
    Index(None, "exam_session_id", "at"),
)
"""Every step with who and why; rows are only ever added. `username` is null where the booth or the clock acted."""

exam_session_photos = Table(
    "exam_session_photos",
    metadata,
    Column("exam_session_id", ForeignKey("exam_sessions.exam_session_id", ondelete="CASCADE"), primary_key=True),
    Column("sha256", SHA256, primary_key=True, index=True),
    Column("of", String(10), nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
)
"""Pictures taken at check-in: of the `face`, of the `document`. The newest of each counts."""
