"""The lines of a timeline: what a booth saw over time."""

from datetime import datetime

from pydantic import Field

from contract.wire import BoothId
from hub.views.base import View


class Line(View):
    """The lowest and the highest value within each point; null where nobody could tell. Both are empty where nothing
    of it is known at all."""

    low: tuple[int | None, ...] = ()
    high: tuple[int | None, ...] = ()


class Traces(View):
    """Point `i` begins at `started_at` + `i` · `step_ms` and is `step_ms` long. All lines have one length, or none."""

    booth_id: BoothId | None = Field(description="null for an exam session without a booth")
    started_at: datetime
    step_ms: int
    points: int = Field(description="how many there are; 0 where nothing was traced")
    known_until: datetime | None = Field(description="the end of what has come so far; null where nothing has")
    faces: Line = Field(description="living faces")
    hidden: Line = Field(description="1: somebody is there whose face cannot be found")
    yaw_deg: Line = Field(description="of the head against the calibrated middle; + is left in the picture")
    pitch_deg: Line = Field(description="likewise; + is up")
    eyes_deg: Line = Field(description="of the eyes against the head; + is left in the picture")
    speech: Line = Field(description="percent: how surely somebody speaks")
    objects: dict[str, Line] = Field(description="percent: score of each thing that was seen at all")
    cone_deg: tuple[int, int, int] | None = Field(
        description="to either side, up, down: beyond it a head looked away; as it was last"
    )
    truncated: bool = Field(description="whether there is more than was read; ask again from `known_until`")
