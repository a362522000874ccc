"""The table of what was fed to which parser, at the end of `make fuzz`."""

from typing import Any

import pytest

from tests.support.fuzz import Record

COLUMNS = ("parser", "inputs", "taken", "refused", "slowest_ms", "bytes_per_byte")


@pytest.fixture
def record(record_property: Record) -> Record:
    """Where a test writes its row; it reaches the table from any worker."""
    return record_property


def pytest_terminal_summary(terminalreporter: Any) -> None:
    rows = [
        value
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, ())
        for name, value in getattr(report, "user_properties", ())
        if name == "fuzz" and report.when == "call"
    ]
    if not rows:
        return
    table = [
        COLUMNS,
        *[tuple(str(row[column]) for column in COLUMNS) for row in sorted(rows, key=lambda row: row["parser"])],
    ]
    widths = [max(len(row[number]) for row in table) for number in range(len(COLUMNS))]
    terminalreporter.section("what parsers were fed")
    for row in table:
        terminalreporter.write_line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    terminalreporter.write_line(f"{sum(row['inputs'] for row in rows)} inputs for {len(rows)} parsers")
