"""Reports: everything that is known of one exam session, and what many come to."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contract.messages import GapReason
from contract.sitting import SittingState
from contract.violation import Explanation, Severity, ViolationKind
from contract.wire import BoothId, Sha256
from hub.people.permissions import Role
from hub.views.base import View
from hub.views.exam_sessions import ExamSessionView
from hub.views.findings import EvidenceView
from hub.views.recording import HoleView

Language = Literal["en", "de"]


class Figure(View):
    """One number, with the formula and the numbers it is made of, so that anybody can make it again."""

    formula: str
    inputs: dict[str, float]
    value: float | None = Field(description="null where there is nothing to divide by")
    unit: Literal["s", "%"]
    words: str = Field("", description="the whole sum as a sentence")


class KindFigures(View):
    """Of one kind of violation. Only `confirmed` ones count; the others are said beside them."""

    kind: ViolationKind
    confirmed: int
    confirmed_s: float = Field(description="within monitored time; overlaps once")
    share: Figure
    undecided: int = Field(description="not yet looked at by a person, or people disagree")
    undecided_s: float
    dismissed: int


class IntegritySummary(View):
    """Time in violations that people confirmed, against the time that was monitored. No verdict."""

    expected: Figure = Field(description="from admission to the end, without breaks and pauses")
    gaps: Figure = Field(description="of that, when nobody looked")
    monitored: Figure
    coverage: Figure
    kinds: tuple[KindFigures, ...]
    confirmed: Figure
    clear: Figure = Field(description="share of the monitored time without a confirmed violation")
    unreviewed: int = Field(description="not yet looked at by a person")
    contested: int = Field(description="people have looked, and disagree")
    dismissed: int
    notes: tuple[str, ...] = Field((), description="what this summary cannot say")


class ReportPerson(View):
    """Who acted. In a candidate's copy only the role is said."""

    username: str | None
    name: str
    role: Role | Literal["booth", "hub"] | None = Field(description="null where the account is gone")


class ReportStay(View):
    """A booth in which the candidate sat."""

    booth_id: BoothId
    booth_name: str
    room_name: str | None
    site_name: str | None
    started_at: datetime
    ended_at: datetime


class ReportStep(View):
    at: datetime
    action: str
    state: SittingState
    by: ReportPerson
    reason_code: str | None
    note: str
    booth_id: BoothId | None
    words: str


class ReportPause(View):
    """A stretch in which violations did not count."""

    state: Literal["paused", "on_break"]
    started_at: datetime
    ended_at: datetime
    seconds: float


class ReportPhoto(View):
    sha256: Sha256
    of: str
    taken_at: datetime
    available: bool


class ReportReview(View):
    decision: str
    note: str
    by: ReportPerson
    decided_at: datetime


class ReportViolation(View):
    violation_id: UUID
    booth_id: BoothId
    kind: ViolationKind
    label: str | None
    severity: Severity
    started_at: datetime
    opened_at: datetime
    ended_at: datetime | None
    lasted_s: float
    confidence: float | None
    explanation: Explanation
    words: str = Field(description="what happened, as a sentence")
    why: str = Field(description="why the rule raised it, as a sentence")
    review: str = Field(description="what the decisions come to: unreviewed, contested, confirmed, dismissed")
    reviews_wanted: int
    grown_at: datetime | None = Field(description="since when it is graver than what was decided upon")
    reviews: tuple[ReportReview, ...] = Field(description="oldest first; one taken back is a later one")
    evidence: tuple[EvidenceView, ...]
    deleted: dict[Sha256, datetime] = Field(description="files of it that were here and were deleted, and when")


class ReportGap(View):
    gap_id: UUID
    booth_id: BoothId
    reason: GapReason
    detail: str
    started_at: datetime
    ended_at: datetime | None
    counted_s: float = Field(description="of the time that should have been monitored")
    words: str


class ReportMessage(View):
    at: datetime
    by: ReportPerson
    kind: str
    text: str
    read_at: datetime | None = Field(description="when the candidate confirmed it")


class ReportFlag(View):
    """A moment that somebody marked by hand, in its newest wording."""

    at: datetime
    by: ReportPerson
    kind: str | None
    note: str
    withdrawn: bool


class ReportRecording(View):
    wanted: bool
    sound: bool
    expected_s: float
    covered_s: float = Field(description="of the time that should have been monitored, as files that are here")
    holes: tuple[HoleView, ...]


class ReportCountersignature(View):
    head_seq: int
    head_sha256: Sha256
    reason: str
    signed_at: datetime
    signed_by: Sha256


