"""Exam sessions as rows, for tests of what watches and reviews them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert

from hub.parts import Hub
from hub.tables import candidates, exam_sessions, exams


async def an_exam(hub: Hub, **changes: Any) -> UUID:
    exam_id, now = uuid4(), datetime.now(UTC)
    values: dict[str, Any] = {
        "exam_id": exam_id,
        "name": "Algebra",
        "profile": "strict",
        "duration_s": 3600,
        "notice": "You are recorded.",
        "notice_version": 1,
        "photo_wanted": False,
        "document_wanted": False,
        "calibration_wanted": False,
        "recording": False,
        "recorded_sound": False,
        "second_review": False,
        "created_at": now,
    }
    async with hub.database.writing() as connection:
        await connection.execute(insert(exams).values(values | changes))
    return exam_id


async def an_exam_session(
    hub: Hub, booth: str, *, state: str = "in_progress", second_review: bool = False, **changes: Any
) -> UUID:
    """Of a new candidate and a new exam, begun ten minutes ago; there is an hour."""
    began = datetime.now(UTC) - timedelta(minutes=10)
    exam_id = changes.get("exam_id") or await an_exam(hub, second_review=second_review)
    candidate_id, exam_session_id = uuid4(), uuid4()
    candidate = {
        "candidate_id": candidate_id,
        "number": candidate_id.hex[:10],
        "name": "Noa",
        "extra_time_percent": 0,
        "rules_off": "[]",
        "accommodation_note": "",
        "created_at": began,
    }
    values: dict[str, Any] = {
        "exam_session_id": exam_session_id,
        "exam_id": exam_id,
        "candidate_id": candidate_id,
        "booth_id": booth,
        "state": state,
        "scheduled_start": began,
        "scheduled_end": began + timedelta(hours=1),
        "practice": False,
        "check_in_code": "ABC234",
        "extra_time_s": 0,
        "started_at": began if state == "in_progress" else None,
        "stopped_s": 0,
        "legal_hold": False,
        "created_at": began,
    }
    async with hub.database.writing() as connection:
        await connection.execute(insert(candidates).values(candidate))
        await connection.execute(insert(exam_sessions).values(values | changes))
    return exam_session_id
