"""Booths, the places; devices, the hardware in them; what both last said."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text, Uuid

from hub.tables.base import BOOTH_ID, SHA256, SLUG, USERNAME, UtcDateTime, metadata

booths = Table(
    "booths",
    metadata,
    Column("booth_id", BOOTH_ID, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("desired_profile", String(60), nullable=False),
    Column("desired_revision", Integer, nullable=False),
    Column("desired_exam_session", Uuid),
    Column("room_id", SLUG, index=True),
)

booth_states = Table(
    "booth_states",
    metadata,
    Column("booth_id", ForeignKey("booths.booth_id", ondelete="CASCADE"), primary_key=True),
    Column("availability", String(20)),
    Column("availability_since", UtcDateTime),
    Column("last_seen_at", UtcDateTime),
    Column("health", Text),
    Column("reported", Text),
    Column("clock_offset_ms", Float),
    Column("picture_sha256", SHA256),
    Column("picture_taken_at", UtcDateTime),
)
"""The latest of what each booth said about itself, overwritten in place."""

checkups = Table(
    "checkups",
    metadata,
    Column("booth_id", ForeignKey("booths.booth_id", ondelete="CASCADE"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("failed", Text, nullable=False),
    Column("body", Text, nullable=False),
)
"""What the doctor last found on the device of each booth: `at` by the device's clock, the names of the checks that
failed with spaces between, and all of it as JSON. Apart from `booth_states`, which every list of booths reads."""

claim_codes = Table(
    "claim_codes",
    metadata,
    Column("code_sha256", SHA256, primary_key=True),
    Column("booth_id", ForeignKey("booths.booth_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("created_by", USERNAME),
)
"""`created_by` is null where the command line made it. `used_at` also of one that another took the place of."""

devices = Table(
    "devices",
    metadata,
    Column("device_id", Uuid, primary_key=True),
    Column("booth_id", ForeignKey("booths.booth_id", ondelete="CASCADE"), nullable=False),
    Column("serial", String(40), nullable=False, unique=True),
    Column("fingerprint", SHA256, nullable=False, unique=True),
    Column("certificate_pem", Text, nullable=False),
    Column("enrolled_at", UtcDateTime, nullable=False),
    Column("not_after", UtcDateTime, nullable=False),
    Column("replaced_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("revoked_reason", String(300)),
    Column("enrolled_by", USERNAME),
    Column("enrolled_from", String(60)),
    Column("revoked_by", USERNAME),
    Column("enrolled_how", String(20)),
    Column("renewed_at", UtcDateTime),
    Index(None, "booth_id", "replaced_at"),
)
"""`replaced_at`: another device has its place. `revoked_at`: others may have its key. Nothing counts after either.
`enrolled_by` let the device in, which came from the address `enrolled_from`. Serial number, fingerprint, PEM and
`not_after` are of the certificate in force; `renewed_at`: when that was issued, where it is not the first one."""
