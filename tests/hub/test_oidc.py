"""Signing in at a real, certified provider of OpenID Connect, through its own forms."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from hub.config import OidcConfig
from hub.errors import HubError
from hub.parts import Hub
from hub.people.keyfile import SecretBox
from hub.people.oidc import CALLBACK, Provider
from tests.support.hub import PASSWORD, a_hub, add_booth, add_user, browser, sign_in
from tests.support.people import asked
from tests.support.processes import ROOT, Program, wait_for

pytestmark = pytest.mark.anyio

HERE = "http://127.0.0.1:9"
"""Where the provider sends the browser back to. Nobody listens there: the test takes the answer to the hub itself."""
SECRET = "the-secret-of-the-test-client"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`make test` installs what it needs: tests/oidc/package-lock.json."""
    log = tmp_path_factory.mktemp("provider") / "log"
    program = Program(["node", ROOT / "tests/oidc/provider.mjs", HERE + CALLBACK, HERE, SECRET], log).start()
    try:
        port = wait_for("the provider", lambda: _port(program))
        yield f"http://127.0.0.1:{port[1]}"
    finally:
        program.stop()


def _port(program: Program) -> re.Match[str] | None:
    program.must_run()
    return re.search(r"^(\d+)$", program.log.read_text(), re.MULTILINE)


def config(data: Path, issuer: str, **changes: object) -> OidcConfig:
    file = data / "oidc.secret"
    file.write_text(SECRET)
    file.chmod(0o600)
    values = {"issuer": issuer, "client_id": "invigil", "client_secret_file": file.name, "public_url": HERE}
    return OidcConfig.model_validate(values | changes)


@asynccontextmanager
async def a_hub_with(data: Path, issuer: str, **changes: object) -> AsyncIterator[Hub]:
    async with a_hub(data, oidc=config(data, issuer, **changes)) as hub:
        yield hub


async def at_the_provider(url: str, name: str) -> str:
    """What a person does there: signs in and agrees. The query with which the browser is sent back."""
    async with httpx.AsyncClient(trust_env=False, timeout=60) as person:
        answer = await person.get(url)
        while True:
            while answer.is_redirect:
                where = answer.headers["location"]
                if where.startswith(HERE):
                    return urlsplit(where).query
                answer = await person.get(str(answer.url.join(where)))
            assert answer.status_code == 200, answer.text
            action = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert action, answer.text
            assert prompt, answer.text
            filled = {"prompt": prompt[1], "login": name, "password": "any"}
            answer = await person.post(str(answer.url.join(action[1])), data=filled)


async def arrive(client: httpx.AsyncClient, name: str, invitation: str = "") -> str:
    """The whole way; where the browser ends up."""
    begun = await asked(client, "POST", "/sign-in/oidc", invitation=invitation)
    answer = await client.get(f"{CALLBACK}?{await at_the_provider(begun['url'], name)}")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def refusal(where: str) -> str:
    assert where.startswith("/sign-in?"), where
    return parse_qs(urlsplit(where).query)["refused"][0]


async def test_only_who_is_invited_comes_in_and_is_known_by_the_provider_from_then_on(
    tmp_path: Path, issuer: str
) -> None:
    async with a_hub_with(tmp_path, issuer) as hub, browser(hub) as client, browser(hub) as admin:
        await add_user(hub)
        await add_booth(hub, "booth-1")
        await sign_in(admin)
        client.headers["X-Invigil-Request"] = "1"
        assert (await asked(client, "GET", "/sign-in/options"))["oidc"] is True
        assert "invitation" in refusal(await arrive(client, "pat"))
        assert (await client.get("/api/v1/me")).status_code == 401
        scope = {"booths": ["booth-1"]}
        invited = {"role": "proctor", "display_name": "Pat", "email": "PAT@exams.test", "scope": scope}
        await asked(admin, "POST", "/invitations", 201, **invited)
        assert await arrive(client, "pat") == "/"
        me = await asked(client, "GET", "/me")
        assert (me["username"], me["role"], me["booths"]) == ("pat", "proctor", ["booth-1"])
        assert (await asked(client, "GET", "/me/sign-ins"))["items"][0]["how"] == "oidc"
        client.cookies.clear()
        assert await arrive(client, "pat") == "/", "the invitation is used; now the provider's `sub` is known"
        assert len((await asked(admin, "GET", "/users"))["items"]) == 2
        # There is no password to be guessed.
        refused = await client.post("/api/v1/sign-in", json={"username": "pat", "password": PASSWORD})
        assert refused.status_code == 401
        await asked(admin, "PATCH", "/users/pat", disabled=True)
        client.cookies.clear()
        assert "may not sign in any more" in refusal(await arrive(client, "pat"))


async def test_an_address_that_is_not_verified_accepts_nothing_and_a_link_accepts_for_anybody(
    tmp_path: Path, issuer: str
) -> None:
    async with a_hub_with(tmp_path, issuer) as hub, browser(hub) as client, browser(hub) as admin:
        await add_user(hub)
        await add_user(hub, "unverified", "proctor")
        await sign_in(admin)
        client.headers["X-Invigil-Request"] = "1"
        invited = {"role": "auditor", "display_name": "Otto", "email": "unverified@exams.test"}
        made = await asked(admin, "POST", "/invitations", 201, **invited)
        assert "invitation" in refusal(await arrive(client, "unverified"))
        assert await arrive(client, "unverified", invitation=made["token"]) == "/"
        me = await asked(client, "GET", "/me")
        assert (me["username"], me["role"]) == ("unverified-2", "auditor"), "never somebody else's account"


