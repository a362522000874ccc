"""What was found: violations with their evidence, gaps, and who watched."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contract.messages import DropReason, GapReason
from contract.violation import EvidenceRef, Violation
from contract.wire import BoothId
from hub.people.permissions import PERMISSIONS
from hub.views.base import View
from hub.views.people import Me
from hub.views.reviews import ReviewState, ReviewView


class EvidenceView(EvidenceRef):
    available: bool = Field(description="whether the file has arrived at the hub")
    dropped: DropReason | None = Field(None, description="why the booth could not keep it, and it will never come")
    deleted_at: datetime | None = Field(None, description="when retention deleted it, with proof")


class ViolationView(Violation):
    booth_id: BoothId
    booth_name: str
    received_at: datetime
    evidence: tuple[EvidenceView, ...] = ()
    exam_session_id: UUID | None = Field(None, description="the one that was on")
    exam_name: str | None = Field(None, description="of that exam session")
    candidate_name: str | None = Field(None, description="of that exam session")
    review: ReviewState = "unreviewed"
    reviews: tuple[ReviewView, ...] = Field((), description="the decisions that stand, one a person, the oldest first")
    reviews_hidden: int = Field(0, description="decisions of others that are shown once you have decided")
    reviews_wanted: int = Field(1, description="how many people have to agree")
    changed_since_review: bool = Field(False, description="its severity rose after it was decided; look at it again")

    def blind_to(self, me: Me) -> bool:
        """Whether what others decided is kept from this person: it waits for a second look, which may be theirs.

        By role and not by what an API token was given: a narrower token must not show more.
        """
        undecided = self.review == "unreviewed" and "violations.review" in PERMISSIONS[me.role]
        return undecided and bool(self.reviews) and all(each.username != me.username for each in self.reviews)

    def shown_to(self, me: Me) -> "ViolationView":
        """Without what must not sway this person's own decision."""
        if not self.blind_to(me):
            return self
        return self.model_copy(update={"reviews": (), "reviews_hidden": len(self.reviews)})


class ViolationList(View):
    items: tuple[ViolationView, ...]
    next: str | None = Field(description="pass as `before` for those behind; null at the end")


class ReviewQueue(View):
    items: tuple[ViolationView, ...] = Field(description="the most severe first, then the oldest")
    next: str | None = Field(description="pass as `after` for those behind; null at the end")
    waiting: int = Field(description="how many wait in your scope, whatever is filtered; counted to 100")


class GapView(View):
    """Nobody looked. `ended_at` is null while it lasts."""

    gap_id: UUID
    booth_id: BoothId
    booth_name: str
    reason: GapReason
    detail: str
    started_at: datetime
    ended_at: datetime | None


class GapList(View):
    items: tuple[GapView, ...]


WatchKind = Literal["view", "talk", "snapshot"]


WatchEnd = Literal[
    "hung_up", "left", "taken_over", "signed_out", "not_allowed", "too_slow", "failed", "hub_stopped", "done"
]


class WatchView(View):
    """Somebody watched a booth, spoke to it, or took one picture. `ended_at` is null while it lasts."""

    watch_id: UUID
    username: str
    display_name: str
    booth_id: BoothId
    booth_name: str
    kind: WatchKind
    started_at: datetime = Field(description="when the booth was asked")
    answered_at: datetime | None = Field(description="when the booth first answered; null: nothing was seen or heard")
    ended_at: datetime | None
    ended_why: WatchEnd | None


class WatchList(View):
    items: tuple[WatchView, ...]
