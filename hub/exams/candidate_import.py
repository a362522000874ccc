"""Candidates from a table: what each line says, checked, and compared with what is there. Pure but for the views."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from contract.profiles import Rules
from hub.exams.sheet import LISTED, Line, Sheet, read_sheet
from hub.views import Candidate, ImportReport, ImportRow

COLUMNS: Final = ("number", "name", "email", "extra_time_percent", "rules_off", "note")
NEEDED: Final = ("number", "name")
RULES: Final = frozenset(Rules.model_fields)
MAX_EXTRA_PERCENT: Final = 200
FIELDS: Final = ("name", "email", "extra_time_percent", "rules_off", "accommodation_note")
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


@dataclass(slots=True)
class Plan:
    """What an import would do; only done where there is no problem."""

    sheet: Sheet
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    unchanged: int = 0
    rows: list[ImportRow] = field(default_factory=list)

    def report(self, *, applied: bool, listed: int = LISTED) -> ImportReport:
        counts = {"new": len(self.new), "changed": len(self.changed), "unchanged": self.unchanged}
        return self.sheet.report(self.rows, **counts, applied=applied, listed=listed)


def read_candidates(data: bytes) -> tuple[Sheet, list[tuple[Line, dict[str, Any]]]]:
    """The table, and what each line without a problem says."""
    sheet = read_sheet(data, COLUMNS, NEEDED)
    seen: dict[str, int] = {}
    found = []
    for line in sheet.lines:
        said = _said(sheet, line)
        number = line.cells["number"]
        if number in seen:
            sheet.problem(line.number, "number", f"{number} is in line {seen[number]} already")
        elif said is not None:
            found.append((line, said))
        seen.setdefault(number, line.number)
    return sheet, found


def plan(sheet: Sheet, found: list[tuple[Line, dict[str, Any]]], there: dict[str, Candidate]) -> Plan:
    """`there` are candidates by number. A column that the table does not have stays as it is."""
    made = Plan(sheet)
    for line, said in found:
        old = there.get(said["number"])
        if old is None:
            made.new.append(_defaults() | said)
            made.rows.append(ImportRow(line=line.number, key=said["number"], change="new", fields=()))
            continue
        differs = tuple(name for name in FIELDS if name in said and said[name] != getattr(old, name))
        if differs:
            made.changed.append(old.model_dump() | said)
            made.rows.append(ImportRow(line=line.number, key=said["number"], change="changed", fields=differs))
        else:
            made.unchanged += 1
    return made


def as_row(candidate: Candidate) -> list[str]:
    """A line of the export, in the order of `COLUMNS`."""
    return [
        candidate.number,
        candidate.name,
        candidate.email or "",
        str(candidate.extra_time_percent),
        " ".join(candidate.rules_off),
        candidate.accommodation_note,
    ]


def _defaults() -> dict[str, Any]:
    return {"email": None, "extra_time_percent": 0, "rules_off": (), "accommodation_note": ""}


def _said(sheet: Sheet, line: Line) -> dict[str, Any] | None:
    """None where something is wrong, which is noted."""
    before = len(sheet.problems)
    cells = line.cells
    said: dict[str, Any] = {"number": cells["number"], "name": cells["name"]}
    for name, most in (("number", 60), ("name", 160)):
        if not cells[name]:
            sheet.problem(line.number, name, "is empty")
        elif len(cells[name]) > most or "\n" in cells[name] or "\r" in cells[name] or "\t" in cells[name]:
            sheet.problem(line.number, name, f"one line of at most {most} letters")
    if "email" in cells:
        said["email"] = cells["email"] or None
        if cells["email"] and (not _EMAIL.fullmatch(cells["email"]) or len(cells["email"]) > 254):
            sheet.problem(line.number, "email", "not an e-mail address")
    if "extra_time_percent" in cells:
        said["extra_time_percent"] = _percent(sheet, line, cells["extra_time_percent"].removesuffix("%").strip())
    if "rules_off" in cells:
        names = tuple(dict.fromkeys(re.split(r"[\s,;|]+", cells["rules_off"]))) if cells["rules_off"] else ()
        said["rules_off"] = names
        if unknown := [name for name in names if name not in RULES]:
            known = ", ".join(sorted(RULES))
            sheet.problem(line.number, "rules_off", f"no rule is called {', '.join(unknown)[:200]} (known: {known})")
    if "note" in cells:
        said["accommodation_note"] = cells["note"]
        if len(cells["note"]) > 500:
            sheet.problem(line.number, "note", "at most 500 letters")
    return said if len(sheet.problems) == before else None


def _percent(sheet: Sheet, line: Line, text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= MAX_EXTRA_PERCENT):
        sheet.problem(line.number, "extra_time_percent", f"a whole number from 0 to {MAX_EXTRA_PERCENT}")
        return 0
    return int(text)
