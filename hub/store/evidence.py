"""Which evidence files have arrived, and which picture of a booth is the newest."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.upsert import insert
from hub.tables import booth_states, evidence_files, evidence_refs


async def find(connection: AsyncConnection, sha256: str) -> Row[Any] | None:
    return (await connection.execute(select(evidence_files).where(evidence_files.c.sha256 == sha256))).one_or_none()


async def arrived(connection: AsyncConnection, names: Iterable[str]) -> set[str]:
    """Those of `names` whose file is here."""
    found = await connection.execute(select(evidence_files.c.sha256).where(evidence_files.c.sha256.in_(list(names))))
    return set(found.scalars())


async def add(connection: AsyncConnection, values: dict[str, Any]) -> None:
    await connection.execute(insert(connection, evidence_files).on_conflict_do_nothing(), values)


async def taken_at(connection: AsyncConnection, sha256: str) -> datetime | None:
    """When a violation says that the picture was taken; None while no violation names it."""
    statement = select(evidence_refs.c.taken_at).where(evidence_refs.c.sha256 == sha256).limit(1)
    return (await connection.execute(statement)).scalar_one_or_none()


async def show_picture(connection: AsyncConnection, booth_id: str, sha256: str, when: datetime) -> None:
    """The booth's picture, unless a newer one is shown already."""
    await connection.execute(insert(connection, booth_states).values(booth_id=booth_id).on_conflict_do_nothing())
    await connection.execute(
        update(booth_states)
        .where(
            booth_states.c.booth_id == booth_id,
            or_(booth_states.c.picture_taken_at.is_(None), booth_states.c.picture_taken_at <= when),
        )
        .values(picture_sha256=sha256, picture_taken_at=when)
    )
