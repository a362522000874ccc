"""What those who watch see of each other, say to candidates, and mark."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from contract.violation import ViolationKind
from contract.wire import BoothId
from hub.views.base import View

MessageKind = Literal["message", "warning"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class MessageView(View):
    """Words that somebody sent to a booth's screen."""

    message_id: UUID
    exam_session_id: UUID | None
    booth_id: BoothId
    kind: MessageKind
    text: str
    canned_id: UUID | None = Field(description="where they were taken from")
    username: str
    display_name: str
    sent_at: datetime
    delivered_at: datetime | None = Field(description="when the booth's screen had them; null: it may never have")
    read_at: datetime | None = Field(description="when the candidate confirmed them, by the booth's clock")


class MessageList(View):
    items: tuple[MessageView, ...] = Field(description="the oldest first")
    warnings: int = Field(description="how many of them warn")


class CannedMessage(View):
    canned_id: UUID
    kind: MessageKind
    texts: dict[str, str] = Field(description="by language, `en` among them")
    position: int


class CannedMessageList(View):
    items: tuple[CannedMessage, ...]


class FlagVersion(View):
    version: int
    at: datetime
    kind: ViolationKind | None
    note: str
    withdrawn: bool
    written_at: datetime


class FlagReview(View):
    """A reviewer took note of a flag."""

    note: str
    username: str
    display_name: str
    decided_at: datetime


class Flag(View):
    """A moment that a person marked, as it is worded now."""

    flag_id: UUID
    exam_session_id: UUID
    booth_id: BoothId
    username: str
    display_name: str
    created_at: datetime
    at: datetime
    kind: ViolationKind | None = Field(description="what the person thinks no rule saw")
    note: str
    withdrawn: bool
    history: tuple[FlagVersion, ...] = Field(description="every wording, the oldest first")
    noted: FlagReview | None = Field(None, description="who took note of it; null: nobody yet")


class FlagList(View):
    items: tuple[Flag, ...] = Field(description="by the moment they mark")


class Hand(View):
    booth_id: BoothId
    booth_name: str
    raised_at: datetime
    exam_session_id: UUID | None


class HandList(View):
    items: tuple[Hand, ...] = Field(description="who waits longest first")


class Looking(View):
    """Somebody who has a booth before them now."""

    username: str
    display_name: str
    since: datetime
    live: bool = Field(description="sees live pictures, or speaks to the candidate; else a page of the booth is open")


class BoothPresence(View):
    booth_id: BoothId
    people: tuple[Looking, ...]


class Overlooked(View):
    """An exam session that is in progress and that nobody has looked at for too long."""

    booth_id: BoothId
    booth_name: str
    exam_session_id: UUID
    unseen_since: datetime


class Presence(View):
    items: tuple[BoothPresence, ...]
    overlooked: tuple[Overlooked, ...] = Field(description="unseen longest first")
    overlooked_after_s: int


class ProctorLoad(View):
    """Somebody who may be made responsible for exam sessions."""

    username: str
    display_name: str
    in_progress: int = Field(description="of the exam sessions that are on now")
    assigned: int = Field(description="of all that have not ended")
    limit: int = Field(description="of those at one time")


class ProctorList(View):
    items: tuple[ProctorLoad, ...] = Field(description="who has most room first")


class AssignedProctor(View):
    username: str
    display_name: str
    assigned_at: datetime
    assigned_by: str


class AssignedProctorList(View):
    items: tuple[AssignedProctor, ...]
