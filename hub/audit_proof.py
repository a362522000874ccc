"""Walks the audit log and says where it is not as it was written."""

import json
from typing import Any

from sqlalchemy import Row

from hub.audit import GENESIS_SHA256, entry_sha256
from hub.db import Database
from hub.store import audit_log
from hub.views import AuditEntry, AuditVerified


async def verify(database: Database) -> AuditVerified:
    """Every entry must carry its own hash and that of the one before, and no number may be missing. The walk stops at
    the first that does not."""
    head, checked = GENESIS_SHA256, 0
    async for row in audit_log.everything(database):
        why = _flaw(row, checked + 1, head)
        if why:
            broken_at = min(row.number, checked + 1)
            return AuditVerified(intact=False, entries=checked, broken_at=broken_at, why=why, head_sha256=head)
        head, checked = row.entry_sha256, checked + 1
    return AuditVerified(intact=True, entries=checked, broken_at=None, why="", head_sha256=head)


def entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(**{**row._mapping, "detail": _detail(row.detail)})


def _flaw(row: Row[Any], expected: int, head: str) -> str:
    if row.number != expected:
        return f"entry {expected} is missing"
    if row.prev_sha256 != head:
        return f"entry {row.number} does not follow the one before: one of them was replaced"
    if entry_sha256(dict(row._mapping)) != row.entry_sha256:
        return f"entry {row.number} was changed after it was written"
    return ""


def _detail(text: str) -> dict[str, Any]:
    """What somebody changed may not be JSON any more, and is to be seen all the same."""
    try:
        found = json.loads(text)
    except ValueError:
        return {"unreadable": text}
    return found if isinstance(found, dict) else {"unreadable": text}
