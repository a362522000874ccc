"""No statement on the way of an event, or behind a page, reads a whole table of events or violations."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from contract.trace import Trace
from hub.db import Database
from hub.intake import batch
from hub.intake.incoming import read
from hub.intake.message import Delivery, Message
from hub.store import booths, evidence, gaps, traces, violation_lists, violations, watches
from tests.support.hub import Chain, a_violation, closed, snapshot_ref

pytestmark = pytest.mark.anyio
LARGE = ("events", "violations", "evidence_refs", "evidence_files", "monitoring_gaps", "watches", "traces")
NOW = a_violation().opened_at
WATCH = a_violation().violation_id


@contextmanager
def statements(connection: Any) -> Iterator[list[tuple[str, Any]]]:
    """What is sent to the database meanwhile, with parameters of the first row."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        seen.append((statement, parameters[0] if many else parameters))

    event.listen(connection.sync_connection, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(connection.sync_connection, "before_cursor_execute", note)


async def scans(connection: Any, seen: list[tuple[str, Any]]) -> list[str]:
    """Steps that read a large table from end to end."""
    found = []
    for statement, parameters in list(seen):
        if not statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            continue
        plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)).all()
        # Walking an index in the order of a list that is cut by LIMIT ends with the page.
        paged = "LIMIT" in statement
        found += [
            f"{row[3]}: {statement}"
            for row in plan
            if any(row[3].startswith(f"SCAN {name}") for name in LARGE) and not (paged and "INDEX" in row[3])
        ]
    return found


async def test_nothing_large_is_read_from_end_to_end(tmp_path: Path) -> None:
    database = Database(tmp_path / "hub.sqlite")  # whose plans these are
    try:
        await database.migrate()
        arrived = []
        for booth in ("booth-1", "booth-2", "booth-3"):
            async with database.writing() as connection:
                await booths.add(connection, booth, booth, "standard", NOW)
            chain = Chain(booth)
            for number in range(20):
                violation = a_violation(number, evidence=(snapshot_ref(b"x"),))
                arrived += [
                    read(booth, Message("topic", payload, False, NOW, Delivery(1, 1, 1), len(payload)))
                    for payload in (
                        chain.opened(violation),
                        chain.closed(closed(violation)),
                        chain.event(Trace(started_at=NOW + timedelta(seconds=number), step_ms=500, faces=(1, 1))),
                    )
                ]
        async with database.writing() as connection:
            with statements(connection) as seen:
                await batch.store(connection, arrived[:90])
                await batch.store(connection, arrived)
                await evidence.show_picture(connection, "booth-1", "0" * 64, NOW)
                await watches.beat(connection, [WATCH], NOW)
                await watches.answered(connection, WATCH, NOW)
                await watches.end(connection, WATCH, watches.End(NOW, "left", None))
                await watches.end_left_over(connection, NOW)
            assert len(seen) > 15
            assert await scans(connection, seen) == []
        async with database.reading() as connection:
            with statements(connection) as seen:
                for wanted in (
                    violation_lists.Wanted(),
                    violation_lists.Wanted(booths=("booth-1",)),
                    violation_lists.Wanted(is_open=False),
                ):
                    page = await violation_lists.newest(connection, wanted, None, 5)
                    (last,) = await violations.in_order(connection, page[-1:])
                    before = (last.opened_at, last.violation_id)
                    assert len(await violation_lists.newest(connection, wanted, before, 5)) == 5
                await gaps.newest(connection, None, 5)
                await gaps.newest(connection, ("booth-1",), 5)
                await booths.views(connection, ["booth-1"])
                await booths.views(connection)
                await watches.newest(connection, None, None, 5)
                await watches.newest(connection, "booth-1", None, 5)
                await watches.newest(connection, None, "pat", 5)
                for which in (traces.of_booth("booth-1"), traces.of_exam_session(WATCH)):
                    await traces.extent(connection, which)
                    until = NOW + timedelta(seconds=5)
                    found = await traces.between(connection, which, NOW + timedelta(seconds=2.5), until)
                    assert len(found) in (0, 3)
            assert await scans(connection, seen) == []
    finally:
        await database.close()
