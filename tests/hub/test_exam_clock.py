"""What the clock does to exam sessions, which one a booth shows, and what is said of a booth that falls silent."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from contract.messages import Health, ViolationOpened
from contract.profiles import PROFILES
from hub.exams.clock import ExamClock
from hub.exams.silence import Silence
from hub.jumps import Jumps
from hub.parts import Hub
from hub.tables import exam_sessions, monitoring_gaps
from tests.support.exams import Booth, Centre, soon
from tests.support.hub import Uplink, a_hub, a_violation, add_booth, add_user, an_uplink, browser, sign_in
from tests.support.served import next_of, served

pytestmark = pytest.mark.anyio


async def turn_back(hub: Hub, key: UUID, by: timedelta) -> None:
    """As if it had begun so much earlier."""
    async with hub.database.writing() as connection:
        mine = exam_sessions.c.exam_session_id == key
        row = (await connection.execute(select(exam_sessions).where(mine))).one()
        names = ("scheduled_start", "scheduled_end", "started_at", "created_at")
        values = {name: getattr(row, name) - by for name in names if getattr(row, name) is not None}
        await connection.execute(update(exam_sessions).where(mine).values(values))


def clock(hub: Hub) -> ExamClock:
    """Another one beside the hub's own, as in another process."""
    return ExamClock(hub.database, hub.desired, hub.exam_sessions, hub.feed, hub.metrics)


async def gaps(hub: Hub) -> list[Any]:
    async with hub.database.reading() as connection:
        return list((await connection.execute(select(monitoring_gaps))).all())


async def test_a_time_that_is_up_ends_the_exam_session_once_after_a_grace(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path, exams={"time_up_grace_s": 3600}) as hub,
        an_uplink(hub, tmp_path) as uplink,
        browser(hub) as client,
    ):
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        key = await centre.schedule(await centre.exam(duration_s=600), await centre.candidate())
        await booth.check_in(key)
        await centre.act(key, "admit")
        await booth.step(key, "started")
        ends_at = datetime.fromisoformat((await centre.show(key))["exam_session"]["ends_at"])
        others = [clock(hub) for _ in range(3)]
        await others[0].look(ends_at + timedelta(seconds=3599))
        assert (await centre.show(key))["exam_session"]["state"] == "in_progress"
        # While the clock stands, no time is up.
        await centre.act(key, "pause", reason_code="organisation.alarm")
        await others[0].look(ends_at + timedelta(days=1))
        assert (await centre.show(key))["exam_session"]["state"] == "paused"
        await centre.act(key, "resume")
        ends_at = datetime.fromisoformat((await centre.show(key))["exam_session"]["ends_at"])
        await asyncio.gather(*(other.look(ends_at + timedelta(seconds=3600)) for other in others))
        shown = (await centre.show(key))["exam_session"]
        assert (shown["state"], datetime.fromisoformat(shown["ended_at"])) == ("completed", ends_at)
        steps = (await centre.get(f"/exam-sessions/{key}/steps"))["items"]
        ends = [step for step in steps if step["state"] == "completed"]
        assert [(step["action"], step["reason_code"], step["username"]) for step in ends] == [
            ("time_is_up", "exam.time_is_up", None)
        ]
        assert (await booth.sitting("completed")).message == "The time is up."


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_hub_whose_clock_is_set_takes_and_gives_no_time(tmp_path: Path, hours: int) -> None:
    by = timedelta(hours=hours)
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        key = await centre.schedule(await centre.exam(duration_s=600), await centre.candidate())
        await booth.check_in(key)
        await centre.act(key, "admit")
        await booth.step(key, "started")
        before = (await booth.sitting("in_progress")).ends_at
        assert before is not None
        await clock(hub).moved(by)
        after = (await booth.sitting("in_progress")).ends_at
        assert after == before + by
        await clock(hub).look(after - timedelta(seconds=1))
        await centre.act(key, "pause", reason_code="organisation.alarm")
        left_s = (await centre.show(key))["exam_session"]["left_s"]
        await clock(hub).moved(-by)
        shown = (await centre.show(key))["exam_session"]
        assert (shown["state"], shown["left_s"]) == ("paused", left_s)
        entries = (await centre.get("/audit", action="exam_session.clock_set"))["items"]
        assert [entry["detail"]["by_s"] for entry in entries] == [-3600.0 * hours, 3600.0 * hours]


