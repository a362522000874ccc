"""The file beside a clip: what was seen where, and when, so that a player can draw it over the picture.

It is evidence of its own (role `boxes`, application/json): nothing is burnt into the video.
"""

from typing import Annotated, Literal

from pydantic import Field

from contract.wire import Sha256, Timestamp, Wire

Share = Annotated[float, Field(ge=-1, le=2)]
"""Of the picture's width or height. What is found may reach beyond the edge."""


class Box(Wire):
    label: str = Field(description="face, or the object's COCO label", max_length=40)
    score: float = Field(ge=0, le=1)
    xyxy: tuple[Share, Share, Share, Share] = Field(description="left, top, right, bottom; shares of the picture")
    yaw_deg: float | None = Field(None, description="of a face: its head turns towards the picture's left edge")
    pitch_deg: float | None = Field(None, description="of a face: its head looks up")


class Look(Wire):
    """One frame that vision looked at."""

    at_s: float = Field(description="position in the clip, seconds")
    boxes: tuple[Box, ...] = ()
    speaking: bool = Field(False, description="a voice was heard")


class ClipBoxes(Wire):
    type: Literal["clip_boxes"] = "clip_boxes"
    clip_sha256: Sha256
    started_at: Timestamp = Field(description="when the clip's first frame was taken")
    duration_s: float = Field(ge=0)
    frame_wh: tuple[int, int] = Field(description="pixels of the frames that were looked at")
    looks: tuple[Look, ...] = Field((), description="in order of time; between two, the earlier one holds")
