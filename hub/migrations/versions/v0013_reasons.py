"""Why somebody dismissed a violation, and that somebody took note of a flag."""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("reason_code", sa.String(length=40), nullable=True))
    op.create_table(
        "flag_reviews",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("noted", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["flag_id"], ["flags.flag_id"], name=op.f("fk_flag_reviews_flag_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_flag_reviews")),
    )
    op.create_index(op.f("ix_flag_reviews_flag_id_decided_at"), "flag_reviews", ["flag_id", "decided_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_flag_reviews_flag_id_decided_at"), table_name="flag_reviews")
    op.drop_table("flag_reviews")
    with op.batch_alter_table("reviews") as batch:
        batch.drop_column("reason_code")
