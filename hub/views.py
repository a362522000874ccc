"""What the hub shows to people: one class per thing, the same from the store to the REST answer and the WebSocket.

Their names are the schema names in OpenAPI, from which the dashboard's TypeScript types are generated.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contract.messages import DropReason, GapReason, Health
from contract.violation import EvidenceRef, Severity, Violation
from contract.wire import BoothId, Sha256

Role = Literal["admin", "proctor", "reviewer", "technician", "auditor"]
BoothAvailability = Literal["online", "stopped", "offline", "never_seen"]


class View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(View):
    """RFC 9457: why a request was refused, and in `detail` what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


class Me(View):
    username: str
    display_name: str
    role: Role
    booths: tuple[BoothId, ...] | None = Field(description="booths this person may watch; null: all of them")

    def may_watch(self, booth_id: str) -> bool:
        return self.booths is None or booth_id in self.booths


class User(Me):
    """Somebody who may sign in, as an administrator sees them."""


class UserList(View):
    items: tuple[User, ...]


class EvidenceView(EvidenceRef):
    available: bool = Field(description="whether the file has arrived at the hub")
    dropped: DropReason | None = Field(None, description="why the booth could not keep it, and it will never come")


class ViolationView(Violation):
    booth_id: BoothId
    booth_name: str
    received_at: datetime
    evidence: tuple[EvidenceView, ...] = ()


class ViolationList(View):
    items: tuple[ViolationView, ...]
    next: str | None = Field(description="pass as `before` for the older ones; null at the end")


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


class SegmentView(View):
    """One piece of a booth's recording."""

    sha256: Sha256
    media_type: str
    size_bytes: int
    started_at: datetime
    ended_at: datetime
    has_sound: bool
    available: bool = Field(description="whether the file has arrived at the hub")
    dropped: DropReason | None = Field(description="why the booth could not keep it, and it will never come")


class HoleView(View):
    """A stretch without video, and why: nothing was recorded, or what was recorded is not here."""

    started_at: datetime
    ended_at: datetime
    reason: Literal["not_recorded", "on_its_way", "dropped"]


class Recording(View):
    """A booth's recording between two times. Segments and holes together cover from the first piece to the last."""

    booth_id: BoothId
    segments: tuple[SegmentView, ...] = Field(description="oldest first; `available` ones can be played")
    holes: tuple[HoleView, ...]
    truncated: bool = Field(description="whether there is more than is listed; ask again from the last one's end")


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


class BoothList(View):
    items: tuple[Booth, ...]


class Said(View):
    """The booth's screen shows it."""

    message_id: UUID


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


class System(View):
    version: str
    instance: str = Field(description="new at every start")
    started_at: datetime
    broker: Literal["connected", "disconnected"]
    rejected_messages: int = Field(description="messages kept aside because they can never be stored")
    events_committed: int
    chain_gaps: int = Field(description="ranges of event numbers that were passed over and have not come yet")
    database_bytes: int
    disk_free_bytes: int


class LiveHello(View):
    """First message, and sent again when the hub may have missed changes: fetch everything again."""

    type: Literal["hello"] = "hello"
    instance: str
    at: datetime


class LiveViolation(View):
    type: Literal["violation"] = "violation"
    violation: ViolationView


class LiveBooth(View):
    """At most two a second per booth."""

    type: Literal["booth"] = "booth"
    booth: Booth


class LiveGap(View):
    type: Literal["gap"] = "gap"
    gap: GapView


class LiveEvidence(View):
    """The file arrived: `available` of every violation that names it is true now."""

    type: Literal["evidence"] = "evidence"
    sha256: Sha256
    booth_id: BoothId


class LiveBeat(View):
    """Every five seconds, so that a dead connection is noticed."""

    type: Literal["beat"] = "beat"
    at: datetime


LiveMessage = Annotated[
    LiveHello | LiveViolation | LiveBooth | LiveGap | LiveEvidence | LiveBeat, Field(discriminator="type")
]
