"""The whole life of exam sessions in a real hub: what people do through the API, candidates through their booth."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from contract.calibration import Calibration
from contract.chain import sha256_hex
from contract.messages import ViolationOpened
from contract.sitting import code_digest
from hub.parts import Hub
from hub.store import exam_sessions as store
from hub.tables import audit_log, countersignatures, events, exam_session_steps, exam_sessions, violations
from tests.support.exams import DOCUMENT, FACE, Booth, Centre, photo_ref, soon
from tests.support.hub import Device, Uplink, a_hub, a_violation, add_user, an_uplink, browser, sign_in

pytestmark = pytest.mark.anyio


async def rows(hub: Hub, table: object) -> list[object]:
    async with hub.database.reading() as connection:
        return list((await connection.execute(select(table))).all())  # type: ignore[call-overload]


async def upload(client: httpx.AsyncClient, device: Device, data: bytes) -> None:
    path = f"/api/v1/evidence/{sha256_hex(data)}"
    answer = await client.put(path, content=data, headers=device.upload_headers(data))
    assert answer.status_code == 201, answer.text


async def test_an_exam_session_from_the_schedule_to_its_end(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        exam = await centre.exam(recording=True, profile="strict")
        candidate = await centre.candidate(extra_time_percent=25, rules_off=["looking_away"])
        key = await centre.schedule(exam, candidate)

        # The booth shows what comes within the hour, and can check the code by itself.
        told = await booth.told(state="scheduled")
        code = (await centre.show(key))["check_in_code"]
        assert told.sitting is not None
        assert told.sitting.code_sha256 == code_digest(key, f" {code[:4].lower()} {code[4:]}")
        assert (told.sitting.duration_s, told.sitting.left_s) == (4500, 4500)
        assert (told.sitting.notice, told.sitting.document_wanted) == ("You are filmed.", True)
        assert (told.exam_session, told.recording, told.monitoring) == (None, False, True)
        assert told.profile.name == "strict"
        assert (told.profile.rules.looking_away.enabled, told.profile.rules.no_face.enabled) == (False, True)

        await booth.check_in(key)
        told = await booth.told(state="checked_in")
        assert told.calibration == Calibration(yaw_deg=3.5)
        detail = await centre.show(key)
        assert detail["exam_session"]["waiting_since"] is not None
        assert (detail["exam_session"]["notice_version"], detail["calibrated"]) == (1, True)
        assert {photo["of"] for photo in detail["photos"]} == {"face", "document"}
        assert "admit" in detail["actions"]

        await centre.act(key, "start", 409)
        await centre.act(key, "admit")
        told = await booth.told(state="admitted")
        assert (told.exam_session, told.recording) == (key, True)
        assert (await centre.show(key))["exam_session"]["waiting_since"] is None

        await booth.step(key, "started")
        told = await booth.told(state="in_progress")
        assert told.sitting is not None
        assert told.sitting.ends_at is not None
        begun = (await centre.show(key))["exam_session"]
        assert datetime.fromisoformat(begun["ends_at"]) - datetime.fromisoformat(begun["started_at"]) == timedelta(
            seconds=4500
        )

        # What the booth finds belongs to it.
        violation = a_violation()
        await booth.says(ViolationOpened(violation=violation), exam_session=key)
        counted = (await centre.show(key))["exam_session"]
        assert (counted["violations"], counted["open_violations"], counted["unreviewed"]) == (1, 1, 1)

        await booth.step(key, "break_asked")
        assert (await centre.show(key))["exam_session"]["asked"] == "break_asked"
        await centre.act(key, "break")
        told = await booth.told(state="on_break")
        assert (told.monitoring, told.exam_session, told.recording) == (False, key, False)
        assert told.sitting is not None
        assert told.sitting.left_s is not None
        assert 4490 <= told.sitting.left_s <= 4500
        shown = (await centre.show(key))["exam_session"]
        assert (shown["asked"], shown["ends_at"]) == (None, None)
        await booth.step(key, "photo_taken", photo=photo_ref(FACE + b"2"), photo_of="face")
        await booth.step(key, "returned")
        assert (await booth.told(state="in_progress")).monitoring

        await centre.act(key, "pause", reason_code="technical.exam_software")
        sitting = await booth.sitting("paused")
        assert sitting.message == "There is a technical problem."
        await centre.act(key, "resume")
        await centre.act(key, "extend", seconds=600, reason_code="technical.exam_software", note="two pages lost")
        assert (await booth.told(state="in_progress", duration_s=5100)).sitting is not None

        await booth.step(key, "finish_asked")
        assert (await centre.show(key))["exam_session"]["asked"] == "finish_asked"
        await centre.act(key, "complete", reason_code="exam.finished")
        told = await booth.told(state="completed")
        assert (told.exam_session, told.profile.name, told.calibration) == (None, "standard", None)

        # The hub vouches for what it holds of the booth's chain.
        (signed,) = await rows(hub, countersignatures)
        assert (signed.reason, signed.head_sha256) == ("exam_session_ended", booth.chain.head)  # type: ignore[attr-defined]
        ended = await centre.show(key)
        assert ended["exam_session"]["state"] == "completed"
        assert (ended["actions"], ended["check_in_code"]) == ([], None)
        assert (ended["exam_session"]["ends_at"], ended["exam_session"]["left_s"]) == (None, None)
        steps = (await centre.get(f"/exam-sessions/{key}/steps"))["items"]
        assert [(step["action"], step["state"]) for step in steps if step["action"] != "photo_taken"] == [
            ("schedule", "scheduled"),
            ("code_accepted", "scheduled"),
            ("notice_acknowledged", "scheduled"),
            ("calibrated", "scheduled"),
            ("ready", "checked_in"),
            ("admit", "admitted"),
            ("started", "in_progress"),
            ("break_asked", "in_progress"),
            ("break", "on_break"),
            ("returned", "in_progress"),
            ("pause", "paused"),
            ("resume", "in_progress"),
            ("extend", "in_progress"),
            ("finish_asked", "in_progress"),
            ("complete", "completed"),
        ]
        by_people = {step["action"] for step in steps if step["username"] == "ada"}
        assert by_people == {"schedule", "admit", "break", "pause", "resume", "extend", "complete"}
        extended = next(step for step in steps if step["action"] == "extend")
        assert (extended["reason"], extended["note"]) == ("The exam's own software failed", "two pages lost")
        audited = {row.action for row in await rows(hub, audit_log)}  # type: ignore[attr-defined]
        assert {f"exam_session.{action}" for action in by_people - {"schedule"}} <= audited
        assert {"exam_session.scheduled", "exam.created", "candidate.created"} <= audited
        revisions = [told.revision]
        assert revisions[0] > 10


async def test_photos_are_for_those_who_may_see_candidates_and_never_a_booths_picture(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        key = await centre.schedule(await centre.exam(), await centre.candidate())
        # Whether the file or the word of it comes first.
        await upload(client, uplink.device, FACE)
        await booth.check_in(key)
        await upload(client, uplink.device, DOCUMENT)
        assert (await centre.get("/booths/booth-1"))["picture"] is None
        photos = (await centre.show(key))["photos"]
        assert all(photo["available"] for photo in photos)
        await add_user(hub, "tina", "technician")
        await sign_in(client, "tina")
        for data in (FACE, DOCUMENT):
            assert (await client.get(f"/api/v1/evidence/{sha256_hex(data)}")).status_code == 403
        assert (await client.get(f"/api/v1/exam-sessions/{key}")).status_code == 403
        assert (await client.get("/api/v1/candidates")).status_code == 403


async def test_a_hub_that_restarts_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        key = await centre.schedule(await centre.exam(), await centre.candidate())
        await booth.check_in(key)
        await centre.act(key, "admit")
        await booth.step(key, "started")
        device, chain = uplink.device, booth.chain
        before = await booth.told(state="in_progress")
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await sign_in(client)
        centre = Centre(client)
        device.write(hub.authority.certificate_pem)
        with Uplink(device, hub.mqtt.port) as uplink:
            await uplink.ready()
            booth = await Booth.at(uplink)
            booth.chain = chain
            told = await booth.told(state="in_progress")
            assert (told.exam_session, told.sitting) == (key, before.sitting)
            assert told.revision == before.revision
            await centre.act(key, "terminate", reason_code="misconduct.device_used")
            sitting = await booth.sitting("terminated")
            assert sitting.message == "Please speak to the staff of the test centre."
            # What the candidate did while nobody heard it comes late, and changes nothing.
            await booth.step(key, "finish_asked")
            last = (await centre.get(f"/exam-sessions/{key}/steps"))["items"][-1]
            assert (last["action"], last["state"]) == ("late_step", "terminated")
            assert last["note"] == "finish_asked came when it was terminated; it changed nothing"
            assert (await centre.show(key))["exam_session"]["state"] == "terminated"


async def test_steps_that_were_taken_while_the_hub_was_away_count_from_their_own_time(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        key = await centre.schedule(await centre.exam(), await centre.candidate())
        await booth.check_in(key)
        await centre.act(key, "admit")
        began = datetime.now(UTC)
        async with hub.database.writing() as connection:
            await connection.execute(exam_session_steps.update().values(at=began - timedelta(minutes=20)))
        await booth.step(key, "started", wall_time=began - timedelta(minutes=10))
        started = datetime.fromisoformat((await centre.show(key))["exam_session"]["started_at"])
        assert started == began - timedelta(minutes=10)
        # A clock that is ahead does not make a start in the future.
        await centre.act(key, "break")
        await booth.step(key, "returned", wall_time=datetime.now(UTC) + timedelta(hours=3))
        async with hub.database.reading() as connection:
            row = await store.find(connection, key)
        assert row is not None
        assert row.stopped_s < 60


async def test_foreign_unknown_and_unfitting_steps_are_counted_and_stop_nothing(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        an_uplink(hub, tmp_path, "booth-2") as other,
        browser(hub) as client,
    ):
        await add_user(hub)
        await sign_in(client)
        centre, booth, stranger = Centre(client), await Booth.at(uplink), await Booth.at(other)
        key = await centre.schedule(await centre.exam(), await centre.candidate())
        await stranger.step(key, "code_accepted")
        await stranger.step(key, "ready")
        await stranger.step(uuid4(), "ready")
        await stranger.says(ViolationOpened(violation=a_violation()), exam_session=key)
        await stranger.says(ViolationOpened(violation=a_violation(1)), exam_session=uuid4())
        await booth.step(key, "started")  # nobody admitted
        await booth.step(key, "notice_acknowledged", notice_version=7)  # no such version
        shown = (await centre.show(key))["exam_session"]
        assert (shown["state"], shown["notice_version"], shown["violations"]) == ("scheduled", None, 0)
        metrics = hub.metrics.render().decode()
        assert 'invigil_exam_session_steps_unused_total{reason="foreign"} 2.0' in metrics
        assert 'invigil_exam_session_steps_unused_total{reason="unknown"} 1.0' in metrics
        assert 'invigil_exam_session_steps_unused_total{reason="late"} 1.0' in metrics
        # Stored as they came, attached to nothing.
        stored = await rows(hub, events)
        assert len(stored) == 7
        assert [row.exam_session_id for row in stored if row.booth_id == "booth-2"] == [None] * 5  # type: ignore[attr-defined]
        assert str(key).encode() in stored[0].payload  # type: ignore[attr-defined]
        assert {row.exam_session_id for row in await rows(hub, violations)} == {None}  # type: ignore[attr-defined]


async def test_a_candidate_goes_on_in_a_spare_booth(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        an_uplink(hub, tmp_path, "spare") as other,
        browser(hub) as client,
    ):
        await add_user(hub)
        await sign_in(client)
        centre, booth, spare = Centre(client), await Booth.at(uplink), await Booth.at(other)
        exam = await centre.exam()
        key = await centre.schedule(exam, await centre.candidate())
        await booth.check_in(key)
        await centre.act(key, "admit")
        await booth.step(key, "started")
        await booth.says(ViolationOpened(violation=a_violation()), exam_session=key)
        await centre.act(key, "move", 409, booth_id="booth-1", reason_code="technical.camera_failed")
        await centre.act(key, "move", 422, booth_id="nowhere", reason_code="technical.camera_failed")
        await centre.act(key, "move", booth_id="spare", reason_code="technical.camera_failed")
        told = await spare.told(state="in_progress")
        assert told.exam_session == key
        assert told.sitting is not None
        assert told.calibration == Calibration(yaw_deg=3.5)
        code = (await centre.show(key))["check_in_code"]
        assert told.sitting.code_sha256 == code_digest(key, code)
        assert (await booth.told(sitting=None)).exam_session is None
        (signed,) = await rows(hub, countersignatures)
        assert (signed.reason, signed.head_sha256) == ("exam_session_ended", booth.chain.head)  # type: ignore[attr-defined]
        # What the first booth still has to tell belongs to the exam session; what its screen says does not count.
        await booth.says(ViolationOpened(violation=a_violation(1)), exam_session=key)
        await booth.step(key, "break_asked")
        shown = (await centre.show(key))["exam_session"]
        assert (shown["violations"], shown["asked"], shown["booth_id"]) == (2, None, "spare")
        await spare.step(key, "code_accepted")
        await spare.step(key, "finish_asked")
        assert (await centre.show(key))["exam_session"]["asked"] == "finish_asked"
        # Nobody else is put where a candidate sits.
        second = await centre.schedule(exam, await centre.candidate("A-2"), scheduled_start=soon(20))
        refusal = await centre.act(second, "move", 409, booth_id="spare", reason_code="organisation.booth_needed")
        assert str(key) in refusal["detail"]


async def test_a_practice_exam_leaves_no_record(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        key = await centre.schedule(await centre.exam(recording=True), await centre.candidate(), practice=True)
        assert (await booth.sitting("scheduled")).practice
        await booth.check_in(key)
        await upload(client, uplink.device, FACE)
        await centre.act(key, "admit")
        assert not (await booth.told(state="admitted")).recording
        await booth.step(key, "started")
        await booth.says(ViolationOpened(violation=a_violation()), exam_session=key)
        assert await centre.act(key, "complete", note="it went well for Grace Hopper") == {}
        assert (await booth.told(sitting=None)).exam_session is None
        assert (await client.get(f"/api/v1/exam-sessions/{key}")).status_code == 404
        assert await rows(hub, exam_sessions) == []
        assert await rows(hub, exam_session_steps) == []
        assert (await client.get(f"/api/v1/evidence/{sha256_hex(FACE)}")).status_code == 404
        assert not list((tmp_path / "evidence").rglob(sha256_hex(FACE)))
        assert {row.exam_session_id for row in await rows(hub, events)} == {None}  # type: ignore[attr-defined]
        left = [row for row in await rows(hub, audit_log) if row.object_id == str(key)]  # type: ignore[attr-defined]
        assert [row.action for row in left if row.action != "exam_session.viewed"] == [  # type: ignore[attr-defined]
            "exam_session.scheduled",
            "exam_session.admit",
            "exam_session.complete",
        ]
        assert not any("Hopper" in row.detail or "A-1" in row.detail for row in left)  # type: ignore[attr-defined]
        # What the booth still says of it is stored, and tells nobody anything.
        await booth.step(key, "finish_asked")


async def test_people_act_within_their_role_and_scope(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        an_uplink(hub, tmp_path, "booth-2"),
        browser(hub) as client,
    ):
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        exam = await centre.exam()
        mine = await centre.schedule(exam, await centre.candidate())
        foreign = await centre.schedule(exam, await centre.candidate("A-2"), "booth-2")
        await booth.check_in(mine)
        await add_user(hub, "pat", "proctor")
        await add_user(hub, "rita", "reviewer")
        for name in ("pat", "rita"):
            answer = await client.put(f"/api/v1/users/{name}/booths", json={"booths": ["booth-1"]})
            assert answer.status_code == 200, answer.text
        await sign_in(client, "rita")
        assert (await centre.show(mine))["check_in_code"] is None
        assert (await centre.show(mine))["actions"] == []
        await centre.act(mine, "admit", 403)
        await sign_in(client, "pat")
        assert [each["exam_session_id"] for each in (await centre.get("/exam-sessions"))["items"]] == [str(mine)]
        assert (await client.get(f"/api/v1/exam-sessions/{foreign}")).status_code == 403
        await centre.act(foreign, "cancel", 403, reason_code="candidate.asked")
        await centre.act(mine, "move", 403, booth_id="booth-2", reason_code="technical.device_failed")
        await centre.act(mine, "reschedule", 403, scheduled_start=soon(30), reason_code="candidate.late")
        await centre.act(UUID(int=1), "admit", 404)
        await centre.act(mine, "turn-away", 422)
        refusal = await centre.act(mine, "turn-away", 422, reason_code="candidate.absent")
        assert "identity.document_mismatch" in refusal["detail"]
        await centre.act(mine, "turn-away", reason_code="identity.document_mismatch")
        assert (await booth.sitting("turned_away")).message == "Please speak to the staff of the test centre."
        refusal = await centre.act(mine, "admit", 409)
        assert "nothing follows" in refusal["detail"]
