"""`invigil fleet` against a real hub and booths that answer: what it shows, what it does, how it fails."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio import to_thread

from contract.live import DoneReply
from contract.messages import AnyCommand, AnyReply, ErrorReply
from contract.upkeep import IdentifyCommand, IdentifyReply, LogsCommand, LogsReply, RebootCommand, RestartCommand
from hub.parts import Hub
from tests.support.answering_booth import AnsweringBooth, an_answering_booth
from tests.support.cli import Said, invigil
from tests.support.hub import Device, a_hub, browser, sign_in
from tests.support.people import asked, get, get_until
from tests.support.reports_of_health import a_health
from tests.support.served import served

pytestmark = pytest.mark.anyio
Cli = Callable[..., Any]
PERMISSIONS = ["devices.manage", "booths.read", "system.read"]


def obedient(command: AnyCommand) -> AnyReply | None:
    match command:
        case IdentifyCommand():
            return IdentifyReply(screen=True, light=True)
        case LogsCommand():
            return LogsReply(lines=("2026-05-04 INFO one", "2026-05-04 INFO \x1b[31mtwo"), dropped=3)
    return DoneReply()


class Hall:
    """A hub with two rooms: booths 1 and 2 in one, 3 in the other, whose device was never switched on."""

    def __init__(
        self, hub: Hub, client: httpx.AsyncClient, booths: dict[str, AnsweringBooth], env: dict[str, str]
    ) -> None:
        self.hub, self.client, self.booths, self._env = hub, client, booths, env

    async def invigil(self, *arguments: object, **env: str) -> Said:
        return await to_thread.run_sync(lambda: invigil(*arguments, env=self._env | env))

    async def json(self, *arguments: object, code: int = 0) -> Any:
        said = await self.invigil(*arguments, "--json")
        assert said.code == code, said.err
        return json.loads(said.out)


@asynccontextmanager
async def a_hall(folder: Path) -> AsyncIterator[Hall]:
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(a_hub(folder))
        server = await stack.enter_async_context(served(hub))
        client = await stack.enter_async_context(browser(hub))
        await sign_in(client)
        booths = {}
        for name in ("booth-1", "booth-2"):
            booths[name] = await stack.enter_async_context(an_answering_booth(hub, folder, name))
            booths[name].answer = obedient
            booths[name].report()
            booths[name].beat(a_health())
        await Device.enrol(hub, "booth-3", folder / "booth-3")
        await asked(client, "POST", "/sites", 201, site_id="main", name="Main")
        for room, inside in (("room-1", ("booth-1", "booth-2")), ("room-2", ("booth-3",))):
            await asked(client, "POST", "/rooms", 201, room_id=room, site_id="main", name=room.title())
            for booth in inside:
                await asked(client, "PUT", f"/booths/{booth}/room", 204, room_id=room)
        await get_until(client, "/devices", lambda said: [one["status"] for one in said["items"]].count("online") == 2)
        token = (await asked(client, "POST", "/me/tokens", 201, name="cli", permissions=PERMISSIONS))["token"]
        yield Hall(hub, client, booths, {"INVIGIL_HUB": server.url, "INVIGIL_TOKEN": token})


async def test_the_list_shows_narrows_and_counts(tmp_path: Path) -> None:
    async with a_hall(tmp_path) as hall:
        said = await hall.invigil("fleet", "list")
        assert said.code == 0, said.err
        lines = said.out.splitlines()
        assert [line.split()[0] for line in lines] == ["booth", "booth-1", "booth-2", "booth-3"]
        assert "✓ online" in lines[1]
        assert "○ new" in lines[3]
        assert "3 devices: 2 online, 1 new" in said.err

        items = (await hall.json("fleet", "list", "--room", "room-1"))["items"]
        assert [item["booth_id"] for item in items] == ["booth-1", "booth-2"]
        assert {"status", "care", "drift", "version", "not_after", "last_seen_at", "room_id"} <= items[0].keys()
        for narrower in (("--status", "new"), ("--search", "BOOTH-3"), ("--site", "main", "--room", "room-2")):
            assert [one["booth_id"] for one in (await hall.json("fleet", "list", *narrower))["items"]] == ["booth-3"]

        for wrong, words in (
            (("--status", "asleep"), "degraded"),
            (("--room", "rom-1"), "did you mean room-1"),
            (("--site", "x"), "no site"),
        ):
            refused = await hall.invigil("fleet", "list", *wrong)
            assert refused.code == 1
            assert words in refused.err
        assert (await hall.invigil("fleet", "list", "--watch")).code == 2, "not without a terminal"


async def test_one_device_is_shown_with_what_to_do(tmp_path: Path) -> None:
    async with a_hall(tmp_path) as hall:
        hall.booths["booth-1"].beat(a_health(temperature_c=91.0, version="1.2.3"))
        await get_until(hall.client, "/devices", lambda said: said["items"][0]["status"] == "degraded")
        said = await hall.invigil("fleet", "status", "booth-1")
        assert said.code == 0, said.err
        for words in ("▲ degraded", "hot", "→ is its fan running", "1.2.3", "91 °C", "room room-1"):
            assert words in said.out
        detail = await hall.json("fleet", "status", "booth-1")
        assert detail["health"]["temperature_c"] == 91.0
        assert {"device", "facts", "health", "clock_offset_ms", "history"} <= detail.keys()
        unknown = await hall.invigil("fleet", "status", "booth-11")
        assert unknown.code == 1
        assert "did you mean booth-1?" in unknown.err


async def test_a_log_is_shown_and_nothing_in_it_steers_the_terminal(tmp_path: Path) -> None:
    async with a_hall(tmp_path) as hall:
        said = await hall.invigil("fleet", "logs", "booth-1", "-n", "5")
        assert said.out == "2026-05-04 INFO one\n2026-05-04 INFO \\u001b[31mtwo\n"
        assert "3 older lines" in said.err
        assert (await hall.booths["booth-1"].hears(LogsCommand)).lines == 5
        assert (await hall.json("fleet", "logs", "booth-1"))["lines"][0].endswith("one")
        away = await hall.invigil("fleet", "logs", "booth-3")
        assert away.code == 1
        assert "not connected" in away.err
        assert (await hall.invigil("fleet", "logs", "booth-1", "--follow", "--json")).code == 2


async def test_several_are_asked_and_some_fail(tmp_path: Path) -> None:
    async with a_hall(tmp_path) as hall:
        said = await hall.json("fleet", "identify", "--all", code=1)
        assert (said["done"], said["failed"]) == (2, 1)
        assert said["items"][0] == {
            "booth": "booth-1",
            "done": True,
            "error": None,
            "hint": None,
            "screen": True,
            "light": True,
        }
        assert "not connected" in said["items"][2]["error"]
        shown = await hall.invigil("fleet", "identify", "--all")
        assert shown.code == 1
        assert "✓ its screen shows its name and a light blinks" in shown.out
        assert "✗ the hub says: Device is not connected" in shown.out
        assert "1 of 3 failed; the others are done" in shown.err
        assert (await hall.invigil("fleet", "identify", "booth-2")).code == 0
        for unclear in ((), ("--all", "--room", "room-1")):
            assert (await hall.invigil("fleet", "identify", *unclear)).code == 2


@pytest.mark.parametrize(("what", "command"), [("restart", RestartCommand), ("reboot", RebootCommand)])
async def test_several_start_again_only_after_a_yes(tmp_path: Path, what: str, command: Any) -> None:
    async with a_hall(tmp_path) as hall:
        unasked = await hall.invigil("fleet", what, "--room", "room-1")
        assert unasked.code == 2
        assert "--yes" in unasked.err
        assert not hall.booths["booth-1"].all_of(command)
        assert (await hall.json("fleet", what, "--room", "room-1", "--yes"))["done"] == 2
        assert not (await hall.booths["booth-2"].hears(command)).force
        assert (await hall.invigil("fleet", what, "booth-1")).code == 0, "one that was named is not asked about"
        assert (await hall.invigil("fleet", what, "booth-1", "--force")).code == 0, "by an administrator"
        assert (await hall.booths["booth-1"].hears(command, 3)).force
        hall.booths["booth-1"].answer = lambda _: ErrorReply(reason="an exam session is on here (paused)")
        refused = await hall.invigil("fleet", what, "booth-1")
        assert refused.code == 1
        assert "an exam session is on here" in refused.err


async def test_what_does_not_follow_is_named(tmp_path: Path) -> None:
    async with a_hall(tmp_path) as hall:
        await get_until(hall.client, "/devices", lambda said: not any(one["drift"] for one in said["items"][:2]))
        fine = await hall.invigil("fleet", "drift", "--room", "room-1")
        assert (fine.code, fine.out) == (0, "")
        await asked(hall.client, "PUT", "/booths/booth-2/profile", profile="strict")
        said = await hall.invigil("fleet", "drift")
        assert said.code == 3
        assert "strict v1" in said.out
        assert "nothing yet" in said.out
        assert "2 of 3" in said.err
        items = (await hall.json("fleet", "drift", "--status", "online", code=3))["items"]
        assert [one["booth_id"] for one in items] == ["booth-2"]
        assert {"field", "desired", "reported"} == items[0]["drift"][0].keys()


async def test_codes_are_made_listed_and_taken_back(tmp_path: Path) -> None:
    async with a_hall(tmp_path) as hall:
        made = await hall.json("fleet", "claim-code", "booth-1", "booth-2")
        codes = {one["booth_id"]: one["code"] for one in made["items"]}
        assert codes.keys() == {"booth-1", "booth-2"}
        listed = await hall.invigil("fleet", "claim-code", "--list")
        assert "booth-2" in listed.out
        assert not [code for code in codes.values() if code in listed.out]
        assert (await hall.invigil("fleet", "claim-code", "booth-1", "--withdraw")).code == 0
        again = await hall.invigil("fleet", "claim-code", "booth-1", "--withdraw")
        assert again.code == 1
        assert "No claim code" in again.err
        assert [one["booth_id"] for one in (await hall.json("fleet", "claim-code", "--list"))["items"]] == ["booth-2"]
        some = await hall.invigil("fleet", "claim-code", "booth-1", "nowhere")
        assert some.code == 1
        assert "booth-1" in some.out
        assert "nowhere" in some.err
        assert (await hall.invigil("fleet", "claim-code")).code == 2


async def test_new_hardware_takes_over_and_the_old_one_is_revoked(tmp_path: Path) -> None:
    async with a_hall(tmp_path) as hall:
        hall.booths["booth-1"].beat(a_health(outbox_depth=7, version="9"))
        await get_until(hall.client, "/devices", lambda said: said["items"][0]["version"] == "9")
        said = await hall.invigil("fleet", "replace", "booth-1")
        assert said.code == 0, said.err
        assert "7 events and 0 files of evidence wait" in said.err
        code = (await hall.json("fleet", "replace", "booth-1"))["code"]
        await Device.enrol(hall.hub, "booth-1", tmp_path / "new", code=code)
        assert len((await hall.json("fleet", "status", "booth-1"))["history"]) == 2

        words = ("fleet", "revoke", "booth-2", "--reason", "stolen")
        unasked = await hall.invigil(*words)
        assert unasked.code == 2, "of one, too: there is no way back"
        assert (await get(hall.client, "/devices"))["items"][1]["status"] == "online"
        assert (await hall.json(*words, "--yes"))["revoked_reason"] == "stolen"
        twice = await hall.invigil(*words, "--yes")
        assert twice.code == 1
        assert "Revoked already" in twice.err


async def test_a_token_that_may_less_is_told_so(tmp_path: Path) -> None:
    async with a_hall(tmp_path) as hall:
        less = (await asked(hall.client, "POST", "/me/tokens", 201, name="less", permissions=["booths.read"]))["token"]
        refused = await hall.invigil("fleet", "list", INVIGIL_TOKEN=less)
        assert refused.code == 1
        assert "devices.manage" in refused.err
        assert "invigil hub whoami" in refused.err
