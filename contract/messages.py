"""Every message that travels over MQTT (see DESIGN, section 3, for topics, QoS and retention).

Each topic carries one type, or one discriminated union with its `TypeAdapter`. A message that does not parse is
refused with `InvalidError`, counted by whoever received it, and stops nothing else.
"""

from typing import Annotated, Final, Literal, TypeVar
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from contract.calibration import Calibration
from contract.checkup import CheckupCommand, CheckupReply
from contract.live import (
    AnswerReply,
    CandidateCommand,
    DoneReply,
    HangUpCommand,
    LowerHandCommand,
    OfferCommand,
    RenditionCommand,
    SayCommand,
    Screen,
    StreamStats,
    TalkCommand,
    ViewerStats,
)
from contract.profiles import RuleProfile
from contract.sitting import ExamSessionStep, Sitting, SittingState
from contract.trace import Trace
from contract.tries import TryCommand, TryStateCommand, TryStateReply
from contract.updates import UpdateCommand, UpdateStateCommand, UpdateStateReply
from contract.upkeep import (
    DeviceFacts,
    IdentifyCommand,
    IdentifyReply,
    LogsCommand,
    LogsReply,
    RebootCommand,
    RestartCommand,
)
from contract.violation import EvidenceRef, EvidenceRole, Violation
from contract.wire import BoothId, InvalidError, Seq, Sha256, Timestamp, Wire, explain

# --- events: booth → hub ---


class ViolationOpened(Wire):
    type: Literal["violation_opened"] = "violation_opened"
    violation: Violation


class ViolationUpdated(Wire):
    """The same violation, going on: its severity rose, or it is back after a short break (`ended_at` is None again)."""

    type: Literal["violation_updated"] = "violation_updated"
    violation: Violation


class ViolationClosed(Wire):
    type: Literal["violation_closed"] = "violation_closed"
    violation: Violation


GapReason = Literal["camera_lost", "agent_down", "events_dropped", "monitoring_off", "booth_silent"]
"""`booth_silent` is the hub's own word of a booth in an exam session that it does not hear."""


class MonitoringGap(Wire):
    """Nobody looked. Monitoring that stopped is shown as what it is, never as a quiet booth.

    Sent when the gap is noticed (`ended_at` None while it lasts) and again when it ends, under one `gap_id`.
    """

    type: Literal["monitoring_gap"] = "monitoring_gap"
    gap_id: UUID
    reason: GapReason
    detail: str = Field("", max_length=300)
    started_at: Timestamp
    ended_at: Timestamp | None = None


class MonitoringStep(Wire):
    """A step of monitoring itself: the agent came up, took a profile, went down cleanly."""

    type: Literal["monitoring_step"] = "monitoring_step"
    step: Literal["started", "profile_changed", "stopped"]
    profile: str
    profile_version: int = Field(ge=1)
    agent_version: str = Field(max_length=40)


class Checkpoint(Wire):
    """The device's signature over the head of its chain; one signature vouches for every event before it."""

    type: Literal["checkpoint"] = "checkpoint"
    head_seq: Seq
    head_sha256: Sha256
    signature: str = Field(description="base64 DER, ECDSA P-256 over contract.chain.checkpoint_bytes", max_length=200)


class EvidenceAdded(Wire):
    """A violation has one more file: its clip is whole only some seconds after it opened.

    Violations that lie close together share a clip; then each is told of the same file.
    """

    type: Literal["evidence_added"] = "evidence_added"
    violation_id: UUID
    evidence: EvidenceRef


DropReason = Literal["spool_full", "disk_full", "write_failed", "damaged"]


class EvidenceDropped(Wire):
    """A file that the hub will never get, although an event names it. Told, so that nobody takes it for hidden."""

    type: Literal["evidence_dropped"] = "evidence_dropped"
    sha256: Sha256
    role: EvidenceRole
    reason: DropReason


class SegmentRecorded(Wire):
    """One piece of the recording of an exam. What lies between two of them was not recorded."""

    type: Literal["segment_recorded"] = "segment_recorded"
    evidence: EvidenceRef
    started_at: Timestamp
    ended_at: Timestamp
    has_sound: bool = False


class MessageRead(Wire):
    """The candidate confirmed words that somebody sent to the booth's screen with `SayCommand`."""

    type: Literal["message_read"] = "message_read"
    message_id: UUID


