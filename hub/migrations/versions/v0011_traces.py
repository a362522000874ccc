"""The lines of an exam session's timeline, as booths send them."""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "traces",
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("exam_session_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["booth_id"], ["booths.booth_id"], name=op.f("fk_traces_booth_id")),
        sa.PrimaryKeyConstraint("chain_id", "seq", name=op.f("pk_traces")),
    )
    op.create_index(op.f("ix_traces_booth_id_started_at"), "traces", ["booth_id", "started_at"], unique=False)
    op.create_index(
        op.f("ix_traces_exam_session_id_started_at"), "traces", ["exam_session_id", "started_at"], unique=False
    )


def downgrade() -> None:
    op.drop_table("traces")
