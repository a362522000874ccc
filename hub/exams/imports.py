"""Imports: a table is read, compared with the database, and taken wholly or not at all."""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Final
from uuid import UUID, uuid4

from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from hub import audit
from hub.audit import Actor
from hub.db import Database
from hub.errors import RefusedError
from hub.exams import booking, candidate_import, schedule_import
from hub.exams.schedule import Slot
from hub.exams.schedule_import import Known
from hub.exams.sessions import Done, ExamSessions
from hub.exams.sheet import LISTED, Sheet
from hub.store import booths, candidates, exams
from hub.views import Exam, ImportReport, Me

SHOWN: Final = 3
"""Problems in a refusal; a dry run tells all."""


async def import_candidates(
    database: Database, actor: Actor, data: bytes, *, dry_run: bool, listed: int = LISTED
) -> ImportReport:
    """Candidates are known by their number: one that is there is changed where the table says something else."""
    sheet, found = await to_thread.run_sync(candidate_import.read_candidates, data)
    numbers = [said["number"] for _, said in found]
    if dry_run:
        async with database.reading() as connection:
            there = await candidates.numbered(connection, numbers)
        return candidate_import.plan(sheet, found, there).report(applied=False, listed=listed)
    _refuse_problems(sheet)
    now = datetime.now(UTC)
    async with database.writing() as connection:
        plan = candidate_import.plan(sheet, found, await candidates.numbered(connection, numbers))
        await candidates.add(connection, [row | {"candidate_id": uuid4(), "created_at": now} for row in plan.new])
        for row in plan.changed:
            await candidates.change(connection, row)
        counts = {"new": len(plan.new), "changed": len(plan.changed), "unchanged": plan.unchanged}
        await audit.record(connection, actor, "candidates.imported", "candidates", "import", **counts)
    return plan.report(applied=True, listed=listed)


async def import_schedule(
    sessions: ExamSessions,
    database: Database,
    me: Me,
    actor: Actor,
    data: bytes,
    zone: tzinfo,
    *,
    dry_run: bool,
    listed: int = LISTED,
) -> ImportReport:
    """Every line becomes an exam session; one that is scheduled just so already stays as it is."""
    sheet = await to_thread.run_sync(schedule_import.read_schedule, data)
    now = datetime.now(UTC)
    if dry_run:
        async with database.reading() as connection:
            plan = await _schedule(connection, sessions, me, sheet, zone, now)
        return plan.report(applied=False, listed=listed)
    async with database.writing() as connection:
        plan = await _schedule(connection, sessions, me, sheet, zone, now)
        _refuse_problems(sheet)
        done = await sessions.write(connection, plan.bookings, actor, now) if plan.bookings else Done((), frozenset())
    await sessions.tell(done)
    return plan.report(applied=True, listed=listed)


async def _schedule(
    connection: AsyncConnection, sessions: ExamSessions, me: Me, sheet: Sheet, zone: tzinfo, now: datetime
) -> schedule_import.SchedulePlan:
    known = await _known(connection, me, sheet)
    found = schedule_import.bookings(sheet, known, zone, now)
    slots = [booked.slot() for _, booked in found]
    taken: list[Slot] = []
    of_exam: dict[UUID, UUID] = {}
    if slots:
        rows = await booking.rows_around(connection, slots, sessions.turnaround)
        taken = [Slot.of(row) for row in rows]
        of_exam = {row.exam_session_id: row.exam_id for row in rows}
    return schedule_import.plan(sheet, found, taken, of_exam, sessions.turnaround)


async def _known(connection: AsyncConnection, me: Me, sheet: Sheet) -> Known:
    def said(column: str) -> set[str]:
        return {line.cells[column] for line in sheet.lines}

    by_name = await exams.named(connection, said("exam"))
    unique = {name: ids[0] for name, ids in by_name.items() if len(ids) == 1}
    unique |= {text: exam_id for text in said("exam") for exam_id in [_uuid(text)] if exam_id is not None}
    found = await _exams(connection, set(unique.values()))
    there = await booths.known(connection, said("booth"))
    return Known(
        candidates=await candidates.numbered(connection, said("candidate_number")),
        exams={name: found[exam_id] for name, exam_id in unique.items() if exam_id in found},
        ambiguous=frozenset(name for name, ids in by_name.items() if len(ids) > 1),
        booths=frozenset(booth for booth in there if me.sees(booth)),
    )


async def _exams(connection: AsyncConnection, exam_ids: Iterable[UUID]) -> dict[UUID, Exam]:
    found: dict[UUID, Exam] = {}
    for exam_id in exam_ids:
        exam = await exams.find(connection, exam_id)
        if exam is not None and exam.archived_at is None:
            found[exam_id] = exam
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _refuse_problems(sheet: Sheet) -> None:
    """Raises 422: nothing was taken."""
    if not sheet.problems:
        return
    ordered = sorted(sheet.problems, key=lambda each: each.line)
    told = [f"line {each.line}{f', {each.column}' if each.column else ''}: {each.problem}" for each in ordered[:SHOWN]]
    more = f"; and {len(ordered) - SHOWN} more" if len(ordered) > SHOWN else ""
    detail = f"{'; '.join(told)}{more}. Nothing was imported; dry_run=true lists all problems"
    raise RefusedError(422, "The table has mistakes", detail)
