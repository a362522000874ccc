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


def downgrade() -> None:
    op.drop_column("devices", "revoked_reason")
    op.drop_column("devices", "revoked_at")
