"""What the hub shows to people: one class per thing, the same from the store to the REST answer and the WebSocket.

Their names are the schema names in OpenAPI, from which the dashboard's TypeScript types are generated.
"""

from hub.permissions import Permission, Role
from hub.views.base import Problem, View
from hub.views.booths import Booth, BoothAvailability, BoothList, Picture, Said
from hub.views.exam_sessions import (
    Asked,
    ExamSessionDetail,
    ExamSessionList,
    ExamSessionPhoto,
    ExamSessionStepList,
    ExamSessionStepView,
    ExamSessionView,
)
from hub.views.exams import (
    Candidate,
    CandidateList,
    Exam,
    ExamList,
    ImportProblem,
    ImportReport,
    ImportRow,
    Notice,
    NoticeList,
    ReasonList,
    ReasonView,
    Room,
    RoomList,
    Site,
    SiteList,
)
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
    "Asked",
    "Booth",
    "BoothAvailability",
    "BoothList",
    "Candidate",
    "CandidateList",
    "EvidenceView",
    "Exam",
    "ExamList",
    "ExamSessionDetail",
    "ExamSessionList",
    "ExamSessionPhoto",
    "ExamSessionStepList",
    "ExamSessionStepView",
    "ExamSessionView",
    "GapList",
    "GapView",
    "HoleView",
    "ImportProblem",
    "ImportReport",
    "ImportRow",
    "LiveBeat",
    "LiveBooth",
    "LiveEvidence",
    "LiveGap",
    "LiveHello",
    "LiveMessage",
    "LiveViolation",
    "Me",
    "Notice",
    "NoticeList",
    "Permission",
    "Picture",
    "Problem",
    "ReasonList",
    "ReasonView",
    "Recording",
    "Role",
    "Room",
    "RoomList",
    "Said",
    "SegmentView",
    "Site",
    "SiteList",
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