EventBody = Annotated[
    ViolationOpened
    | ViolationUpdated
    | ViolationClosed
    | MonitoringGap
    | MonitoringStep
    | EvidenceAdded
    | EvidenceDropped
    | SegmentRecorded
    | ExamSessionStep
    | MessageRead
    | Trace
    | Checkpoint,
    Field(discriminator="type"),
]


class Event(Wire):
    """One link of a booth's chain. Its payload bytes are what the next event hashes: keep them as they came."""

    chain_id: UUID = Field(description="new whenever a device starts an empty outbox")
    seq: Seq
    prev_sha256: Sha256 = Field(description="SHA-256 of the previous event's payload bytes; zeros for the first")
    booth: BoothId
    wall_time: Timestamp = Field(description="the device's clock when the event was written")
    monotonic_s: float = Field(description="the device's monotonic clock, seconds since boot", ge=0)
    boot_id: str = Field(description="which boot the monotonic clock belongs to", max_length=40)
    exam_session: UUID | None = Field(None, description="the one that was on when this was written")
    body: EventBody


# --- acknowledgement: hub → booth ---


class SeqRange(Wire):
    first: Seq
    last: Seq


class Rejection(Wire):
    """An event that can never be committed. It is kept aside at the hub, so the booth need not send it again."""

    seq: Seq
    reason: str = Field(max_length=300)


