"""The database's tables. Statements are in `hub/store`; changes need a migration in `hub/migrations`.

Types that SQLite and PostgreSQL share; times are UTC and come back aware.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    Uuid,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC. SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BOOTH_ID = String(40)
SHA256 = String(64)

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

booths = Table(
    "booths",
    metadata,
    Column("booth_id", BOOTH_ID, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("desired_profile", String(60), nullable=False),
    Column("desired_revision", Integer, nullable=False),
    Column("desired_exam_session", Uuid),
)

booth_states = Table(
    "booth_states",
    metadata,
    Column("booth_id", ForeignKey("booths.booth_id", ondelete="CASCADE"), primary_key=True),
    Column("availability", String(20)),
    Column("availability_since", UtcDateTime),
    Column("last_seen_at", UtcDateTime),
    Column("health", Text),
    Column("reported", Text),
    Column("clock_offset_ms", Float),
    Column("picture_sha256", SHA256),
    Column("picture_taken_at", UtcDateTime),
)
"""The latest of what each booth said about itself, overwritten in place."""

claim_codes = Table(
    "claim_codes",
    metadata,
    Column("code_sha256", SHA256, primary_key=True),
    Column("booth_id", ForeignKey("booths.booth_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

devices = Table(
    "devices",
    metadata,
    Column("device_id", Uuid, primary_key=True),
    Column("booth_id", ForeignKey("booths.booth_id", ondelete="CASCADE"), nullable=False),
    Column("serial", String(40), nullable=False, unique=True),
    Column("fingerprint", SHA256, nullable=False, unique=True),
    Column("certificate_pem", Text, nullable=False),
    Column("enrolled_at", UtcDateTime, nullable=False),
    Column("not_after", UtcDateTime, nullable=False),
    Column("replaced_at", UtcDateTime),
    Index(None, "booth_id", "replaced_at"),
)

chains = Table(
    "chains",
    metadata,
    Column("chain_id", Uuid, primary_key=True),
    Column("booth_id", ForeignKey("booths.booth_id"), nullable=False, index=True),
    Column("max_seq", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("first_received_at", UtcDateTime, nullable=False),
)
"""One per outbox of a device. `max_seq` is the highest number seen, committed or rejected."""

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
    Index(None, "opened_at", "violation_id"),
    Index(None, "booth_id", "opened_at", "violation_id"),
    Index(None, "booth_id", "ended_at"),
    Index(None, "ended_at", "opened_at", "violation_id"),
)
"""The newest state of each violation; `seq` is the event it comes from, `received_at` when it was first heard of."""

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
)

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
    Index(None, "booth_id", "started_at"),
    Index(None, "booth_id", "ended_at"),
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
