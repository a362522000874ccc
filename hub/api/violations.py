"""Violations, newest first, and monitoring gaps."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.violation import Severity, ViolationKind
from hub.errors import RefusedError
from hub.parts import Hub, TheHub, allowed
from hub.people.scope import refuse_foreign
from hub.store import gaps, violation_lists, violation_search, violations
from hub.views import GapList, Me, ReviewState, ViolationList, ViolationView

router = APIRouter(tags=["violations"])

MayRead = Annotated[Me, Depends(allowed("violations.read"))]


class Filters:
    """What the lists of violations have in common, as a dependency."""

    def __init__(
        self,
        booth_id: str | None = None,
        room: str | None = None,
        site: str | None = None,
        exam_session: UUID | None = None,
        review: Annotated[list[ReviewState] | None, Query(max_length=4)] = None,
        kind: Annotated[list[ViolationKind] | None, Query(max_length=20, description="one or several")] = None,
        severity: Severity | None = None,
        is_open: Annotated[bool | None, Query(alias="open")] = None,
        since: Annotated[datetime | None, Query(alias="from", description="opened at this time or later")] = None,
        until: Annotated[datetime | None, Query(alias="to", description="opened before this time")] = None,
        q: Annotated[
            str, Query(max_length=100, description="words that candidate, booth or kind begin with; all of them")
        ] = "",
    ) -> None:
        self.place = (booth_id, room, site)
        self._q = q
        for name, when in (("from", since), ("to", until)):
            if when is not None and when.tzinfo is None:
                raise RefusedError(422, "The time is not valid", f"{name} needs its zone, as in 2026-05-04T09:00:00Z")
        self._wanted = violation_lists.Wanted(
            exam_session=exam_session,
            review=tuple(review or ()),
            kinds=tuple(kind or ()),
            severity=severity,
            is_open=is_open,
            since=since,
            until=until,
        )

    async def within(self, connection: AsyncConnection, me: Me) -> violation_lists.Wanted:
        """What this person may see of it."""
        there = await violation_lists.booths_at(connection, me.booths, *self.place)
        sought = await violation_search.sought(connection, self._q)
        return replace(self._wanted, booths=there, sought=sought)


Filtered = Annotated[Filters, Depends()]
Before = Annotated[str | None, Query(max_length=200, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=200)]


def bad_cursor() -> RefusedError:
    return RefusedError(422, "The cursor is not valid", "use `next` of the page before as it came")


async def find_violation(hub: Hub, me: Me, violation_id: UUID) -> ViolationView:
    """Raises 404, and 403 for another's booth. Whole: what is not for this person is left out by `shown_to`."""
    async with hub.database.reading() as connection:
        found = await violations.views(connection, [violation_id])
    if not found:
        raise RefusedError(404, "No such violation", f"no violation {violation_id} was reported")
    await refuse_foreign(hub.database, me, found[0].booth_id)
    return found[0]


@router.get("/violations", operation_id="listViolations")
async def list_violations(
    me: MayRead,
    hub: TheHub,
    filters: Filtered,
    before: Before = None,
    limit: Limit = 50,
    order: Annotated[Literal["newest", "oldest"], Query(description="what comes first")] = "newest",
) -> ViolationList:
    """Of the booths in one's scope."""
    try:
        cursor = violation_lists.parse_cursor(before) if before else None
    except ValueError:
        raise bad_cursor() from None
    async with hub.database.reading() as connection:
        wanted = await filters.within(connection, me)
        found = await violation_lists.newest(connection, wanted, cursor, limit + 1, oldest_first=order == "oldest")
        page = await violations.in_order(connection, found[:limit])
    more = len(found) > limit and page
    return ViolationList(
        items=tuple(view.shown_to(me) for view in page),
        next=violation_lists.format_cursor(page[-1].opened_at, page[-1].violation_id) if more else None,
    )


@router.get("/violations/{violation_id}", operation_id="getViolation")
async def get_violation(violation_id: UUID, me: MayRead, hub: TheHub) -> ViolationView:
    return (await find_violation(hub, me, violation_id)).shown_to(me)


@router.get("/gaps", operation_id="listGaps")
async def list_gaps(me: MayRead, hub: TheHub, booth_id: str | None = None, limit: Limit = 50) -> GapList:
    """Of the booths in one's scope."""
    async with hub.database.reading() as connection:
        there = await violation_lists.booths_at(connection, me.booths, booth_id, None, None)
        return GapList(items=tuple(await gaps.newest(connection, there, limit)))
