"""What is sent to a database, and which of it reads a large table from end to end."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

Statement = tuple[str, Any]


@contextmanager
def statements(connection: AsyncConnection) -> Iterator[list[Statement]]:
    """What is sent meanwhile, with the parameters of the first row."""
    seen: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        seen.append((statement, parameters[0] if many else parameters))

    event.listen(connection.sync_connection, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(connection.sync_connection, "before_cursor_execute", note)


async def whole_reads(
    connection: AsyncConnection, seen: Sequence[Statement], large: Sequence[str], *, paged: bool = False
) -> list[str]:
    """Steps of plans that may read one of these tables from end to end. `paged`: walking an index in the order of the
    list is well, because that ends with the page."""
    found = []
    for statement, parameters in seen:
        if connection.dialect.name == "sqlite":
            plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)).all()
            steps = [str(row.detail) for row in plan]
            whole = [f"SCAN {name}" for name in large]
            bad = [
                step
                for step in steps
                if any(step.startswith(scan) for scan in whole) and not (paged and "INDEX" in step)
            ]
        else:
            plan = (await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)).all()
            steps = [str(step) for (step,) in plan]
            bad = [step for step in steps if any(f"Seq Scan on {name}" in step for name in large)]
        found += [f"{step.strip()}: {statement}" for step in bad]
    return found
