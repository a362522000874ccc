"""Retention finds what is old, held or cut off without reading everything there is."""

from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None

INDEXES = (
    ("violations", ["received_at", "violation_id"]),
    ("monitoring_gaps", ["chain_id", "seq"]),
    ("exam_sessions", ["legal_hold", "created_at"]),
)


def upgrade() -> None:
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns, unique=False)


def downgrade() -> None:
    for table, columns in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
