"""An exam session as the booth lives through it: what its screen asks of the candidate, and what the candidate did.

The hub decides (`Desired.sitting`); the booth shows it, checks the code by itself and tells what happened as chained
events, so that check-in and the exam go on while the hub is away.
"""

from hashlib import sha256
from typing import Literal
from uuid import UUID

from pydantic import Field

from contract.calibration import Calibration
from contract.violation import EvidenceRef
from contract.wire import Sha256, Timestamp, Wire

SittingState = Literal[
    "scheduled",
    "checked_in",
    "admitted",
    "in_progress",
    "paused",
    "on_break",
    "completed",
    "terminated",
    "turned_away",
    "no_show",
    "cancelled",
]
ENDED: frozenset[SittingState] = frozenset({"completed", "terminated", "turned_away", "no_show", "cancelled"})
"""Nothing follows these."""
SITTING: frozenset[SittingState] = frozenset({"checked_in", "admitted", "in_progress", "paused", "on_break"})
"""Somebody sits in the booth: nothing may take its device away from watching."""

SittingStep = Literal[
    "code_accepted",
    "notice_acknowledged",
    "photo_taken",
    "calibrated",
    "ready",
    "started",
    "break_asked",
    "returned",
    "finish_asked",
]
"""What a candidate does at the booth's screen, in words of what the hub does on it.

`ready`: all of the check-in is done; now a person admits (scheduled → checked_in). `started`: the candidate, admitted,
began (admitted → in_progress, from the event's time on). `returned`: back from a break and seen by the camera, so the
clock goes on (on_break → in_progress, likewise). The booth goes on by itself after these two, whether or not the hub is
there. `break_asked` and `finish_asked` wait for a person; the latter also says that time was up without the hub."""


class Sitting(Wire):
    """One candidate in one booth."""

    exam_session: UUID
    state: SittingState
    exam_name: str = Field(max_length=160)
    candidate_name: str = Field(max_length=160)
    scheduled_start: Timestamp
    practice: bool = Field(False, description="nothing is kept: no violation is reported, no picture leaves the booth")
    code_sha256: Sha256 = Field(description="of the check-in code, as `code_digest` makes it")
    notice: str = Field("", max_length=8000, description="what the candidate is told and acknowledges")
    notice_version: int = Field(ge=1)
    photo_wanted: bool = True
    document_wanted: bool = False
    calibration_wanted: bool = True
    duration_s: int = Field(ge=0, description="with extra time")
    ends_at: Timestamp | None = Field(None, description="when the time is up; None while the clock stands")
    left_s: int | None = Field(None, ge=0, description="time left while the clock stands")
    message: str = Field("", max_length=300, description="why, in words for the candidate: paused, turned away, ended")


class ExamSessionStep(Wire):
    """The candidate did something at the booth's screen. The hub moves the exam session on by it where that is due."""

    type: Literal["exam_session_step"] = "exam_session_step"
    exam_session: UUID
    step: SittingStep
    notice_version: int | None = Field(None, ge=1)
    photo: EvidenceRef | None = None
    photo_of: Literal["face", "document"] | None = None
    calibration: Calibration | None = None


def code_digest(exam_session: UUID, code: str) -> str:
    """What the booth compares a typed code with. It hides the code from whoever reads over a shoulder, not from whoever
    holds the booth's disk: a code is short, and worth something in this booth only."""
    return sha256(exam_session.bytes + "".join(code.split()).upper().encode()).hexdigest()
