"""Where somebody is signed in, ending that, and the lock of an account that is guessed at."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from hub.parts import Hub
from hub.people.lockout import FAILURES
from hub.tables import lockouts, sign_ins
from tests.support.hub import PASSWORD, a_hub, add_user, browser, sign_in
from tests.support.people import asked, person

pytestmark = pytest.mark.anyio


async def guess(hub: Hub, number: int, username: str = "ada", given: str = "wrong") -> httpx.Response:
    """From an address of its own, so that only the account is what is counted."""
    async with browser(hub, client=(f"192.0.2.{number}", 1)) as stranger:
        return await stranger.post("/api/v1/sign-in", json={"username": username, "password": given})


async def test_sign_ins_are_listed_and_ended(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub, headers={"User-Agent": "Firefox"}) as client:
        await add_user(hub)
        await sign_in(client)
        async with browser(hub, client=("192.0.2.7", 1)) as elsewhere:
            await sign_in(elsewhere)
            newest, mine = (await asked(client, "GET", "/me/sign-ins"))["items"]
            assert (newest["address"], newest["current"]) == ("192.0.2.7", False)
            assert (mine["address"], mine["user_agent"], mine["current"]) == ("127.0.0.1", "Firefox", True)
            assert mine["how"] == "password"
            await asked(client, "DELETE", f"/me/sign-ins/{newest['sign_in_id']}", 204)
            await asked(client, "DELETE", f"/me/sign-ins/{newest['sign_in_id']}", 404)
            assert (await elsewhere.get("/api/v1/me")).status_code == 401
        async with person(hub, "pat", "proctor") as pat:
            (theirs,) = (await asked(client, "GET", "/users/pat/sign-ins"))["items"]
            assert not theirs["current"]
            assert (await pat.delete(f"/api/v1/me/sign-ins/{mine['sign_in_id']}")).status_code == 404, "not theirs"
            assert (await pat.get("/api/v1/users/ada/sign-ins")).status_code == 403
            await asked(client, "DELETE", "/users/pat/sign-ins", 204)
            assert (await pat.get("/api/v1/me")).status_code == 401


async def test_when_and_where_somebody_was_last_seen_is_kept_to_the_minute(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        before = (await asked(client, "GET", "/me/sign-ins"))["items"][0]["last_seen_at"]
        assert (await asked(client, "GET", "/me/sign-ins"))["items"][0]["last_seen_at"] == before, "not every time"
        async with hub.database.writing() as connection:
            await connection.execute(update(sign_ins).values(last_seen_at=datetime.now(UTC) - timedelta(minutes=2)))
        await asked(client, "GET", "/me")
        assert (await asked(client, "GET", "/me/sign-ins"))["items"][0]["last_seen_at"] > before


async def test_an_account_that_is_guessed_at_is_locked_and_a_restart_forgives_nothing(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        await add_user(hub)
        for number in range(FAILURES):
            assert (await guess(hub, number)).status_code == 401
        locked = await guess(hub, 50, given=PASSWORD)
        assert locked.status_code == 429
        assert 0 < int(locked.headers["retry-after"]) <= 900
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        assert (await guess(hub, 51, given=PASSWORD)).status_code == 429
        await add_user(hub, "bea")
        await sign_in(client, "bea")
        shown = await asked(client, "GET", "/users/ada")
        assert shown["locked_until"] is not None
        assert (await client.get("/api/v1/audit", params={"action": "user.locked"})).json()["items"][0][
            "object_id"
        ] == "ada"
        await asked(client, "POST", "/users/ada/unlock", 204)
        assert (await guess(hub, 52, given=PASSWORD)).status_code == 200
        assert (await asked(client, "GET", "/users/ada"))["locked_until"] is None


async def test_a_lock_ends_by_itself_and_counting_begins_anew(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        await add_user(hub)
        for number in range(FAILURES):
            await guess(hub, number)
        async with hub.database.writing() as connection:
            await connection.execute(update(lockouts).values(locked_until=datetime.now(UTC)))
        assert (await guess(hub, 60)).status_code == 401
        assert (await guess(hub, 61, given=PASSWORD)).status_code == 200


async def test_a_name_that_nobody_has_is_locked_alike(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        for number in range(FAILURES):
            assert (await guess(hub, number, "eve")).status_code == 401
        assert (await guess(hub, 70, "eve")).status_code == 429


async def test_what_is_shown_live_ends_when_somebody_is_put_out(tmp_path: Path) -> None:
    """The WebSockets ask again and again who is behind them: this is what they are told."""
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        async with person(hub, "pat", "proctor") as pat:
            token = pat.cookies[hub.auth.cookie_name]
            assert await hub.auth.who(token) is not None
            await asked(client, "PATCH", "/users/pat", disabled=True)
            assert await hub.auth.who(token) is None
