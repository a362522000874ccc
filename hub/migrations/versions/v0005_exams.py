"""Sites, rooms, exams, candidates, exam sessions, reviews, the audit log; what was found names its exam session."""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("username", sa.String(length=80), nullable=True),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_kind", sa.String(length=30), nullable=False),
        sa.Column("object_id", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("prev_sha256", sa.String(length=64), nullable=False),
        sa.Column("entry_sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_log")),
    )
    op.create_index(op.f("ix_audit_log_action_number"), "audit_log", ["action", "number"], unique=False)
    op.create_index(op.f("ix_audit_log_at_number"), "audit_log", ["at", "number"], unique=False)
    op.create_index(
        op.f("ix_audit_log_object_kind_object_id_number"),
        "audit_log",
        ["object_kind", "object_id", "number"],
        unique=False,
    )
    op.create_index(op.f("ix_audit_log_username_number"), "audit_log", ["username", "number"], unique=False)
    op.create_table(
        "candidates",
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("extra_time_percent", sa.Integer(), nullable=False),
        sa.Column("rules_off", sa.Text(), nullable=False),
        sa.Column("accommodation_note", sa.String(length=500), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f("pk_candidates")),
        sa.UniqueConstraint("number", name=op.f("uq_candidates_number")),
    )
    op.create_index(op.f("ix_candidates_name_candidate_id"), "candidates", ["name", "candidate_id"], unique=False)
    op.create_table(
        "exams",
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("profile", sa.String(length=60), nullable=False),
        sa.Column("profile_document", sa.Text(), nullable=True),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("notice_version", sa.Integer(), nullable=False),
        sa.Column("photo_wanted", sa.Boolean(), nullable=False),
        sa.Column("document_wanted", sa.Boolean(), nullable=False),
        sa.Column("calibration_wanted", sa.Boolean(), nullable=False),
        sa.Column("recording", sa.Boolean(), nullable=False),
        sa.Column("recorded_sound", sa.Boolean(), nullable=False),
        sa.Column("second_review", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("exam_id", name=op.f("pk_exams")),
    )
    op.create_index(op.f("ix_exams_name_exam_id"), "exams", ["name", "exam_id"], unique=False)
    op.create_table(
        "sites",
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_sites")),
    )
    op.create_table(
        "exam_sessions",
        sa.Column("exam_session_id", sa.Uuid(), nullable=False),
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("scheduled_start", UtcDateTime(), nullable=False),
        sa.Column("scheduled_end", UtcDateTime(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("check_in_code", sa.String(length=12), nullable=False),
        sa.Column("extra_time_s", sa.Integer(), nullable=False),
        sa.Column("waiting_since", UtcDateTime(), nullable=True),
        sa.Column("notice_version", sa.Integer(), nullable=True),
        sa.Column("notice_acknowledged_at", UtcDateTime(), nullable=True),
        sa.Column("calibration", sa.Text(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.Column("stopped_s", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("legal_hold", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.candidate_id"], name=op.f("fk_exam_sessions_candidate_id")
        ),
        sa.ForeignKeyConstraint(["exam_id"], ["exams.exam_id"], name=op.f("fk_exam_sessions_exam_id")),
        sa.PrimaryKeyConstraint("exam_session_id", name=op.f("pk_exam_sessions")),
    )
    op.create_index(
        op.f("ix_exam_sessions_booth_id_scheduled_start"),
        "exam_sessions",
        ["booth_id", "scheduled_start"],
        unique=False,
    )
    op.create_index(op.f("ix_exam_sessions_candidate_id"), "exam_sessions", ["candidate_id"], unique=False)
    op.create_index(
        op.f("ix_exam_sessions_exam_id_scheduled_start_exam_session_id"),
        "exam_sessions",
        ["exam_id", "scheduled_start", "exam_session_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_exam_sessions_scheduled_start_exam_session_id"),
        "exam_sessions",
        ["scheduled_start", "exam_session_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_exam_sessions_state_scheduled_start_exam_session_id"),
        "exam_sessions",
        ["state", "scheduled_start", "exam_session_id"],
        unique=False,
    )
    op.create_table(
        "notices",
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["exam_id"], ["exams.exam_id"], name=op.f("fk_notices_exam_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("exam_id", "version", name=op.f("pk_notices")),
    )
    op.create_table(
        "rooms",
        sa.Column("room_id", sa.String(length=40), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.site_id"], name=op.f("fk_rooms_site_id")),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_rooms")),
    )
    op.create_index(op.f("ix_rooms_site_id"), "rooms", ["site_id"], unique=False)
    op.create_table(
        "exam_session_photos",
        sa.Column("exam_session_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("of", sa.String(length=10), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_session_id"],
            ["exam_sessions.exam_session_id"],
            name=op.f("fk_exam_session_photos_exam_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("exam_session_id", "sha256", name=op.f("pk_exam_session_photos")),
    )
    op.create_index(op.f("ix_exam_session_photos_sha256"), "exam_session_photos", ["sha256"], unique=False)
    op.create_table(
        "exam_session_steps",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("exam_session_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("username", sa.String(length=80), nullable=True),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("reason_code", sa.String(length=60), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["exam_session_id"],
            ["exam_sessions.exam_session_id"],
            name=op.f("fk_exam_session_steps_exam_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_exam_session_steps")),
    )
    op.create_index(
        op.f("ix_exam_session_steps_exam_session_id_at"), "exam_session_steps", ["exam_session_id", "at"], unique=False
    )
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("violation_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["violation_id"], ["violations.violation_id"], name=op.f("fk_reviews_violation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_decided_at"), "reviews", ["decided_at"], unique=False)
    op.create_index(op.f("ix_reviews_violation_id_decided_at"), "reviews", ["violation_id", "decided_at"], unique=False)
    op.add_column("booths", sa.Column("room_id", sa.String(length=40), nullable=True))
    op.create_index(op.f("ix_booths_room_id"), "booths", ["room_id"], unique=False)
    op.add_column("events", sa.Column("exam_session_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_events_exam_session_id"), "events", ["exam_session_id"], unique=False)
    op.add_column("monitoring_gaps", sa.Column("exam_session_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_monitoring_gaps_exam_session_id"), "monitoring_gaps", ["exam_session_id"], unique=False)
    op.add_column("segments", sa.Column("exam_session_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_segments_exam_session_id"), "segments", ["exam_session_id"], unique=False)
    op.add_column("violations", sa.Column("exam_session_id", sa.Uuid(), nullable=True))
    op.add_column("violations", sa.Column("severity_rank", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("violations", sa.Column("review", sa.String(length=12), server_default="unreviewed", nullable=False))
    op.add_column("violations", sa.Column("reviews_wanted", sa.SmallInteger(), server_default="1", nullable=False))
    op.create_index(
        op.f("ix_violations_exam_session_id_opened_at_violation_id"),
        "violations",
        ["exam_session_id", "opened_at", "violation_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_violations_review_severity_rank_opened_at_violation_id"),
        "violations",
        ["review", "severity_rank", "opened_at", "violation_id"],
        unique=False,
    )
    # Rows from before have a severity and no rank.
    op.execute("UPDATE violations SET severity_rank = CASE severity WHEN 'high' THEN 2 WHEN 'medium' THEN 1 ELSE 0 END")


def downgrade() -> None:
    op.drop_index(op.f("ix_violations_review_severity_rank_opened_at_violation_id"), table_name="violations")
    op.drop_index(op.f("ix_violations_exam_session_id_opened_at_violation_id"), table_name="violations")
    op.drop_column("violations", "reviews_wanted")
    op.drop_column("violations", "review")
    op.drop_column("violations", "severity_rank")
    op.drop_column("violations", "exam_session_id")
    op.drop_index(op.f("ix_segments_exam_session_id"), table_name="segments")
    op.drop_column("segments", "exam_session_id")
    op.drop_index(op.f("ix_monitoring_gaps_exam_session_id"), table_name="monitoring_gaps")
    op.drop_column("monitoring_gaps", "exam_session_id")
    op.drop_index(op.f("ix_events_exam_session_id"), table_name="events")
    op.drop_column("events", "exam_session_id")
    op.drop_index(op.f("ix_booths_room_id"), table_name="booths")
    op.drop_column("booths", "room_id")
    op.drop_index(op.f("ix_reviews_violation_id_decided_at"), table_name="reviews")
    op.drop_index(op.f("ix_reviews_decided_at"), table_name="reviews")
    op.drop_table("reviews")
    op.drop_index(op.f("ix_exam_session_steps_exam_session_id_at"), table_name="exam_session_steps")
    op.drop_table("exam_session_steps")
    op.drop_index(op.f("ix_exam_session_photos_sha256"), table_name="exam_session_photos")
    op.drop_table("exam_session_photos")
    op.drop_index(op.f("ix_rooms_site_id"), table_name="rooms")
    op.drop_table("rooms")
    op.drop_table("notices")
    op.drop_index(op.f("ix_exam_sessions_state_scheduled_start_exam_session_id"), table_name="exam_sessions")
    op.drop_index(op.f("ix_exam_sessions_scheduled_start_exam_session_id"), table_name="exam_sessions")
    op.drop_index(op.f("ix_exam_sessions_exam_id_scheduled_start_exam_session_id"), table_name="exam_sessions")
    op.drop_index(op.f("ix_exam_sessions_candidate_id"), table_name="exam_sessions")
    op.drop_index(op.f("ix_exam_sessions_booth_id_scheduled_start"), table_name="exam_sessions")
    op.drop_table("exam_sessions")
    op.drop_table("sites")
    op.drop_index(op.f("ix_exams_name_exam_id"), table_name="exams")
    op.drop_table("exams")
    op.drop_index(op.f("ix_candidates_name_candidate_id"), table_name="candidates")
    op.drop_table("candidates")
    op.drop_index(op.f("ix_audit_log_username_number"), table_name="audit_log")
    op.drop_index(op.f("ix_audit_log_object_kind_object_id_number"), table_name="audit_log")
    op.drop_index(op.f("ix_audit_log_at_number"), table_name="audit_log")
    op.drop_index(op.f("ix_audit_log_action_number"), table_name="audit_log")
    op.drop_table("audit_log")
