"""Review: what waits for a decision, the decisions, and how often each rule was wrong."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field, StringConstraints

from hub.api.violations import Filtered, Limit, MayRead, bad_cursor, find_violation
from hub.parts import ActorOf, Hub, TheHub, allowed
from hub.store import reviews, violation_lists, violations
from hub.store.reviews import GroupedBy
from hub.views import (
    Decision,
    DismissalReason,
    HeldList,
    Me,
    RateList,
    ReviewedList,
    ReviewHistory,
    ReviewQueue,
    ViolationView,
)
from hub.watching.reviews import decide, rates

router = APIRouter(tags=["reviews"])

MayReview = Annotated[Me, Depends(allowed("violations.review"))]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class ReviewRequest(BaseModel):
    decision: Decision = Field(description="`unreviewed` takes one's own decision back")
    reason_code: DismissalReason | None = Field(None, description="why it was dismissed; `other` needs a note")
    note: Note = ""


class BulkReviewRequest(ReviewRequest):
    violation_ids: tuple[UUID, ...] = Field(min_length=1, max_length=200)


class HoldRequest(BaseModel):
    violation_id: UUID | None = Field(description="what you have before you; null: nothing any more")


@router.get("/reviews/queue", operation_id="listReviewQueue")
async def review_queue(
    me: MayReview,
    hub: TheHub,
    filters: Filtered,
    after: Annotated[str | None, Query(max_length=200, description="`next` of the page before")] = None,
    limit: Limit = 50,
) -> ReviewQueue:
    """What waits for a decision of yours: unreviewed, contested, or grown since it was decided; the most severe first,
    then the oldest. `review` narrows it to `unreviewed` or `contested`."""
    try:
        cursor = violation_lists.parse_queue_cursor(after) if after else None
    except ValueError:
        raise bad_cursor() from None
    async with hub.database.reading() as connection:
        wanted = await filters.within(connection, me)
        found = await violation_lists.queue(connection, wanted, me.username, cursor, limit + 1)
        page = await violations.in_order(connection, [each.violation_id for each in found[:limit]])
        waiting = await violation_lists.waiting(connection, me.booths)
    more = violation_lists.format_queue_cursor(found[limit - 1]) if len(found) > limit else None
    return ReviewQueue(items=tuple(view.shown_to(me) for view in page), next=more, waiting=waiting)


@router.post("/reviews/holding", operation_id="holdForReview")
async def hold_for_review(request: HoldRequest, me: MayReview, hub: TheHub) -> HeldList:
    """What you have before you, so that colleagues leave it to you; to be said again every ten seconds, forgotten after
    thirty. Answers with what colleagues have before them. Nobody is kept from deciding."""
    if request.violation_id is None:
        hub.holds.let_go(me)
    else:
        violation = await find_violation(hub, me, request.violation_id)
        hub.holds.hold(me, violation.violation_id, violation.booth_id)
    return HeldList(items=tuple(hub.holds.of_others(me)))


@router.get("/violations/{violation_id}/reviews", operation_id="listReviews")
async def list_reviews(violation_id: UUID, me: MayRead, hub: TheHub) -> ReviewHistory:
    """Every decision about it, also those that were replaced or taken back. What others decided is left out where it
    waits for a second look that may be yours."""
    violation = await find_violation(hub, me, violation_id)
    async with hub.database.reading() as connection:
        found = (await reviews.history(connection, [violation_id])).get(violation_id, ())
    shown = tuple(each for each in found if each.username == me.username) if violation.blind_to(me) else found
    return ReviewHistory(items=shown, hidden=len(found) - len(shown))


@router.post("/violations/{violation_id}/reviews", operation_id="review")
async def review(
    violation_id: UUID, request: ReviewRequest, me: MayReview, actor: ActorOf, hub: TheHub
) -> ViolationView:
    """Your decision; it replaces the one you made before. Where the exam asks for a second reviewer, two have to agree;
    where people disagree the violation is `contested` until one side has more voices. The second does not see what the
    first decided (`reviews_hidden`) before they have decided themselves."""
    async with hub.database.writing() as connection:
        await decide(connection, me, actor, [violation_id], request.decision, request.note, request.reason_code)
    decided = await find_violation(hub, me, violation_id)
    _tell(hub, [decided])
    return decided.shown_to(me)


@router.post("/reviews", operation_id="reviewSeveral")
async def review_several(request: BulkReviewRequest, me: MayReview, actor: ActorOf, hub: TheHub) -> ReviewedList:
    """The same decision about several, with one note: about all of them or none."""
    which = tuple(dict.fromkeys(request.violation_ids))
    async with hub.database.writing() as connection:
        done = await decide(connection, me, actor, which, request.decision, request.note, request.reason_code)
    async with hub.database.reading() as connection:
        _tell(hub, await violations.in_order(connection, which))
    return ReviewedList(items=tuple(done))


def _tell(hub: Hub, decided: Iterable[ViolationView]) -> None:
    """Everybody who watches: of the violations, and of exam sessions that have fewer to decide now."""
    views = tuple(decided)
    hub.feed.publish(violations=[view.violation_id for view in views])
    of = dict.fromkeys(view.exam_session_id for view in views if view.exam_session_id is not None)
    hub.feed.exam_session_changed(*of)


@router.get("/reviews/rates", operation_id="listReviewRates")
async def review_rates(
    me: MayRead,
    hub: TheHub,
    by: Annotated[list[GroupedBy] | None, Query(max_length=5, description="default: kind and rule")] = None,
    exam: UUID | None = None,
    since: Annotated[datetime | None, Query(alias="from", description="opened at this time or later")] = None,
    until: Annotated[datetime | None, Query(alias="to", description="opened before this time")] = None,
) -> RateList:
    """How often people dismissed what each rule raised, in your scope: the rule's false-alarm rate where enough was
    decided, as the bounds of the share tell."""
    groups: tuple[GroupedBy, ...] = tuple(dict.fromkeys(by or ("kind", "rule")))
    async with hub.database.reading() as connection:
        counted = await reviews.counts(connection, groups, me.booths, exam, since, until)
    return RateList(items=tuple(rates(counted)))
