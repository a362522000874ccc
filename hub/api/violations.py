"""Violations, newest first, and monitoring gaps."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from contract.violation import Severity, ViolationKind
from hub.errors import RefusedError
from hub.parts import SignedIn, TheHub
from hub.store import gaps, violations
from hub.views import GapList, ViolationList, ViolationView

router = APIRouter(tags=["violations"])


@router.get("/violations", operation_id="listViolations")
async def list_violations(
    _: SignedIn,
    hub: TheHub,
    booth_id: str | None = None,
    kind: ViolationKind | None = None,
    severity: Severity | None = None,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    before: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ViolationList:
    wanted = violations.Wanted(booth_id, kind, severity, is_open)
    try:
        cursor = violations.parse_cursor(before) if before else None
    except ValueError:
        raise RefusedError(422, "The cursor is not valid", "use `next` of the page before as it came") from None
    async with hub.database.reading() as connection:
        items = await violations.newest(connection, wanted, cursor, limit + 1)
    page = items[:limit]
    return ViolationList(items=tuple(page), next=violations.format_cursor(page[-1]) if len(items) > limit else None)


@router.get("/violations/{violation_id}", operation_id="getViolation")
async def get_violation(violation_id: UUID, _: SignedIn, hub: TheHub) -> ViolationView:
    async with hub.database.reading() as connection:
        found = await violations.views(connection, [violation_id])
    if not found:
        raise RefusedError(404, "No such violation", f"no violation {violation_id} was reported")
    return found[0]


@router.get("/gaps", operation_id="listGaps")
async def list_gaps(
    _: SignedIn, hub: TheHub, booth_id: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> GapList:
    async with hub.database.reading() as connection:
        return GapList(items=tuple(await gaps.newest(connection, booth_id, limit)))
