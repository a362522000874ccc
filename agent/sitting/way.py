"""Where on the way a candidate is: which page the screen shows, what is still to be done, how much time is left.

Pure: what the hub wants and what the candidate did so far go in, words come out. The booth goes on by itself where the
hub is away: an exam that was let in may begin, a break may end, and time that is up is up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from agent.sitting.progress import Progress
from contract.sitting import ENDED, Sitting, SittingState

Task = Literal["code", "notice", "photo", "document", "calibration"]
Page = Literal[
    "code",
    "notice",
    "photo",
    "document",
    "calibration",
    "waiting",
    "admitted",
    "in_progress",
    "paused",
    "on_break",
    "returning",
    "finished",
    "turned_away",
    "closed",
]
"""`closed`: it does not take place here (cancelled, or nobody came)."""

CAMERA_PAGES: Final[frozenset[Page]] = frozenset({"photo", "document", "returning"})
"""The candidate sees the camera's picture there, and nowhere else."""
LOOKING_PAGES: Final[frozenset[Page]] = CAMERA_PAGES | {"calibration"}

GRACE_S: Final = 60.0
"""After the time is up, as the hub has it: a last sentence may be finished, and a message from the hub may come."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the exam session is, as far as this booth knows."""

    state: SittingState
    ends_at: datetime | None = None
    """None while the clock stands."""
    stands_s: float | None = None
    """Time left while it stands."""

    def left_s(self, now: datetime) -> float | None:
        if self.ends_at is None:
            return self.stands_s
        return max(0.0, (self.ends_at - now).total_seconds())


def standing(sitting: Sitting, progress: Progress) -> Standing:
    """The hub's word, carried on by what the candidate has done since."""
    state, ends_at, stands_s = sitting.state, sitting.ends_at, sitting.left_s
    if state == "admitted" and progress.started_at is not None:
        state, ends_at = "in_progress", progress.started_at + timedelta(seconds=sitting.duration_s)
    elif state == "on_break" and progress.returned_at is not None:
        state = "in_progress"
        ends_at = None if stands_s is None else progress.returned_at + timedelta(seconds=stands_s)
    if state != "in_progress":
        return Standing(state, None, stands_s)
    if ends_at is not None and progress.over_at is not None and ends_at <= progress.over_at:
        return Standing("completed")
    return Standing(state, ends_at, stands_s)


def tasks(sitting: Sitting, *, sees_faces: bool) -> tuple[Task, ...]:
    """What this check-in consists of. A booth that cannot find faces has nothing to calibrate."""
    wanted: dict[Task, bool] = {
        "code": True,
        "notice": bool(sitting.notice.strip()),
        "photo": sitting.photo_wanted,
        "document": sitting.document_wanted,
        "calibration": sitting.calibration_wanted and sees_faces,
    }
    return tuple(task for task, is_wanted in wanted.items() if is_wanted)


def is_done(task: Task, sitting: Sitting, progress: Progress) -> bool:
    match task:
        case "code":
            return progress.code_accepted
        case "notice":
            return progress.notice_version == sitting.notice_version
        case "photo":
            return progress.face_taken
        case "document":
            return progress.document_taken
        case "calibration":
            return progress.calibrated or progress.without_dots


def due(sitting: Sitting, progress: Progress, *, sees_faces: bool) -> Task | None:
    """What comes next before a person can be asked to let the candidate in."""
    every = tasks(sitting, sees_faces=sees_faces)
    return next((task for task in every if not is_done(task, sitting, progress)), None)


def page(sitting: Sitting, progress: Progress, *, sees_faces: bool) -> Page:
    """What the screen shows."""
    match standing(sitting, progress).state:
        case "scheduled" | "checked_in":
            return due(sitting, progress, sees_faces=sees_faces) or "waiting"
        case "in_progress" if progress.return_due:
            return _return_page(sitting, progress, sees_faces=sees_faces)
        case "on_break" if progress.coming_back:
            return _return_page(sitting, progress, sees_faces=sees_faces)
        case "completed" | "terminated":
            return "finished"
        case "no_show" | "cancelled":
            return "closed"
        case state:
            return state


def _return_page(sitting: Sitting, progress: Progress, *, sees_faces: bool) -> Page:
    """A booth that the candidate moved to knows neither them nor how they sit before its camera."""
    if progress.moved_in and not progress.code_accepted:
        return "code"
    dots_wanted = sitting.calibration_wanted and sees_faces
    if progress.moved_in and dots_wanted and not is_done("calibration", sitting, progress):
        return "calibration"
    return "returning"


def time_is_up(sitting: Sitting, progress: Progress, now: datetime) -> bool:
    """Past the grace, too. Ask only while the hub is away: its clock counts where it can be heard."""
    ends_at = standing(sitting, progress).ends_at
    return ends_at is not None and now >= ends_at + timedelta(seconds=GRACE_S)


def is_over(sitting: Sitting, progress: Progress) -> bool:
    return standing(sitting, progress).state in ENDED
