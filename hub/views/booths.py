"""Booths, and what they last said of themselves."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contract.messages import Health
from contract.violation import Severity
from contract.wire import BoothId, Sha256
from hub.views.base import View
from hub.views.exam_sessions import ExamSessionView
from hub.views.findings import ViolationView
from hub.views.people import Me

BoothAvailability = Literal["online", "stopped", "offline", "never_seen"]


class Picture(View):
    sha256: Sha256
    taken_at: datetime


class Booth(View):
    booth_id: BoothId
    name: str
    availability: BoothAvailability
    availability_since: datetime | None
    last_seen_at: datetime | None = Field(description="last health or event")
    health: Health | None
    clock_offset_ms: float | None = Field(description="the booth's clock minus the hub's; shown, never corrected")
    profile: str | None = Field(description="rule profile in force, as the booth reported it")
    desired_profile: str = Field(description="rule profile the hub asks for")
    open_violations: int
    violations_last_hour: int
    gaps_open: int
    worst_open: Severity | None
    latest: ViolationView | None
    picture: Picture | None
    hand_raised_at: datetime | None = Field(description="since when the candidate asks for somebody")
    last_looked_at: datetime | None = Field(description="when somebody last had its page or picture before them")
    room_id: str | None = Field(description="where it stands")
    exam_session: ExamSessionView | None = Field(description="what its screen shows: on, just ended, or the next one")

    def shown_to(self, me: Me) -> "Booth":
        """Without what shows or names a candidate, for those who may not see any."""
        hidden: dict[str, object] = {} if me.may("violations.read") else {"latest": None, "picture": None}
        if not hidden and self.latest is not None and self.latest.blind_to(me):
            hidden = {"latest": self.latest.shown_to(me)}
        hidden |= {} if me.may("exam_sessions.read") else {"exam_session": None}
        return self.model_copy(update=hidden) if hidden else self


class BoothList(View):
    items: tuple[Booth, ...]


class Said(View):
    """The booth's screen shows it."""

    message_id: UUID
