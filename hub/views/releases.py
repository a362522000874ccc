"""Releases and rollouts, as the pages of the fleet show them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contract.release import Target
from contract.wire import BoothId, Sha256
from hub.views.base import View

RolloutState = Literal["running", "paused", "stopped", "done", "cancelled"]
"""`stopped`: more devices failed than may; a person goes on or cancels."""

DeviceUpdate = Literal[
    "waiting",
    "postponed",
    "fetching",
    "staging",
    "testing",
    "trial",
    "healthy",
    "rolled_back",
    "failed",
    "skipped",
]
"""`waiting`: its phase has not begun. `postponed`: it is tried again by itself; the reason says what it waits for. Then
what it does, and how it ended; `skipped`: nothing was to be done, or the rollout was cancelled before."""


class ReleaseView(View):
    version: str
    sha256: Sha256 = Field(description="of the file")
    size_bytes: int
    made_at: datetime
    notes: str
    minimum_from: str | None = Field(description="the oldest version that it can be installed over")
    targets: tuple[Target, ...] = Field(description="kinds of boards that it is for")
    signed_by: tuple[str, ...] = Field(description="names of the release keys of this hub that vouch for it")
    uploaded_at: datetime
    uploaded_by: str
    devices: int = Field(description="in the person's scope that run it now")


class ReleaseList(View):
    """The newest version first."""

    items: tuple[ReleaseView, ...]


class RolloutPhase(View):
    """How many devices are through, at least, when it is over: a number, or a share of all. One of the two."""

    devices: int | None = Field(None, ge=1, le=100_000)
    percent: int | None = Field(None, ge=1, le=100)


class RolloutCounts(View):
    waiting: int = 0
    busy: int = 0
    healthy: int = 0
    failed: int = 0
    skipped: int = 0


class RolloutView(View):
    rollout_id: UUID
    version: str
    state: RolloutState
    reason: str = Field(description="why it stopped")
    created_at: datetime
    created_by: str
    ended_at: datetime | None
    phase: int = Field(description="the one that runs, from 0")
    phases: tuple[RolloutPhase, ...]
    max_failures: int
    healthy_within_s: int
    settle_s: int
    counts: RolloutCounts
    total: int


class RolloutList(View):
    """The newest first."""

    items: tuple[RolloutView, ...]


class RolloutDeviceView(View):
    booth_id: BoothId
    booth_name: str
    device_id: UUID
    phase: int
    state: DeviceUpdate
    reason: str
    version_before: str | None
    version: str | None = Field(description="that it runs now, as far as the hub has heard")
    progress: float | None = Field(description="of what it fetches, 0 to 1")
    changed_at: datetime


class RolloutDetail(View):
    rollout: RolloutView
    devices: tuple[RolloutDeviceView, ...] = Field(description="in the person's scope, phase by phase")
