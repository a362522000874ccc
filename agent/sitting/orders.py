"""What the monitor does because of an exam session: violations count from the admission to the end, breaks left out."""

from dataclasses import dataclass
from uuid import UUID

from agent.sitting.progress import Progress
from agent.sitting.way import LOOKING_PAGES, page, standing
from contract.calibration import Calibration
from contract.messages import Desired
from contract.sitting import ENDED, Sitting, SittingState


@dataclass(frozen=True, slots=True)
class Orders:
    counts: bool = True
    """Whether the exam session lets violations count."""
    switched_on: bool = True
    """The hub's own switch (`desired.monitoring`) as far as it means more than that the exam session stands still."""
    looks: bool = False
    """Pictures are looked at for check-in, although nothing counts."""
    exam_session: UUID | None = None
    """The one that is on: events name it."""
    state: SittingState | None = None
    learns: bool = True
    """Whether the face before the camera is the candidate's, to be learned where the rules ask for it."""
    calibration: Calibration | None = None

    @classmethod
    def without_sitting(cls, desired: Desired | None) -> "Orders":
        if desired is None:
            return cls()
        return cls(switched_on=desired.monitoring, exam_session=desired.exam_session, calibration=desired.calibration)


def orders_of(desired: Desired, sitting: Sitting, progress: Progress, *, sees_faces: bool) -> Orders:
    state = standing(sitting, progress).state
    shown = page(sitting, progress, sees_faces=sees_faces)
    is_on = state not in ENDED and (progress.code_accepted or state != "scheduled")
    return Orders(
        counts=state in {"admitted", "in_progress"} and not sitting.practice,
        switched_on=desired.monitoring or sitting.state in {"paused", "on_break"},
        looks=shown in LOOKING_PAGES,
        exam_session=sitting.exam_session if is_on else None,
        state=state,
        learns=is_on and not sitting.practice and shown not in {"code", "notice"},
        calibration=progress.calibration or desired.calibration,
    )
