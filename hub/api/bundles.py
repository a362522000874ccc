"""Bundles: everything that proves what happened in a booth, to be checked without this hub."""

import logging
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from contract.wire import BoothId
from hub import audit
from hub.evidence.bundle import Wanted
from hub.exams.sessions import not_found
from hub.parts import ActorOf, TheHub, allowed
from hub.people.scope import refuse_foreign
from hub.store import exam_sessions
from hub.views import Me

log = logging.getLogger(__name__)

router = APIRouter(tags=["bundles"])


@router.get(
    "/bundles",
    operation_id="getBundle",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "The bundle; `invigil verify` checks it"}},
)
async def get_bundle(
    me: Annotated[Me, Depends(allowed("audit.read"))],
    by: ActorOf,
    hub: TheHub,
    booth: Annotated[BoothId, Query(description="whose events and evidence")],
    first: Annotated[AwareDatetime | None, Query(alias="from", description="by the booth's clock")] = None,
    last: Annotated[AwareDatetime | None, Query(alias="to", description="by the booth's clock")] = None,
) -> StreamingResponse:
    """A zip file of any size, made while it is sent. Without times it holds all that the hub has of the booth."""
    await refuse_foreign(hub.database, me, booth)
    plan = await hub.bundles.plan(Wanted(booth, first, last))
    log.info("%s takes a bundle of %s, from %s to %s", me.username, booth, first or "the beginning", last or "now")
    async with hub.database.writing() as connection:
        await audit.record(connection, by, "bundle.downloaded", "booth", booth, first=first, last=last)
    name = f"invigil-{booth}-{plan.made_at:%Y%m%d-%H%M%S}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(hub.bundles.make(plan), media_type="application/zip", headers=headers)


@router.get(
    "/exam-sessions/{exam_session_id}/bundle",
    operation_id="getExamSessionBundle",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "The bundle; `invigil verify` checks it"}},
)
async def get_exam_session_bundle(
    exam_session_id: UUID,
    me: Annotated[Me, Depends(allowed("audit.read"))],
    by: ActorOf,
    hub: TheHub,
    booth: Annotated[BoothId | None, Query(description="which one, where the candidate sat on several")] = None,
) -> StreamingResponse:
    """What proves the exam session on one booth, from its first event there to its last. 422 where there were several
    booths and none is named: each has chains and a bundle of its own."""
    async with hub.database.reading() as connection:
        row = await exam_sessions.find(connection, exam_session_id)
    if row is None:
        raise not_found(exam_session_id)
    await refuse_foreign(hub.database, me, row.booth_id)
    wanted = await hub.bundles.of_exam_session(exam_session_id, booth)
    await refuse_foreign(hub.database, me, wanted.booth_id)
    plan = await hub.bundles.plan(wanted)
    async with hub.database.writing() as connection:
        key = str(exam_session_id)
        await audit.record(connection, by, "bundle.downloaded", "exam_session", key, booth=wanted.booth_id)
    headers = {"Content-Disposition": f'attachment; filename="{exam_session_id}.zip"'}
    return StreamingResponse(hub.bundles.make(plan), media_type="application/zip", headers=headers)
