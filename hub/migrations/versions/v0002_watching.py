"""Who may watch which booth, and who did."""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assignments",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["booth_id"], ["booths.booth_id"], name=op.f("fk_assignments_booth_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_assignments_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "booth_id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_booth_id"), "assignments", ["booth_id"], unique=False)
    op.create_table(
        "watches",
        sa.Column("watch_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("last_beat_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_why", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("watch_id", name=op.f("pk_watches")),
    )
    for columns in (
        ["ended_at"],
        ["started_at", "watch_id"],
        ["booth_id", "started_at", "watch_id"],
        ["username", "started_at", "watch_id"],
    ):
        op.create_index(op.f(f"ix_watches_{'_'.join(columns)}"), "watches", columns, unique=False)


def downgrade() -> None:
    op.drop_table("watches")
    op.drop_table("assignments")
