"""Retention: its rules, what it would delete, what it has deleted with proof, and legal holds."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from contract.wire import Sha256
from hub.errors import RefusedError
from hub.parts import ActorOf, TheHub, allowed
from hub.retention import holds
from hub.store import deletions, retention_runs
from hub.store.cursor import format_cursor, parse_time_cursor
from hub.views import Me
from hub.views.retention import (
    DeletionList,
    DeletionView,
    LegalHoldList,
    LegalHoldRequest,
    LegalHoldView,
    RetentionPolicy,
    RetentionPreview,
    RetentionRunList,
    RetentionRunView,
)

router = APIRouter(tags=["retention"])

Manager = Annotated[Me, Depends(allowed("retention.manage"))]
Reader = Annotated[Me, Depends(allowed("audit.read"))]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/retention", operation_id="getRetention")
async def get_retention(me: Reader, hub: TheHub) -> RetentionPolicy:
    """How long each class of data is kept, in general and for single exams."""
    return await hub.retention.policy()


@router.put("/retention", operation_id="setRetention")
async def set_retention(policy: RetentionPolicy, me: Manager, by: ActorOf, hub: TheHub) -> RetentionPolicy:
    """Holds from the next run on. Preview it first: what a shorter time lets go does not come back."""
    await hub.retention.set_policy(policy, by)
    return policy


@router.get("/retention/preview", operation_id="previewRetention")
async def preview_retention(me: Reader, hub: TheHub) -> RetentionPreview:
    """What a run would delete now. Nothing is changed."""
    return await hub.retention.preview()


@router.post("/retention/preview", operation_id="previewRetentionPolicy")
async def preview_policy(policy: RetentionPolicy, me: Manager, hub: TheHub) -> RetentionPreview:
    """What a run would delete if these were the rules. Nothing is changed."""
    return await hub.retention.preview(policy)


@router.get("/retention/runs", operation_id="listRetentionRuns")
async def list_runs(me: Reader, hub: TheHub, limit: Limit = 50) -> RetentionRunList:
    """Newest first."""
    async with hub.database.reading() as connection:
        return RetentionRunList(items=tuple(await retention_runs.newest(connection, limit)))


@router.post("/retention/runs", operation_id="runRetention", status_code=202)
async def run_retention(me: Manager, by: ActorOf, hub: TheHub) -> RetentionRunView:
    """Runs it now, in the background; `GET /retention/runs` tells when it has ended."""
    return await hub.retention.ask(by)


@router.get("/retention/deletions", operation_id="listDeletions")
async def list_deletions(
    me: Reader,
    hub: TheHub,
    exam_session: UUID | None = None,
    sha256: Sha256 | None = None,
    before: Annotated[str | None, Query(max_length=200, description="`next` of the page before")] = None,
    limit: Limit = 50,
) -> DeletionList:
    """Proof of every deletion, newest first: what, when, by which rule, signed by the hub."""
    try:
        cursor = parse_time_cursor(before) if before else None
    except ValueError:
        raise RefusedError(422, "Not a cursor", "pass `next` of the page before, unchanged") from None
    async with hub.database.reading() as connection:
        rows = await deletions.newest(connection, me.booths, exam_session, sha256, cursor, limit)
    items = tuple(
        DeletionView.model_validate({name: row._mapping[name] for name in DeletionView.model_fields}) for row in rows
    )
    more = format_cursor(items[-1].deleted_at, items[-1].deletion_id) if len(items) == limit else None
    return DeletionList(items=items, next=more)


@router.get("/legal-holds", operation_id="listLegalHolds")
async def list_holds(
    me: Reader, hub: TheHub, exam_session: UUID | None = None, in_force: bool = False, limit: Limit = 50
) -> LegalHoldList:
    """Newest first, those that were released included."""
    async with hub.database.reading() as connection:
        return LegalHoldList(
            items=tuple(await retention_runs.holds(connection, me.booths, exam_session, in_force, limit))
        )


@router.post("/exam-sessions/{exam_session_id}/legal-hold", operation_id="placeLegalHold", status_code=201)
async def place_hold(
    exam_session_id: UUID, request: LegalHoldRequest, me: Manager, by: ActorOf, hub: TheHub
) -> LegalHoldView:
    """From now on nothing of it is deleted: files, events, violations, the candidate, the audit log since then."""
    return await holds.place(hub.database, exam_session_id, request.reason, by)


@router.delete("/exam-sessions/{exam_session_id}/legal-hold", operation_id="releaseLegalHold")
async def release_hold(
    exam_session_id: UUID,
    me: Manager,
    by: ActorOf,
    hub: TheHub,
    reason: Annotated[str, Query(min_length=1, max_length=1000)],
) -> LegalHoldView:
    """What is old enough goes with the next run."""
    return await holds.release(hub.database, exam_session_id, reason, by)
