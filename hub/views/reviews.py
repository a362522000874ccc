"""What people decided about violations, what waits for them, and how often a rule was wrong."""

from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID

from pydantic import Field

from contract.violation import ViolationKind
from hub.views.base import View

ReviewState = Literal["unreviewed", "contested", "confirmed", "dismissed"]
"""What the decisions come to. `contested`: people disagree, and one more has to decide."""
REVIEW_STATES: Final[tuple[ReviewState, ...]] = get_args(ReviewState)
UNDECIDED: Final[tuple[ReviewState, ...]] = ("unreviewed", "contested")

Decision = Literal["confirmed", "dismissed", "unreviewed"]
"""`unreviewed` takes one's own decision back."""


class ReviewView(View):
    """One decision of one person."""

    review_id: UUID
    decision: Decision
    note: str
    username: str
    display_name: str
    decided_at: datetime


class ReviewHistory(View):
    items: tuple[ReviewView, ...] = Field(description="every decision, the oldest first, also those replaced since")


class Reviewed(View):
    """What became of one violation of several."""

    violation_id: UUID
    before: ReviewState
    review: ReviewState


class ReviewedList(View):
    items: tuple[Reviewed, ...]


class Rate(View):
    """How the violations of one group were decided. What groups are not made by is null."""

    kind: ViolationKind | None
    rule: str | None
    profile: str | None
    profile_version: int | None
    exam_id: UUID | None = Field(description="null also where no exam was on")
    exam_name: str | None
    confirmed: int
    dismissed: int
    contested: int
    unreviewed: int
    dismissed_share: float | None = Field(description="dismissed of those decided; null where none is")
    low: float | None = Field(description="with this share at least, and `high` at most, by Wilson at 95 %")
    high: float | None


class RateList(View):
    items: tuple[Rate, ...] = Field(description="the most often decided first")
