"""Violations are counted by exam session, kind and decision without reading them."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_violations_exam_session_id_kind_review"),
        "violations",
        ["exam_session_id", "kind", "review"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_violations_exam_session_id_kind_review"), table_name="violations")
