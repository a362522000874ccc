"""`invigil hub login|whoami|logout` with tokens of a real hub."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import invigil
from tests.support.stack import Stack, stack

PERMISSIONS = ["devices.manage", "booths.read", "system.read"]


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stack(tmp_path_factory.mktemp("centre")) as centre:
        yield centre


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's own token is touched."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("INVIGIL_HUB", "INVIGIL_TOKEN", "INVIGIL_CA"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "config"


def token(centre: Stack, *permissions: str) -> str:
    with centre.client() as client:
        made = client.post("/api/v1/me/tokens", json={"name": "laptop", "permissions": permissions})
        return str(made.raise_for_status().json()["token"])


def test_a_token_is_kept_used_and_forgotten(centre: Stack, home: Path) -> None:
    given = token(centre, *PERMISSIONS)
    kept = invigil("hub", "login", "--hub", centre.url + "/", "--token", "-", "--json", stdin=f"{given}\n")
    assert kept.code == 0, kept.err
    answer = json.loads(kept.out)
    assert (answer["hub"], answer["role"], answer["booths"]) == (centre.url, "admin", None)
    assert set(answer["permissions"]) == set(PERMISSIONS)
    file = home / "invigil" / "hub.toml"
    assert (answer["kept_in"], stat.S_IMODE(file.stat().st_mode)) == (str(file), 0o600)
    assert given not in kept.out + kept.err

    who = invigil("hub", "whoami")
    assert who.code == 0, who.err
    assert centre.url in who.out
    assert "devices.manage" in who.out
    assert json.loads(invigil("hub", "whoami", "--json").out)["token_from"] == str(file)

    gone = invigil("hub", "logout", "--json")
    assert json.loads(gone.out) == {"hub": centre.url, "file": str(file)}
    assert "revoke it" in gone.err
    assert invigil("hub", "logout").code == 0, "a second time there is nothing to do"
    lost = invigil("hub", "whoami")
    assert lost.code == 1
    assert "invigil hub login" in lost.err


def test_a_token_with_less_is_kept_with_a_warning(centre: Stack) -> None:
    env = {"INVIGIL_TOKEN": token(centre, "booths.read"), "INVIGIL_HUB": centre.url}
    kept = invigil("hub", "login", env=env)
    assert kept.code == 0, kept.err
    assert "devices.manage" in kept.err


def test_a_token_that_the_hub_does_not_know_is_not_kept(centre: Stack, home: Path) -> None:
    tried = invigil("hub", "login", "--hub", centre.url, env={"INVIGIL_TOKEN": "ivg_made_up"})
    assert tried.code == 1
    assert "unknown, expired or revoked" in tried.err
    assert "→" in tried.err
    assert not (home / "invigil" / "hub.toml").exists()


def test_without_a_token_nothing_is_asked_of_the_hub() -> None:
    tried = invigil("hub", "login", "--hub", "http://127.0.0.1:1")
    assert tried.code == 2
    assert "INVIGIL_TOKEN" in tried.err


def test_a_token_among_the_arguments_is_refused() -> None:
    tried = invigil("hub", "login", "--hub", "http://127.0.0.1:1", "--token", "ivg_typed")
    assert tried.code == 1
    assert "ivg_typed" not in tried.err
