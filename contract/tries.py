"""Trying rule profiles on a clip: a booth looks at a file that somebody chose and says what each would raise."""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from contract.profiles import RuleProfile
from contract.violation import Severity, ViolationKind
from contract.wire import Sha256, Wire

CLIP_BYTES_MAX: Final = 50_000_000
CLIP_SECONDS_MAX: Final = 60.0
"""What comes after that is not looked at."""

PROFILES_MAX: Final = 2
SPANS_MAX: Final = 60
"""Of one profile. The answer must fit into one MQTT message, however long its names are."""

ClipType = Literal["video/mp4", "video/webm"]
TryState = Literal["fetching", "looking", "done", "failed"]


class TryCommand(Wire):
    """Fetch the clip from the hub, look at it once, and judge it by each profile. Refused during an exam session."""

    type: Literal["try"] = "try"
    try_id: UUID
    sha256: Sha256
    size_bytes: int = Field(ge=1, le=CLIP_BYTES_MAX)
    profiles: tuple[RuleProfile, ...] = Field(min_length=1, max_length=PROFILES_MAX)


class TryStateCommand(Wire):
    """How far it is, and what came of it. A booth knows its last try only."""

    type: Literal["try_state"] = "try_state"
    try_id: UUID


class TrySpan(Wire):
    """A violation as it would have been raised, in seconds of the clip."""

    kind: ViolationKind
    label: str | None = Field(None, max_length=40)
    severity: Severity = Field(description="the highest that it reached")
    started_s: float = Field(ge=0)
    opened_s: float = Field(ge=0)
    ended_s: float = Field(description="the clip's end where it lasted to there", ge=0)
    measured: float | None = None
    limit: float | None = None
    unit: str = Field("", max_length=40)


class TryFound(Wire):
    """In the order they opened."""

    spans: tuple[TrySpan, ...] = Field((), max_length=SPANS_MAX)
    left_out: int = Field(0, description="spans beyond the first ones", ge=0)


class TryStateReply(Wire):
    type: Literal["try_state"] = "try_state"
    try_id: UUID
    state: TryState
    share: float = Field(0.0, description="of what is to be looked at", ge=0, le=1)
    looked_s: float = Field(0.0, description="seconds of the clip that were looked at", ge=0)
    cut: bool = Field(False, description="the clip goes on after what was looked at")
    reason: str = Field("", description="why it failed", max_length=300)
    blind: tuple[Annotated[str, StringConstraints(max_length=200)], ...] = Field(
        (), description="detectors that did not look, and why", max_length=8
    )
    found: tuple[TryFound, ...] = Field((), description="for each profile, in order", max_length=PROFILES_MAX)
