"""Flags: moments that people marked, with every wording they ever had."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import flag_reviews, flag_versions, flags
from hub.views import Flag, FlagVersion
from hub.views.watching import FlagReview


async def add(connection: AsyncConnection, row: dict[str, Any]) -> None:
    await connection.execute(insert(flags).values(row))


async def word(connection: AsyncConnection, flag_id: UUID, version: FlagVersion) -> None:
    """One more wording."""
    await connection.execute(insert(flag_versions).values(flag_id=flag_id, **version.model_dump()))


async def review(connection: AsyncConnection, row: dict[str, Any]) -> None:
    await connection.execute(insert(flag_reviews).values(row))


async def find(connection: AsyncConnection, flag_id: UUID) -> Flag | None:
    statement = select(flags).where(flags.c.flag_id == flag_id)
    found = await _views(connection, (await connection.execute(statement)).all())
    return found[0] if found else None


async def of_exam_session(connection: AsyncConnection, exam_session_id: UUID) -> list[Flag]:
    """By the moment they mark, those that were withdrawn among them."""
    statement = select(flags).where(flags.c.exam_session_id == exam_session_id)
    found = await _views(connection, (await connection.execute(statement)).all())
    return sorted(found, key=lambda flag: (flag.at, flag.flag_id))


async def _views(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Flag]:
    wordings: dict[UUID, list[FlagVersion]] = {row.flag_id: [] for row in rows}
    statement = (
        select(flag_versions)
        .where(flag_versions.c.flag_id.in_(list(wordings)))
        .order_by(flag_versions.c.flag_id, flag_versions.c.version)
    )
    for row in await connection.execute(statement):
        fields = {name: value for name, value in row._mapping.items() if name != "flag_id"}
        wordings[row.flag_id].append(FlagVersion(**fields))
    noted = await _noted(connection, list(wordings))
    return [
        Flag(
            **row._mapping,
            noted=noted.get(row.flag_id),
            **wordings[row.flag_id][-1].model_dump(include={"at", "kind", "note", "withdrawn"}),
            history=tuple(wordings[row.flag_id]),
        )
        for row in rows
    ]


async def _noted(connection: AsyncConnection, flag_ids: Sequence[UUID]) -> dict[UUID, FlagReview]:
    """Of those that somebody took note of, who did last."""
    statement = (
        select(flag_reviews)
        .where(flag_reviews.c.flag_id.in_(flag_ids))
        .order_by(flag_reviews.c.flag_id, flag_reviews.c.decided_at, flag_reviews.c.review_id)
    )
    last = {row.flag_id: row for row in await connection.execute(statement)}
    return {
        flag_id: FlagReview(**{name: getattr(row, name) for name in FlagReview.model_fields})
        for flag_id, row in last.items()
        if row.noted
    }


def next_version(flag: Flag, now: datetime, **changes: Any) -> FlagVersion:
    """As it is worded, with these changes."""
    last = flag.history[-1]
    return last.model_copy(update={**changes, "version": last.version + 1, "written_at": now})
