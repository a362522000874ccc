"""A schedule from a table: candidate's number, exam, booth and start in each line; checked against all that is there
and against itself."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final
from uuid import UUID

from hub.exams.booking import Booking
from hub.exams.schedule import Slot, collision, refused
from hub.exams.sheet import LISTED, Line, Sheet, read_sheet
from hub.views import Candidate, Exam, ImportReport, ImportRow

COLUMNS: Final = ("candidate_number", "exam", "booth", "start", "practice")
NEEDED: Final = ("candidate_number", "exam", "booth", "start")
GERMAN: Final = "%d.%m.%Y %H:%M"
"""Beside ISO 8601. With slashes nobody can tell day from month, so that is refused."""
YES: Final = frozenset({"1", "yes", "true", "ja", "x"})
NO: Final = frozenset({"", "0", "no", "false", "nein"})


@dataclass(frozen=True, slots=True)
class Known:
    """What the lines name, as it is in the database."""

    candidates: dict[str, Candidate]
    exams: dict[str, Exam]
    """By id and by name; a name that several have is not here."""
    ambiguous: frozenset[str]
    booths: frozenset[str]


@dataclass(slots=True)
class SchedulePlan:
    sheet: Sheet
    bookings: list[Booking] = field(default_factory=list)
    unchanged: int = 0
    rows: list[ImportRow] = field(default_factory=list)

    def report(self, *, applied: bool, listed: int = LISTED) -> ImportReport:
        counts = {"new": len(self.bookings), "changed": 0, "unchanged": self.unchanged}
        return self.sheet.report(self.rows, **counts, applied=applied, listed=listed)


def read_schedule(data: bytes) -> Sheet:
    return read_sheet(data, COLUMNS, NEEDED)


def bookings(sheet: Sheet, known: Known, zone: tzinfo, now: datetime) -> list[tuple[Line, Booking]]:
    """What each line without a problem books."""
    found = []
    for line in sheet.lines:
        booked = _booking(sheet, line, known, zone)
        if booked is not None and booked.end <= now:
            sheet.problem(line.number, "start", "lies in the past")
        elif booked is not None:
            found.append((line, booked))
    return found


def plan(
    sheet: Sheet,
    found: Sequence[tuple[Line, Booking]],
    taken: Sequence[Slot],
    exams: dict[UUID, UUID],
    turnaround: timedelta,
) -> SchedulePlan:
    """`taken` is what is scheduled there already, with the exam of each in `exams`. A line that is scheduled just so
    already changes nothing, so a file may be imported again."""
    made = SchedulePlan(sheet)
    by_booth: dict[str, list[Slot]] = {}
    by_candidate: dict[UUID, list[Slot]] = {}

    def note(slot: Slot) -> None:
        if slot.booth_id:
            by_booth.setdefault(slot.booth_id, []).append(slot)
        by_candidate.setdefault(slot.candidate_id, []).append(slot)

    for slot in taken:
        note(slot)
    for line, booked in found:
        slot = booked.slot(name=f"line {line.number}")
        near = [*by_booth.get(booked.booth_id, ()), *by_candidate.get(booked.candidate.candidate_id, ())]
        if any(_same(slot, other) and other.key and exams.get(other.key) == booked.exam.exam_id for other in near):
            made.unchanged += 1
            continue
        other = collision(slot, near, turnaround)
        if other is not None:
            sheet.problem(
                line.number, "booth" if other.booth_id == slot.booth_id else "start", _why(slot, other, turnaround)
            )
            continue
        note(slot)
        made.bookings.append(booked)
        key = f"{booked.candidate.number} {booked.exam.name} {booked.booth_id} {booked.start.isoformat()}"
        made.rows.append(ImportRow(line=line.number, key=key, change="new", fields=()))
    return made


def _same(one: Slot, other: Slot) -> bool:
    return (one.booth_id, one.candidate_id, one.first) == (other.booth_id, other.candidate_id, other.first)


def _why(slot: Slot, other: Slot, turnaround: timedelta) -> str:
    return f"collides with {other.name}" if other.key is None else refused(slot, other, turnaround).hint


def _booking(sheet: Sheet, line: Line, known: Known, zone: tzinfo) -> Booking | None:
    cells = line.cells
    candidate = known.candidates.get(cells["candidate_number"])
    exam = known.exams.get(cells["exam"])
    start = read_time(cells["start"], zone)
    practice = cells.get("practice", "").casefold()
    problems: list[tuple[str, Any, str]] = [
        ("candidate_number", candidate, "no candidate has this number; import candidates first"),
        (
            "exam",
            exam,
            "several exams have this name: give the id" if cells["exam"] in known.ambiguous else "no such exam",
        ),
        ("booth", cells["booth"] in known.booths or None, "no such booth, or it is not in your scope"),
        ("start", start, "a date and time such as 2026-05-04 09:00 or 04.05.2026 09:00"),
        ("practice", practice in YES | NO or None, "yes or no"),
    ]
    wrong = [(column, problem) for column, value, problem in problems if value is None]
    for column, problem in wrong:
        sheet.problem(line.number, column, problem)
    if wrong or candidate is None or exam is None or start is None:
        return None
    return Booking(exam, candidate, cells["booth"], start, practice in YES)


def read_time(text: str, zone: tzinfo) -> datetime | None:
    """ISO 8601, or as a spreadsheet writes it; in `zone` where it names none. None for what is no time."""
    when = None
    for read in (datetime.fromisoformat, lambda each: datetime.strptime(each, GERMAN)):
        with suppress(ValueError):
            when = when or read(text)
    if when is None or len(text) < 11:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=zone)
    try:
        return when.astimezone(zone) if 2000 <= when.year < 2200 else None
    except OverflowError:
        return None
