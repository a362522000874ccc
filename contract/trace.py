"""What a booth saw from one half second to the next while an exam session counts: the lines of its timeline.

Small whole numbers, so that an hour of them stays small (docs/decisions/0037); None is where nobody could tell. It
judges nothing: a violation says for itself what was measured.
"""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from contract.wire import Timestamp, Wire

MAX_SAMPLES: Final = 240
MAX_LABELS: Final = 8

Degrees = Annotated[int, Field(ge=-180, le=180)]
Percent = Annotated[int, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0, le=20)]


class Trace(Wire):
    """Samples that follow each other without a hole. Angles are against how this candidate looks at the screen's
    middle, where that was calibrated. A line is as long as `faces`, or empty where nothing of it was known."""

    type: Literal["trace"] = "trace"
    started_at: Timestamp = Field(description="when the first sample begins")
    step_ms: int = Field(ge=100, le=60_000, description="how long one sample is; each is the middle of what was seen")
    faces: tuple[Count | None, ...] = Field(min_length=1, max_length=MAX_SAMPLES, description="living ones")
    hidden: tuple[Count | None, ...] = Field((), max_length=MAX_SAMPLES, description="1: a body without a face")
    yaw_deg: tuple[Degrees | None, ...] = Field((), max_length=MAX_SAMPLES, description="+ is left in the picture")
    pitch_deg: tuple[Degrees | None, ...] = Field((), max_length=MAX_SAMPLES, description="+ is up")
    eyes_deg: tuple[Degrees | None, ...] = Field(
        (), max_length=MAX_SAMPLES, description="of the eyes against the head, + is left in the picture"
    )
    speech: tuple[Percent | None, ...] = Field((), max_length=MAX_SAMPLES, description="how surely somebody speaks")
    objects: dict[
        Annotated[str, StringConstraints(max_length=60)],
        Annotated[tuple[Percent | None, ...], Field(max_length=MAX_SAMPLES)],
    ] = Field(default_factory=dict, max_length=MAX_LABELS, description="score by label, of those seen at all")
    cone_deg: tuple[Degrees, Degrees, Degrees] | None = Field(
        None, description="beyond which a head looks away: to either side, up, down; None while no rule asks"
    )

    @model_validator(mode="after")
    def _of_one_length(self) -> Self:
        lines = (self.hidden, self.yaw_deg, self.pitch_deg, self.eyes_deg, self.speech, *self.objects.values())
        if any(line and len(line) != len(self.faces) for line in lines):
            raise ValueError("all lines of a trace have the same length, or none")
        return self

    @property
    def ended_at(self) -> datetime:
        """When the last sample ends."""
        return self.started_at + timedelta(milliseconds=self.step_ms * len(self.faces))
