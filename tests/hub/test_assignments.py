"""Who may watch which booth, and what others are told."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from contract.live import LowerHandCommand, SayCommand
from contract.messages import AnyCommand, ErrorReply, SnapshotCommand
from hub.parts import Hub
from hub.store import scopes, users
from hub.views import Scope
from tests.support.answering_booth import an_answering_booth
from tests.support.hub import a_hub, a_violation, add_booth, add_user, browser, sign_in

pytestmark = pytest.mark.anyio


async def assign(hub: Hub, name: str, *booths: str) -> None:
    """These booths and no others."""
    async with hub.database.writing() as connection:
        user = await users.find(connection, name)
        assert user is not None
        await scopes.replace(connection, user.user_id, Scope(booths=booths))


async def refusal(answer: httpx.Response, status: int = 403) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["detail"])


async def test_an_administrator_assigns_booths_and_sees_who_has_which(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await add_user(hub, "pat", "proctor")
        for booth in ("booth-1", "booth-2"):
            await add_booth(hub, booth)
        await sign_in(client)
        assert (await client.get("/api/v1/me")).json()["booths"] is None
        path = "/api/v1/users/pat/booths"
        answer = await client.put(path, json={"booths": ["booth-2", "booth-1", "booth-2"]})
        shown = answer.json()
        assert (shown["username"], shown["display_name"], shown["role"]) == ("pat", "Pat", "proctor")
        assert shown["booths"] == shown["scope"]["booths"] == ["booth-1", "booth-2"]
        assert (await client.put(path, json={"booths": ["booth-2"]})).json()["booths"] == ["booth-2"]
        everyone = {user["username"]: user["booths"] for user in (await client.get("/api/v1/users")).json()["items"]}
        assert everyone == {"ada": None, "pat": ["booth-2"]}
        assert "booth-9" in await refusal(await client.put(path, json={"booths": ["booth-1", "booth-9"]}), 422)
        assert (await client.get("/api/v1/users")).json()["items"][1]["booths"] == ["booth-2"], "all or nothing"
        assert "eve" in await refusal(await client.put("/api/v1/users/eve/booths", json={"booths": []}), 404)
        assert "every booth" in await refusal(await client.put("/api/v1/users/ada/booths", json={"booths": []}), 409)
        async with browser(hub) as other:
            await sign_in(other, "pat")
            assert (await other.get("/api/v1/me")).json()["booths"] == ["booth-2"]
            assert "admin" in await refusal(await other.get("/api/v1/users"))
            assert "admin" in await refusal(await other.put(path, json={"booths": ["booth-1"]}))


ASKS: list[tuple[str, dict[str, Any] | None]] = [
    ("snapshot", None),
    ("say", {"text": "Please look here"}),
    ("lower-hand", None),
]


@pytest.mark.parametrize("role", ["reviewer", "technician", "auditor"])
async def test_whose_role_does_not_watch_may_not_even_where_assigned(tmp_path: Path, role: str) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub, "pat", role)
        await add_booth(hub, "booth-1")
        await assign(hub, "pat", "booth-1")
        await sign_in(client, "pat")
        for what, body in ASKS:
            said = await refusal(await client.post(f"/api/v1/booths/booth-1/{what}", json=body))
            assert "admin or proctor" in said
            assert role in said


async def test_only_those_assigned_may_look_and_speak_and_others_are_told_whom_to_ask(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_answering_booth(hub, tmp_path) as booth, browser(hub) as client:
        await add_user(hub)
        await add_user(hub, "pat", "proctor")
        await add_booth(hub, "booth-2")
        await assign(hub, "pat", "booth-2")
        await sign_in(client, "pat")
        for what, body in ASKS:
            said = await refusal(await client.post(f"/api/v1/booths/booth-1/{what}", json=body))
            assert "Booth-1" in said
            assert "administrator (Ada)" in said
        assert booth.heard == []
        await assign(hub, "pat", "booth-1")
        answer = await client.post("/api/v1/booths/booth-1/say", json={"text": "  Please look here "})
        command = await booth.hears(SayCommand)
        assert (command.text, command.sender) == ("Please look here", "Pat")
        assert answer.json() == {"message_id": str(command.message_id)}
        assert (await client.post("/api/v1/booths/booth-1/lower-hand")).status_code == 204
        await booth.hears(LowerHandCommand)
        assert (await client.post("/api/v1/booths/booth-9/lower-hand")).status_code == 404


async def test_what_the_booth_cannot_do_is_said(tmp_path: Path) -> None:
    def without_screen(command: AnyCommand) -> ErrorReply:
        return ErrorReply(reason="no screen is connected")

    async with a_hub(tmp_path) as hub, an_answering_booth(hub, tmp_path) as booth, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        booth.answer = without_screen
        path = "/api/v1/booths/booth-1/say"
        assert "no screen" in await refusal(await client.post(path, json={"text": "Hello"}), 502)
        for text in ("", "   ", "x" * 501):
            await refusal(await client.post(path, json={"text": text}), 422)
        while (await client.get("/api/v1/booths/booth-1")).json()["availability"] != "online":
            pass
        await booth.say("stopped", hub)
        while (await client.get("/api/v1/booths/booth-1")).json()["availability"] != "stopped":
            pass
        assert "stopped" in await refusal(await client.post(path, json={"text": "Hello"}), 409)


async def test_a_raised_hand_is_shown_until_it_is_lowered(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_answering_booth(hub, tmp_path) as booth, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)

        async def hand(raised: str | None) -> None:
            while (await client.get("/api/v1/booths/booth-1")).json()["hand_raised_at"] != raised:
                pass

        await hand(None)
        booth.report(hand_raised_at=a_violation().opened_at)
        await hand("2026-05-04T09:00:00Z")
        booth.report()
        await hand(None)


async def test_every_picture_taken_is_recorded(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_answering_booth(hub, tmp_path) as booth, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        booth.answer = lambda command: ErrorReply(reason="the camera is lost")
        await refusal(await client.post("/api/v1/booths/booth-1/snapshot"), 502)
        await booth.hears(SnapshotCommand)
        (watch,) = (await client.get("/api/v1/watches")).json()["items"]
        assert (watch["kind"], watch["username"], watch["booth_name"]) == ("snapshot", "ada", "Booth-1")
        assert (watch["answered_at"], watch["ended_why"]) == (None, "failed")
