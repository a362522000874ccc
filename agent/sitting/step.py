"""What the screen is told of the candidate's way, and what it tells back."""

from datetime import datetime
from math import ceil
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from agent.rules.calibration import Dot
from agent.sitting.dots import Problem
from agent.sitting.progress import CODES_AT_ONCE, DOTS_TRIES, Progress, locked_s
from agent.sitting.sight import Hint
from agent.sitting.way import CAMERA_PAGES, Page, Task, page, standing, tasks
from contract.sitting import Sitting
from contract.wire import Wire


class Step(Wire):
    """One page with all that is on it. Names of people are on it only once the code was right."""

    page: Page
    exam: str
    candidate: str = ""
    practice: bool = False
    tasks: tuple[Task, ...] = ()
    """All of this check-in; empty once it is over."""
    notice: str = ""
    notice_version: int = 1
    wrong_codes: int = Field(0, description="in a row; 0 before the first and after a pause")
    tries_left: int = CODES_AT_ONCE
    locked_s: int = 0
    camera: bool = Field(False, description="the candidate sees the camera's picture")
    taken: bool = Field(False, description="… which stands still, to be used or taken again")
    hint: Hint | None = None
    may_take: bool = False
    dot: Dot | None = None
    dot_share: float = 0.0
    problem: Problem | Literal["not_kept"] | None = Field(
        None, description="what went wrong last: with the dots, or a photo that the disk did not take"
    )
    calibrated: bool = False
    may_skip: bool = Field(False, description="the dots failed often enough to go on without")
    left_s: float | None = Field(None, description="time left; None where there is no limit")
    running: bool = Field(False, description="the clock runs")
    break_asked: bool = False
    finish_asked: bool = False
    uploads: int = Field(0, description="events and files that the hub does not have yet")
    message: str = ""


class Act(Wire):
    """A touch of the candidate. One that does not belong to the page that is shown is left."""

    type: Literal["act"] = "act"
    act: Literal[
        "code", "acknowledge", "take", "again", "use", "calibrate", "without", "begin", "break", "back", "finish"
    ]
    code: Annotated[str, StringConstraints(max_length=24)] = ""
    notice_version: int | None = None


def step_of(sitting: Sitting, progress: Progress, now: datetime, *, sees_faces: bool) -> Step:
    """What follows from the exam session alone; camera and dots are the desk's to add."""
    shown = page(sitting, progress, sees_faces=sees_faces)
    how = standing(sitting, progress)
    known = progress.code_accepted or how.state not in {"scheduled", "checked_in"}
    locked = ceil(locked_s(progress, now))
    wrong = progress.wrong_codes if progress.wrong_codes < CODES_AT_ONCE or locked else 0
    checking_in = how.state in {"scheduled", "checked_in"}
    return Step(
        page=shown,
        exam=sitting.exam_name,
        candidate=sitting.candidate_name if known and not progress.moved_in else "",
        practice=sitting.practice,
        tasks=tasks(sitting, sees_faces=sees_faces) if checking_in else (),
        notice=sitting.notice if shown == "notice" else "",
        notice_version=sitting.notice_version,
        wrong_codes=wrong,
        tries_left=CODES_AT_ONCE - wrong,
        locked_s=locked,
        camera=shown in CAMERA_PAGES,
        calibrated=progress.calibrated,
        may_skip=shown == "calibration" and progress.dots_failed >= DOTS_TRIES,
        left_s=how.left_s(now),
        running=how.ends_at is not None,
        break_asked=progress.break_asked_at is not None,
        finish_asked=progress.finish_asked_at is not None,
        message=sitting.message,
    )
