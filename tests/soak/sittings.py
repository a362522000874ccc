"""Exam sessions that begin and end by the dozen in a soaked centre, as a proctor runs them."""

import asyncio
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from tests.soak.visitors import API, Visitor

DURATION_S: Final = 3600
"""On paper: they are completed by hand, long before."""


async def run_exam_sessions(person: Visitor, booths: list[str], each_s: float) -> None:
    """In each of `booths` one after the other, `each_s` long, for ever."""
    async with person.client:
        await person.sign_in()
        exam = await _post(person, "/exams", name="Algebra", duration_s=DURATION_S, notice="You are watched.")
        for turn in count(1):
            begun = [await _begin(person, exam["exam_id"], booth, turn) for booth in booths]
            await asyncio.sleep(each_s)
            for exam_session in begun:
                await _post(person, f"/exam-sessions/{exam_session}/flags", note="Looked below the desk")
                await _post(person, f"/exam-sessions/{exam_session}/complete")


async def _begin(person: Visitor, exam_id: str, booth: str, turn: int) -> str:
    number = f"{booth}-{turn}"
    candidate = await _post(person, "/candidates", number=number, name=f"Sonja {number}")
    made = await _post(
        person,
        "/exam-sessions",
        exam_id=exam_id,
        candidate_id=candidate["candidate_id"],
        booth_id=booth,
        scheduled_start=datetime.now(UTC).isoformat(),
    )
    exam_session: str = made["exam_session_id"]
    for act, body in (("check-in", {"reason_code": "check_in.by_staff"}), ("admit", {}), ("start", {})):
        await _post(person, f"/exam-sessions/{exam_session}/{act}", **body)
    return exam_session


async def _post(person: Visitor, path: str, **body: Any) -> dict[str, Any]:
    """Whatever the hub refuses here ends the run: it is what a proctor may do."""
    answer = await person.client.post(API + path, json=body)
    assert answer.is_success, f"{path}: {answer.text}"
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found
