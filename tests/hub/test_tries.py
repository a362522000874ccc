"""Trying profiles on a clip: who may send and fetch it, which booth looks, what is said, and that nothing stays."""

from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from contract.chain import sha256_hex
from contract.live import DoneReply
from contract.messages import AnyCommand, AnyReply, ErrorReply
from contract.profiles import PROFILES
from contract.tries import CLIP_BYTES_MAX, TryCommand, TryFound, TrySpan, TryStateCommand, TryStateReply
from hub.parts import Hub
from hub.tries import clips
from tests.support.answering_booth import AnsweringBooth, an_answering_booth
from tests.support.exams import Booth as Sitting
from tests.support.exams import Centre
from tests.support.hub import Device, a_hub, add_booth, add_user, browser, sign_in, until
from tests.support.people import asked, audited, person

pytestmark = pytest.mark.anyio

CLIP = b"\0\0\0\x18ftypmp42" + b"frames" * 500
TRIES = "/profiles/tries"
SPAN = TrySpan(kind="camera_blocked", severity="high", started_s=2.0, opened_s=3.0, ended_s=5.0, measured=0.1, limit=1)
PROFILE = {"name": "Oral exam", "version": 4, "rules": PROFILES["standard"].rules.model_dump(mode="json")}


def looking(command: AnyCommand) -> AnyReply | None:
    """As a booth does that has looked already."""
    if isinstance(command, TryStateCommand):
        found = (TryFound(spans=(SPAN,)), TryFound())
        return TryStateReply(try_id=command.try_id, state="done", share=1, looked_s=5, found=found)
    return DoneReply()


async def send(client: httpx.AsyncClient, clip: bytes = CLIP, kind: str = "video/mp4") -> httpx.Response:
    return await client.post(f"/api/v1{TRIES}", content=clip, headers={"Content-Type": kind})


async def sent(client: httpx.AsyncClient) -> str:
    answer = await send(client)
    assert answer.status_code == 201, answer.text
    return str(UUID(answer.json()["try_id"]))


async def begin(client: httpx.AsyncClient, try_id: str, status: int = 202, **changes: Any) -> Any:
    said: dict[str, Any] = {"booth_id": "booth-1", "profiles": [PROFILE, PROFILE | {"version": 3}]}
    return await asked(client, "POST", f"{TRIES}/{try_id}", status, **said | changes)


async def fetched(client: httpx.AsyncClient, try_id: str, booth: AnsweringBooth | Device, data: bytes = CLIP) -> int:
    device = booth if isinstance(booth, Device) else booth.device
    answer = await client.get(f"/api/v1{TRIES}/{try_id}/clip", headers=device.upload_headers(data))
    assert answer.status_code != 200 or answer.content == CLIP
    return answer.status_code


def kept(hub: Hub) -> list[bytes]:
    return [path.read_bytes() for path in (hub.settings.data / "tries" / "hub").iterdir()]


async def test_a_clip_goes_to_one_booth_and_what_it_found_comes_back(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        async with an_answering_booth(hub, tmp_path) as booth:
            booth.answer = looking
            other = await Device.enrol(hub, "booth-2", tmp_path / "other")
            try_id = await sent(client)
            assert await fetched(client, try_id, booth) == 404  # given to nobody yet
            begun = await begin(client, try_id)
            assert (begun["state"], begun["booth_id"]) == ("fetching", "booth-1")
            command = await booth.hears(TryCommand)
            assert (str(command.try_id), command.sha256, command.size_bytes) == (try_id, sha256_hex(CLIP), len(CLIP))
            assert [(each.name, each.version) for each in command.profiles] == [("Oral exam", 4), ("Oral exam", 3)]
            assert await fetched(client, try_id, booth) == 200
            assert await fetched(client, try_id, other) == 404
            assert await fetched(client, try_id, booth, b"something else") == 401

            said = await asked(client, "GET", f"{TRIES}/{try_id}")
            assert (said["state"], said["share"], said["looked_s"]) == ("done", 1, 5)
            assert said["found"][0]["spans"][0] == SPAN.model_dump(mode="json")
            assert said["found"][1] == {"spans": [], "left_out": 0}
            assert await audited(hub, "profile.tried") == [("ada", "Oral exam")]


async def test_who_cannot_look_and_what_cannot_be_looked_at_is_refused_in_words(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client, person(hub, "eve", "admin") as eve:
        await add_user(hub)
        await sign_in(client)
        await add_booth(hub, "booth-2")
        assert (await send(client, b"%PDF", "application/pdf")).status_code == 415
        assert (await send(client, b"")).status_code == 413
        lying = {"Content-Type": "video/mp4", "Content-Length": str(CLIP_BYTES_MAX + 1)}
        assert (await client.post(f"/api/v1{TRIES}", content=CLIP, headers=lying)).status_code == 413
        short = {"Content-Type": "video/webm;codecs=vp9", "Content-Length": str(len(CLIP) + 1)}
        assert (await client.post(f"/api/v1{TRIES}", content=CLIP, headers=short)).status_code == 422
        assert kept(hub) == []

        async with an_answering_booth(hub, tmp_path) as booth:
            try_id = await sent(client)
            assert (await asked(client, "GET", f"{TRIES}/{try_id}", 409))["title"] == "Not begun"
            await begin(eve, try_id, 404)
            await begin(client, try_id, 404, booth_id="nowhere")
            assert (await begin(client, try_id, 409, booth_id="booth-2"))["title"] == "Booth is not connected"
            wrong = await begin(client, try_id, 422, profiles=[PROFILE | {"rules": {}}])
            assert "rules.no_face" in wrong["detail"]
            booth.answer = lambda _: ErrorReply(reason="another clip is looked at here")
            assert "another clip" in (await begin(client, try_id, 502))["detail"]
            booth.answer = looking
            await begin(client, try_id)
            await booth.say("offline", hub)
            assert (await asked(client, "GET", f"{TRIES}/{try_id}", 409))["title"] == "Booth is not connected"
            await booth.say("online", hub)

            centre = Centre(client)
            exam_session = await centre.schedule(await centre.exam(), await centre.candidate("A-1"), "booth-1")
            await (await Sitting.at(booth)).check_in(exam_session)
            assert (await begin(client, try_id, 409))["title"] == "An exam session is on"


async def test_clips_are_few_and_go_by_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = tmp_path / "tries" / "hub" / "left-by-an-earlier-run"
    left.parent.mkdir(parents=True)
    left.write_bytes(CLIP)
    monkeypatch.setattr(clips, "SWEEP_S", 0.01)
    monkeypatch.setattr(clips, "CLIPS_MAX", 1)
    async with a_hub(tmp_path) as hub, browser(hub) as client, person(hub, "eve", "admin") as eve:
        await add_user(hub)
        await sign_in(client)
        assert kept(hub) == []
        first = await sent(client)
        second = await sent(client)
        assert kept(hub) == [CLIP]  # one a person
        await begin(client, first, 404)
        assert (await send(eve)).status_code == 503
        monkeypatch.setattr(clips, "KEPT_S", 0.0)
        await until("the clip to go", lambda: not kept(hub))
        await begin(client, second, 404)
