"""What the hub shows to people: one class per thing, the same from the store to the REST answer and the WebSocket.

Their names are the schema names in OpenAPI, from which the dashboard's TypeScript types are generated.
"""

from hub.permissions import Permission, Role
from hub.views.base import Problem, View
from hub.views.booths import Booth, BoothAvailability, BoothList, Picture, Said
from hub.views.findings import (
    EvidenceView,
    GapList,
    GapView,
    ViolationList,
    ViolationView,
    WatchEnd,
    WatchKind,
    WatchList,
    WatchView,
)
from hub.views.live import LiveBeat, LiveBooth, LiveEvidence, LiveGap, LiveHello, LiveMessage, LiveViolation
from hub.views.people import Me, User, UserList
from hub.views.recording import HoleView, Recording, SegmentView
from hub.views.system import System

__all__ = [
    "Booth",
    "BoothAvailability",
    "BoothList",
    "EvidenceView",
    "GapList",
    "GapView",
    "HoleView",
    "LiveBeat",
    "LiveBooth",
    "LiveEvidence",
    "LiveGap",
    "LiveHello",
    "LiveMessage",
    "LiveViolation",
    "Me",
    "Permission",
    "Picture",
    "Problem",
    "Recording",
    "Role",
    "Said",
    "SegmentView",
    "System",
    "User",
    "UserList",
    "View",
    "ViolationList",
    "ViolationView",
    "WatchEnd",
    "WatchKind",
    "WatchList",
    "WatchView",
]
