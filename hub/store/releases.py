"""Releases that devices may be given."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.release import ReleaseManifest, version_key
from hub.tables import releases
from hub.views.releases import ReleaseView


async def add(connection: AsyncConnection, row: dict[str, Any]) -> None:
    await connection.execute(insert(releases).values(row))


async def find(connection: AsyncConnection, version: str) -> Row[Any] | None:
    return (await connection.execute(select(releases).where(releases.c.version == version))).one_or_none()


async def remove(connection: AsyncConnection, version: str) -> None:
    await connection.execute(delete(releases).where(releases.c.version == version))


async def every(connection: AsyncConnection, running: Mapping[str, int]) -> list[ReleaseView]:
    """The newest version first; `running` is how many devices run each version."""
    rows = (await connection.execute(select(releases))).all()
    found = [view(row, running.get(row.version, 0)) for row in rows]
    return sorted(found, key=lambda release: version_key(release.version), reverse=True)


def view(row: Row[Any], devices: int) -> ReleaseView:
    manifest = ReleaseManifest.model_validate_json(row.manifest)
    return ReleaseView(
        version=row.version,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        made_at=manifest.made_at,
        notes=manifest.notes,
        minimum_from=manifest.minimum_from,
        targets=manifest.targets,
        signed_by=tuple(json.loads(row.signed_by)),
        uploaded_at=row.uploaded_at,
        uploaded_by=row.uploaded_by,
        devices=devices,
    )
