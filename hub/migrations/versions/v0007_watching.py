"""Decisions that a later event leaves alone, rules that false alarms are counted by; messages, flags, presence."""

import json
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BATCH = 1000

LED_BY = {
    "ix_violations_newest": "opened_at violation_id booth_id kind review severity_rank",
    "ix_violations_of_booth": "booth_id opened_at violation_id kind review severity_rank",
    "ix_violations_of_kind": "kind opened_at violation_id review severity_rank booth_id",
    "ix_violations_queue": "review severity_rank opened_at violation_id kind booth_id",
    "ix_violations_queue_of_booth": "booth_id review severity_rank opened_at violation_id kind",
}
"""What leads a list; behind it what the list may be narrowed by."""

REPLACED = {
    "ix_violations_opened_at_violation_id": "opened_at violation_id",
    "ix_violations_booth_id_opened_at_violation_id": "booth_id opened_at violation_id",
    "ix_violations_review_severity_rank_opened_at_violation_id": "review severity_rank opened_at violation_id",
}

CANNED = (
    ("message", "Please look at your screen.", "Bitte schauen Sie auf Ihren Bildschirm."),
    (
        "message",
        "Please sit so that your whole face is in the picture.",
        "Bitte setzen Sie sich so, dass Ihr ganzes Gesicht im Bild ist.",
    ),
    ("message", "Please do not read aloud.", "Bitte lesen Sie nicht laut vor."),
    (
        "message",
        "We have seen your raised hand. Somebody is with you in a moment.",
        "Wir haben Ihre Meldung gesehen. Gleich ist jemand bei Ihnen.",
    ),
    (
        "message",
        "There is a technical problem. Please stay seated; your time will be extended.",
        "Es gibt ein technisches Problem. Bitte bleiben Sie sitzen; Ihre Zeit wird verlängert.",
    ),
    ("message", "Ten minutes are left.", "Es bleiben noch zehn Minuten."),
    ("warning", "Please put the telephone away.", "Bitte legen Sie das Telefon weg."),
    (
        "warning",
        "Please clear your desk of everything that is not allowed.",
        "Bitte räumen Sie alles vom Tisch, was nicht erlaubt ist.",
    ),
    ("warning", "Nobody else may be with you in the booth.", "Außer Ihnen darf niemand in der Kabine sein."),
    ("warning", "Please do not talk during the exam.", "Bitte sprechen Sie während der Prüfung nicht."),
)
"""To begin with, in English and German; administrators change them as they like."""


