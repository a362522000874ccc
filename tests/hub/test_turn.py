"""STUN and TURN servers: what `hub.toml` may say, and what a credential is made of."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contract.wire import InvalidError
from hub.config import IceConfig, load_settings
from hub.errors import HubError
from hub.streaming.turn import IceServers, read_secret

UDP, TLS = "turn:turn.test:3478?transport=udp", "turns:turn.test:5349?transport=tcp"
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SECRET = "0123456789abcdef"


def secret_file(folder: Path, text: str = SECRET, mode: int = 0o600) -> Path:
    path = folder / "turn.secret"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_credential_says_until_when_and_for_whom_and_is_signed() -> None:
    config = IceConfig(urls=("stun:turn.test", UDP, TLS), turn_secret_file=Path("s"), credential_lifetime_s=600)
    stun, turn = IceServers(config, SECRET).for_user("ada", NOON)
    assert (stun.urls, stun.username, stun.credential) == (("stun:turn.test",), "", "")
    assert turn.urls == (UDP, TLS)
    assert turn.username == f"{int(NOON.timestamp()) + 600}:ada"
    digest = hmac.new(SECRET.encode(), turn.username.encode(), hashlib.sha1).digest()
    assert turn.credential == base64.b64encode(digest).decode()
    assert turn.credential not in repr(turn)


@pytest.mark.parametrize("name", ["Zoë", "a:b", "x" * 80, "名" * 80])
def test_any_name_makes_a_user_name_that_a_turn_server_reads(name: str) -> None:
    (turn,) = IceServers(IceConfig(urls=(UDP,), turn_secret_file=Path("s")), SECRET).for_user(name)
    expiry, who = turn.username.split(":")
    assert expiry.isdecimal()
    assert who.isascii()
    assert len(turn.username) <= 120


def test_without_servers_none_are_given() -> None:
    assert IceServers(IceConfig()).for_user("ada") == ()


@pytest.mark.parametrize(
    ("ice", "said"),
    [
        ({"urls": [UDP]}, "turn_secret_file"),
        ({"relay_only": True}, "TURN server"),
        ({"relay_only": True, "urls": ["stun:turn.test"]}, "TURN server"),
        ({"urls": ["http://turn.test"]}, "urls"),
        ({"urls": ["stun:turn.test?transport=udp"]}, "urls"),
        ({"urls": ["turn:turn.test?transport=sctp"], "turn_secret_file": "s"}, "urls"),
        ({"urls": ["turn:[2001:db8::1]:3478"], "turn_secret_file": "s"}, "urls"),
        ({"url": [UDP]}, "did you mean 'urls'"),
        ({"credential_lifetime_s": 1}, "credential_lifetime_s"),
    ],
)
def test_what_cannot_work_is_refused_with_the_key(ice: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidError, match=said):
        IceConfig.configure(ice)


def test_the_file_says_it(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(
        f'[ice]\nurls = ["stun:turn.test:3478", "{UDP}"]\nturn_secret_file = "turn.secret"\nrelay_only = true'
    )
    secret_file(tmp_path)
    settings = load_settings(tmp_path, {})
    servers = IceServers.load(settings.ice, settings.data)
    assert servers.relay_only
    assert len(servers.for_user("ada")) == 2
    path.write_text("[ice]\nrelay_olny = true")
    with pytest.raises(HubError, match="relay_only"):
        load_settings(tmp_path, {})


def test_a_secret_that_is_none_is_refused_with_what_to_do(tmp_path: Path) -> None:
    assert read_secret(secret_file(tmp_path, SECRET + "\n")) == SECRET
    for text, mode, hint in (
        (SECRET, 0o640, "chmod 600"),
        (SECRET, 0o604, "chmod 600"),
        ("short", 0o600, "openssl rand"),
        ("two words of some length", 0o600, "openssl rand"),
        ("", 0o600, "openssl rand"),
    ):
        with pytest.raises(HubError) as refused:
            read_secret(secret_file(tmp_path, text, mode))
        assert hint in refused.value.hint
        assert text not in str(refused.value) or not text
    with pytest.raises(HubError, match="cannot be read"):
        read_secret(tmp_path / "missing")
