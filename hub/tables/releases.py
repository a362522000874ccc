"""Releases for devices, and how they are rolled out over the fleet."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, Uuid

from hub.tables.base import BOOTH_ID, SHA256, USERNAME, UtcDateTime, metadata

releases = Table(
    "releases",
    metadata,
    Column("version", String(20), primary_key=True),
    Column("sha256", SHA256, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("manifest", Text, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("uploaded_at", UtcDateTime, nullable=False),
    Column("uploaded_by", USERNAME, nullable=False),
)
"""`manifest` as it was signed, but of its files the first only; `signed_by` is a JSON list of the names of keys."""

rollouts = Table(
    "rollouts",
    metadata,
    Column("rollout_id", Uuid, primary_key=True),
    Column("version", String(20), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("reason", String(500), nullable=False),
    Column("phase", Integer, nullable=False),
    Column("phases", Text, nullable=False),
    Column("phase_done_at", UtcDateTime),
    Column("max_failures", Integer, nullable=False),
    Column("forgiven", Integer, nullable=False),
    Column("healthy_within_s", Integer, nullable=False),
    Column("settle_s", Integer, nullable=False),
    Column("allow_older", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", USERNAME, nullable=False),
    Column("ended_at", UtcDateTime),
    Index(None, "created_at"),
)
"""`phases` is JSON as it was asked; `phase` counts from 0. `forgiven`: failures after which a person went on."""

rollout_devices = Table(
    "rollout_devices",
    metadata,
    Column("rollout_id", ForeignKey("rollouts.rollout_id", ondelete="CASCADE"), primary_key=True),
    Column("device_id", Uuid, primary_key=True),
    Column("booth_id", BOOTH_ID, nullable=False, index=True),
    Column("phase", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("version_before", String(40)),
    Column("progress", Float),
    Column("asked_at", UtcDateTime),
    Column("changed_at", UtcDateTime, nullable=False),
)
