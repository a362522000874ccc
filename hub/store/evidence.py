"""Which evidence files have arrived, and which picture of a booth is the newest."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.upsert import insert
from hub.tables import booth_states, evidence_files, evidence_refs, violations


async def find(connection: AsyncConnection, sha256: str) -> Row[Any] | None:
    return (await connection.execute(select(evidence_files).where(evidence_files.c.sha256 == sha256))).one_or_none()


async def arrived(connection: AsyncConnection, names: Iterable[str]) -> set[str]:
    """Those of `names` whose file is here."""
    found = await connection.execute(select(evidence_files.c.sha256).where(evidence_files.c.sha256.in_(list(names))))
    return set(found.scalars())


async def add(connection: AsyncConnection, values: dict[str, Any]) -> None:
    await connection.execute(insert(connection, evidence_files).on_conflict_do_nothing(), values)


async def taken_at(connection: AsyncConnection, booth_id: str, sha256: str) -> datetime | None:
    """When the booth's violations last say that the picture was taken; None while none names it.

    A scene that does not move gives the same bytes again, so several violations may name one file.
    """
    statement = (
        select(func.max(evidence_refs.c.taken_at))
        .join(violations, violations.c.violation_id == evidence_refs.c.violation_id)
        .where(evidence_refs.c.sha256 == sha256, violations.c.booth_id == booth_id)
    )
    newest: datetime | None = (await connection.execute(statement)).scalar_one_or_none()
    return newest


async def show_known_pictures(connection: AsyncConnection, newest: dict[str, tuple[str, datetime]]) -> None:
    """`newest` maps booths to a picture that a violation has just named: show those whose file was here before."""
    here = await arrived(connection, {sha256 for sha256, _ in newest.values()})
    for booth_id, (sha256, when) in newest.items():
        if sha256 in here:
            await show_picture(connection, booth_id, sha256, when)


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
