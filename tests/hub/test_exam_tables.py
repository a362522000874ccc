"""Tables of candidates and of the schedule: what spreadsheets write is read, mistakes are told by line and column."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import RefusedError
from hub.exams.candidate_import import COLUMNS, plan, read_candidates
from hub.exams.schedule_import import read_time
from hub.exams.sheet import MAX_BYTES, MAX_ROWS, read_sheet, write_sheet
from hub.store.candidates import terms, words
from tests.support.exams import Centre
from tests.support.hub import a_hub, add_booth, add_user, browser, sign_in

pytestmark = pytest.mark.anyio
PLAIN = (
    "number;name;email;extra_time_percent;rules_off;note\nA-1;Ada Müller;ada@example.org;25 %;looking_away speech;x\n"
)
TEXT_CSV = {"Content-Type": "text/csv"}


def said(data: bytes) -> list[dict[str, Any]]:
    sheet, found = read_candidates(data)
    assert sheet.problems == []
    return [each for _, each in found]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_spreadsheets_write_is_read(separator: str, encoding: str, newline: str) -> None:
    data = PLAIN.replace(";", separator).replace("\n", newline).encode(encoding)
    sheet, _ = read_candidates(data)
    assert said(data) == [
        {
            "number": "A-1",
            "name": "Ada Müller",
            "email": "ada@example.org",
            "extra_time_percent": 25,
            "rules_off": ("looking_away", "speech"),
            "accommodation_note": "x",
        }
    ]
    assert sheet.encoding == ("windows-1252" if encoding == "windows-1252" else "utf-8")
    assert bool(sheet.warning) == (encoding == "windows-1252"), "a guess is told"
    assert sheet.separator == ("tab" if separator == "\t" else separator)


@pytest.mark.parametrize(
    ("data", "status", "what"),
    [
        (PLAIN.encode("utf-16"), 422, "UTF-16"),
        (b"number;name\nA-1;\x81\x8d", 422, "line 2"),
        (b"", 422, "number, name"),
        (b"name;email\nx;y\n", 422, "number"),
        (b"number;name;name\nA;B;C\n", 422, "once"),
        (b'number;name\nA;"B\n', 422, "CSV"),
        (b"x" * (MAX_BYTES + 1), 413, "bytes"),
        (b"number;name\n" + b"A;B\n" * (MAX_ROWS + 1), 422, str(MAX_ROWS)),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(data: bytes, status: int, what: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        read_candidates(data)
    assert refusal.value.status == status
    assert what in refusal.value.hint


def test_mistakes_are_told_by_line_and_column() -> None:
    data = (
        b"number;name;email;extra_time_percent;rules_off;note;colour\n"
        b"A-1;Ada;;;;;\n"
        b'A-2;"two\nlines";;;;;\n'
        b"A-1;Again;;;;;\n"
        b";Nobody;;;;;\n"
        b"A-4;;nowhere;201;gazing;;\n"
        b"\n"
        b"A-5;one;too;many;cells;in;this;line\n"
        b"A-6;\x07bell;;;;;\n"
    )
    sheet, found = read_candidates(data)
    assert [each["number"] for _, each in found] == ["A-1"]
    assert {(problem.line, problem.column) for problem in sheet.problems} == {
        (1, "colour"),
        (3, "name"),
        (5, "number"),
        (6, "number"),
        (7, "name"),
        (7, "email"),
        (7, "extra_time_percent"),
        (7, "rules_off"),
        (9, None),
        (10, "name"),
    }
    report = plan(sheet, found, {}).report(applied=False)
    assert (report.problem_count, report.new, report.applied) == (10, 1, False)


cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=10))
def test_what_is_written_is_read_again_and_is_never_a_formula(rows: list[list[str]]) -> None:
    data = write_sheet(("one", "two", "three"), rows)
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    sheet = read_sheet(data, ("one", "two", "three"), ("one",))
    assert sheet.problems == []
    kept = [[cell.strip() for cell in row] for row in rows]
    expected = [[_as_read(cell) for cell in row] for row in kept]
    assert [list(line.cells.values()) for line in sheet.lines] == [row for row in expected if any(row)]


def _as_read(cell: str) -> str:
    """An apostrophe before a formula is taken for the one that the export puts there."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") and cell[1:2] else cell


