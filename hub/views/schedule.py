"""The schedule beside its exam sessions: where somebody could still sit, and the codes that candidates are handed."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from contract.wire import BoothId
from hub.views.base import View


class FreeTime(View):
    """From the first to the last moment at which the exam could begin there."""

    booth_id: BoothId
    booth_name: str
    first_start: datetime
    last_start: datetime


class FreeTimeList(View):
    """By booth, the earliest first."""

    items: tuple[FreeTime, ...]
    duration_s: int = Field(description="with the candidate's extra time")
    turnaround_s: int = Field(description="kept free between two exam sessions in one booth")


class CheckInCode(View):
    """What one candidate is handed before the exam."""

    exam_session_id: UUID
    candidate_number: str
    candidate_name: str
    exam_name: str
    booth_id: BoothId | None
    booth_name: str | None
    room_name: str | None
    scheduled_start: datetime
    practice: bool
    check_in_code: str


class CheckInCodeList(View):
    """Of those who have not checked in yet, the earliest first."""

    items: tuple[CheckInCode, ...]
    more: bool = Field(description="whether there are more than these")
