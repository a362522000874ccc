"""By what people prove who they are, besides a password. Of every secret only a hash is kept, of a TOTP secret the
encrypted text."""

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, Text, Uuid, text

from hub.tables.base import SHA256, USERNAME, UtcDateTime, metadata

invitations = Table(
    "invitations",
    metadata,
    Column("invitation_id", Uuid, primary_key=True),
    Column("token_sha256", SHA256, nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("display_name", String(120), nullable=False),
    Column("email", String(254)),
    Column("scope", Text, nullable=False),
    Column("created_by", USERNAME, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("accepted_at", UtcDateTime),
    Column("accepted_by", USERNAME),
)
"""`scope` is a `hub.views.Scope` as JSON; what it names is looked up when somebody accepts. With `email`, also a first
sign-in by OpenID Connect with that verified address accepts."""

password_resets = Table(
    "password_resets",
    metadata,
    Column("token_sha256", SHA256, primary_key=True),
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("token_id", Uuid, primary_key=True),
    Column("token_sha256", SHA256, nullable=False, unique=True),
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(120), nullable=False),
    Column("permissions", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Column("last_address", String(60), nullable=False, server_default=text("''")),
)
"""For programs that act for a person. `permissions` is a JSON list; what counts is what the person has of it now."""

second_factors = Table(
    "second_factors",
    metadata,
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True),
    Column("secret", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("last_step", BigInteger, nullable=False, server_default="0"),
)
"""TOTP (RFC 6238). `secret` is encrypted with a key that is not in the database; `last_step` is the time step of the
last code taken: no code counts twice."""

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True),
    Column("code_sha256", SHA256, primary_key=True),
)
"""Each is removed when it is used."""

sign_in_tickets = Table(
    "sign_in_tickets",
    metadata,
    Column("token_sha256", SHA256, primary_key=True),
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("how", String(20), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)
"""The password was right; the second step is still to come."""

identities = Table(
    "identities",
    metadata,
    Column("issuer", String(300), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("user_id", ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
)
"""Who a person is for an OpenID Connect provider. `subject` never changes there; names and addresses do."""
