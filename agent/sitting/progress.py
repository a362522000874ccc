"""How far a candidate has come at this booth. It is kept on the disk: a power cut costs nobody a second check-in."""

from datetime import datetime
from typing import Final
from uuid import UUID

from contract.calibration import Calibration
from contract.sitting import Sitting, SittingState
from contract.wire import Timestamp, Wire

RUNNING: Final[frozenset[SittingState]] = frozenset({"in_progress", "paused", "on_break"})


class Progress(Wire):
    """Of one exam session in this booth. Changed only through the functions of this package; times are the booth's."""

    exam_session: UUID
    followed: SittingState
    """What the hub last said."""
    moved_in: bool = False
    """It was already going on when it came to this booth: the candidate changed places."""
    code_accepted: bool = False
    wrong_codes: int = 0
    """In a row."""
    locked_until: Timestamp | None = None
    notice_version: int | None = None
    """What was acknowledged."""
    face_taken: bool = False
    document_taken: bool = False
    calibrated: bool = False
    calibration: Calibration | None = None
    """None after practice, which keeps nothing."""
    dots_failed: int = 0
    """Runs of the dots that came to nothing."""
    without_dots: bool = False
    """The candidate could not do them. A person decides, by letting them in or by helping."""
    ready: bool = False
    """The hub was told."""
    started_at: Timestamp | None = None
    return_due: bool = False
    """Who comes back has to be seen first."""
    coming_back: bool = False
    returned_at: Timestamp | None = None
    break_asked_at: Timestamp | None = None
    finish_asked_at: Timestamp | None = None
    over_at: Timestamp | None = None
    """The end that this booth found passed while the hub was away. A later end, once the hub says so, goes on."""


def follow(progress: Progress | None, sitting: Sitting) -> Progress:
    """What is left of the way when the hub says how it is now. The same word twice changes nothing."""
    new, state = sitting.exam_session, sitting.state
    if progress is None or progress.exam_session != new:
        moved_in = state in RUNNING
        return Progress(exam_session=new, followed=state, moved_in=moved_in, return_due=moved_in)
    was = progress.followed
    if was == state:
        return progress
    if was == "checked_in" and state == "scheduled":
        return Progress(exam_session=new, followed=state)
    update: dict[str, object] = {"followed": state, "break_asked_at": None, "finish_asked_at": None}
    if state == "on_break":
        update |= {"return_due": True, "coming_back": False, "returned_at": None}
    elif state == "in_progress" and was == "on_break":
        update |= {"coming_back": False, "returned_at": None}
    return progress.model_copy(update=update)


def locked_s(progress: Progress, now: datetime) -> float:
    """How long no code is taken, seconds. Never longer than the pause itself, however the clock jumps."""
    if progress.locked_until is None:
        return 0.0
    return max(0.0, min(CODE_PAUSE_S, (progress.locked_until - now).total_seconds()))


DOTS_TRIES: Final = 2
"""After so many runs that failed the candidate may go on without: glasses, a tremor, a face no network sees."""
CODES_AT_ONCE: Final = 5
CODE_PAUSE_S: Final = 60.0
"""Five tries a minute: of a million codes one in 3000 hours, and nobody who mistypes waits for long."""
