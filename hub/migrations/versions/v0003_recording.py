"""Files that are added to a violation later, files that were dropped, and the pieces of the recording."""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence_refs", sa.Column("booth_id", sa.String(length=40), nullable=True))
    op.add_column("evidence_refs", sa.Column("ref", sa.Text(), nullable=True))
    op.create_table(
        "dropped_evidence",
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("dropped_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.booth_id"], name=op.f("fk_dropped_evidence_booth_id")),
        sa.PrimaryKeyConstraint("booth_id", "sha256", name=op.f("pk_dropped_evidence")),
    )
    op.create_index(op.f("ix_dropped_evidence_sha256"), "dropped_evidence", ["sha256"], unique=False)
    op.create_table(
        "segments",
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.Column("has_sound", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.booth_id"], name=op.f("fk_segments_booth_id")),
        sa.PrimaryKeyConstraint("chain_id", "seq", name=op.f("pk_segments")),
    )
    op.create_index(op.f("ix_segments_sha256"), "segments", ["sha256"], unique=False)
    op.create_index(op.f("ix_segments_booth_id_started_at"), "segments", ["booth_id", "started_at"], unique=False)


def downgrade() -> None:
    op.drop_table("segments")
    op.drop_table("dropped_evidence")
    op.drop_column("evidence_refs", "ref")
    op.drop_column("evidence_refs", "booth_id")
