"""Signing in, staying signed in, and what another site or a guesser cannot do."""

from pathlib import Path

import pytest
from sqlalchemy import select

from hub.audit import HUB
from hub.people import accounts as people
from hub.people.auth import PER_ACCOUNT_AND_ADDRESS, Auth
from hub.people.passwords import generate_password
from hub.people.permissions import PERMISSIONS
from hub.store import users
from hub.tables import sign_ins
from tests.support.hub import PASSWORD, a_hub, add_booth, add_user, browser, sign_in

pytestmark = pytest.mark.anyio

WRONG = {"username": "ada", "password": "wrong"}


async def test_signing_in_and_out(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        refused = await client.get("/api/v1/me")
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"
        answer = await client.post("/api/v1/sign-in", json={"username": "ada", "password": PASSWORD})
        assert answer.json() == {
            "username": "ada",
            "display_name": "Ada",
            "role": "admin",
            "booths": None,
            "permissions": list(PERMISSIONS["admin"]),
            "must_enrol": False,
        }
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert (await client.get("/api/v1/me")).json()["username"] == "ada"
        async with hub.database.reading() as connection:
            kept = (await connection.execute(select(sign_ins.c.token_sha256))).scalar_one()
        assert kept != client.cookies[Auth.cookie_name]
        gone = await client.post("/api/v1/sign-out", headers={"X-Invigil-Request": "1"})
        assert gone.status_code == 204
        assert (await client.get("/api/v1/me")).status_code == 401


async def test_the_cookie_is_secure_behind_a_proxy(tmp_path: Path) -> None:
    async with a_hub(tmp_path, behind_proxy=True) as hub, browser(hub) as client:
        await add_user(hub)
        answer = await client.post("/api/v1/sign-in", json={"username": "ada", "password": PASSWORD})
        assert "secure" in answer.headers["set-cookie"].lower()


async def test_a_new_password_ends_every_sign_in(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        async with hub.database.writing() as connection:
            ada = await users.find(connection, "ada")
            assert ada is not None
            await people.set_password(connection, HUB, ada, "x")
        assert (await client.get("/api/v1/me")).status_code == 401


async def test_guessing_is_stopped_for_one_account_from_one_address(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await add_user(hub, "bob", "proctor")
        for _ in range(PER_ACCOUNT_AND_ADDRESS):
            assert (await client.post("/api/v1/sign-in", json=WRONG)).status_code == 401
        stopped = await client.post("/api/v1/sign-in", json={"username": "ada", "password": PASSWORD})
        assert stopped.status_code == 429
        assert int(stopped.headers["retry-after"]) > 0
        bob = await client.post("/api/v1/sign-in", json={"username": "bob", "password": PASSWORD})
        assert bob.status_code == 200
        async with browser(hub, client=("192.0.2.7", 1)) as elsewhere:
            await sign_in(elsewhere)


async def test_success_takes_attempts_back(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        for _ in range(PER_ACCOUNT_AND_ADDRESS + 2):
            await sign_in(client)


async def test_an_unknown_name_is_answered_like_a_wrong_password(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        known = await client.post("/api/v1/sign-in", json=WRONG)
        unknown = await client.post("/api/v1/sign-in", json=WRONG | {"username": "eve"})
        assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())


async def test_another_site_cannot_use_the_cookie(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await add_booth(hub, "booth-1")
        await sign_in(client)
        put = "/api/v1/booths/booth-1/profile"
        body = {"profile": "strict"}
        assert (await client.put(put, json=body)).status_code == 200
        assert (await client.put(put, json=body, headers={"Origin": "http://hub.test"})).status_code == 200
        foreign = await client.put(put, json=body, headers={"Origin": "http://evil.test"})
        assert foreign.status_code == 403
        del client.headers["X-Invigil-Request"]
        bare = await client.put(put, json=body)
        assert bare.status_code == 403
        assert "X-Invigil-Request" in bare.json()["detail"]
        plain = await client.post(
            "/api/v1/sign-in", content='{"username":"ada","password":"x"}', headers={"Content-Type": "text/plain"}
        )
        assert plain.status_code in (403, 422)


async def test_only_an_administrator_changes_a_profile(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub, "pat", "proctor")
        await add_booth(hub, "booth-1")
        await sign_in(client, "pat")
        refused = await client.put("/api/v1/booths/booth-1/profile", json={"profile": "strict"})
        assert refused.status_code == 403
        assert "admin" in refused.json()["detail"]


def test_generated_passwords_differ_and_are_long() -> None:
    assert len({generate_password() for _ in range(50)}) == 50
    assert len(generate_password()) == 19
