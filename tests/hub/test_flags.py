"""Flags: a moment a person marked, with every wording it had."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.exam_rows import an_exam_session
from tests.support.hub import a_hub, add_booth
from tests.support.people import asked, audited, get, person

pytestmark = pytest.mark.anyio


async def test_a_moment_is_marked_and_worded_anew_by_its_author(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        await add_booth(hub, "booth-1")
        started = datetime.now(UTC) - timedelta(minutes=30)
        exam_session = await an_exam_session(hub, "booth-1", scheduled_start=started, started_at=started)
        path = f"/exam-sessions/{exam_session}/flags"
        async with (
            person(hub, "pat", "proctor", "booth-1") as pat,
            person(hub, "pia", "proctor", "booth-1") as pia,
            person(hub, "rae", "reviewer", "booth-1") as rae,
        ):
            at = datetime.now(UTC) - timedelta(minutes=5)
            flag = await asked(
                pat, "POST", path, 201, at=at.isoformat(), note="Looks at a sleeve.", kind="looking_away"
            )
            assert (datetime.fromisoformat(flag["at"]), flag["username"], flag["withdrawn"]) == (at, "pat", False)
            now = await asked(pia, "POST", path, 201, note="Somebody knocks.")
            assert (now["kind"], now["at"] == now["created_at"]) == (None, True)
            assert (await get(rae, path))["items"] == [flag, now], "by the moment they mark"
            one = f"/flags/{flag['flag_id']}"
            await asked(pia, "PATCH", one, 403, note="I think not.")
            await asked(rae, "PATCH", one, 403, note="I think not.")
            changed = await asked(pat, "PATCH", one, note="Looks at a cuff.", kind=None)
            assert (changed["note"], changed["kind"], changed["at"]) == ("Looks at a cuff.", None, flag["at"])
            assert [version["note"] for version in changed["history"]] == ["Looks at a sleeve.", "Looks at a cuff."]
            gone = await asked(pat, "PATCH", one, withdrawn=True)
            assert (gone["withdrawn"], len(gone["history"])) == (True, 3)
            assert gone in (await get(rae, path))["items"]
            await asked(pat, "PATCH", one, 422, note=None)
            await asked(pat, "PATCH", f"/flags/{uuid4()}", 404, note="?")
            assert await audited(hub, "flag.changed") == [("pat", flag["flag_id"])] * 2
            assert len(await audited(hub, "flag.added")) == 2


async def test_a_reviewer_takes_note_of_a_flag(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        await add_booth(hub, "booth-1")
        exam_session = await an_exam_session(hub, "booth-1")
        async with (
            person(hub, "pat", "proctor", "booth-1") as pat,
            person(hub, "rae", "reviewer", "booth-1") as rae,
            person(hub, "eve", "reviewer") as stranger,
        ):
            path = f"/exam-sessions/{exam_session}/flags"
            flag = await asked(pat, "POST", path, 201, note="Somebody knocks.")
            assert flag["noted"] is None
            one = f"/flags/{flag['flag_id']}/reviews"
            await asked(pat, "POST", one, 403, noted=True)
            await asked(stranger, "POST", one, 403, noted=True)
            await asked(rae, "POST", f"/flags/{uuid4()}/reviews", 404, noted=True)
            noted = await asked(rae, "POST", one, noted=True, note="  The postman.  ")
            assert (noted["noted"]["username"], noted["noted"]["note"]) == ("rae", "The postman.")
            assert (await get(pat, path))["items"] == [noted]
            back = await asked(rae, "POST", one, noted=False)
            assert (back["noted"], back["history"]) == (None, flag["history"])
            assert await audited(hub, "flag.reviewed") == [("rae", flag["flag_id"])] * 2


async def test_only_what_can_have_been_seen_is_marked_and_only_in_scope(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        await add_booth(hub, "booth-1")
        exam_session = await an_exam_session(hub, "booth-1")
        path = f"/exam-sessions/{exam_session}/flags"
        async with (
            person(hub, "pat", "proctor", "booth-1") as pat,
            person(hub, "eve", "proctor") as stranger,
            person(hub, "rae", "reviewer", "booth-1") as rae,
        ):
            just_now = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
            tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
            await asked(pat, "POST", path, 422, at=tomorrow, note="A premonition.")
            await asked(pat, "POST", path, 422, at="2020-01-01T00:00:00Z", note="Long ago.")
            await asked(pat, "POST", path, 422, at="2026-05-04T09:30:00", note="No zone.")
            await asked(pat, "POST", path, 422, note="   ")
            await asked(pat, "POST", path, 422, note="A kind of its own.", kind="shifty")
            await asked(stranger, "POST", path, 403, note="Not my booth.")
            await asked(stranger, "GET", path, 403)
            await asked(rae, "POST", path, 403, note="I was not there.")
            flag = await asked(pat, "POST", path, 201, at=just_now, note="Within.")
            await asked(pat, "PATCH", f"/flags/{flag['flag_id']}", 422, at=tomorrow)
            due = await an_exam_session(hub, "booth-1", state="scheduled")
            await asked(pat, "POST", f"/exam-sessions/{due}/flags", 409, note="Nobody there.")