@given(
    st.one_of(st.binary(max_size=400), st.text(max_size=200).map(lambda text: f"number;name;email\n{text}".encode()))
)
def test_no_bytes_break_the_reader(data: bytes) -> None:
    problem: RefusedError | None
    try:
        sheet, found = read_candidates(data)
    except RefusedError as refusal:
        problem = refusal
    else:
        problem = None
    if problem is not None:
        assert problem.status == 422
        assert problem.hint
        return
    plan(sheet, found, {}).report(applied=False)
    numbers = [each["number"] for _, each in found]
    assert len(numbers) == len(set(numbers))
    assert all(0 < len(number) <= 60 for number in numbers)
    assert all(problem.line >= 1 for problem in sheet.problems)


def test_times_are_read_as_spreadsheets_write_them_and_never_guessed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    nine = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
    for text in ("2026-05-04 09:00", "2026-05-04T09:00:00", "04.05.2026 09:00", "2026-05-04T07:00Z"):
        assert read_time(text, berlin) == nine
    for text in ("", "2026-05-04", "05/04/2026 09:00", "9:00", "1999-05-04 09:00", "2026-02-30 09:00"):
        assert read_time(text, berlin) is None, text


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_times(text: str) -> None:
    found = read_time(text, UTC)
    assert found is None or found.tzinfo is not None


def test_names_are_found_without_accents_and_capitals() -> None:
    stored = words("Jürgen  ÅNGSTRÖM-Smith, A-17")
    assert stored == ["jurgen", "angstrom-smith", "angstrom", "smith", "a-17", "a", "17"]
    for asked in ("jür", "Smi", "angstrom-s", "A-1", "17", "a 17", "(a-17)"):
        assert all(any(word.startswith(term) for word in stored) for term in terms(asked)), asked
    assert not any(word.startswith("a17") for word in stored)
    assert words("Straße") == ["strasse"]
    assert words("--") == []
    assert terms("a\0b\nc") == ["a", "b", "c"], "no database takes a zero byte"


