"""What the WebSocket says."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contract.wire import BoothId, Sha256
from hub.views.base import View
from hub.views.booths import Booth
from hub.views.exam_sessions import ExamSessionView
from hub.views.findings import GapView, ViolationView


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


class LiveExamSession(View):
    """It took a step, or something was found in it. A practice exam that ended says nothing more."""

    type: Literal["exam_session"] = "exam_session"
    exam_session: ExamSessionView


class LiveBeat(View):
    """Every five seconds, so that a dead connection is noticed."""

    type: Literal["beat"] = "beat"
    at: datetime


LiveMessage = Annotated[
    LiveHello | LiveViolation | LiveBooth | LiveGap | LiveEvidence | LiveExamSession | LiveBeat,
    Field(discriminator="type"),
]
