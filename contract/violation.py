"""A violation: raised by a rule on the device, an interval in time, and why it was raised.

The same class travels from the rules to the browser. Only a person decides what it means.
"""

from typing import Final, Literal, get_args
from uuid import UUID

from pydantic import Field, model_validator

from contract.wire import Sha256, Timestamp, Wire

ViolationKind = Literal[
    "no_face",
    "multiple_faces",
    "looking_away",
    "prohibited_object",
    "camera_blocked",
    "camera_frozen",
    "camera_dark",
    "camera_blurred",
    "camera_moved",
    "person_changed",
    "speech",
]
Severity = Literal["low", "medium", "high"]
"""In rising order."""
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
Direction = Literal["left", "right", "up", "down"]
"""In image coordinates: `left` is towards the left edge of the picture, which is not mirrored."""

Note = Literal["body_without_face", "still_picture", "worn_picture"]
"""What a rule saw beside the breach: a body is there whose face nobody finds; a face that does not move, as a picture's
does not, or one on somebody's clothes, was not counted."""


class Explanation(Wire):
    """Why a rule opened a violation, in numbers a reviewer can check months later."""

    rule: str = Field("", description="its row in the profile: a kind of violation may have several", max_length=60)
    measured: float | None = Field(None, description="the value that broke the rule, in `unit`")
    limit: float | None = Field(None, description="the threshold in force, in `unit`")
    unit: str = Field("", description="deg, faces, score, grey level…; empty for a plain number")
    hold_s: float = Field(description="how long the condition had to last, seconds")
    frames: int = Field(description="observations that held the condition before it opened", ge=0)
    models: dict[str, Sha256] = Field(default_factory=dict, description="weights that had a say")
    profile: str = Field(description="name of the rule profile in force")
    profile_version: int = Field(description="its version", ge=1)
    parts: int = Field(1, ge=1, description="times the condition held, with breaks too short to end it")
    escalated_after_s: float | None = Field(
        None, description="how long it had lasted when that raised the severity; None if it was not raised"
    )
    looks: int | None = Field(None, ge=1, description="good looks that `measured` is drawn from, where that matters")
    learned_at: Timestamp | None = Field(
        None, description="when the booth learned the face that this one is compared with; it never leaves the booth"
    )
    note: str | None = Field(
        None,
        description="what else was seen that explains it: body_without_face, still_picture, worn_picture, "
        "or a newer booth's word",
        max_length=60,
    )


EvidenceRole = Literal["snapshot", "clip", "segment", "boxes", "photo"]
"""A picture; the video around a violation; a piece of the recording; what was seen in a clip (`contract.boxes`); the
candidate or their document at check-in, taken by themselves."""


class EvidenceRef(Wire):
    """A file that is evidence, named by its content; it travels over HTTPS and may arrive later."""

    sha256: Sha256
    role: EvidenceRole
    media_type: str = Field(description="image/jpeg, video/mp4, application/json", max_length=60)
    size_bytes: int = Field(ge=1)
    taken_at: Timestamp = Field(description="of a video, and of the boxes beside it: when its first frame was taken")


class Violation(Wire):
    violation_id: UUID
    kind: ViolationKind
    label: str | None = Field(
        None, description="the object, the direction of looking away, or whose voice (candidate, other)", max_length=40
    )
    severity: Severity
    started_at: Timestamp = Field(description="when the condition began, before the hold time")
    opened_at: Timestamp = Field(description="when the hold time had passed and the rule decided")
    ended_at: Timestamp | None = Field(None, description="when the condition ended; None while it lasts")
    confidence: float | None = Field(None, ge=0, le=1)
    explanation: Explanation
    evidence: tuple[EvidenceRef, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> "Violation":
        if self.started_at > self.opened_at:
            raise ValueError("started_at lies after opened_at")
        if self.ended_at is not None and self.ended_at < self.started_at:
            raise ValueError("ended_at lies before started_at")
        return self
