"""What is in somebody's scope: booths granted by site, by room and one by one, and nothing else in any list."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract.chain import sha256_hex
from hub.parts import Hub
from hub.people.audience import AUDIENCE, Sent
from hub.store import booths, places
from hub.views import LiveBeat, LiveBooth, LiveEvidence, LiveMessage, Me
from tests.support.hub import (
    Chain,
    a_hub,
    a_violation,
    add_booth,
    add_user,
    an_uplink,
    browser,
    sign_in,
    snapshot_ref,
)
from tests.support.people import person

pytestmark = pytest.mark.anyio

PICTURE = b"\xff\xd8\xff" + bytes(500)
NOW = a_violation().opened_at


async def furnish(hub: Hub) -> None:
    """Two sites; room r-1 with booth-1 and r-2 with booth-2 at the first, r-3 with booth-3 at the second; booth-4 in no
    room."""
    for booth in ("booth-1", "booth-2", "booth-3", "booth-4"):
        await add_booth(hub, booth)
    async with hub.database.writing() as connection:
        for site in ("north", "south"):
            await places.add_site(connection, site, site.title(), NOW)
        for room, site, booth in (
            ("r-1", "north", "booth-1"),
            ("r-2", "north", "booth-2"),
            ("r-3", "south", "booth-3"),
        ):
            await places.add_room(connection, room, site, room, NOW)
            assert await places.put_booth(connection, booth, room)


async def seen(client: httpx.AsyncClient) -> list[str]:
    return [booth["booth_id"] for booth in (await client.get("/api/v1/booths")).json()["items"]]


async def test_a_scope_is_all_that_was_granted_together(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await furnish(hub)
        await add_user(hub)
        await sign_in(client)
        async with person(hub, "pat", "proctor") as pat:
            path = "/api/v1/users/pat/scope"

            async def grant(**scope: Any) -> list[str]:
                answer = await client.put(path, json=scope)
                assert answer.status_code == 200, answer.text
                assert (await pat.get("/api/v1/me")).json()["booths"] == answer.json()["booths"]
                return await seen(pat)

            assert await seen(pat) == []
            assert await grant(sites=["north"]) == ["booth-1", "booth-2"]
            assert await grant(rooms=["r-3"]) == ["booth-3"]
            assert await grant(rooms=["r-1"], booths=["booth-4", "booth-1"]) == ["booth-1", "booth-4"]
            # What is granted by room stays when single booths are set.
            assert (await client.put("/api/v1/users/pat/booths", json={"booths": ["booth-2"]})).status_code == 200
            assert await seen(pat) == ["booth-1", "booth-2"]
            # A booth that moves takes its scope along.
            async with hub.database.writing() as connection:
                assert await places.put_booth(connection, "booth-3", "r-1")
            assert await seen(pat) == ["booth-1", "booth-2", "booth-3"]
            assert await grant(everywhere=True) == ["booth-1", "booth-2", "booth-3", "booth-4"]
            assert (await pat.get("/api/v1/me")).json()["booths"] is None
            await add_booth(hub, "booth-5")
            assert "booth-5" in await seen(pat)
            for scope in ({"sites": ["east"]}, {"rooms": ["r-9"]}, {"booths": ["booth-9"]}):
                refused = await client.put(path, json=scope)
                assert refused.status_code == 422
                assert "there is no" in refused.json()["detail"]
            assert (await client.get("/api/v1/users/pat")).json()["scope"]["everywhere"], "all or nothing"
            assert (await pat.put(path, json={"everywhere": True})).status_code == 403


async def test_nothing_outside_the_scope_is_shown_and_whoever_asks_is_told_whom_to_ask(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_booth(hub, "booth-2")
        violation = a_violation(evidence=(snapshot_ref(PICTURE),))
        uplink.send(Chain("booth-1").opened(violation))
        await uplink.acked(1)
        name = sha256_hex(PICTURE)
        stored = await client.put(
            f"/api/v1/evidence/{name}", content=PICTURE, headers=uplink.device.upload_headers(PICTURE)
        )
        assert stored.status_code == 201
        await add_user(hub)
        things = (
            "booths/booth-1",
            "booths/booth-1/recording",
            f"violations/{violation.violation_id}",
            f"evidence/{name}",
        )
        async with (
            person(hub, "rita", "reviewer", "booth-1") as rita,
            person(hub, "paul", "reviewer", "booth-2") as paul,
        ):
            for thing in things:
                assert (await rita.get(f"/api/v1/{thing}")).status_code == 200, thing
                refused = await paul.get(f"/api/v1/{thing}")
                assert refused.status_code == 403, thing
                assert "administrator (Ada)" in refused.json()["detail"], thing
            for listed in ("violations", "gaps"):
                assert (await paul.get(f"/api/v1/{listed}")).json()["items"] == [], listed
            assert await seen(paul) == ["booth-2"]
            assert (await paul.get("/api/v1/booths/booth-9")).status_code == 404
        async with person(hub, "otto", "auditor", "booth-2") as otto:
            refused = await otto.get("/api/v1/bundles", params={"booth": "booth-1"})
            assert refused.status_code == 403
            assert (await otto.get("/api/v1/bundles", params={"booth": "booth-2"})).status_code == 404, (
                "nothing came yet"
            )
        async with person(hub, "tim", "technician", "booth-1") as tim:
            shown = (await tim.get("/api/v1/booths/booth-1")).json()
            assert shown["open_violations"] == 1
            assert (shown["latest"], shown["picture"]) == (None, None), "no candidate is shown to a technician"
            for thing in things[1:]:
                assert (await tim.get(f"/api/v1/{thing}")).status_code == 403, thing


async def test_who_looks_at_evidence_is_recorded_once(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        name = sha256_hex(PICTURE)
        headers = uplink.device.upload_headers(PICTURE)
        assert (await client.put(f"/api/v1/evidence/{name}", content=PICTURE, headers=headers)).status_code == 201
        await add_user(hub)
        await sign_in(client)
        for _ in range(3):
            assert (await client.get(f"/api/v1/evidence/{name}")).status_code == 200
        looked = (await client.get("/api/v1/audit", params={"action": "evidence.viewed"})).json()["items"]
        assert [(entry["username"], entry["object_id"]) for entry in looked] == [("ada", name)]
        assert looked[0]["detail"] == {"booth": "booth-1", "media": "image/jpeg"}


def someone(role: str, *mine: str) -> Me:
    return Me.model_validate({"username": "pat", "display_name": "Pat", "role": role, "booths": mine})


async def test_a_live_message_goes_to_those_who_may_see_it(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink:
        uplink.send(Chain("booth-1").opened())
        await uplink.acked(1)
        async with hub.database.reading() as connection:
            (booth,) = await booths.views(connection, ["booth-1"])
    assert booth.latest is not None
    of_booth = Sent(LiveBooth(booth=booth))
    assert of_booth.text_for(someone("proctor", "booth-2")) is None
    whole, part = of_booth.text_for(someone("proctor", "booth-1")), of_booth.text_for(someone("technician", "booth-1"))
    assert whole is not None
    assert part is not None
    assert json.loads(whole)["booth"]["latest"] is not None
    assert json.loads(part)["booth"]["latest"] is None
    arrived = Sent(LiveEvidence(sha256="0" * 64, booth_id="booth-1"))
    assert arrived.text_for(someone("technician", "booth-1")) is None
    assert arrived.text_for(someone("reviewer", "booth-1"))
    assert Sent(LiveBeat(at=NOW)).text_for(someone("technician"))


def test_every_live_message_has_an_audience() -> None:
    types = {member.model_fields["type"].default for member in LiveMessage.__origin__.__args__}  # type: ignore[attr-defined]
    assert types == AUDIENCE.keys(), "say in hub/people/audience.py who hears it"
