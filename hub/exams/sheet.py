"""Tables as spreadsheets write and read them: CSV with a header, in, and out without formulas. Pure.

Spreadsheets save as UTF-8 (with or without byte order mark) or, older ones, as Windows-1252; separated by semicolon,
comma or tab. What cannot be told apart for sure is said, so that a person looks at the names before they are kept.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from hub.errors import RefusedError
from hub.views import ImportProblem, ImportReport, ImportRow

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_ROWS: Final = 10_000
MAX_COLUMNS: Final = 50
MAX_CELL: Final = 2000
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet run a cell (OWASP, CSV injection)."""
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
SEPARATORS: Final = {";": ";", ",": ",", "\t": "tab"}
GUESSED: Final = (
    "the file is not UTF-8 and was read as Windows-1252: look at names with accents before you import, or save it "
    "again as “CSV UTF-8”"
)
LISTED: Final = 200
"""Problems and rows in an answer, unless it was asked for more."""

Encoding = Literal["utf-8", "windows-1252"]
Separator = Literal[";", ",", "tab"]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: `number` is the line of the file it begins in, `cells` by column, stripped."""

    number: int
    cells: dict[str, str]


@dataclass(slots=True)
class Sheet:
    encoding: Encoding
    separator: Separator
    columns: tuple[str, ...] = ()
    lines: list[Line] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)

    @property
    def warning(self) -> str:
        return GUESSED if self.encoding == "windows-1252" else ""

    def report(
        self, rows: Sequence[ImportRow], *, new: int, changed: int, unchanged: int, applied: bool, listed: int
    ) -> ImportReport:
        ordered = sorted(self.problems, key=lambda each: (each.line, each.column or ""))
        return ImportReport(
            applied=applied,
            encoding=self.encoding,
            separator=self.separator,
            new=new,
            changed=changed,
            unchanged=unchanged,
            problem_count=len(ordered),
            problems=tuple(ordered[:listed]),
            rows=tuple(rows[:listed]),
            warning=self.warning,
        )

    def problem(self, line: int, column: str | None, problem: str) -> None:
        self.problems.append(ImportProblem(line=line, column=column, problem=problem))


def read_sheet(data: bytes, known: Sequence[str], needed: Sequence[str]) -> Sheet:
    """Raises 413 and 422 for what is no table at all; what is wrong with single lines is in `problems`."""
    if len(data) > MAX_BYTES:
        raise RefusedError(413, "The file is too large", f"at most {MAX_BYTES} bytes; split it")
    text, encoding = _decode(data)
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    sheet = Sheet(encoding, SEPARATORS[separator])  # type: ignore[arg-type]
    rows = _rows(text, separator)
    try:
        _read(sheet, rows, known, needed)
    except csv.Error as error:
        raise RefusedError(422, "Not a CSV file", f"{error}; save the table as “CSV UTF-8”") from error
    return sheet


def write_sheet(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, separated by commas; no cell is a formula."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + made.getvalue().encode()


def _decode(data: bytes) -> tuple[str, Encoding]:
    if data.startswith(_UTF16):
        raise RefusedError(422, "Not a CSV file in UTF-8", "this is UTF-16 (“Unicode text”); save it as “CSV UTF-8”")
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode(), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("windows-1252"), "windows-1252"
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        detail = f"line {line} is neither UTF-8 nor Windows-1252; save it as “CSV UTF-8”"
        raise RefusedError(422, "The letters cannot be read", detail) from error


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """With the line each begins in: a quoted cell may have several."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    for row in reader:
        yield begins, [_plain(cell) for cell in row]
        begins = reader.line_num + 1


def _read(sheet: Sheet, rows: Iterator[tuple[int, list[str]]], known: Sequence[str], needed: Sequence[str]) -> None:
    _, header = next(rows, (1, []))
    sheet.columns = columns = tuple(name.casefold().replace(" ", "_") for name in header)
    missing = [name for name in needed if name not in columns]
    if missing:
        detail = f"the first line must name the columns; missing: {', '.join(missing)} (known: {', '.join(known)})"
        raise RefusedError(422, "Columns are missing", detail)
    if len(columns) > MAX_COLUMNS or len(set(columns)) < len(columns):
        raise RefusedError(422, "The header is not clear", f"name each column once, at most {MAX_COLUMNS} of them")
    unknown = [name for name in columns if name not in known]
    for name in unknown:
        sheet.problem(1, name[:60], f"no such column; known: {', '.join(known)}")
    for number, row in rows:
        if not any(row):
            continue
        if len(sheet.lines) >= MAX_ROWS:
            raise RefusedError(422, "Too many lines", f"at most {MAX_ROWS} at a time; split the file")
        _line(sheet, number, row)


def _line(sheet: Sheet, number: int, row: list[str]) -> None:
    if len(row) > len(sheet.columns):
        found = f"{len(row)} cells, {len(sheet.columns)} columns"
        sheet.problem(number, None, f"{found}: put quotes around a cell that holds the separator")
        return
    cells = dict(zip(sheet.columns, row + [""] * (len(sheet.columns) - len(row)), strict=True))
    wrong = [
        (name, f"longer than {MAX_CELL} letters" if len(cell) > MAX_CELL else "control characters")
        for name, cell in cells.items()
        if len(cell) > MAX_CELL or any(ord(letter) < 32 and letter not in "\n\r\t" for letter in cell)
    ]
    for name, problem in wrong:
        sheet.problem(number, name, problem)
    if not wrong:
        sheet.lines.append(Line(number, cells))


def _plain(cell: str) -> str:
    """Takes back what `_harmless` added."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA and len(cell) > 1 else cell


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
