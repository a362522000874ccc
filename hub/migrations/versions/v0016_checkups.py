"""What the doctor last found on each device."""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkups",
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("failed", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("booth_id", name=op.f("pk_checkups")),
        sa.ForeignKeyConstraint(
            ["booth_id"], ["booths.booth_id"], name=op.f("fk_checkups_booth_id"), ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    op.drop_table("checkups")