def test_a_clock_that_was_set_is_told_from_one_that_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    read = iter([(noon, 100.0), (noon + timedelta(seconds=31), 130.0), (noon + timedelta(hours=1), 131.0)])
    monkeypatch.setattr("hub.jumps._clocks", lambda: next(read))
    jumps = Jumps()
    assert jumps.since_last() == timedelta(), "a second is what a busy machine makes"
    assert jumps.since_last() == timedelta(hours=1) - timedelta(seconds=32)


async def test_a_booth_turns_to_what_comes_within_the_hour(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        exam = await centre.exam(duration_s=1800)
        key = await centre.schedule(exam, await centre.candidate(), scheduled_start=soon(61))
        later = await centre.schedule(exam, await centre.candidate("A-2"), scheduled_start=soon(120))
        told = await booth.told(sitting=None)
        await clock(hub).look(datetime.now(UTC) + timedelta(minutes=2))
        told = await booth.told(state="scheduled")
        assert told.sitting is not None
        assert told.sitting.exam_session == key
        before = told.revision
        # Nobody came and nobody said so: the booth goes on to the next all the same.
        await turn_back(hub, key, timedelta(hours=3))
        await turn_back(hub, later, timedelta(hours=1, minutes=30))
        await clock(hub).look(datetime.now(UTC))
        told = await booth.told(exam_session=None, state="scheduled")
        while told.sitting is None or told.sitting.exam_session != later:
            told = await booth.told(state="scheduled")
        assert told.revision > before
        refusal = await centre.act(later, "no-show", 409, reason_code="candidate.absent")
        assert "wait until" in refusal["detail"]
        await centre.act(key, "no-show", reason_code="candidate.absent")
        await centre.act(later, "cancel", reason_code="candidate.asked")
        assert (await booth.told(sitting=None)).profile.name == "standard"


async def test_what_changes_of_exam_or_candidate_reaches_the_booth(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        exam, candidate = await centre.exam(), await centre.candidate()
        key = await centre.schedule(exam, candidate)
        await booth.told(notice_version=1)
        await centre.post(f"/exams/{exam}/notice", 200, text="You are filmed and recorded.")
        told = await booth.told(notice_version=2)
        assert told.sitting is not None
        assert told.sitting.notice == "You are filmed and recorded."
        answer = await client.patch(f"/api/v1/candidates/{candidate}", json={"rules_off": ["speech", "no_face"]})
        assert answer.status_code == 200
        while (await booth.told(state="scheduled")).profile.rules.no_face.enabled:
            pass
        code = (await centre.show(key))["check_in_code"]
        await centre.act(key, "new-code")
        assert (await centre.show(key))["check_in_code"] != code
        await booth.check_in(key, notice_version=2)
        await centre.act(key, "check-in-again", reason_code="identity.unclear")
        again = await centre.show(key)
        assert (again["exam_session"]["state"], again["exam_session"]["notice_version"]) == ("scheduled", None)
        assert not again["calibrated"]
        await booth.check_in(key, notice_version=2)
        assert (await centre.show(key))["exam_session"]["state"] == "checked_in"


async def until_gaps(hub: Hub, so: Callable[[list[Any]], bool]) -> list[Any]:
    async with asyncio.timeout(60):
        while not so(found := await gaps(hub)):  # noqa: ASYNC110 (asked of the database)
            await asyncio.sleep(0.1)
    return found


async def keep_saying(uplink: Uplink) -> None:
    while True:
        await say(uplink)
        await asyncio.sleep(0.5)


async def say(uplink: Uplink) -> None:
    health = Health(
        at=datetime.now(UTC),
        version="1",
        uptime_s=1,
        camera="ok",
        capture_fps=10,
        frames_dropped=0,
        detectors=(),
        outbox_depth=0,
        spool_files=0,
        disk_free_bytes=1,
    )
    uplink.send(health.to_json(), "health")


async def test_a_booth_that_falls_silent_in_an_exam_session_is_a_gap_until_it_speaks(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path, exams={"silent_after_s": 5}) as hub,
        an_uplink(hub, tmp_path) as uplink,
        browser(hub) as client,
    ):
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        key = await centre.schedule(await centre.exam(), await centre.candidate())
        await booth.check_in(key)
        assert await gaps(hub) == [], "nobody is examined yet"
        await centre.act(key, "admit")
        await booth.step(key, "started")
        last_word = datetime.now(UTC)
        (gap,) = await until_gaps(hub, lambda found: len(found) == 1)
        assert (gap.reason, gap.ended_at, gap.exam_session_id) == ("booth_silent", None, key)
        assert gap.started_at < last_word + timedelta(seconds=2)
        shown = (await centre.get("/gaps"))["items"]
        assert [each["reason"] for each in shown] == ["booth_silent"]
        saying = asyncio.create_task(keep_saying(uplink))
        await until_gaps(hub, lambda found: found[0].ended_at is not None)
        # In a break nobody is to be seen, and nothing is said of it.
        await centre.act(key, "break")
        deaf = Silence(hub.database, hub.feed, hub.metrics, lambda _: last_word, timedelta(seconds=5))
        await deaf.look(datetime.now(UTC) + timedelta(hours=1))
        assert len(await gaps(hub)) == 1
        await centre.act(key, "end-break")
        saying.cancel()
        await until_gaps(hub, lambda found: len(found) == 2)
        await centre.act(key, "complete")
        await until_gaps(hub, lambda found: all(gap.ended_at is not None for gap in found))


async def test_a_hub_that_does_not_listen_blames_nobody(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        key = await centre.schedule(await centre.exam(), await centre.candidate())
        await booth.check_in(key)
        await centre.act(key, "admit")
        in_an_hour = datetime.now(UTC) + timedelta(hours=1)
        heard: dict[str, datetime] = {}
        quiet = Silence(hub.database, hub.feed, hub.metrics, heard.get, timedelta(seconds=10))
        await quiet.look(in_an_hour)
        heard["booth-1"] = in_an_hour - timedelta(seconds=9)
        await quiet.look(in_an_hour)
        assert await gaps(hub) == []


async def test_collisions_are_refused_and_a_list_is_narrowed(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre = Centre(client)
        for booth in ("booth-1", "booth-2"):
            await add_booth(hub, booth)
        await centre.post("/sites", site_id="north", name="North")
        await centre.post("/sites", 409, site_id="north", name="North again")
        await centre.post("/rooms", 422, room_id="n-1", site_id="south", name="Room 1")
        await centre.post("/rooms", room_id="n-1", site_id="north", name="Room 1")
        assert (await client.put("/api/v1/booths/booth-2/room", json={"room_id": "n-1"})).status_code == 204
        assert (await client.put("/api/v1/booths/booth-2/room", json={"room_id": "n-2"})).status_code == 422
        assert (await client.put("/api/v1/booths/booth-9/room", json={"room_id": None})).status_code == 404
        assert (await centre.get("/rooms", site="north"))["items"][0]["booths"] == ["booth-2"]
        exam = await centre.exam(duration_s=3600)
        ada = await centre.candidate("A-1", name="Ada Lovelace", extra_time_percent=50)
        grace = await centre.candidate("A-2")
        await centre.post("/candidates", 409, number="A-2", name="Another")
        first = await centre.schedule(exam, ada, scheduled_start=soon(60))
        # Ninety minutes with her extra time, and ten to tidy.
        wanted = {"exam_id": exam, "candidate_id": grace, "booth_id": "booth-1", "scheduled_start": soon(60 + 99)}
        refusal = await centre.post("/exam-sessions", 409, **wanted)
        assert str(first) in refusal["detail"]
        second = await centre.schedule(**_named(wanted | {"scheduled_start": soon(60 + 101)}))
        busy = {"exam_id": exam, "candidate_id": ada, "booth_id": "booth-2", "scheduled_start": soon(90)}
        refusal = await centre.post("/exam-sessions", 409, **busy)
        assert "the candidate sits" in refusal["detail"]
        await centre.post("/exam-sessions", 422, **busy | {"scheduled_start": soon(-600)})
        await centre.post("/exam-sessions", 422, **busy | {"booth_id": "booth-9"})
        await centre.act(second, "reschedule", 409, scheduled_start=soon(80), reason_code="candidate.late")
        await centre.act(
            second, "reschedule", scheduled_start=soon(80), booth_id="booth-2", reason_code="candidate.late"
        )
        await centre.act(first, "extend", seconds=60, reason_code="accommodation.extra_time")
        for params, expected in (
            ({}, [second, first]),
            ({"booth": "booth-1"}, [first]),
            ({"room": "n-1"}, [second]),
            ({"site": "north"}, [second]),
            ({"q": "love"}, [first]),
            ({"q": "a-2"}, [second]),
            ({"exam": exam, "candidate": ada}, [first]),
            ({"state": ["scheduled", "paused"]}, [second, first]),
            ({"state": "paused"}, []),
            ({"alive": True, "practice": False}, [second, first]),
            ({"from": soon(70)}, [second]),
            ({"to": soon(70)}, [first]),
        ):
            found = (await centre.get("/exam-sessions", **params))["items"]
            assert [UUID(each["exam_session_id"]) for each in found] == expected, params
        page = await centre.get("/exam-sessions", limit=1)
        rest = await centre.get("/exam-sessions", limit=1, before=page["next"])
        assert [page["items"][0]["exam_session_id"], rest["items"][0]["exam_session_id"]] == [str(second), str(first)]
        assert rest["next"] is None
        for path in (
            "/exam-sessions?before=x",
            "/exam-sessions?day=2026-02-31",
            "/candidates?after=AAAA",
            "/exams?after=x",
        ):
            assert (await client.get(f"/api/v1{path}")).status_code == 422, path
        days = {(datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%d") for minutes in (60, 80)}
        by_day = [each for day in days for each in (await centre.get("/exam-sessions", day=day))["items"]]
        assert {each["exam_session_id"] for each in by_day} == {str(first), str(second)}
        # A candidate with exam sessions stays; an archived exam is not scheduled.
        assert (await client.delete(f"/api/v1/candidates/{ada}")).status_code == 409
        gone = await centre.candidate("A-3")
        assert (await client.delete(f"/api/v1/candidates/{gone}")).status_code == 204
        assert (await client.get(f"/api/v1/candidates/{gone}")).status_code == 404
        assert (await client.patch(f"/api/v1/exams/{exam}", json={"archived": True})).json()["archived_at"]
        await centre.post("/exam-sessions", 422, **wanted | {"scheduled_start": soon(600)})
        assert (await centre.get("/exams"))["items"] == []


def _named(values: dict[str, Any]) -> dict[str, Any]:
    names = {"exam_id": "exam", "candidate_id": "candidate", "booth_id": "booth"}
    return {names.get(name, name): value for name, value in values.items()}


async def test_an_exam_may_have_rules_of_its_own_and_keeps_every_notice(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre = Centre(client)
        exam = await centre.exam()
        path = f"/api/v1/exams/{exam}"
        own = {"name": "oral", "rules": {}}
        assert (await client.patch(path, json={"profile_document": own})).status_code == 422
        strict = (await centre.get(f"/exams/{exam}"))["profile"]
        assert strict == "standard"
        document = PROFILES["strict"].model_copy(update={"name": "oral"}).model_dump(mode="json")
        changed = await client.patch(path, json={"profile_document": document})
        assert (changed.json()["profile"], changed.json()["profile_document"]["name"]) == ("oral", "oral")
        document["rules"]["speach"] = {}
        refusal = await client.patch(path, json={"profile_document": document})
        assert (refusal.status_code, "speech" in refusal.json()["detail"]) == (422, True)
        assert (await client.patch(path, json={"profile": "lenient"})).json()["profile_document"] is None
        # Another wording is another version; the same words are not.
        for text, version in (("One.", 2), ("One.", 2), ("Two.", 3)):
            assert (await centre.post(f"/exams/{exam}/notice", 200, text=text))["notice_version"] == version
        notices = (await centre.get(f"/exams/{exam}/notices"))["items"]
        assert [(each["version"], each["text"]) for each in notices] == [
            (3, "Two."),
            (2, "One."),
            (1, "You are filmed."),
        ]
        await centre.post("/exams", 422, name="Too short", duration_s=5)
        reasons = (await centre.get("/reasons"))["items"]
        assert {each["category"] for each in reasons} >= {"identity", "technical", "candidate", "misconduct", "other"}


async def test_a_booth_is_shown_with_its_exam_session_to_those_who_may_see_candidates(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path), browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre = Centre(client)
        assert (await centre.get("/booths/booth-1"))["exam_session"] is None
        key = await centre.schedule(await centre.exam(), await centre.candidate())
        shown = (await centre.get("/booths/booth-1"))["exam_session"]
        assert (shown["exam_session_id"], shown["candidate_name"]) == (str(key), "Grace Hopper")
        await add_user(hub, "tina", "technician")
        answer = await client.put("/api/v1/users/tina/booths", json={"booths": ["booth-1"]})
        assert answer.status_code == 200, answer.text
        await sign_in(client, "tina")
        (booth,) = (await centre.get("/booths"))["items"]
        assert (booth["booth_id"], booth["exam_session"]) == ("booth-1", None)
        assert "Hopper" not in (await client.get("/api/v1/booths/booth-1")).text


async def test_staff_may_check_a_candidate_in_by_hand(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        key = await centre.schedule(await centre.exam(), await centre.candidate())
        await booth.step(key, "code_accepted")
        await centre.act(key, "check-in", 422)
        await centre.act(key, "check-in", reason_code="check_in.by_staff", note="the dots cannot be seen")
        assert (await centre.show(key))["exam_session"]["waiting_since"] is not None
        await booth.step(key, "ready")  # the screen got there after all
        await centre.act(key, "admit")
        assert (await booth.told(state="admitted")).exam_session == key
        steps = [step["action"] for step in (await centre.get(f"/exam-sessions/{key}/steps"))["items"]]
        assert steps == ["schedule", "code_accepted", "check_in", "late_step", "admit"]


async def test_a_browser_sees_an_exam_session_move_and_what_is_found_in_it(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_uplink(hub, tmp_path) as uplink,
        served(hub) as server,
        server.listen() as socket,
        httpx.AsyncClient(base_url=server.url, headers={"Cookie": server.cookie}, timeout=60) as client,
    ):
        client.headers["X-Invigil-Request"] = "1"
        centre, booth = Centre(client), await Booth.at(uplink)
        await next_of(socket, "hello")
        key = await centre.schedule(await centre.exam(), await centre.candidate())
        seen = await next_of(socket, "exam_session", state="scheduled")
        assert seen == (await centre.show(key))["exam_session"]
        await booth.check_in(key)
        await next_of(socket, "exam_session", state="checked_in")
        await centre.act(key, "admit")
        await booth.says(ViolationOpened(violation=a_violation()), exam_session=key)
        await next_of(socket, "exam_session", state="admitted", open_violations=1)
        await next_of(socket, "booth", open_violations=1)
        practice = await centre.schedule(
            await centre.exam(), await centre.candidate("A-2"), practice=True, scheduled_start=soon(180)
        )
        await next_of(socket, "exam_session", practice=True)
        await centre.act(practice, "cancel", reason_code="candidate.asked")
        await next_of(socket, "hello")  # it is gone: fetch everything again


async def test_a_centre_may_have_its_booths_watch_exam_sessions_alone(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path, exams={"watch_between": False}) as hub,
        an_uplink(hub, tmp_path) as uplink,
        browser(hub) as client,
    ):
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        assert not (await booth.told(sitting=None)).monitoring
        key = await centre.schedule(await centre.exam(), await centre.candidate())
        assert not (await booth.told(state="scheduled")).monitoring
        await booth.check_in(key)
        assert not (await booth.told(state="checked_in")).monitoring
        await centre.act(key, "admit")
        assert (await booth.told(state="admitted")).monitoring
        await centre.act(key, "terminate", reason_code="candidate.ill")
        assert not (await booth.told(state="terminated")).monitoring
