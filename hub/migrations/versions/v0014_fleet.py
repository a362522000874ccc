"""Who enrolled and who revoked a device, who made a claim code, sites and rooms that are not used any more."""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ADDED = (
    ("claim_codes", "created_by", sa.String(length=80)),
    ("devices", "enrolled_by", sa.String(length=80)),
    ("devices", "enrolled_from", sa.String(length=60)),
    ("devices", "revoked_by", sa.String(length=80)),
    ("rooms", "archived_at", UtcDateTime()),
    ("sites", "archived_at", UtcDateTime()),
)


def upgrade() -> None:
    for table, name, kind in ADDED:
        op.add_column(table, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for table, name, _ in reversed(ADDED):
        op.drop_column(table, name)
