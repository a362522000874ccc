"""Who looks at which booth now, what nobody has looked at, and whose hand is up."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from contract.topics import HUB_FEED
from hub.config import WatchingConfig
from hub.feed import Changes, Look
from hub.views import Me
from hub.watching import presence as presence_module
from tests.support.answering_booth import an_answering_booth
from tests.support.exam_rows import an_exam_session
from tests.support.hub import a_hub, add_booth, until
from tests.support.people import asked, audited, get, get_until, person

pytestmark = pytest.mark.anyio


async def test_an_open_page_and_a_live_view_are_presence(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        await add_booth(hub, "booth-1")
        await add_booth(hub, "booth-2")
        async with (
            person(hub, "pat", "proctor", "booth-1", "booth-2") as pat,
            person(hub, "pia", "proctor", "booth-2") as pia,
            person(hub, "rae", "reviewer", "booth-1") as rae,
        ):
            assert (await get(pat, "/presence"))["items"] == []
            for _ in range(3):
                await asked(pat, "POST", "/booths/booth-1/looking", 204)
            assert await audited(hub, "booth.looked_at") == [("pat", "booth-1")], "when it began, not at every beat"
            await asked(pia, "POST", "/booths/booth-1/looking", 403)
            await asked(rae, "POST", "/booths/booth-1/looking", 403)
            await asked(pat, "POST", "/booths/nowhere/looking", 404)
            watch_id, me = uuid4(), Me(username="pia", display_name="Pia", role="proctor", booths=("booth-2",))
            await hub.watches.begin(watch_id, me, "booth-2", "view")
            first, second = (await get(pat, "/presence"))["items"]
            assert (first["booth_id"], [(one["username"], one["live"]) for one in first["people"]]) == (
                "booth-1",
                [("pat", False)],
            )
            assert (second["booth_id"], [(one["username"], one["live"]) for one in second["people"]]) == (
                "booth-2",
                [("pia", True)],
            )
            assert [item["booth_id"] for item in (await get(pia, "/presence"))["items"]] == ["booth-2"]
            await hub.watches.end(watch_id, "left")
            assert (await get(pia, "/presence"))["items"] == []


async def test_who_does_not_say_so_any_more_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence_module, "EXPIRES_S", 0.3)
    monkeypatch.setattr(presence_module, "WRITE_S", 0.05)
    async with a_hub(tmp_path) as hub:
        await add_booth(hub, "booth-1")
        async with person(hub, "pat", "proctor", "booth-1") as pat:
            await asked(pat, "POST", "/booths/booth-1/looking", 204)
            await get_until(pat, "/presence", lambda seen: not seen["items"])
            await until("forgotten", lambda: not hub.presences._looks)


async def test_what_another_process_of_the_hub_heard_is_known_here(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        await add_booth(hub, "booth-1")
        async with person(hub, "pat", "proctor", "booth-1") as pat:
            look = Look(booth_id="booth-1", username="zoe", display_name="Zoe", since=datetime.now(UTC))
            hub.mqtt.publish(HUB_FEED, b"not json")
            hub.mqtt.publish(HUB_FEED, Changes(looking=(look,)).to_json())
            seen = await get_until(pat, "/presence", lambda seen: bool(seen["items"]))
            assert seen["items"][0]["people"][0]["display_name"] == "Zoe"


async def test_an_exam_that_nobody_looks_at_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence_module, "WRITE_S", 0.05)
    monkeypatch.setattr(presence_module, "EXPIRES_S", 0.3)
    async with a_hub(tmp_path, watching=WatchingConfig(overlooked_after_s=30)) as hub:
        now = datetime.now(UTC)
        ids = {}
        for booth, minutes, state in (
            ("booth-1", 50, "in_progress"),
            ("booth-2", 20, "in_progress"),
            ("booth-3", 0, "in_progress"),
            ("booth-4", 20, "paused"),
        ):
            await add_booth(hub, booth)
            started = now - timedelta(minutes=minutes)
            ids[booth] = await an_exam_session(
                hub,
                booth,
                state=state,
                scheduled_start=started,
                scheduled_end=started + timedelta(hours=2),
                started_at=started,
            )
        async with person(hub, "ada", "admin") as ada, person(hub, "pat", "proctor", "booth-2") as pat:
            seen = await get(ada, "/presence")
            assert seen["overlooked_after_s"] == 30
            assert [(each["booth_id"], each["exam_session_id"]) for each in seen["overlooked"]] == [
                ("booth-1", str(ids["booth-1"])),
                ("booth-2", str(ids["booth-2"])),
            ], "those unseen longest first; not what just began, not what is paused"
            assert [each["booth_id"] for each in (await get(pat, "/presence"))["overlooked"]] == ["booth-2"]
            assert (await get(ada, "/booths/booth-1"))["last_looked_at"] is None
            await asked(ada, "POST", "/booths/booth-1/looking", 204)
            assert [each["booth_id"] for each in (await get(ada, "/presence"))["overlooked"]] == ["booth-2"], "at once"
            booth = await get_until(ada, "/booths/booth-1", lambda seen: seen["last_looked_at"] is not None)
            assert datetime.fromisoformat(booth["last_looked_at"]) >= now
            alone = await get_until(ada, "/presence", lambda seen: not seen["items"])
            assert [each["booth_id"] for each in alone["overlooked"]] == ["booth-2"], "it was looked at just now"


async def test_hands_are_shown_until_they_are_lowered(tmp_path: Path) -> None:
    async with (
        a_hub(tmp_path) as hub,
        an_answering_booth(hub, tmp_path) as first,
        an_answering_booth(hub, tmp_path, "booth-2") as second,
        person(hub, "ada", "admin") as ada,
        person(hub, "pat", "proctor", "booth-2") as pat,
    ):
        assert (await get(ada, "/hands"))["items"] == []
        now = datetime.now(UTC)
        first.report(hand_raised_at=now)
        second.report(hand_raised_at=now - timedelta(minutes=1))
        both = await get_until(ada, "/hands", lambda seen: len(seen["items"]) == 2)
        assert [item["booth_id"] for item in both["items"]] == ["booth-2", "booth-1"], "who waits longest first"
        assert [item["booth_id"] for item in (await get(pat, "/hands"))["items"]] == ["booth-2"]
        await asked(pat, "POST", "/booths/booth-2/lower-hand", 204)
        second.report()
        one = await get_until(ada, "/hands", lambda seen: len(seen["items"]) == 1)
        assert one["items"][0]["booth_id"] == "booth-1"
        await first.say("stopped", hub)
        await get_until(ada, "/hands", lambda seen: not seen["items"])
