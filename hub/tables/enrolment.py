"""How devices come in and stay: their certificates, requests without a claim code, serial numbers, rescue codes."""

from sqlalchemy import Column, ForeignKey, String, Table, Text, Uuid

from hub.tables.base import BOOTH_ID, SHA256, USERNAME, UtcDateTime, metadata

device_certificates = Table(
    "device_certificates",
    metadata,
    Column("fingerprint", SHA256, primary_key=True),
    Column("device_id", ForeignKey("devices.device_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("serial", String(40), nullable=False, unique=True),
    Column("certificate_pem", Text, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("not_after", UtcDateTime, nullable=False),
    Column("how", String(20), nullable=False),
    Column("seen_at", UtcDateTime),
    Column("withdrawn_at", UtcDateTime, index=True),
)
"""Every certificate that a device ever had; the one in force is in the device's own row as well. `seen_at`: it was
used. `withdrawn_at`: a later one was, or this one was given twice; the broker refuses it from then on."""

enrolment_requests = Table(
    "enrolment_requests",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("key_sha256", SHA256, nullable=False, unique=True),
    Column("code", String(20), nullable=False),
    Column("hardware_serial", String(80), nullable=False),
    Column("model", String(120), nullable=False),
    Column("serial_note", String(20)),
    Column("address", String(60), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("last_asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", USERNAME),
    Column("refused_reason", String(300)),
    Column("booth_id", BOOTH_ID),
    Column("device_id", Uuid),
)
"""`booth_id`: approved for it. `device_id`: and its certificate was fetched. Rows go a day after they have expired."""

expected_devices = Table(
    "expected_devices",
    metadata,
    Column("expected_id", Uuid, primary_key=True),
    Column("hardware_serial", String(80), nullable=False, index=True),
    Column("booth_id", ForeignKey("booths.booth_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", USERNAME),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

rescue_codes = Table(
    "rescue_codes",
    metadata,
    Column("code_sha256", SHA256, primary_key=True),
    Column("device_id", ForeignKey("devices.device_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", USERNAME),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)
