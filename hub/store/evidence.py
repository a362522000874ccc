"""Which evidence files have arrived, which never will, what names them, and which picture of a booth is the newest."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.violation import EvidenceRef
from hub.store.upsert import insert
from hub.tables import (
    booth_states,
    dropped_evidence,
    evidence_files,
    evidence_refs,
    exam_session_photos,
    violations,
)


async def hide_picture(connection: AsyncConnection, booth_id: str, sha256: str) -> None:
    """A candidate's document is nothing for a booth's tile, which everybody sees."""
    await connection.execute(
        update(booth_states)
        .where(booth_states.c.booth_id == booth_id, booth_states.c.picture_sha256 == sha256)
        .values(picture_sha256=None, picture_taken_at=None)
    )


async def is_photo(connection: AsyncConnection, sha256: str) -> bool:
    """Whether it was taken at a check-in."""
    statement = select(exists().where(exam_session_photos.c.sha256 == sha256))
    return bool((await connection.execute(statement)).scalar_one())


async def find(connection: AsyncConnection, sha256: str) -> Row[Any] | None:
    return (await connection.execute(select(evidence_files).where(evidence_files.c.sha256 == sha256))).one_or_none()


async def arrived(connection: AsyncConnection, names: Iterable[str]) -> set[str]:
    """Those of `names` whose file is here."""
    found = await connection.execute(select(evidence_files.c.sha256).where(evidence_files.c.sha256.in_(list(names))))
    return set(found.scalars())


async def added_later(
    connection: AsyncConnection, violation_ids: Iterable[UUID]
) -> dict[tuple[UUID, str], list[EvidenceRef]]:
    """References that came after the violation itself, by violation and the booth that said so, oldest first."""
    statement = (
        select(evidence_refs)
        .where(evidence_refs.c.violation_id.in_(list(violation_ids)), evidence_refs.c.ref.is_not(None))
        .order_by(evidence_refs.c.taken_at, evidence_refs.c.sha256)
    )
    found: dict[tuple[UUID, str], list[EvidenceRef]] = {}
    for row in await connection.execute(statement):
        ref = EvidenceRef.model_validate_json(row.ref)
        found.setdefault((row.violation_id, row.booth_id), []).append(ref)
    return found


async def dropped(connection: AsyncConnection, names: Iterable[str]) -> dict[tuple[str, str], str]:
    """Why a booth could not keep a file, by booth and name."""
    found = await connection.execute(select(dropped_evidence).where(dropped_evidence.c.sha256.in_(list(names))))
    return {(row.booth_id, row.sha256): row.reason for row in found}


async def drop(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """Notes what the booths dropped; the violations that named one of these files."""
    await connection.execute(insert(connection, dropped_evidence).on_conflict_do_nothing(), rows)
    names = [row["sha256"] for row in rows]
    found = await connection.execute(select(evidence_refs.c.violation_id).where(evidence_refs.c.sha256.in_(names)))
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
    for booth_id, (sha256, when) in sorted(newest.items()):
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
