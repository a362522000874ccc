"""API tokens: a part of what their person may do at this moment, and no way to more."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from hub.parts import Hub
from hub.tables import api_tokens
from tests.support.hub import a_hub, add_booth, add_user, browser, sign_in
from tests.support.people import asked, person

pytestmark = pytest.mark.anyio


def program(hub: Hub, token: str) -> Any:
    return browser(hub, headers={"Authorization": f"Bearer {token}"})


async def make(client: httpx.AsyncClient, *permissions: str) -> dict[str, Any]:
    made = await client.post("/api/v1/me/tokens", json={"name": "nightly", "permissions": permissions})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def test_a_token_does_what_it_was_given_and_no_more(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await add_booth(hub, "booth-1")
        await sign_in(client)
        made = await make(client, "booths.read", "exams.manage")
        assert made["token"].startswith("ivg_")
        async with program(hub, made["token"]) as script:
            assert (await asked(script, "GET", "/me"))["permissions"] == ["exams.manage", "booths.read"]
            assert len((await asked(script, "GET", "/booths"))["items"]) == 1
            # A program sends no header against forgery: it has no cookie that another site could use.
            await asked(script, "PUT", "/booths/booth-1/profile", profile="strict")
            for path in ("users", "audit", "violations", "tokens"):
                assert (await script.get(f"/api/v1/{path}")).status_code == 403, path
            for path in ("me/tokens", "me/sign-ins", "me/totp"):
                assert (await script.get(f"/api/v1/{path}")).status_code == 403, path
            assert (await script.post("/api/v1/me/tokens", json={"name": "x", "permissions": []})).status_code == 403
        shown = (await asked(client, "GET", "/me/tokens"))["items"][0]
        assert shown["last_used_at"] is not None
        assert shown["last_address"] == "127.0.0.1"
        async with hub.database.reading() as connection:
            assert made["token"] not in (await connection.execute(select(api_tokens.c.token_sha256))).scalar_one()


async def test_a_token_never_has_more_than_its_person(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        await add_booth(hub, "booth-1")
        async with person(hub, "pat", "admin") as pat:
            token = (await make(pat, "people.manage", "booths.read"))["token"]
        async with program(hub, token) as script:
            await asked(script, "GET", "/users")
            await asked(client, "PATCH", "/users/pat", role="technician")
            assert (await asked(script, "GET", "/me"))["permissions"] == ["booths.read"]
            assert (await script.get("/api/v1/users")).status_code == 403
            assert (await asked(script, "GET", "/booths"))["items"] == [], "nor more of a scope"
            async with person(hub, "tim", "technician") as tim:
                refused = await tim.post("/api/v1/me/tokens", json={"name": "x", "permissions": ["people.manage"]})
                assert refused.status_code == 403
            await asked(client, "PATCH", "/users/pat", disabled=True)
            assert (await script.get("/api/v1/me")).status_code == 401


async def test_a_token_that_is_revoked_expired_or_made_up_is_nobody(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        revoked, taken, expired = [await make(client, "booths.read") for _ in range(3)]
        await asked(client, "DELETE", f"/me/tokens/{revoked['api_token']['token_id']}", 204)
        await asked(client, "DELETE", f"/me/tokens/{revoked['api_token']['token_id']}", 404)
        assert [one["username"] for one in (await asked(client, "GET", "/tokens"))["items"]] == ["ada", "ada"]
        await asked(client, "DELETE", f"/tokens/{taken['api_token']['token_id']}", 204)
        async with hub.database.writing() as connection:
            await connection.execute(update(api_tokens).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
        for token in (revoked["token"], taken["token"], expired["token"], "ivg_made-up", ""):
            async with program(hub, token) as script:
                script.cookies = client.cookies
                assert (await script.get("/api/v1/me")).status_code == 401, "the cookie beside it does not help"
        audited = (await client.get("/api/v1/audit", params={"object_kind": "token"})).json()["items"]
        assert [entry["action"] for entry in audited] == ["token.revoked"] * 2 + ["token.created"] * 3
