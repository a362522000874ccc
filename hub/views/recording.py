"""The recording of a booth: its pieces and its holes."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from contract.messages import DropReason
from contract.wire import BoothId, Sha256
from hub.views.base import View


class SegmentView(View):
    """One piece of a booth's recording."""

    sha256: Sha256
    media_type: str
    size_bytes: int
    started_at: datetime
    ended_at: datetime
    has_sound: bool
    available: bool = Field(description="whether the file has arrived at the hub")
    dropped: DropReason | None = Field(description="why the booth could not keep it, and it will never come")
    deleted_at: datetime | None = Field(None, description="when retention deleted it, with proof")


class HoleView(View):
    """A stretch without video, and why: nothing was recorded, or what was recorded is not here."""

    started_at: datetime
    ended_at: datetime
    reason: Literal["not_recorded", "on_its_way", "dropped", "deleted"]


class Recording(View):
    """A booth's recording between two times. Segments and holes together cover from the first piece to the last."""

    booth_id: BoothId
    segments: tuple[SegmentView, ...] = Field(description="oldest first; `available` ones can be played")
    holes: tuple[HoleView, ...]
    truncated: bool = Field(description="whether there is more than is listed; ask again from the last one's end")