class ReportChain(View):
    """The part of a booth's chain of events that belongs to this exam session."""

    chain_id: UUID
    booth_id: BoothId
    first_seq: int
    last_seq: int
    events: int
    missing: tuple[tuple[int, int], ...] = Field(description="ranges of numbers that never came")
    broken_links: int
    checkpoints: int = Field(description="the device's signatures from here on that are right")
    checkpoints_refused: int
    signed_to_seq: int | None = Field(description="the last event that the device signed for")
    countersigned: ReportCountersignature | None = Field(description="the hub's word over the end of this part")


class ReportDevice(View):
    booth_id: BoothId
    serial: str
    fingerprint: Sha256 = Field(description="SHA-256 of its certificate")
    enrolled_at: datetime
    replaced_at: datetime | None


class ReportClock(View):
    """How far the booths' clocks were ahead of the hub's; shown, never corrected."""

    measured: int = Field(description="events that came with a measurement")
    lowest_ms: float | None
    highest_ms: float | None


class Provenance(View):
    hub_version: str
    authority_sha256: Sha256 | None = Field(description="fingerprint of the hub's authority, for `invigil verify --ca`")
    chains: tuple[ReportChain, ...]
    devices: tuple[ReportDevice, ...]
    clock: ReportClock
    agent_versions: tuple[str, ...]
    profiles: tuple[str, ...] = Field(description="rule profiles in force, with their versions")
    models: dict[str, Sha256] = Field(description="weights that had a say in a violation")


class ReportCandidate(View):
    number: str
    name: str
    extra_time_percent: int
    rules_off: tuple[str, ...]


class ExamSessionReport(View):
    """Everything that is known of one exam session. `as_of` is the newest of it: the same data make the same report."""

    type: Literal["invigil_exam_session_report"] = "invigil_exam_session_report"
    version: Literal[1] = 1
    language: Language = Field(description="of every field called `words`, `why` or `notes`")
    redacted: bool
    left_out: tuple[str, ...] = Field(description="what a candidate's copy does not hold, in words")
    as_of: datetime
    exam_session_id: UUID
    exam_id: UUID
    exam_name: str
    duration_s: int
    candidate: ReportCandidate
    state: SittingState
    practice: bool
    legal_hold: bool | None = Field(description="null in a candidate's copy")
    scheduled_start: datetime
    scheduled_end: datetime
    admitted_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    extra_time_s: int
    notice_version: int | None
    notice_acknowledged_at: datetime | None
    stays: tuple[ReportStay, ...]
    steps: tuple[ReportStep, ...]
    pauses: tuple[ReportPause, ...]
    photos: tuple[ReportPhoto, ...]
    violations: tuple[ReportViolation, ...]
    violations_in_all: int = Field(description="more than are listed where there are too many for one report")
    gaps: tuple[ReportGap, ...]
    messages: tuple[ReportMessage, ...]
    flags: tuple[ReportFlag, ...]
    recording: ReportRecording
    integrity: IntegritySummary
    provenance: Provenance


class ReportLine(View):
    """One exam session that is over, with the sums of its report."""

    exam_session: ExamSessionView
    expected_s: float
    monitored_s: float
    coverage: float | None = Field(description="monitored / expected, percent; null where nothing was expected")
    clear: float | None = Field(description="share of the monitored time without a confirmed violation, percent")
    confirmed: int
    dismissed: int
    contested: int = Field(description="people have looked, and disagree")
    unreviewed: int = Field(description="not yet looked at by a person")


class ReportList(View):
    items: tuple[ReportLine, ...]
    next: str | None = Field(description="pass as `before` for those that follow; null at the end")


class KindCount(View):
    """Of many exam sessions."""

    kind: ViolationKind
    confirmed: int
    dismissed: int
    unreviewed: int
    per_monitored_hour: float | None = Field(description="of all three; null where nothing was monitored")
    false_alarm_share: float | None = Field(description="dismissed / (confirmed + dismissed); null without a decision")


class Summary(View):
    """What the exam sessions of an exam or a site come to, within a period and within the reader's scope."""

    of: Literal["exam", "site"]
    id: str
    name: str
    first: datetime | None = Field(description="exam sessions scheduled from here on; null: from the beginning")
    last: datetime | None = Field(description="and before here")
    exam_sessions: int
    states: dict[SittingState, int]
    monitored_s: float = Field(description="of exam sessions that began: without breaks, pauses and gaps")
    gaps: int
    gaps_s: float
    check_in_s: float | None = Field(description="mean of the time from the right code to the admission")
    checked_in: int = Field(description="exam sessions in that mean")
    violations: int
    reviewed: int
    review_share: float | None = Field(description="reviewed / violations")
    kinds: tuple[KindCount, ...]
