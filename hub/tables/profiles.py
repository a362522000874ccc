"""Rule profiles that the test centre made itself; the built-in ones are in `contract.profiles`."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from hub.tables.base import USERNAME, UtcDateTime, metadata

profiles = Table(
    "profiles",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("based_on", String(60), nullable=False),
    Column("description", String(1000), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("archived_at", UtcDateTime),
)
"""The newest version of each, as JSON. `based_on` is the built-in profile it came from, however many copies ago."""

profile_versions = Table(
    "profile_versions",
    metadata,
    Column("name", ForeignKey("profiles.name", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
    Column("note", String(1000), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("username", USERNAME),
    Column("display_name", String(120), nullable=False),
)
"""Every version there was; rows are only ever added, because violations name the version they were judged by."""
