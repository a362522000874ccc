"""Proof of what was deleted, and which bytes still have to go. Rows are only added; `gone_at` is filled in once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.upsert import insert as upsert
from hub.tables import deletions, evidence_files, signing_certificates

Cursor = tuple[datetime, UUID]


def lock_of(sha256: str) -> str:
    """Taken by who deletes a file and by who takes it in (`hub.store.locks`)."""
    return f"file {sha256}"


async def add(
    connection: AsyncConnection, rows: Sequence[dict[str, Any]], fingerprint: str, certificate_pem: str
) -> None:
    await connection.execute(
        upsert(connection, signing_certificates).on_conflict_do_nothing(),
        {"fingerprint": fingerprint, "certificate_pem": certificate_pem},
    )
    await connection.execute(insert(deletions), list(rows))


async def unfinished(connection: AsyncConnection, limit: int, after: UUID | None) -> Sequence[Any]:
    """Files whose bytes are still in the store, as far as is known."""
    statement = select(deletions.c.deletion_id, deletions.c.sha256).where(deletions.c.gone_at.is_(None))
    if after is not None:
        statement = statement.where(deletions.c.deletion_id > after)
    return (await connection.execute(statement.order_by(deletions.c.deletion_id).limit(limit))).all()


async def being_deleted(connection: AsyncConnection, sha256: str) -> bool:
    statement = select(exists().where(deletions.c.sha256 == sha256, deletions.c.gone_at.is_(None)))
    return bool((await connection.execute(statement)).scalar_one())


async def finish(connection: AsyncConnection, deletion_ids: Sequence[UUID], now: datetime) -> None:
    await connection.execute(update(deletions).where(deletions.c.deletion_id.in_(deletion_ids)).values(gone_at=now))


async def of_files(connection: AsyncConnection, names: Iterable[str]) -> dict[str, Row[Any]]:
    """The newest deletion of each of these that is not here again."""
    here = exists().where(evidence_files.c.sha256 == deletions.c.sha256)
    statement = (
        select(deletions)
        .where(deletions.c.sha256.in_(list(names)), deletions.c.what == "file", ~here)
        .order_by(deletions.c.deleted_at)
    )
    return {row.sha256: row for row in await connection.execute(statement)}


async def of_chain(connection: AsyncConnection, chain_id: UUID, below: int) -> Row[Any] | None:
    """How far its beginning was deleted, as far as that is below event `below`."""
    statement = (
        select(deletions)
        .where(deletions.c.chain_id == chain_id, deletions.c.what == "events", deletions.c.last_seq < below)
        .order_by(deletions.c.last_seq.desc())
        .limit(1)
    )
    return (await connection.execute(statement)).one_or_none()


async def certificates(connection: AsyncConnection) -> dict[str, str]:
    """PEM of all with which deletions were signed, by fingerprint: one a few years."""
    found = await connection.execute(select(signing_certificates))
    return {row.fingerprint: row.certificate_pem for row in found}


async def newest(
    connection: AsyncConnection,
    booths: Sequence[str] | None,
    exam_session_id: UUID | None,
    sha256: str | None,
    before: Cursor | None,
    limit: int,
) -> Sequence[Any]:
    """`booths` None: of all."""
    columns = deletions.c
    statement = select(deletions).order_by(columns.deleted_at.desc(), columns.deletion_id.desc()).limit(limit)
    if booths is not None:
        statement = statement.where(columns.booth_id.in_(list(booths)))
    if exam_session_id is not None:
        statement = statement.where(columns.exam_session_id == exam_session_id)
    if sha256 is not None:
        statement = statement.where(columns.sha256 == sha256)
    if before is not None:
        statement = statement.where(tuple_(columns.deleted_at, columns.deletion_id) < before)
    return (await connection.execute(statement)).all()
