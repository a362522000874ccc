"""Trying rule profiles on a clip, as the page of a profile shows it."""

from uuid import UUID

from pydantic import Field

from contract.tries import TryFound, TryState
from contract.wire import BoothId, Sha256
from hub.views.base import View


class TryClip(View):
    """A clip that waits to be looked at; it is deleted an hour later."""

    try_id: UUID
    sha256: Sha256
    size_bytes: int


class TryView(View):
    try_id: UUID
    booth_id: BoothId
    state: TryState
    share: float = Field(description="of what is to be looked at, 0 to 1")
    looked_s: float = Field(description="seconds of the clip that were looked at")
    cut: bool = Field(description="the clip goes on after what was looked at")
    reason: str = Field(description="why it failed, in the booth's words")
    blind: tuple[str, ...] = Field(description="detectors of the booth that did not look, and why")
    found: tuple[TryFound, ...] = Field(description="for each profile, in the order they were given")
