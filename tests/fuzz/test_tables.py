"""Tables that people upload: whatever the file holds, there is a report with the lines that are wrong, or a refusal
that says what to do; and what is taken comes out of an export as it went in."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from hub.errors import RefusedError
from hub.exams import schedule_import
from hub.exams.candidate_import import COLUMNS, plan, read_candidates
from hub.exams.schedule_import import Known, bookings, read_schedule
from hub.exams.sheet import read_sheet, write_sheet
from hub.views import ImportReport
from tests.support.fuzz import Fuzz, Record, count_of, text_like

CANDIDATES = {
    "commas": b"number,name,email,extra_time_percent,rules_off,note\r\n17,Ada,ada@x.example,25,speech,reads aloud\r\n",
    "semicolons": '\ufeffnumber;name;note\n18;Zoë;“quoted; no”\n19;Ann;"two\nlines"\n'.encode(),
    "windows": "number;name\n20;Jürgen\n".encode("windows-1252"),
    "tabs": b"number\tname\textra_time_percent\n21\t'=1+1\t50 %\n",
}
SCHEDULE = {
    "iso": b"candidate_number,exam,booth,start,practice\n17,Maths,booth-1,2099-05-04 09:00,no\n",
    "german": b"candidate_number;exam;booth;start\n17;Maths;booth-1;04.05.2099 09:00\n18;Law;booth-2;2099-05-04T09:00Z",
}
NOW = datetime(2026, 5, 4, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def candidates(data: bytes) -> ImportReport:
    sheet, found = read_candidates(data)
    made = plan(sheet, found, {})
    report = made.report(applied=False)
    assert len(made.new) <= len(sheet.lines)
    assert ImportReport.model_validate_json(report.model_dump_json()) == report
    rows = [[str(each["number"]), each["name"], each["email"] or ""] for each in made.new]
    back = read_sheet(write_sheet(COLUMNS[:3], rows), COLUMNS, COLUMNS[:2])
    assert [[line.cells[name] for name in COLUMNS[:3]] for line in back.lines] == rows
    return report


def schedule(data: bytes) -> ImportReport:
    sheet = read_schedule(data)
    found = bookings(sheet, Known({}, {}, frozenset(), frozenset({"booth-1"})), BERLIN, NOW)
    report = schedule_import.plan(sheet, found, [], {UUID(int=0): UUID(int=0)}, NOW - NOW).report(applied=False)
    assert ImportReport.model_validate_json(report.model_dump_json()) == report
    return report


@pytest.mark.parametrize(
    ("name", "parse", "seeds"), [("candidates", candidates, CANDIDATES), ("schedule", schedule, SCHEDULE)]
)
def test_imports(name: str, parse: object, seeds: dict[str, bytes], record: Record) -> None:
    made_up = text_like("".join(data.decode("utf-8", "replace") for data in seeds.values()))
    Fuzz(f"CSV import: {name}", parse, seeds, (RefusedError,), made_up=made_up).run(count_of(), record)  # type: ignore[arg-type]


def test_times(record: Record) -> None:
    """What a spreadsheet takes for a time: an aware one in this century or the next, or none."""

    def parse(data: bytes) -> object:
        when = schedule_import.read_time(data.decode(errors="replace"), BERLIN)
        assert when is None or (when.tzinfo is not None and 1999 <= when.astimezone(UTC).year <= 2200)
        return when

    seeds = {"iso": b"2099-05-04T09:00:00+02:00", "german": b"04.05.2099 09:00", "edge": b"2199-12-31T23:59:59-23:59"}
    Fuzz("CSV import: time", parse, seeds, (), made_up=text_like("0123456789-:.TZ+ W")).run(count_of(), record)
