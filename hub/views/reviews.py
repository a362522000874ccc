"""What people decided about violations, what waits for them, and how often a rule was wrong."""

from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID

from pydantic import Field

from contract.violation import ViolationKind
from contract.wire import BoothId
from hub.views.base import View

ReviewState = Literal["unreviewed", "contested", "confirmed", "dismissed"]
"""What the decisions come to. `contested`: people disagree, and one more has to decide."""
REVIEW_STATES: Final[tuple[ReviewState, ...]] = get_args(ReviewState)
UNDECIDED: Final[tuple[ReviewState, ...]] = ("unreviewed", "contested")

Decision = Literal["confirmed", "dismissed", "unreviewed"]
"""`unreviewed` takes one's own decision back."""

DismissalReason = Literal["nothing_there", "ordinary", "allowed", "other_person", "technical", "other"]
"""Why a violation was dismissed: nothing of the kind is seen; ordinary behaviour; the candidate was allowed to; it was
somebody else, such as staff; light, camera or connection; something else, which the note says."""


class ReviewView(View):
    """One decision of one person."""

    review_id: UUID
    decision: Decision
    reason_code: DismissalReason | None = None
    note: str
    username: str
    display_name: str
    decided_at: datetime


class ReviewHistory(View):
    items: tuple[ReviewView, ...] = Field(description="every decision, the oldest first, also those replaced since")
    hidden: int = Field(0, description="decisions of others that are shown once you have decided")


class Reviewed(View):
    """What became of one violation of several."""

    violation_id: UUID
    before: ReviewState
    review: ReviewState


class ReviewedList(View):
    items: tuple[Reviewed, ...]


class Held(View):
    """A colleague has this violation before them now."""

    violation_id: UUID
    username: str
    display_name: str
    since: datetime


class HeldList(View):
    items: tuple[Held, ...]


class Rate(View):
    """How the violations of one group were decided. What groups are not made by is null."""

    kind: ViolationKind | None
    rule: str | None
    profile: str | None
    profile_version: int | None
    exam_id: UUID | None = Field(description="null also where no exam was on")
    exam_name: str | None
    booth_id: BoothId | None = None
    booth_name: str | None = None
    confirmed: int
    dismissed: int
    contested: int
    unreviewed: int
    dismissed_share: float | None = Field(description="dismissed of those decided; null where none is")
    low: float | None = Field(description="with this share at least, and `high` at most, by Wilson at 95 %")
    high: float | None


class RateList(View):
    items: tuple[Rate, ...] = Field(description="the most often decided first")
