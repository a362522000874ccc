"""Who may sign in: invited, changed, disabled, and never without an administrator."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from hub.errors import RefusedError
from hub.parts import Hub
from hub.people.passwords import check_password
from hub.tables import invitations, users
from tests.support.hub import PASSWORD, a_hub, add_booth, add_user, browser, sign_in
from tests.support.people import asked, person

pytestmark = pytest.mark.anyio

NEW = "seven purple ladders sing"


async def enter(client: httpx.AsyncClient, username: str, password: str) -> int:
    client.cookies.clear()
    return (await client.post("/api/v1/sign-in", json={"username": username, "password": password})).status_code


async def actions(client: httpx.AsyncClient, **filters: str) -> list[str]:
    items = (await client.get("/api/v1/audit", params=filters)).json()["items"]
    return [entry["action"] for entry in items]


async def test_an_invitation_makes_an_account_once(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client, browser(hub) as guest:
        await add_user(hub)
        await add_booth(hub, "booth-1")
        await sign_in(client)
        made = await asked(
            client, "POST", "/invitations", 201, role="proctor", display_name="Pat", scope={"booths": ["booth-1"]}
        )
        assert made["link"] == f"/join#{made['token']}"
        assert made["token"] not in str(await asked(client, "GET", "/invitations"))
        accept = {"token": made["token"], "username": "pat"}
        weak = await guest.post("/api/v1/invitations/accept", json=accept | {"password": "password1234"})
        assert weak.status_code == 422
        taken = await guest.post("/api/v1/invitations/accept", json=accept | {"username": "ada", "password": NEW})
        assert taken.status_code == 409
        joined = await guest.post("/api/v1/invitations/accept", json=accept | {"password": NEW})
        assert joined.status_code == 201, joined.text
        assert (joined.json()["role"], joined.json()["booths"]) == ("proctor", ["booth-1"])
        assert (await guest.get("/api/v1/me")).json()["username"] == "pat", "signed in at once"
        again = await guest.post(
            "/api/v1/invitations/accept",
            json=accept | {"username": "eve", "password": NEW},
            headers={"X-Invigil-Request": "1"},
        )
        assert again.status_code == 403
        (kept,) = (await asked(client, "GET", "/invitations"))["items"]
        assert kept["accepted_by"] == "pat"
        assert (await client.delete(f"/api/v1/invitations/{kept['invitation_id']}")).status_code == 404
        assert await actions(client, object_kind="invitation") == ["invitation.accepted", "invitation.created"]


async def test_an_invitation_that_is_withdrawn_or_too_old_is_no_good(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client, browser(hub) as guest:
        await add_user(hub)
        await sign_in(client)
        refused = await client.post(
            "/api/v1/invitations", json={"role": "proctor", "display_name": "Pat", "scope": {"rooms": ["r-9"]}}
        )
        assert refused.status_code == 422
        assert "r-9" in refused.json()["detail"]
        first, second = [
            await asked(client, "POST", "/invitations", 201, role="auditor", display_name="Otto") for _ in range(2)
        ]
        await asked(client, "DELETE", f"/invitations/{first['invitation']['invitation_id']}", 204)
        async with hub.database.writing() as connection:
            await connection.execute(update(invitations).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
        for made in (first, second):
            body = {"token": made["token"], "username": "otto", "password": NEW}
            assert (await guest.post("/api/v1/invitations/accept", json=body)).status_code == 403


async def test_a_role_holds_at_once_and_an_administrator_always_remains(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        async with person(hub, "pat", "proctor") as pat:
            changed = await asked(client, "PATCH", "/users/pat", role="admin", display_name="Patricia")
            assert (changed["role"], changed["display_name"], changed["booths"]) == ("admin", "Patricia", None)
            assert len((await pat.get("/api/v1/users")).json()["items"]) == 2
            for refused in (
                await client.patch("/api/v1/users/ada", json={"role": "proctor"}),
                await client.patch("/api/v1/users/ada", json={"disabled": True}),
                await client.delete("/api/v1/users/ada"),
            ):
                assert refused.status_code == 409
                assert refused.json()["title"] == "Not by yourself"
            assert (await pat.delete("/api/v1/users/ada")).status_code == 204
            assert (await client.get("/api/v1/me")).status_code == 401, "out at once"
            assert await enter(client, "ada", PASSWORD) == 403
            assert (await pat.patch("/api/v1/users/ada", json={"disabled": False})).status_code == 200
            assert await enter(client, "ada", PASSWORD) == 200
            assert await actions(pat, object_id="ada", object_kind="user") == [
                "sign_in.created",
                "user.enabled",
                "sign_in.refused",
                "user.disabled",
                "sign_in.created",
            ]


async def test_who_is_listed_with_when_they_last_came_and_what_roles_may_do(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await add_user(hub, "never", "reviewer")
        await sign_in(client)
        async with person(hub, "pat", "proctor") as pat:
            ada, never, here = (await asked(client, "GET", "/users"))["items"]
            assert (ada["sign_ins"], never["sign_ins"], here["sign_ins"]) == (1, 0, 1)
            assert (never["last_sign_in_at"], here["last_sign_in_at"] is not None) == (None, True)
            await asked(client, "DELETE", "/users/pat/sign-ins", 204)
            gone = await asked(client, "GET", "/users/pat")
            assert (gone["sign_ins"], gone["last_sign_in_at"]) == (0, here["last_sign_in_at"])
            assert (await pat.get("/api/v1/roles")).status_code == 401
        roles = {each["role"]: each for each in (await asked(client, "GET", "/roles"))["items"]}
        assert (roles["admin"]["everywhere"], roles["proctor"]["everywhere"]) == (True, False)
        assert "booths.watch" in roles["proctor"]["permissions"]
        assert "violations.review" not in roles["proctor"]["permissions"]


async def test_the_command_line_leaves_an_administrator_too(tmp_path: Path) -> None:
    from hub.audit import COMMAND_LINE
    from hub.people import accounts as people

    async with a_hub(tmp_path) as hub:
        await add_user(hub)
        async with hub.database.writing() as connection:
            ada = await people.find(connection, "ada")
            with pytest.raises(RefusedError, match="last administrator"):
                await people.disable(connection, COMMAND_LINE, ada)
            with pytest.raises(RefusedError, match="last administrator"):
                await people.set_role(connection, COMMAND_LINE, ada, "proctor")


async def test_one_changes_ones_password_with_the_old_one_and_is_signed_out_elsewhere(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client, browser(hub) as elsewhere:
        await add_user(hub)
        await sign_in(client)
        await sign_in(elsewhere)
        body = {"old_password": PASSWORD, "new_password": NEW}
        assert (await client.put("/api/v1/me/password", json=body | {"old_password": "wrong"})).status_code == 403
        assert (await client.put("/api/v1/me/password", json=body | {"new_password": "short"})).status_code == 422
        assert (await client.put("/api/v1/me/password", json=body)).status_code == 204
        assert (await client.get("/api/v1/me")).status_code == 200
        assert (await elsewhere.get("/api/v1/me")).status_code == 401
        assert await enter(elsewhere, "ada", PASSWORD) == 401
        assert await enter(elsewhere, "ada", NEW) == 200


async def test_an_administrator_makes_a_link_for_a_new_password(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client, browser(hub) as guest:
        await add_user(hub)
        await sign_in(client)
        async with person(hub, "pat", "proctor") as pat:
            made = await asked(client, "POST", "/users/pat/password-reset")
            assert (await pat.get("/api/v1/me")).status_code == 401, "out at once"
            assert await enter(guest, "pat", PASSWORD) == 401, "the old one is no good any more"
            body = {"token": made["token"], "password": NEW}
            wrong = await guest.post("/api/v1/password-reset", json=body | {"token": "x"})
            assert wrong.status_code == 403
            assert (await guest.post("/api/v1/password-reset", json=body)).status_code == 204
            assert (await guest.post("/api/v1/password-reset", json=body)).status_code == 403, "good once"
            assert await enter(guest, "pat", NEW) == 200


async def test_an_outdated_hash_is_made_anew_at_the_next_sign_in(tmp_path: Path) -> None:
    from argon2 import PasswordHasher

    async def kept(hub: Hub) -> str:
        async with hub.database.reading() as connection:
            return str((await connection.execute(users.select())).one().password_hash)

    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
        async with hub.database.writing() as connection:
            await connection.execute(update(users).values(password_hash=weak))
        await sign_in(client)
        renewed = await kept(hub)
        assert renewed != weak
        await sign_in(client)
        assert await kept(hub) == renewed


@pytest.mark.parametrize("password", ["short", "password1234", "qwertyuiop12", "adalovelace1", "aaaaaaaaaaaaaaaa"])
def test_a_password_that_is_soon_guessed_is_refused(password: str) -> None:
    with pytest.raises(RefusedError):
        check_password(password, "ada", "Ada Lovelace")


def test_a_good_password_is_taken() -> None:
    check_password(NEW, "ada", "Ada Lovelace")
