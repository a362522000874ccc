"""The first tables."""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booths",
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("desired_profile", sa.String(length=60), nullable=False),
        sa.Column("desired_revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("booth_id", name=op.f("pk_booths")),
    )
    op.create_table(
        "checkpoints",
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("head_seq", sa.BigInteger(), nullable=False),
        sa.Column("head_sha256", sa.String(length=64), nullable=False),
        sa.Column("signature_ok", sa.Boolean(), nullable=False),
        sa.Column("head_ok", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("chain_id", "seq", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "evidence_refs",
        sa.Column("violation_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("violation_id", "sha256", name=op.f("pk_evidence_refs")),
    )
    op.create_index(op.f("ix_evidence_refs_sha256"), "evidence_refs", ["sha256"], unique=False)
    op.create_table(
        "failures",
        sa.Column("failure_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("failure_id", name=op.f("pk_failures")),
    )
    op.create_index(op.f("ix_failures_at"), "failures", ["at"], unique=False)
    op.create_index(op.f("ix_failures_what_at"), "failures", ["what", "at"], unique=False)
    op.create_table(
        "rejected_messages",
        sa.Column("rejected_id", sa.Integer(), nullable=False),
        sa.Column("booth_id", sa.String(length=60), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("rejected_id", name=op.f("pk_rejected_messages")),
    )
    op.create_index(
        op.f("ix_rejected_messages_booth_id_payload_sha256"),
        "rejected_messages",
        ["booth_id", "payload_sha256"],
        unique=True,
    )
    op.create_table(
        "users",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_table(
        "booth_states",
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("availability", sa.String(length=20), nullable=True),
        sa.Column("availability_since", UtcDateTime(), nullable=True),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.Column("health", sa.Text(), nullable=True),
        sa.Column("reported", sa.Text(), nullable=True),
        sa.Column("clock_offset_ms", sa.Float(), nullable=True),
        sa.Column("picture_sha256", sa.String(length=64), nullable=True),
        sa.Column("picture_taken_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["booth_id"], ["booths.booth_id"], name=op.f("fk_booth_states_booth_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("booth_id", name=op.f("pk_booth_states")),
    )
    op.create_table(
        "chains",
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("max_seq", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("first_received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.booth_id"], name=op.f("fk_chains_booth_id")),
        sa.PrimaryKeyConstraint("chain_id", name=op.f("pk_chains")),
    )
    op.create_index(op.f("ix_chains_booth_id"), "chains", ["booth_id"], unique=False)
    op.create_table(
        "claim_codes",
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["booth_id"], ["booths.booth_id"], name=op.f("fk_claim_codes_booth_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_claim_codes")),
    )
    op.create_index(op.f("ix_claim_codes_booth_id"), "claim_codes", ["booth_id"], unique=False)
    op.create_table(
        "devices",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("certificate_pem", sa.Text(), nullable=False),
        sa.Column("enrolled_at", UtcDateTime(), nullable=False),
        sa.Column("not_after", UtcDateTime(), nullable=False),
        sa.Column("replaced_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["booth_id"], ["booths.booth_id"], name=op.f("fk_devices_booth_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_devices")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_devices_fingerprint")),
        sa.UniqueConstraint("serial", name=op.f("uq_devices_serial")),
    )
    op.create_index(op.f("ix_devices_booth_id_replaced_at"), "devices", ["booth_id", "replaced_at"], unique=False)
    op.create_table(
        "evidence_files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.booth_id"], name=op.f("fk_evidence_files_booth_id")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_evidence_files")),
    )
    op.create_table(
        "monitoring_gaps",
        sa.Column("gap_id", sa.Uuid(), nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.booth_id"], name=op.f("fk_monitoring_gaps_booth_id")),
        sa.PrimaryKeyConstraint("gap_id", name=op.f("pk_monitoring_gaps")),
    )
    op.create_index(
        op.f("ix_monitoring_gaps_booth_id_ended_at"), "monitoring_gaps", ["booth_id", "ended_at"], unique=False
    )
    op.create_index(
        op.f("ix_monitoring_gaps_booth_id_started_at"), "monitoring_gaps", ["booth_id", "started_at"], unique=False
    )
    op.create_index(op.f("ix_monitoring_gaps_started_at"), "monitoring_gaps", ["started_at"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_sign_ins_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_sign_ins")),
    )
    op.create_index(op.f("ix_sign_ins_user_id"), "sign_ins", ["user_id"], unique=False)
    op.create_table(
        "violations",
        sa.Column("violation_id", sa.Uuid(), nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.booth_id"], name=op.f("fk_violations_booth_id")),
        sa.PrimaryKeyConstraint("violation_id", name=op.f("pk_violations")),
    )
    op.create_index(op.f("ix_violations_booth_id_ended_at"), "violations", ["booth_id", "ended_at"], unique=False)
    op.create_index(
        op.f("ix_violations_booth_id_opened_at_violation_id"),
        "violations",
        ["booth_id", "opened_at", "violation_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_violations_ended_at_opened_at_violation_id"),
        "violations",
        ["ended_at", "opened_at", "violation_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_violations_opened_at_violation_id"), "violations", ["opened_at", "violation_id"], unique=False
    )
    op.create_table(
        "chain_gaps",
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chain_id"], ["chains.chain_id"], name=op.f("fk_chain_gaps_chain_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chain_id", "first", name=op.f("pk_chain_gaps")),
    )
    op.create_table(
        "events",
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("prev_sha256", sa.String(length=64), nullable=False),
        sa.Column("link_ok", sa.Boolean(), nullable=True),
        sa.Column("wall_time", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.booth_id"], name=op.f("fk_events_booth_id")),
        sa.ForeignKeyConstraint(["chain_id"], ["chains.chain_id"], name=op.f("fk_events_chain_id")),
        sa.PrimaryKeyConstraint("chain_id", "seq", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_booth_id_received_at"), "events", ["booth_id", "received_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_events_booth_id_received_at"), table_name="events")
    op.drop_table("events")
    op.drop_table("chain_gaps")
    op.drop_index(op.f("ix_violations_opened_at_violation_id"), table_name="violations")
    op.drop_index(op.f("ix_violations_ended_at_opened_at_violation_id"), table_name="violations")
    op.drop_index(op.f("ix_violations_booth_id_opened_at_violation_id"), table_name="violations")
    op.drop_index(op.f("ix_violations_booth_id_ended_at"), table_name="violations")
    op.drop_table("violations")
    op.drop_index(op.f("ix_sign_ins_user_id"), table_name="sign_ins")
    op.drop_table("sign_ins")
    op.drop_index(op.f("ix_monitoring_gaps_started_at"), table_name="monitoring_gaps")
    op.drop_index(op.f("ix_monitoring_gaps_booth_id_started_at"), table_name="monitoring_gaps")
    op.drop_index(op.f("ix_monitoring_gaps_booth_id_ended_at"), table_name="monitoring_gaps")
    op.drop_table("monitoring_gaps")
    op.drop_table("evidence_files")
    op.drop_index(op.f("ix_devices_booth_id_replaced_at"), table_name="devices")
    op.drop_table("devices")
    op.drop_index(op.f("ix_claim_codes_booth_id"), table_name="claim_codes")
    op.drop_table("claim_codes")
    op.drop_index(op.f("ix_chains_booth_id"), table_name="chains")
    op.drop_table("chains")
    op.drop_table("booth_states")
    op.drop_table("users")
    op.drop_index(op.f("ix_rejected_messages_booth_id_payload_sha256"), table_name="rejected_messages")
    op.drop_table("rejected_messages")
    op.drop_index(op.f("ix_failures_what_at"), table_name="failures")
    op.drop_index(op.f("ix_failures_at"), table_name="failures")
    op.drop_table("failures")
    op.drop_index(op.f("ix_evidence_refs_sha256"), table_name="evidence_refs")
    op.drop_table("evidence_refs")
    op.drop_table("checkpoints")
    op.drop_table("booths")
