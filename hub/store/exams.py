"""Exams and every wording of their notices."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.profiles import RuleProfile
from hub.store.cursor import format_cursor
from hub.tables import exams, notices
from hub.views import Exam, ExamList, Notice


async def add(connection: AsyncConnection, values: dict[str, Any]) -> None:
    """With its first notice."""
    await connection.execute(insert(exams).values(values))
    await _add_notice(connection, values["exam_id"], values["notice_version"], values["notice"], values["created_at"])


async def change(connection: AsyncConnection, exam_id: UUID, values: dict[str, Any]) -> None:
    await connection.execute(update(exams).where(exams.c.exam_id == exam_id).values(values))


async def new_notice(connection: AsyncConnection, exam_id: UUID, text: str, now: datetime) -> int:
    """The number of the new version."""
    newest = await connection.execute(select(func.max(notices.c.version)).where(notices.c.exam_id == exam_id))
    version = (newest.scalar_one() or 0) + 1
    await _add_notice(connection, exam_id, version, text, now)
    await change(connection, exam_id, {"notice": text, "notice_version": version})
    return version


async def every_notice(connection: AsyncConnection, exam_id: UUID) -> list[Notice]:
    """Newest first."""
    statement = select(notices.c.version, notices.c.text, notices.c.created_at).where(notices.c.exam_id == exam_id)
    rows = await connection.execute(statement.order_by(notices.c.version.desc()))
    return [Notice(**row._mapping) for row in rows]


async def find(connection: AsyncConnection, exam_id: UUID) -> Exam | None:
    row = (await connection.execute(select(exams).where(exams.c.exam_id == exam_id))).one_or_none()
    return _view(row) if row else None


async def named(connection: AsyncConnection, names: set[str]) -> dict[str, list[UUID]]:
    """Exams that are not archived, by name."""
    statement = select(exams.c.name, exams.c.exam_id).where(exams.c.name.in_(names), exams.c.archived_at.is_(None))
    found: dict[str, list[UUID]] = {}
    for name, exam_id in await connection.execute(statement):
        found.setdefault(name, []).append(exam_id)
    return found


async def page(
    connection: AsyncConnection, archived: bool, part: str, after: tuple[str, UUID] | None, limit: int
) -> ExamList:
    """By name."""
    statement = select(exams).order_by(exams.c.name, exams.c.exam_id).limit(limit + 1)
    statement = statement.where(exams.c.archived_at.is_not(None) if archived else exams.c.archived_at.is_(None))
    if part:
        statement = statement.where(exams.c.name.icontains(part, autoescape=True))
    if after is not None:
        statement = statement.where(tuple_(exams.c.name, exams.c.exam_id) > after)
    items = [_view(row) for row in await connection.execute(statement)]
    more = format_cursor(items[limit - 1].name, items[limit - 1].exam_id) if len(items) > limit else None
    return ExamList(items=tuple(items[:limit]), next=more)


async def _add_notice(connection: AsyncConnection, exam_id: UUID, version: int, text: str, now: datetime) -> None:
    await connection.execute(insert(notices).values(exam_id=exam_id, version=version, text=text, created_at=now))


def _view(row: Row[Any]) -> Exam:
    said = dict(row._mapping)
    document = said.pop("profile_document")
    return Exam(**said, profile_document=RuleProfile.parse(document) if document else None)
