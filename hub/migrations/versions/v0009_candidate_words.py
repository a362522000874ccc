"""Words that candidates are searched by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import VARCHAR

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "candidate_words",
        sa.Column("word", sa.String(length=60).with_variant(VARCHAR(60, collation="C"), "postgresql"), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidates.candidate_id"],
            name=op.f("fk_candidate_words_candidate_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("word", "candidate_id", name=op.f("pk_candidate_words")),
    )
    op.create_index(op.f("ix_candidate_words_candidate_id"), "candidate_words", ["candidate_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_candidate_words_candidate_id"), table_name="candidate_words")
    op.drop_table("candidate_words")
