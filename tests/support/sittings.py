"""Exam sessions as a hub would tell a booth of them, for tests of the booth."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from agent.sitting.progress import Progress, follow
from contract.messages import Desired
from contract.profiles import PROFILES
from contract.sitting import Sitting, SittingState, code_digest
from contract.violation import EvidenceRef

CODE = "H7K2Q9"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def sitting(state: SittingState = "scheduled", *, exam_session: UUID | None = None, **fields: Any) -> Sitting:
    exam_session = exam_session or uuid4()
    return Sitting(
        **{
            "exam_session": exam_session,
            "state": state,
            "exam_name": "Mathematics I",
            "candidate_name": "Ada Lovelace",
            "scheduled_start": NOON,
            "code_sha256": code_digest(exam_session, CODE),
            "notice": "A camera looks at you, and only a person decides.",
            "notice_version": 3,
            "document_wanted": True,
            "duration_s": 5400,
            **fields,
        }
    )


def desired(of: Sitting | None, revision: int = 1, **fields: Any) -> Desired:
    session = None if of is None else of.exam_session
    return Desired(revision=revision, profile=PROFILES["standard"], exam_session=session, sitting=of, **fields)


def checked_in(of: Sitting, **fields: Any) -> Progress:
    """All of the check-in is done."""
    done = {
        "code_accepted": True,
        "notice_version": of.notice_version,
        "face_taken": True,
        "document_taken": True,
        "calibrated": True,
        "ready": True,
    }
    return follow(None, of).model_copy(update={**done, "moved_in": False, "return_due": False, **fields})


def photo_ref() -> EvidenceRef:
    return EvidenceRef(sha256="5" * 64, role="photo", media_type="image/jpeg", size_bytes=9, taken_at=NOON)