async def test_a_table_of_candidates_is_previewed_and_taken_wholly_or_not_at_all(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre = Centre(client)
        path = "/api/v1/candidates/import"
        preview = await client.post(f"{path}?dry_run=true", content=PLAIN.encode("cp1252"), headers=TEXT_CSV)
        assert preview.status_code == 200, preview.text
        assert (preview.json()["new"], preview.json()["applied"]) == (1, False)
        assert "Windows-1252" in preview.json()["warning"]
        assert (await centre.get("/candidates"))["items"] == []
        broken = PLAIN + "A-2;;;;;\n"
        refusal = await client.post(path, content=broken.encode(), headers=TEXT_CSV)
        assert refusal.status_code == 422
        assert "line 3, name" in refusal.json()["detail"]
        assert (await centre.get("/candidates"))["items"] == []
        taken = await client.post(path, content=PLAIN.encode(), headers=TEXT_CSV)
        assert (taken.status_code, taken.json()["new"], taken.json()["applied"]) == (200, 1, True)
        again = PLAIN.replace("Ada", "Eva") + "A-2;=cmd|' /C calc'!A0;;;;\n" + "A-3;Third;;;;\n"
        preview = await client.post(f"{path}?dry_run=true", content=again.encode(), headers=TEXT_CSV)
        assert [(row["key"], row["change"], row["fields"]) for row in preview.json()["rows"]] == [
            ("A-1", "changed", ["name"]),
            ("A-2", "new", []),
            ("A-3", "new", []),
        ]
        assert (await client.post(path, content=again.encode(), headers=TEXT_CSV)).status_code == 200
        # A column that a table does not have stays as it is; so does a candidate that it does not name.
        short = await client.post(path, content=b"number,name\nA-1,Eva M\xc3\xbcller\n", headers=TEXT_CSV)
        assert (short.json()["unchanged"], short.json()["changed"]) == (1, 0)
        (found,) = (await centre.get("/candidates", q="mull a-1"))["items"]
        assert (found["name"], found["extra_time_percent"]) == ("Eva Müller", 25)
        exported = await client.get("/api/v1/candidates/export")
        assert exported.headers["content-type"].startswith("text/csv")
        table = list(csv.reader(io.StringIO(exported.content.decode("utf-8-sig"), newline="")))
        assert tuple(table[0]) == COLUMNS
        assert [row[1] for row in table[1:]] == ["'=cmd|' /C calc'!A0", "Eva Müller", "Third"]
        back = await client.post(path, content=exported.content, headers=TEXT_CSV)
        assert (back.json()["unchanged"], back.json()["changed"], back.json()["new"]) == (3, 0, 0)


async def test_a_large_table_is_taken_and_a_larger_one_refused_before_it_is_read(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        rows = "".join(f"N-{number:05};Candidate {number} of many, with a long name;\n" for number in range(4000))
        path = "/api/v1/candidates/import"
        taken = await client.post(path, content=f"number;name;email\n{rows}".encode(), headers=TEXT_CSV)
        assert (taken.status_code, taken.json()["new"]) == (200, 4000)
        assert len(taken.json()["rows"]) == 200
        found = (await client.get("/api/v1/candidates", params={"q": "n-039", "limit": 60})).json()
        assert len(found["items"]) == 60
        rest = await client.get("/api/v1/candidates", params={"q": "n-039", "limit": 60, "after": found["next"]})
        assert len(rest.json()["items"]) == 40
        assert (await client.post(path, content=bytes(MAX_BYTES + 1), headers=TEXT_CSV)).status_code == 413
        other = await client.post("/api/v1/candidates", content=bytes(70_000), headers=TEXT_CSV)
        assert other.status_code == 413, "only tables may be large"


async def test_a_schedule_comes_from_a_table(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre = Centre(client)
        for booth in ("booth-1", "booth-2"):
            await add_booth(hub, booth)
        exam = await centre.exam(duration_s=3600)
        twice = [await centre.exam(name="Twice") for _ in range(2)]
        for number in ("A-1", "A-2", "A-3"):
            await centre.candidate(number)
        day = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%d")
        head = "candidate_number,exam,booth,start\n"
        good = f"A-1,Algebra,booth-1,{day} 09:00\nA-2,{exam},booth-1,{day} 10:10\nA-3,{twice[0]},booth-2,{day} 09:00\n"
        path = "/api/v1/exam-sessions/import?timezone=Europe/Berlin"
        preview = await client.post(f"{path}&dry_run=true", content=(head + good).encode(), headers=TEXT_CSV)
        assert (preview.json()["new"], preview.json()["problem_count"]) == (3, 0), preview.text
        assert (await centre.get("/exam-sessions"))["items"] == []
        taken = await client.post(path, content=(head + good).encode(), headers=TEXT_CSV)
        assert (taken.status_code, taken.json()["new"]) == (200, 3), taken.text
        found = (await centre.get("/exam-sessions"))["items"]
        nine = datetime.fromisoformat(f"{day} 09:00").replace(tzinfo=ZoneInfo("Europe/Berlin"))
        assert {datetime.fromisoformat(each["scheduled_start"]) for each in found} == {
            nine,
            nine + timedelta(minutes=70),
        }
        # Again, with lines that collide with what is there and with each other.
        bad = (
            good
            + f"A-1,Algebra,booth-2,{day} 09:30\n"
            + f"A-2,Algebra,booth-2,{day} 14:00\n"
            + f"A-3,Algebra,booth-2,{day} 14:30\n"
            + f"A-9,Nothing,booth-9,tomorrow\nA-1,Twice,booth-1,{day} 20:00\nA-1,Algebra,booth-1,2020-01-01 09:00\n"
        )
        preview = await client.post(f"{path}&dry_run=true", content=(head + bad).encode(), headers=TEXT_CSV)
        report = preview.json()
        assert (report["unchanged"], report["new"]) == (3, 1)
        assert {(each["line"], each["column"]) for each in report["problems"]} == {
            (5, "booth"),
            (7, "booth"),
            (8, "candidate_number"),
            (8, "exam"),
            (8, "booth"),
            (8, "start"),
            (9, "exam"),
            (10, "start"),
        }
        assert "line 6" in next(each["problem"] for each in report["problems"] if each["line"] == 7)
        assert (await client.post(path, content=(head + bad).encode(), headers=TEXT_CSV)).status_code == 422
        assert len((await centre.get("/exam-sessions"))["items"]) == 3
        zone = await client.post("/api/v1/exam-sessions/import?timezone=Nowhere/At", content=b"", headers=TEXT_CSV)
        assert zone.status_code == 422