async def test_roles_come_from_a_claim_and_only_from_allowed_domains(tmp_path: Path, issuer: str) -> None:
    changes = {"role_claim": "groups", "roles": {"invigil-admins": "admin"}, "allowed_domains": ("exams.test",)}
    async with a_hub_with(tmp_path, issuer, **changes) as hub, browser(hub) as client, browser(hub) as admin:
        await add_user(hub)
        await sign_in(admin)
        client.headers["X-Invigil-Request"] = "1"
        assert await arrive(client, "boss") == "/"
        assert (await asked(client, "GET", "/me"))["role"] == "admin"
        await asked(admin, "PATCH", "/users/boss", role="auditor")
        client.cookies.clear()
        assert await arrive(client, "boss") == "/"
        assert (await asked(client, "GET", "/me"))["role"] == "admin", "as the provider says now"
        client.cookies.clear()
        assert "exams.test" in refusal(await arrive(client, "stranger"))
        assert "exams.test" in refusal(await arrive(client, "boss-unverified"))
        assert "invitation" in refusal(await arrive(client, "nobody-in-particular"))


async def test_an_answer_counts_once_and_only_in_the_browser_that_began(tmp_path: Path, issuer: str) -> None:
    changes = {"role_claim": "groups", "roles": {"everybody": "reviewer"}}
    async with a_hub_with(tmp_path, issuer, **changes) as hub, browser(hub) as client, browser(hub) as thief:
        for each in (client, thief):
            each.headers["X-Invigil-Request"] = "1"
        begun = await asked(client, "POST", "/sign-in/oidc", invitation="")
        query = await at_the_provider(begun["url"], "rita")
        stolen = await thief.get(f"{CALLBACK}?{query}")
        assert "elsewhere" in refusal(stolen.headers["location"])
        await asked(thief, "POST", "/sign-in/oidc", invitation="")
        stolen = await thief.get(f"{CALLBACK}?{query}")
        assert "does not belong" in refusal(stolen.headers["location"]), "login CSRF"
        cookie = client.cookies["invigil_oidc"]
        assert (await client.get(f"{CALLBACK}?{query}")).headers["location"] == "/"
        client.cookies.clear()
        client.cookies.set("invigil_oidc", cookie)
        again = await client.get(f"{CALLBACK}?{query}")
        assert "begin again" in refusal(again.headers["location"]), "the provider takes a code once"
        client.cookies.clear()
        denied = await client.get(CALLBACK, params={"error": "access_denied", "error_description": "no consent"})
        assert refusal(denied.headers["location"]) == "no consent"
        mixed = await client.get(CALLBACK, params={"state": "x", "code": "x", "iss": "https://evil.test"})
        assert "provider that was asked" in refusal(mixed.headers["location"])


async def test_a_token_with_another_nonce_is_refused(tmp_path: Path, issuer: str) -> None:
    from dataclasses import replace

    from hub.errors import RefusedError

    box = SecretBox.load_or_create(tmp_path / "secrets.key")
    provider = Provider.load(config(tmp_path, issuer), tmp_path, box)
    assert provider is not None
    begun = await provider.begin("")
    answer = parse_qs(await at_the_provider(begun.url, "rita"))
    flow = provider.flow_of(begun.cookie, answer["state"][0])
    with pytest.raises(RefusedError, match="Not a good ID token"):
        await provider.claims(replace(flow, nonce="another"), answer["code"][0])
    begun = await provider.begin("")
    answer = parse_qs(await at_the_provider(begun.url, "rita"))
    flow = provider.flow_of(begun.cookie, answer["state"][0])
    with pytest.raises(RefusedError, match="The provider refuses"):
        await provider.claims(replace(flow, verifier="v" * 64), answer["code"][0])


async def test_signing_out_there_too(tmp_path: Path, issuer: str) -> None:
    async with a_hub_with(tmp_path, issuer) as hub, browser(hub) as client:
        url = (await asked(client, "GET", "/sign-in/options"))["oidc_sign_out"]
        assert url.startswith(issuer)
        async with httpx.AsyncClient(trust_env=False, timeout=60) as person:
            assert (await person.get(url)).status_code == 200, "the provider asks whether to sign out"


async def test_without_a_provider_and_with_one_that_does_not_answer(tmp_path: Path) -> None:
    async with a_hub(tmp_path / "none") as hub, browser(hub) as client:
        assert await asked(client, "GET", "/sign-in/options") == {"oidc": False, "oidc_sign_out": None}
        assert (await client.post("/api/v1/sign-in/oidc", json={})).status_code == 404
    (tmp_path / "dead").mkdir()
    async with a_hub_with(tmp_path / "dead", "http://127.0.0.1:9") as hub, browser(hub) as client:
        assert (await asked(client, "GET", "/sign-in/options"))["oidc"] is True
        assert (await client.post("/api/v1/sign-in/oidc", json={})).status_code == 502


def test_what_is_not_safe_or_not_whole_is_refused(tmp_path: Path) -> None:
    for changes in (
        {"issuer": "http://login.example"},
        {"public_url": "http://hub.example"},
        {"role_claim": "groups"},
        {"roles": {"a": "admin"}},
    ):
        with pytest.raises(ValueError, match=r"https://|need each other"):
            config(tmp_path, **{"issuer": "https://login.example"} | changes)
    whole = config(tmp_path, "https://login.example")
    (tmp_path / "oidc.secret").chmod(0o644)
    with pytest.raises(HubError, match="others can read"):
        Provider.load(whole, tmp_path, SecretBox.load_or_create(tmp_path / "secrets.key"))
