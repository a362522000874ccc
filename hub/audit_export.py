"""The audit log as a file to take along: a table, or one JSON object in each line; written while it is read."""

import json
from collections.abc import AsyncIterator
from typing import Final, Literal

from hub import audit_proof
from hub.db import Database
from hub.exams.sheet import write_sheet
from hub.store import audit_log
from hub.views import AuditEntry

Form = Literal["csv", "jsonl"]
MEDIA_TYPES: Final[dict[Form, str]] = {"csv": "text/csv", "jsonl": "application/jsonl"}
COLUMNS: Final = tuple(AuditEntry.model_fields)
_MARK: Final = b"\xef\xbb\xbf"


async def write(database: Database, wanted: audit_log.Wanted, form: Form) -> AsyncIterator[bytes]:
    """Oldest first. Only a table has a head; no cell of it is a formula."""
    if form == "csv":
        yield write_sheet(COLUMNS, [])
    async for rows in audit_log.matching(database, wanted):
        entries = [audit_proof.entry(row).model_dump(mode="json") for row in rows]
        if form == "csv":
            cells = [[_cell(entry[column]) for column in COLUMNS] for entry in entries]
            yield write_sheet(cells[0], cells[1:]).removeprefix(_MARK)
        else:
            lines = (json.dumps(entry, ensure_ascii=False, sort_keys=True) for entry in entries)
            yield "".join(f"{line}\n" for line in lines).encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
