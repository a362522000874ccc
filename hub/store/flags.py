"""Flags: moments that people marked, with every wording they ever had."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import flag_versions, flags
from hub.views import Flag, FlagVersion


async def add(connection: AsyncConnection, row: dict[str, Any]) -> None:
    await connection.execute(insert(flags).values(row))


async def word(connection: AsyncConnection, flag_id: UUID, version: FlagVersion) -> None:
    """One more wording."""
    await connection.execute(insert(flag_versions).values(flag_id=flag_id, **version.model_dump()))


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
    return [
        Flag(
            **row._mapping,
            **wordings[row.flag_id][-1].model_dump(include={"at", "kind", "note", "withdrawn"}),
            history=tuple(wordings[row.flag_id]),
        )
        for row in rows
    ]


def next_version(flag: Flag, now: datetime, **changes: Any) -> FlagVersion:
    """As it is worded, with these changes."""
    last = flag.history[-1]
    return last.model_copy(update={**changes, "version": last.version + 1, "written_at": now})
