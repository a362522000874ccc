"""What the hub countersigned of each chain, how far a booth's clock was off, and which exam session is on."""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("clock_offset_ms", sa.Float(), nullable=True))
    op.add_column("booths", sa.Column("desired_exam_session", sa.Uuid(), nullable=True))
    op.create_table(
        "countersignatures",
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("head_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("head_sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("signed_at", UtcDateTime(), nullable=False),
        sa.Column("signature", sa.String(length=200), nullable=False),
        sa.Column("signed_by", sa.String(length=64), nullable=False),
        sa.Column("certificate_pem", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["chain_id"], ["chains.chain_id"], name=op.f("fk_countersignatures_chain_id")),
        sa.PrimaryKeyConstraint("chain_id", "head_seq", "head_sha256", name=op.f("pk_countersignatures")),
    )


def downgrade() -> None:
    op.drop_table("countersignatures")
    op.drop_column("booths", "desired_exam_session")
    op.drop_column("events", "clock_offset_ms")
