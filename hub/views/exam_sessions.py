"""Exam sessions: one candidate, one booth, one sitting."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contract.sitting import SittingState
from contract.wire import BoothId, Sha256
from hub.views.base import View

Asked = Literal["break_asked", "finish_asked"]


class ExamSessionView(View):
    exam_session_id: UUID
    exam_id: UUID
    exam_name: str
    candidate_id: UUID
    candidate_number: str
    candidate_name: str
    booth_id: BoothId | None
    booth_name: str | None
    room_id: str | None
    site_id: str | None
    state: SittingState
    scheduled_start: datetime
    scheduled_end: datetime = Field(description="with the candidate's extra time")
    practice: bool = Field(description="it leaves no record")
    started_at: datetime | None
    ends_at: datetime | None = Field(description="when the time is up; null while the clock stands")
    left_s: int | None = Field(description="time left while the clock stands; null while it runs and after the end")
    ended_at: datetime | None
    extra_time_s: int = Field(description="what people added to this exam session; in `scheduled_end` already")
    legal_hold: bool
    notice_version: int | None = Field(description="the wording that the candidate acknowledged")
    waiting_since: datetime | None = Field(description="since when the candidate, checked in, waits for a person")
    asked: Asked | None = Field(description="what the candidate asked for and nobody has answered")
    hand_raised_at: datetime | None
    open_violations: int
    violations: int
    unreviewed: int
    last_looked_at: datetime | None = Field(None, description="when a person last looked at the booth")


class ExamSessionList(View):
    items: tuple[ExamSessionView, ...]
    next: str | None = Field(description="pass as `before` for the earlier ones; null at the end")


class ExamSessionPhoto(View):
    """A picture that the candidate took at check-in or on coming back. The newest of each counts."""

    sha256: Sha256
    of: Literal["face", "document"]
    taken_at: datetime
    available: bool = Field(description="whether the file has arrived at the hub")


class ExamSessionStepView(View):
    """One step, with who and why; never changed afterwards."""

    step_id: UUID
    at: datetime
    action: str
    state: SittingState = Field(description="after it")
    username: str | None = Field(description="null where the booth or the clock acted")
    display_name: str
    reason_code: str | None
    reason: str = Field(description="what the code says; empty without one")
    note: str
    booth_id: BoothId | None


class ExamSessionStepList(View):
    """Oldest first."""

    items: tuple[ExamSessionStepView, ...]


class ExamSessionDetail(View):
    """One exam session with what its page shows beside the list's line."""

    exam_session: ExamSessionView
    actions: tuple[str, ...] = Field(description="what the person who asks may do now")
    check_in_code: str | None = Field(description="for those who may run it, until it is over")
    photos: tuple[ExamSessionPhoto, ...] = Field(description="newest first")
    calibrated: bool
    notice_acknowledged_at: datetime | None
    extra_time_percent: int
    rules_off: tuple[str, ...]
    accommodation_note: str
