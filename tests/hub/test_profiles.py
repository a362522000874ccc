"""Rule profiles of the test centre's own: versions, who follows them, and what an exam session stays judged by."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from contract.profiles import PROFILES
from tests.support.exams import Booth, Centre
from tests.support.hub import a_hub, add_user, an_uplink, browser, sign_in

pytestmark = pytest.mark.anyio

NAME = "Oral exam, 2nd round"
PATH = f"/profiles/{quote(NAME)}"


def rules(**changes: dict[str, Any]) -> dict[str, Any]:
    """As `standard`, with some fields of some rules changed."""
    said = PROFILES["standard"].rules.model_dump(mode="json")
    return {rule: settings | changes.get(rule, {}) for rule, settings in said.items()}


async def made(centre: Centre, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"name": NAME, "rules": rules(no_face={"hold_s": 9})}
    return await centre.post("/profiles", **values | changes)


async def test_a_profile_is_made_changed_and_archived_and_keeps_every_version(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre = Centre(client)

        async def change(status: int = 200, path: str = PATH, **said: Any) -> dict[str, Any]:
            answer = await client.patch(f"/api/v1{path}", json=said)
            assert answer.status_code == status, answer.text
            found: dict[str, Any] = answer.json()
            return found

        first = await made(centre, based_on="lenient", description="quiet room")
        assert (first["version"], first["built_in"], first["based_on"]) == (1, False, "lenient")
        assert first["rules"]["no_face"]["hold_s"] == 9
        names = [item["name"] for item in (await centre.get("/profiles"))["items"]]
        assert names == ["strict", "standard", "lenient", NAME]

        second = await change(version=1, rules=rules(no_face={"hold_s": 5}), note="too late")
        assert (second["version"], second["rules"]["no_face"]["hold_s"]) == (2, 5)
        # The same again is no new version, and who looked at an old one is told.
        assert (await change(version=2, rules=rules(no_face={"hold_s": 5})))["version"] == 2
        assert "newer" in (await change(409, version=1, rules=rules()))["detail"]
        versions = (await centre.get(f"{PATH}/versions"))["items"]
        assert [(each["version"], each["rules"]["no_face"]["hold_s"], each["note"]) for each in versions] == [
            (2, 5, "too late"),
            (1, 9, ""),
        ]
        assert len((await centre.get("/profiles/strict/versions"))["items"]) == 1
        entry = (await centre.get("/audit", action="profile.changed"))["items"][0]
        assert entry["detail"]["changes"] == {"no_face.hold_s": [9, 5]}

        # Every field that is wrong is named.
        wrong = rules(no_face={"hold_s": -1}, prohibited_object={"min_score": {"phone": 0.3}})
        assert "rules.no_face.hold_s: " in (await change(422, version=2, rules=wrong))["detail"]
        wrong = rules(prohibited_object={"min_score": {"phone": 0.3}})
        assert "did you mean 'cell phone'" in (await change(422, version=2, rules=wrong))["detail"]
        unknown = rules(looking_away={"yaw": 3})
        assert "rules.looking_away.yaw: unknown key" in (await change(422, version=2, rules=unknown))["detail"]

        for taken in (NAME.upper(), "Standard"):
            await centre.post("/profiles", 409, name=taken, rules=rules())
        await centre.post("/profiles", 422, name="a/b", rules=rules())
        await change(409, "/profiles/strict", version=1, rules=rules())
        await change(404, "/profiles/none", version=1)

        exam = await centre.exam(profile=NAME)
        assert (await centre.get(PATH))["exams"] == 1
        assert "1 exam use" in (await change(409, version=2, archived=True))["detail"]
        await client.patch(f"/api/v1/exams/{exam}", json={"profile": "strict"})
        assert (await change(version=2, archived=True))["archived_at"] is not None
        assert [each["name"] for each in (await centre.get("/profiles", archived=True))["items"]] == [NAME]
        await centre.post("/exams", 422, name="B", duration_s=600, profile=NAME)


async def test_booths_follow_a_change_and_an_admitted_candidate_keeps_the_version(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, an_uplink(hub, tmp_path) as uplink, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        centre, booth = Centre(client), await Booth.at(uplink)
        await made(centre)

        async def change(version: int, hold_s: float) -> None:
            said = {"version": version, "rules": rules(no_face={"hold_s": hold_s})}
            assert (await client.patch(f"/api/v1{PATH}", json=said)).status_code == 200

        async def told(version: int, **wanted: Any) -> float:
            """The hold time, once the booth is told this version."""
            while True:
                profile = (await booth.told(**wanted)).profile
                if (profile.name, profile.version) == (NAME, version):
                    return profile.rules.no_face.hold_s

        # Outside of exams.
        answer = await client.put("/api/v1/booths/booth-1/profile", json={"profile": NAME})
        assert answer.json()["desired_profile"] == NAME
        assert await told(1, sitting=None) == 9
        await change(1, 8)
        assert await told(2, sitting=None) == 8

        # In an exam, until somebody is admitted; the next one gets the new version.
        exam = await centre.exam(profile=NAME)
        await client.put("/api/v1/booths/booth-1/profile", json={"profile": "strict"})
        key = await centre.schedule(exam, await centre.candidate(rules_off=["speech"]))
        assert await told(2, state="scheduled") == 8
        await change(2, 7)
        assert await told(3, state="scheduled") == 7
        await booth.check_in(key)
        await centre.act(key, "admit")
        await booth.told(state="admitted")
        await change(3, 6)
        await client.patch(f"/api/v1/exams/{exam}", json={"profile": "lenient", "notice": "New words."})
        seen = await booth.told(state="admitted", notice="New words.")
        assert (seen.profile.version, seen.profile.rules.no_face.hold_s) == (3, 7)
        await centre.act(key, "start")
        assert await told(3, state="in_progress") == 7
