"""TOTP: set up, asked for, good once, replaced by a recovery code, and required of a role."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from sqlalchemy import select

from hub.config import SignInConfig
from hub.errors import HubError
from hub.people.keyfile import SecretBox
from hub.people.lockout import FAILURES
from hub.people.second_factor import STEP_S
from hub.tables import second_factors
from tests.support.hub import PASSWORD, a_hub, add_user, browser, sign_in
from tests.support.people import asked

pytestmark = pytest.mark.anyio


def code(secret: str, steps: int = 0) -> str:
    """Of now, or of so many steps later; the hub takes those of the steps beside it, too."""
    return pyotp.TOTP(secret).generate_otp(int(datetime.now(UTC).timestamp()) // STEP_S + steps)


async def set_up(client: httpx.AsyncClient) -> tuple[str, list[str]]:
    """Secret and recovery codes. The code of this step is used up: the next one is taken already, or still."""
    begun = await asked(client, "POST", "/me/totp", 201)
    assert begun["uri"].startswith("otpauth://totp/Invigil:ada?")
    assert begun["qr_svg"].startswith("<svg")
    confirmed = await asked(client, "POST", "/me/totp/confirm", code=code(begun["secret"]))
    return begun["secret"], confirmed["codes"]


async def ticket(client: httpx.AsyncClient) -> str:
    client.cookies.clear()
    answer = await client.post("/api/v1/sign-in", json={"username": "ada", "password": PASSWORD})
    assert answer.status_code == 202, answer.text
    assert "set-cookie" not in answer.headers
    return str(answer.json()["ticket"])


async def second(client: httpx.AsyncClient, given: str, code: str) -> httpx.Response:
    return await client.post("/api/v1/sign-in/totp", json={"ticket": given, "code": code})


async def test_a_code_is_asked_for_and_is_good_once(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        assert await asked(client, "GET", "/me/totp") == {"enabled": False, "required": False, "recovery_codes_left": 0}
        secret, codes = await set_up(client)
        assert len(set(codes)) == 10
        assert (await client.post("/api/v1/me/totp")).status_code == 409
        given = await ticket(client)
        assert (await client.get("/api/v1/me")).status_code == 401, "a ticket is no sign-in"
        assert (await second(client, given, "000000x")).status_code == 401
        now = code(secret, 1)
        entered = await second(client, given, now)
        assert entered.status_code == 200, entered.text
        assert (await asked(client, "GET", "/me/sign-ins"))["items"][0]["how"] == "totp"
        assert (await second(client, given, codes[0])).status_code == 401, "the ticket is used"
        assert (await second(client, await ticket(client), now)).status_code == 401, "the code is used"
        async with hub.database.reading() as connection:
            kept = (await connection.execute(select(second_factors.c.secret))).scalar_one()
        assert secret not in kept
        assert SecretBox.load_or_create(tmp_path / "secrets.key").open(kept) == secret


async def test_a_recovery_code_is_taken_in_its_place_once(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        _, codes = await set_up(client)
        assert (await second(client, await ticket(client), codes[0].upper())).status_code == 200
        assert (await asked(client, "GET", "/me/totp"))["recovery_codes_left"] == 9
        assert (await second(client, await ticket(client), codes[0])).status_code == 401


async def test_codes_are_not_guessed(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client:
        await add_user(hub)
        await sign_in(client)
        secret, _ = await set_up(client)
        given = await ticket(client)
        statuses = []
        for number in range(FAILURES):
            async with browser(hub, client=(f"192.0.2.{number}", 1)) as stranger:
                statuses.append((await second(stranger, given, "123")).status_code)
        # The right password of this sign-in counted as well: nothing is forgiven before the second step.
        assert statuses == [401] * (FAILURES - 1) + [429]
        assert (await second(client, given, code(secret))).status_code == 429


async def test_it_is_taken_away_with_the_password_or_by_an_administrator(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub, browser(hub) as client, browser(hub) as other:
        await add_user(hub)
        await add_user(hub, "bea")
        await sign_in(client)
        await sign_in(other, "bea")
        await set_up(client)
        assert (await client.post("/api/v1/me/totp/remove", json={"password": "wrong"})).status_code == 403
        await asked(client, "POST", "/me/totp/remove", 204, password=PASSWORD)
        await sign_in(client)
        await set_up(client)
        await asked(other, "DELETE", "/users/ada/totp", 204)
        await asked(other, "DELETE", "/users/ada/totp", 404)
        await sign_in(client)


async def test_a_role_that_needs_one_does_nothing_before(tmp_path: Path) -> None:
    config: dict[str, Any] = {"sign_in": SignInConfig(totp_required=("admin",))}
    async with a_hub(tmp_path, **config) as hub, browser(hub) as client:
        await add_user(hub)
        await add_user(hub, "pat", "proctor")
        await sign_in(client)
        assert (await asked(client, "GET", "/me"))["must_enrol"]
        for path in ("booths", "users", "system", "watches"):
            refused = await client.get(f"/api/v1/{path}")
            assert refused.status_code == 403, path
            assert "/me/totp" in refused.json()["detail"]
        assert (await client.post("/api/v1/me/tokens", json={"name": "x", "permissions": []})).status_code == 403
        await set_up(client)
        assert not (await asked(client, "GET", "/me"))["must_enrol"]
        await asked(client, "GET", "/users")
        await sign_in(client, "pat")
        await asked(client, "GET", "/booths")


def test_a_key_that_others_can_read_or_that_is_another_one_is_refused(tmp_path: Path) -> None:
    sealed = SecretBox.load_or_create(tmp_path / "one.key").seal("secret")
    assert SecretBox.load_or_create(tmp_path / "one.key").open(sealed) == "secret"
    with pytest.raises(HubError, match="cannot be decrypted"):
        SecretBox.load_or_create(tmp_path / "two.key").open(sealed)
    (tmp_path / "two.key").chmod(0o640)
    with pytest.raises(HubError, match="others can read"):
        SecretBox.load_or_create(tmp_path / "two.key")
    (tmp_path / "no.key").touch(mode=0o600)
    with pytest.raises(HubError, match="holds no key"):
        SecretBox.load_or_create(tmp_path / "no.key")