def upgrade() -> None:
    op.create_table(
        "canned_messages",
        sa.Column("canned_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("canned_id", name=op.f("pk_canned_messages")),
    )
    op.create_table(
        "booth_looks",
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("last_looked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booth_id"], ["booths.booth_id"], name=op.f("fk_booth_looks_booth_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("booth_id", name=op.f("pk_booth_looks")),
    )
    op.create_table(
        "exam_session_proctors",
        sa.Column("exam_session_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("assigned_at", UtcDateTime(), nullable=False),
        sa.Column("assigned_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_session_id"],
            ["exam_sessions.exam_session_id"],
            name=op.f("fk_exam_session_proctors_exam_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_exam_session_proctors_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("exam_session_id", "user_id", name=op.f("pk_exam_session_proctors")),
    )
    op.create_index(op.f("ix_exam_session_proctors_user_id"), "exam_session_proctors", ["user_id"], unique=False)
    op.create_table(
        "flags",
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("exam_session_id", sa.Uuid(), nullable=False),
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_session_id"],
            ["exam_sessions.exam_session_id"],
            name=op.f("fk_flags_exam_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("flag_id", name=op.f("pk_flags")),
    )
    op.create_index(
        op.f("ix_flags_exam_session_id_created_at"), "flags", ["exam_session_id", "created_at"], unique=False
    )
    op.create_table(
        "messages",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("exam_session_id", sa.Uuid(), nullable=True),
        sa.Column("booth_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("canned_id", sa.Uuid(), nullable=True),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["exam_session_id"],
            ["exam_sessions.exam_session_id"],
            name=op.f("fk_messages_exam_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_messages")),
    )
    op.create_index(
        op.f("ix_messages_exam_session_id_sent_at_message_id"),
        "messages",
        ["exam_session_id", "sent_at", "message_id"],
        unique=False,
    )
    op.create_table(
        "flag_versions",
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["flag_id"], ["flags.flag_id"], name=op.f("fk_flag_versions_flag_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("flag_id", "version", name=op.f("pk_flag_versions")),
    )
    op.add_column("violations", sa.Column("reviewed_rank", sa.SmallInteger(), nullable=True))
    op.add_column("violations", sa.Column("grown_at", UtcDateTime(), nullable=True))
    op.add_column("violations", sa.Column("rule", sa.String(length=60), nullable=True))
    op.add_column("violations", sa.Column("profile", sa.String(length=60), nullable=True))
    op.add_column("violations", sa.Column("profile_version", sa.Integer(), nullable=True))
    for index in REPLACED:
        op.drop_index(op.f(index), table_name="violations")
    op.create_index(
        op.f("ix_violations_grown_at_severity_rank"), "violations", ["grown_at", "severity_rank"], unique=False
    )
    for index, columns in LED_BY.items():
        op.create_index(index, "violations", columns.split(), unique=False)
    _name_rules()
    _offer_messages()


def downgrade() -> None:

    for index in LED_BY:
        op.drop_index(index, table_name="violations")
    op.drop_index(op.f("ix_violations_grown_at_severity_rank"), table_name="violations")
    for index, columns in REPLACED.items():
        op.create_index(op.f(index), "violations", columns.split(), unique=False)
    op.drop_column("violations", "profile_version")
    op.drop_column("violations", "profile")
    op.drop_column("violations", "rule")
    op.drop_column("violations", "grown_at")
    op.drop_column("violations", "reviewed_rank")
    op.drop_table("flag_versions")
    op.drop_index(op.f("ix_messages_exam_session_id_sent_at_message_id"), table_name="messages")
    op.drop_table("messages")
    op.drop_index(op.f("ix_flags_exam_session_id_created_at"), table_name="flags")
    op.drop_table("flags")
    op.drop_index(op.f("ix_exam_session_proctors_user_id"), table_name="exam_session_proctors")
    op.drop_table("exam_session_proctors")
    op.drop_table("booth_looks")
    op.drop_table("canned_messages")


def _name_rules() -> None:
    """Violations from before have their rule and profile in their document only."""
    rows = sa.table(
        "violations",
        sa.column("violation_id", sa.Uuid()),
        sa.column("document", sa.Text()),
        sa.column("rule", sa.String()),
        sa.column("profile", sa.String()),
        sa.column("profile_version", sa.Integer()),
    )
    connection = op.get_bind()
    after = UUID(int=0)
    while True:
        page = connection.execute(
            sa.select(rows.c.violation_id, rows.c.document)
            .where(rows.c.violation_id > after)
            .order_by(rows.c.violation_id)
            .limit(BATCH)
        ).all()
        if not page:
            return
        after = page[-1].violation_id
        connection.execute(
            sa.update(rows)
            .where(rows.c.violation_id == sa.bindparam("which"))
            .values({name: sa.bindparam(f"new_{name}") for name in ("rule", "profile", "profile_version")}),
            [_named(row.violation_id, row.document) for row in page],
        )


def _named(violation_id: UUID, document: str) -> dict[str, object]:
    """Nulls where the document cannot be read: one odd row keeps no hub from starting."""
    named: tuple[str, str, int] | tuple[None, None, None]
    try:
        why = json.loads(document)["explanation"]
        named = str(why.get("rule", ""))[:60], str(why["profile"])[:60], int(why["profile_version"])
    except (ValueError, KeyError, TypeError, AttributeError):
        named = (None, None, None)
    return {"which": violation_id, **dict(zip(("new_rule", "new_profile", "new_profile_version"), named, strict=True))}


def _offer_messages() -> None:
    rows = sa.table(
        "canned_messages",
        sa.column("canned_id", sa.Uuid()),
        sa.column("kind", sa.String()),
        sa.column("texts", sa.Text()),
        sa.column("position", sa.Integer()),
    )
    op.bulk_insert(
        rows,
        [
            {
                "canned_id": UUID(int=number),
                "kind": kind,
                "texts": json.dumps({"en": english, "de": german}, ensure_ascii=False),
                "position": number,
            }
            for number, (kind, english, german) in enumerate(CANNED, 1)
        ],
    )
