"""Retention, proof of deletion, webhooks, revoked devices."""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("devices", sa.Column("revoked_at", UtcDateTime(), nullable=True))
    op.add_column("devices", sa.Column("revoked_reason", sa.String(length=300), nullable=True))
    op.create_table(
        "deletions",
        sa.Column("deletion_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("data_class", sa.String(length=20), nullable=False),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=True),
        sa.Column("exam_session_id", sa.Uuid(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=True),
        sa.Column("last_seq", sa.BigInteger(), nullable=True),
        sa.Column("born_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=False),
        sa.Column("gone_at", UtcDateTime(), nullable=True),
        sa.Column("signature", sa.String(length=200), nullable=False),
        sa.Column("signed_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("deletion_id", name=op.f("pk_deletions")),
    )
    op.create_index(op.f("ix_deletions_chain_id_last_seq"), "deletions", ["chain_id", "last_seq"], unique=False)
    op.create_index(
        op.f("ix_deletions_deleted_at_deletion_id"), "deletions", ["deleted_at", "deletion_id"], unique=False
    )
    op.create_index(op.f("ix_deletions_exam_session_id"), "deletions", ["exam_session_id"], unique=False)
    op.create_index(op.f("ix_deletions_gone_at"), "deletions", ["gone_at"], unique=False)
    op.create_index(op.f("ix_deletions_run_id"), "deletions", ["run_id"], unique=False)
    op.create_index(op.f("ix_deletions_sha256_deleted_at"), "deletions", ["sha256", "deleted_at"], unique=False)
    op.create_table(
        "retention_runs",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("started_by", sa.String(length=120), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_retention_runs")),
    )
    op.create_index(op.f("ix_retention_runs_began_at"), "retention_runs", ["began_at"], unique=False)
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "signing_certificates",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("certificate_pem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_signing_certificates")),
    )
    op.create_table(
        "webhook_messages",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_webhook_messages")),
    )
    op.create_index(op.f("ix_webhook_messages_at"), "webhook_messages", ["at"], unique=False)
    op.create_table(
        "webhooks",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("event_types", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.String(length=300), nullable=True),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("next_attempt_at", UtcDateTime(), nullable=True),
        sa.Column("last_attempt_at", UtcDateTime(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["webhook_messages.message_id"],
            name=op.f("fk_webhook_deliveries_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.webhook_id"], name=op.f("fk_webhook_deliveries_webhook_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", "webhook_id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index(
        op.f("ix_webhook_deliveries_webhook_id_next_attempt_at_created_at"),
        "webhook_deliveries",
        ["webhook_id", "next_attempt_at", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_webhook_deliveries_webhook_id_created_at_message_id"),
        "webhook_deliveries",
        ["webhook_id", "created_at", "message_id"],
        unique=False,
    )
    op.create_table(
        "legal_holds",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("exam_session_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("username", sa.String(length=80), nullable=True),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.Column("released_by", sa.String(length=120), nullable=True),
        sa.Column("release_reason", sa.String(length=1000), nullable=True),
        sa.ForeignKeyConstraint(
            ["exam_session_id"], ["exam_sessions.exam_session_id"], name=op.f("fk_legal_holds_exam_session_id")
        ),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_legal_holds")),
    )
    op.create_index(
        op.f("ix_legal_holds_exam_session_id_placed_at"), "legal_holds", ["exam_session_id", "placed_at"], unique=False
    )
    op.create_index(op.f("ix_legal_holds_placed_at_hold_id"), "legal_holds", ["placed_at", "hold_id"], unique=False)
    op.add_column("chains", sa.Column("deleted_to", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index(
        op.f("ix_evidence_files_received_at_sha256"), "evidence_files", ["received_at", "sha256"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_evidence_files_received_at_sha256"), table_name="evidence_files")
    op.drop_column("chains", "deleted_to")
    op.drop_index(op.f("ix_legal_holds_placed_at_hold_id"), table_name="legal_holds")
    op.drop_index(op.f("ix_legal_holds_exam_session_id_placed_at"), table_name="legal_holds")
    op.drop_table("legal_holds")
    op.drop_index(op.f("ix_webhook_deliveries_webhook_id_created_at_message_id"), table_name="webhook_deliveries")
    op.drop_index(op.f("ix_webhook_deliveries_webhook_id_next_attempt_at_created_at"), table_name="webhook_deliveries")
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
    op.drop_index(op.f("ix_webhook_messages_at"), table_name="webhook_messages")
    op.drop_table("webhook_messages")
    op.drop_table("signing_certificates")
    op.drop_table("settings")
    op.drop_index(op.f("ix_retention_runs_began_at"), table_name="retention_runs")
    op.drop_table("retention_runs")
    op.drop_index(op.f("ix_deletions_sha256_deleted_at"), table_name="deletions")
    op.drop_index(op.f("ix_deletions_run_id"), table_name="deletions")
    op.drop_index(op.f("ix_deletions_gone_at"), table_name="deletions")
    op.drop_index(op.f("ix_deletions_exam_session_id"), table_name="deletions")
    op.drop_index(op.f("ix_deletions_deleted_at_deletion_id"), table_name="deletions")
    op.drop_index(op.f("ix_deletions_chain_id_last_seq"), table_name="deletions")
    op.drop_table("deletions")
    op.drop_column("devices", "revoked_reason")
    op.drop_column("devices", "revoked_at")
