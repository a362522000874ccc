"""Every certificate of a device; requests without a claim code, serial numbers that are expected, rescue codes."""

import sqlalchemy as sa
from alembic import op

from hub.tables import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SHA256 = sa.String(length=64)
ID = sa.String(length=40)
PERSON = sa.String(length=80)


def upgrade() -> None:
    op.add_column("devices", sa.Column("enrolled_how", sa.String(length=20), nullable=True))
    op.add_column("devices", sa.Column("renewed_at", UtcDateTime(), nullable=True))
    op.create_table(
        "device_certificates",
        sa.Column("fingerprint", SHA256, nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("serial", ID, nullable=False),
        sa.Column("certificate_pem", sa.Text(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("not_after", UtcDateTime(), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_device_certificates")),
        sa.UniqueConstraint("serial", name=op.f("uq_device_certificates_serial")),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["devices.device_id"],
            name=op.f("fk_device_certificates_device_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_device_certificates_device_id"), "device_certificates", ["device_id"])
    op.create_index(op.f("ix_device_certificates_withdrawn_at"), "device_certificates", ["withdrawn_at"])
    op.execute(
        "INSERT INTO device_certificates (fingerprint, device_id, serial, certificate_pem, issued_at, not_after, how)"
        " SELECT fingerprint, device_id, serial, certificate_pem, enrolled_at, not_after, 'enrolled' FROM devices"
    )
    op.create_table(
        "enrolment_requests",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("key_sha256", SHA256, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("hardware_serial", sa.String(length=80), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("serial_note", sa.String(length=20), nullable=True),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("last_asked_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", PERSON, nullable=True),
        sa.Column("refused_reason", sa.String(length=300), nullable=True),
        sa.Column("booth_id", ID, nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_enrolment_requests")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_enrolment_requests_key_sha256")),
    )
    op.create_table(
        "expected_devices",
        sa.Column("expected_id", sa.Uuid(), nullable=False),
        sa.Column("hardware_serial", sa.String(length=80), nullable=False),
        sa.Column("booth_id", ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", PERSON, nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("expected_id", name=op.f("pk_expected_devices")),
        sa.ForeignKeyConstraint(
            ["booth_id"], ["booths.booth_id"], name=op.f("fk_expected_devices_booth_id"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_expected_devices_hardware_serial"), "expected_devices", ["hardware_serial"])
    op.create_index(op.f("ix_expected_devices_booth_id"), "expected_devices", ["booth_id"])
    op.create_table(
        "rescue_codes",
        sa.Column("code_sha256", SHA256, nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", PERSON, nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_rescue_codes")),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.device_id"], name=op.f("fk_rescue_codes_device_id"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_rescue_codes_device_id"), "rescue_codes", ["device_id"])


def downgrade() -> None:
    """Devices that have renewed keep the certificate in force; earlier ones are forgotten, and the broker's list with
    them: they are refused by their end alone."""
    op.drop_table("rescue_codes")
    op.drop_table("expected_devices")
    op.drop_table("enrolment_requests")
    op.drop_table("device_certificates")
    op.drop_column("devices", "renewed_at")
    op.drop_column("devices", "enrolled_how")
