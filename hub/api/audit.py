"""The audit log, for administrators and auditors: all of it, for it is one chain over every site."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from hub import audit_proof
from hub.errors import RefusedError
from hub.parts import TheHub, allowed
from hub.store import audit_log
from hub.views import AuditList, AuditVerified

router = APIRouter(prefix="/audit", tags=["audit"], dependencies=[Depends(allowed("audit.read"))])

Text = Annotated[str | None, Query(max_length=120)]


@router.get("", operation_id="listAudit")
async def list_audit(
    hub: TheHub,
    user: Text = None,
    action: Text = None,
    object_kind: Text = None,
    object_id: Text = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    before: Annotated[str | None, Query(max_length=20, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditList:
    """Newest first."""
    if before is not None and not (before.isascii() and before.isdecimal() and len(before) < 19):
        raise RefusedError(422, "The cursor is not valid", "use `next` of the page before as it came")
    wanted = audit_log.Wanted(user, action, object_kind, object_id, since, until)
    async with hub.database.reading() as connection:
        found = await audit_log.page(connection, wanted, int(before) if before else None, limit + 1)
    shown = tuple(audit_proof.entry(row) for row in found[:limit])
    return AuditList(items=shown, next=str(shown[-1].number) if len(found) > limit else None)


@router.get("/verify", operation_id="verifyAudit")
async def verify_audit(hub: TheHub) -> AuditVerified:
    """Reads all of it: some seconds for a hundred thousand entries."""
    return await audit_proof.verify(hub.database, hub.authority.signer())
