"""What was found: violations, gaps in monitoring, and who watched."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, SmallInteger, String, Table, Text, Uuid

from hub.tables.base import BOOTH_ID, USERNAME, UtcDateTime, metadata

violations = Table(
    "violations",
    metadata,
    Column("violation_id", Uuid, primary_key=True),
    Column("booth_id", ForeignKey("booths.booth_id"), nullable=False),
    Column("chain_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("document", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("exam_session_id", Uuid),
    Column("severity_rank", SmallInteger, nullable=False, server_default="0"),
    Column("review", String(12), nullable=False, server_default="unreviewed"),
    Column("reviews_wanted", SmallInteger, nullable=False, server_default="1"),
    Column("reviewed_rank", SmallInteger),
    Column("grown_at", UtcDateTime),
    Column("rule", String(60)),
    Column("profile", String(60)),
    Column("profile_version", Integer),
    Index("ix_violations_newest", "opened_at", "violation_id", "booth_id", "kind", "review", "severity_rank"),
    Index("ix_violations_of_kind", "kind", "opened_at", "violation_id", "review", "severity_rank", "booth_id"),
    Index(None, "exam_session_id", "opened_at", "violation_id"),
    Index(None, "exam_session_id", "kind", "review"),
    Index("ix_violations_queue", "review", "severity_rank", "opened_at", "violation_id", "kind", "booth_id"),
    Index("ix_violations_queue_of_booth", "booth_id", "review", "severity_rank", "opened_at", "violation_id", "kind"),
    Index(None, "grown_at", "severity_rank"),
    Index("ix_violations_of_booth", "booth_id", "opened_at", "violation_id", "kind", "review", "severity_rank"),
    Index(None, "booth_id", "ended_at"),
    Index(None, "ended_at", "opened_at", "violation_id"),
    Index(None, "received_at", "violation_id"),
)
"""The newest state of each violation; `seq` is the event it comes from, `received_at` when it was first heard of.
`review` is what the decisions in `reviews` come to; a repeated or later event never changes it. `reviewed_rank` is the
severity that was decided upon, `grown_at` since when it is higher. Indexes that lead lists hold what these filter by:
a rare one is found without reading the rows between. Summaries count over that of exam session and kind; retention
looks for what is old by `received_at`, which only ever grows at its end."""

reviews = Table(
    "reviews",
    metadata,
    Column("review_id", Uuid, primary_key=True),
    Column("violation_id", ForeignKey("violations.violation_id", ondelete="CASCADE"), nullable=False),
    Column("decision", String(12), nullable=False),
    Column("note", String(1000), nullable=False),
    Column("username", USERNAME, nullable=False),
    Column("display_name", String(120), nullable=False),
    Column("decided_at", UtcDateTime, nullable=False, index=True),
    Column("reason_code", String(40)),
    Index(None, "violation_id", "decided_at"),
)
"""What people decided, in order; rows are only ever added. A decision taken back is a later row. `reason_code` is why
it was dismissed, where somebody said."""

monitoring_gaps = Table(
    "monitoring_gaps",
    metadata,
    Column("gap_id", Uuid, primary_key=True),
    Column("booth_id", ForeignKey("booths.booth_id"), nullable=False),
    Column("chain_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("reason", String(20), nullable=False),
    Column("detail", String(300), nullable=False),
    Column("started_at", UtcDateTime, nullable=False, index=True),
    Column("ended_at", UtcDateTime),
    Column("exam_session_id", Uuid, index=True),
    Index(None, "booth_id", "started_at"),
    Index(None, "booth_id", "ended_at"),
    Index(None, "chain_id", "seq"),
)

watches = Table(
    "watches",
    metadata,
    Column("watch_id", Uuid, primary_key=True),
    Column("username", String(80), nullable=False),
    Column("display_name", String(120), nullable=False),
    Column("booth_id", BOOTH_ID, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("last_beat_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, index=True),
    Column("ended_why", String(20)),
    Index(None, "started_at", "watch_id"),
    Index(None, "booth_id", "started_at", "watch_id"),
    Index(None, "username", "started_at", "watch_id"),
)
"""Who watched whom. Names, not keys: the record outlives the person's account and the booth. `watch_id` is the peer id
of the connection; `last_beat_at` is what a hub that was killed leaves as the last time it knows of."""
