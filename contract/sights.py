"""What a booth sees right now, for somebody who watches it and asked for that: drawn over the live picture.

It goes over a data channel of the viewer's own connection, which the browser opens to ask and closes to have no more.
Nothing of it is stored, and no more comes than somebody's eye can follow. The candidate's screen has no such channel.
"""

from typing import Annotated, Final, Literal

from pydantic import Field

from contract.boxes import Box, Share
from contract.violation import Severity, ViolationKind
from contract.wire import Wire

CHANNEL: Final = "sights"
"""Label of the data channel."""
MOST_HZ: Final = 10


class RuleState(Wire):
    """A condition of a rule that holds now: it becomes a violation once it has lasted `hold_s`."""

    rule: str = Field(max_length=60)
    kind: ViolationKind
    label: str | None = Field(None, max_length=60)
    lasted_s: float = Field(ge=0)
    hold_s: float = Field(ge=0)
    severity: Severity | None = Field(None, description="of the violation that it has become; None before")


class Sights(Wire):
    type: Literal["sights"] = "sights"
    frame_wh: tuple[int, int] = Field(description="pixels of the frame that was looked at")
    boxes: tuple[Box, ...] = Field((), max_length=20, description="a face's angles are against the calibrated middle")
    points: tuple[tuple[Share, Share], ...] = Field(
        (), max_length=40, description="of faces: eyes, nose tip, corners of the mouth; shares of the picture"
    )
    speaking: bool = Field(False, description="a voice is heard")
    rules: Annotated[tuple[RuleState, ...], Field(max_length=24)] = ()