class Ack(Wire):
    """What the hub has committed. Only this lets the outbox forget a row."""

    type: Literal["ack"] = "ack"
    chain_id: UUID
    committed: tuple[SeqRange, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    missing: tuple[SeqRange, ...] = Field((), description="numbers the hub has seen passed over; send them again")


# --- state: retained, published again by its owner on every reconnect ---


class Availability(Wire):
    """Retained, and the last will: `offline` is what the broker says when a booth vanished without a word."""

    type: Literal["availability"] = "availability"
    state: Literal["online", "stopped", "offline"]
    since: Timestamp


class HubStatus(Wire):
    """Retained, and the hub's last will. A new `instance` tells booths to send what is not acknowledged again."""

    type: Literal["hub_status"] = "hub_status"
    state: Literal["online", "offline"]
    instance: str = Field(max_length=60)
    version: str = Field("", max_length=40, description="of the hub; empty from older ones")


class DetectorHealth(Wire):
    name: Literal["faces", "objects", "tamper", "identity", "voice"]
    state: Literal["on", "off", "failed"]
    reason: str = Field(
        "",
        description="why it is not on, and what to do; where it is on, what it lacks and what it runs on",
        max_length=300,
    )
    shed: bool = Field(False, description="looks less often than it should, for load or heat; `reason` says why")
    weights: dict[str, Sha256] = Field(default_factory=dict)
    inference_ms: float | None = Field(None, description="median of the last minute")
    rate_hz: float | None = None


class Health(Wire):
    type: Literal["health"] = "health"
    at: Timestamp
    version: str = Field(max_length=40)
    uptime_s: float
    camera: Literal["ok", "lost", "starting"]
    camera_detail: str = Field("", max_length=300)
    capture_fps: float
    frames_dropped: int = Field(description="frames nobody looked at because a newer one came")
    detectors: tuple[DetectorHealth, ...]
    outbox_depth: int = Field(description="events the hub has not acknowledged")
    spool_files: int = Field(description="evidence files not uploaded yet")
    disk_free_bytes: int
    temperature_c: float | None = None
    throttled: bool | None = Field(None, description="None where the board cannot tell")
    errors: dict[str, int] = Field(default_factory=dict, description="counted trouble by name")
    viewers: tuple[ViewerStats, ...] = Field((), description="who watches now, and how their streams are doing")
    streams: tuple[StreamStats, ...] = Field((), description="encoders that run")
    screen: Screen = Screen()
    board_uptime_s: float | None = Field(None, ge=0)
    disk_total_bytes: int | None = Field(None, ge=0)
    memory_total_bytes: int | None = Field(None, ge=0)
    memory_available_bytes: int | None = Field(None, ge=0)
    load_1m: float | None = Field(None, ge=0, description="processes that wanted to run, mean of the last minute")
    throttle_bits: int | None = Field(
        None,
        ge=0,
        description="of a Raspberry Pi: bits 0 to 3 under-voltage, frequency capped, throttled, soft limit, now; "
        "bits 16 to 19 the same since the board started",
    )
    spool_bytes: int | None = Field(None, ge=0, description="of evidence that is not uploaded yet")


class Desired(Wire):
    """What a booth should be doing. It survives a reboot without the hub."""

    type: Literal["desired"] = "desired"
    revision: int = Field(ge=1)
    monitoring: bool = True
    profile: RuleProfile
    calibration: Calibration | None = Field(None, description="of the candidate; without it the profile's cone holds")
    exam_session: UUID | None = Field(
        None, description="the one that is on; with another one, or its end, the booth forgets the candidate's face"
    )
    recording: bool = Field(False, description="record all of it, not only clips of violations")
    recorded_sound: bool = Field(
        False, description="clips and recordings have sound; the candidate was told, and a microphone is there"
    )
    sitting: Sitting | None = Field(None, description="what the screen shows of it and asks for; None outside of exams")
    traces: bool = Field(False, description="this hub takes `trace` events; an older one would keep each aside")


class Reported(Wire):
    type: Literal["reported"] = "reported"
    revision: int | None = Field(None, description="the revision of `desired` in force; None before the first")
    monitoring: bool
    profile: str
    profile_version: int = Field(ge=1)
    hand_raised_at: Timestamp | None = Field(None, description="since when the candidate asks for somebody")
    exam_session: UUID | None = Field(None, description="the one that is on")
    sitting_state: SittingState | None = Field(None, description="the state of it that this booth follows")
    device: DeviceFacts | None = Field(None, description="what the booth's device is; None from older agents")


# --- request and response: hub → booth → hub ---


class ClockCommand(Wire):
    """Asks a booth what time it is; the hub computes the offset from the round trip. `at` is what time it is at the hub
    as it asks: exams run by that clock. An older hub does not tell."""

    type: Literal["clock"] = "clock"
    at: Timestamp | None = None


class SnapshotCommand(Wire):
    """Asks for a picture now. It travels as evidence does; the reply names it."""

    type: Literal["snapshot"] = "snapshot"


class ClockReply(Wire):
    type: Literal["clock"] = "clock"
    wall_time: Timestamp


class SnapshotReply(Wire):
    type: Literal["snapshot"] = "snapshot"
    evidence: EvidenceRef


class ErrorReply(Wire):
    type: Literal["error"] = "error"
    reason: str = Field(max_length=300)


AnyCommand = (
    ClockCommand
    | SnapshotCommand
    | OfferCommand
    | TalkCommand
    | CandidateCommand
    | RenditionCommand
    | HangUpCommand
    | SayCommand
    | LowerHandCommand
    | IdentifyCommand
    | LogsCommand
    | RestartCommand
    | RebootCommand
    | CheckupCommand
    | TryCommand
    | TryStateCommand
    | UpdateCommand
    | UpdateStateCommand
)
AnyReply = (
    ClockReply
    | SnapshotReply
    | AnswerReply
    | IdentifyReply
    | LogsReply
    | CheckupReply
    | TryStateReply
    | UpdateStateReply
    | DoneReply
    | ErrorReply
)

Command = Annotated[AnyCommand, Field(discriminator="type")]
Reply = Annotated[AnyReply, Field(discriminator="type")]

Union = TypeVar("Union")

_COMMAND: Final[TypeAdapter[AnyCommand]] = TypeAdapter(Command)
_REPLY: Final[TypeAdapter[AnyReply]] = TypeAdapter(Reply)


def parse_command(payload: bytes) -> AnyCommand:
    """Raises `InvalidError`."""
    return _parse(_COMMAND, payload)


def parse_reply(payload: bytes) -> AnyReply:
    """Raises `InvalidError`."""
    return _parse(_REPLY, payload)


def _parse(adapter: TypeAdapter[Union], payload: bytes) -> Union:
    try:
        return adapter.validate_json(payload)
    except ValidationError as error:
        raise InvalidError(explain(error)) from error


# --- over HTTPS -------------------------------------------------------------------------------------------------------


class EnrolRequest(Wire):
    """A new device asks for its certificate. The private key never leaves the device."""

    claim_code: str = Field(max_length=60)
    csr_pem: str = Field(max_length=8000)


class EnrolReply(Wire):
    booth: BoothId
    certificate_pem: str
    ca_pem: str
    mqtt_host: str
    mqtt_port: int = Field(ge=1, le=65535)
