"""What hub and booth say of an update: fetch that release and have it installed; how far is it?"""

from typing import Final, Literal

from pydantic import Field

from contract.release import RELEASE_MAX_BYTES, Version
from contract.wire import Sha256, Wire

UpdatePhase = Literal[
    "unknown",
    "fetching",
    "asked",
    "checking",
    "staging",
    "testing",
    "tested",
    "trial",
    "rolling_back",
    "healthy",
    "rolled_back",
    "failed",
]
"""`fetching` from the hub; `asked`: the file lies there and whoever installs on the device has not begun; then the
phases of its journal (docs/updates.md). `unknown`: this device was not asked, or for another one since."""

OVER: Final[frozenset[UpdatePhase]] = frozenset({"healthy", "rolled_back", "failed"})
"""Nothing follows these."""


class UpdateCommand(Wire):
    """Fetch a release from the hub and have it installed. Refused while an exam session is on."""

    type: Literal["update"] = "update"
    name: str = Field(description="the hub's, by which it asks how far it is", min_length=1, max_length=80)
    version: Version
    sha256: Sha256 = Field(description="of the release's file")
    size_bytes: int = Field(ge=1, le=RELEASE_MAX_BYTES)
    allow_older: bool = False


class UpdateStateCommand(Wire):
    type: Literal["update_state"] = "update_state"
    name: str = Field(min_length=1, max_length=80)


class UpdateStateReply(Wire):
    """In the words of the device's journal, which outlives the agent that is replaced."""

    type: Literal["update_state"] = "update_state"
    name: str = Field(max_length=80)
    phase: UpdatePhase
    reason: str = Field("", description="why it failed or was given up", max_length=300)
    share: float = Field(0.0, description="of the file that was fetched", ge=0, le=1)
    version: str = Field("", description="that runs", max_length=40)


class Offered(Wire):
    """A release that a device may fetch from its hub."""

    version: Version
    sha256: Sha256 = Field(description="of the file")
    size_bytes: int = Field(ge=1, le=RELEASE_MAX_BYTES)
