"""The audit log, for administrators and auditors: all of it, for it is one chain over every site."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from hub import audit, audit_export, audit_proof
from hub.audit_export import MEDIA_TYPES, Form
from hub.errors import RefusedError
from hub.parts import ActorOf, TheHub, allowed
from hub.store import audit_log
from hub.views import AuditList, AuditVerified

router = APIRouter(prefix="/audit", tags=["audit"], dependencies=[Depends(allowed("audit.read"))])

Text = Annotated[str | None, Query(max_length=120)]


Search = Annotated[
    str | None, Query(min_length=1, max_length=100, description="stands somewhere in who, what, from where or details")
]


def wanted(
    user: Text = None,
    action: Text = None,
    object_kind: Text = None,
    object_id: Text = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    q: Search = None,
) -> audit_log.Wanted:
    for name, said in {"user": user, "action": action, "object_id": object_id, "q": q}.items():
        if said is not None and "\0" in said:  # no database has it in a text
            raise RefusedError(422, "The filter is not valid", f"{name} has a letter that nothing has")
    return audit_log.Wanted(user, action, object_kind, object_id, since, until, q)


Wanted = Annotated[audit_log.Wanted, Depends(wanted)]


@router.get("", operation_id="listAudit")
async def list_audit(
    hub: TheHub,
    wanted: Wanted,
    before: Annotated[str | None, Query(max_length=20, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditList:
    """Newest first. A search for words (`q`) looks at some thousands of entries and says where it stopped: `next` goes
    on from there, also where nothing was found."""
    if before is not None and not (before.isascii() and before.isdecimal() and len(before) < 19):
        raise RefusedError(422, "The cursor is not valid", "use `next` of the page before as it came")
    async with hub.database.reading() as connection:
        found, stopped = await audit_log.page(connection, wanted, int(before) if before else None, limit + 1)
    shown = tuple(audit_proof.entry(row) for row in found[:limit])
    if len(found) > limit:
        return AuditList(items=shown, next=str(shown[-1].number))
    return AuditList(items=shown, next=None if stopped is None else str(stopped), searched_to=stopped)


@router.get(
    "/export",
    operation_id="exportAudit",
    response_class=StreamingResponse,
    responses={200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}}},
)
async def export_audit(hub: TheHub, by: ActorOf, wanted: Wanted, form: Form = "csv") -> StreamingResponse:
    """Oldest first, as one file. `X-Newest-Entry` is the number of the last there is, for whoever shows how far it is.
    That it was taken is an entry of its own."""
    filters = {name: value for name, value in asdict(wanted).items() if value is not None}
    async with hub.database.writing() as connection:
        newest = await audit_log.newest(connection)
        await audit.record(connection, by, "audit.exported", "audit", "log", form=form, filters=filters)
    headers = {"Content-Disposition": f'attachment; filename="audit.{form}"', "X-Newest-Entry": str(newest)}
    made = audit_export.write(hub.database, wanted, form)
    return StreamingResponse(made, media_type=MEDIA_TYPES[form], headers=headers)


@router.get("/verify", operation_id="verifyAudit")
async def verify_audit(hub: TheHub) -> AuditVerified:
    """Reads all of it: some seconds for a hundred thousand entries."""
    return await audit_proof.verify(hub.database, hub.authority.signer())
