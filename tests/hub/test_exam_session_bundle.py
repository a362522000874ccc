"""The bundle of one exam session: whole for itself, and nothing of the one before or after."""

import io
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from contract import chain
from contract.messages import Event, EventBody, ViolationOpened
from contract.sitting import ExamSessionStep
from contract.verify import verify_bundle
from hub import tables
from hub.parts import Hub
from hub.store import booths
from tests.hub.test_bundle import Centre, a_centre
from tests.support.bundles import CLIP, SNAPSHOT, Writer, ref
from tests.support.hub import a_violation
from tests.support.people import person
from tests.support.reported import add_exam, at

pytestmark = pytest.mark.anyio


class Sitting(Writer):
    """Writes events of an exam session."""

    exam_session: UUID | None = None

    def event(self, body: EventBody) -> None:
        self.monotonic_s += 1.5
        super().event(body)
        told = self.told.pop()
        event = Event.parse(told.payload).model_copy(update={"exam_session": self.exam_session})
        self.head = event.prev_sha256
        self.put(event.to_json())


def sits(writer: Sitting, exam_session: UUID, picture: bytes) -> None:
    """Ten minutes after what was before: check-in, two violations, and at the end the profile that holds between exams.
    The device signs at each step."""
    writer.monotonic_s += 600
    writer.exam_session = exam_session
    writer.event(ExamSessionStep(exam_session=exam_session, step="code_accepted"))
    writer.checkpoint()
    for number in range(2):
        writer.event(ViolationOpened(violation=a_violation(number, evidence=(ref(picture),))))
    writer.checkpoint()
    writer.exam_session = None
    writer.step("profile_changed")
    writer.checkpoint()


async def scheduled(hub: Hub, *keys: UUID, booth_id: str = "booth-1") -> None:
    """Exam sessions of one exam, as rows."""
    async with hub.database.writing() as connection:
        exam_id, candidate_id = uuid4(), uuid4()
        await add_exam(connection, exam_id, "Statistics I")
        candidate = {"candidate_id": candidate_id, "number": str(candidate_id), "name": "Mara", "email": None}
        more = {"extra_time_percent": 0, "rules_off": "[]", "accommodation_note": "", "created_at": at(0)}
        await connection.execute(insert(tables.candidates).values(candidate | more))
        for number, key in enumerate(keys):
            await connection.execute(
                insert(tables.exam_sessions).values(
                    exam_session_id=key,
                    exam_id=exam_id,
                    candidate_id=candidate_id,
                    booth_id=booth_id,
                    state="completed",
                    scheduled_start=at(3600 * number),
                    scheduled_end=at(3600 * number + 3000),
                    practice=False,
                    check_in_code="ABCD",
                    extra_time_s=0,
                    stopped_s=0,
                    legal_hold=False,
                    created_at=at(0),
                )
            )


def outbox(centre: Centre) -> Sitting:
    plain = centre.outbox()
    return Sitting(plain.device)


async def test_each_is_whole_and_holds_nobody_elses_pictures(tmp_path: Path) -> None:
    first, second = uuid4(), uuid4()
    async with a_centre(tmp_path) as centre:
        await scheduled(centre.hub, first, second)
        writer = outbox(centre)
        writer.step("started")
        writer.checkpoint()
        sits(writer, first, SNAPSHOT)
        sits(writer, second, CLIP)
        writer.step("stopped")
        writer.checkpoint()
        await centre.send(writer)
        await centre.upload(SNAPSHOT, CLIP)
        for key, own, other in ((first, SNAPSHOT, CLIP), (second, CLIP, SNAPSHOT)):
            answer = await centre.client.get(f"/api/v1/exam-sessions/{key}/bundle")
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-disposition"] == f'attachment; filename="{key}.zip"'
            report = verify_bundle(io.BytesIO(answer.content), centre.authority)
            assert report.verdict == "whole", report.findings
            assert f"evidence/{chain.sha256_hex(own)}".encode() in answer.content
            assert chain.sha256_hex(other).encode() not in answer.content


async def test_it_is_asked_for_by_booth_where_there_were_several(tmp_path: Path) -> None:
    key, unknown, untold = uuid4(), uuid4(), uuid4()
    async with a_centre(tmp_path) as centre:
        await scheduled(centre.hub, key, untold)
        writer = outbox(centre)
        sits(writer, key, SNAPSHOT)
        await centre.send(writer)
        await centre.upload(SNAPSHOT)
        async with centre.hub.database.writing() as connection:
            await booths.add(connection, "booth-2", "Two", "standard", at(0))
            moved = {"step_id": uuid4(), "exam_session_id": key, "at": at(0), "action": "code_accepted"}
            more = {"state": "in_progress", "display_name": "the candidate", "note": "", "booth_id": "booth-2"}
            await connection.execute(insert(tables.exam_session_steps).values(moved | more))
        path = f"/api/v1/exam-sessions/{key}/bundle"
        several = await centre.client.get(path)
        assert (several.status_code, several.json()["title"]) == (422, "Several booths")
        assert "booth-1, booth-2" in several.json()["detail"]
        named = await centre.client.get(path, params={"booth": "booth-1"})
        assert verify_bundle(io.BytesIO(named.content), centre.authority).verdict == "whole"
        for where in (path + "?booth=booth-9", f"/api/v1/exam-sessions/{untold}/bundle"):
            answer = await centre.client.get(where)
            assert (answer.status_code, answer.json()["title"]) == (404, "No events")
        assert (await centre.client.get(f"/api/v1/exam-sessions/{unknown}/bundle")).status_code == 404


async def test_it_is_for_auditors_of_that_booth(tmp_path: Path) -> None:
    key = uuid4()
    async with a_centre(tmp_path) as centre:
        await scheduled(centre.hub, key)
        writer = outbox(centre)
        sits(writer, key, SNAPSHOT)
        await centre.send(writer)
        await centre.upload(SNAPSHOT)
        for name, role, booth, status in (
            ("ann", "auditor", "booth-1", 200),
            ("abe", "auditor", "booth-2", 403),
            ("pat", "proctor", "booth-1", 403),
        ):
            if booth == "booth-2":
                async with centre.hub.database.writing() as connection:
                    await booths.add(connection, booth, booth, "standard", at(0))
            async with person(centre.hub, name, role, booth) as client:
                answer = await client.get(f"/api/v1/exam-sessions/{key}/bundle")
                assert answer.status_code == status, (role, booth)
