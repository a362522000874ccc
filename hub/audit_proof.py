"""Walks the audit log and says where it is not as it was written."""

import json
from typing import Any

from sqlalchemy import Row

from contract import chain
from contract.deletion import audit_bytes
from hub.audit import GENESIS_SHA256, entry_sha256
from hub.db import Database
from hub.devices.certificates import Signer
from hub.store import audit_log
from hub.views import AuditEntry, AuditVerified


async def verify(database: Database, signer: Signer) -> AuditVerified:
    """Every entry must carry its own hash and that of the one before, and no number may be missing. What retention
    deleted from the beginning is proved by the hub's signature; `signer` is the one that it has now. The walk stops at
    the first entry that is not right."""
    async with database.reading() as connection:
        cut = await audit_log.newest_cut(connection)
    before, head = (cut.last_seq, cut.sha256) if cut else (0, GENESIS_SHA256)
    found = {"deleted_up_to": before, "deletion": _proof(cut, signer)}
    checked = 0
    if found["deletion"] == "forged":
        why = f"the proof that entries up to {before} were deleted is not signed by this hub"
        return AuditVerified(**found, intact=False, entries=0, broken_at=1, why=why, head_sha256=head)
    async for row in audit_log.everything(database, before):
        expected = before + checked + 1
        why = _flaw(row, expected, head)
        if why:
            broken_at = min(row.number, expected)
            return AuditVerified(**found, intact=False, entries=checked, broken_at=broken_at, why=why, head_sha256=head)
        head, checked = row.entry_sha256, checked + 1
    return AuditVerified(**found, intact=True, entries=checked, broken_at=None, why="", head_sha256=head)


def _proof(cut: Row[Any] | None, signer: Signer) -> str:
    if cut is None:
        return "none"
    if cut.signed_by != signer.fingerprint:
        return "earlier_key"
    signed = audit_bytes(cut.last_seq, cut.sha256, cut.rule, cut.deleted_at)
    return "proved" if chain.verify(signer.key.public_key(), cut.signature, signed) else "forged"


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
