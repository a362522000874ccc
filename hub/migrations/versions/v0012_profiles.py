"""Rule profiles of the test centre's own, in versions; an exam session keeps the one it is judged by."""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "profiles",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("based_on", sa.String(length=60), nullable=False),
        sa.Column("description", sa.String(length=1000), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_profiles")),
    )
    op.create_table(
        "profile_versions",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("username", sa.String(length=80), nullable=True),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["name"], ["profiles.name"], name=op.f("fk_profile_versions_name"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_profile_versions")),
    )
    op.add_column("exam_sessions", sa.Column("pinned_profile", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("exam_sessions", "pinned_profile")
    op.drop_table("profile_versions")
    op.drop_table("profiles")
