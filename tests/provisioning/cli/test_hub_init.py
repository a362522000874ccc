"""`invigil hub init`: a data directory that a hub can be started with, made once and left alone afterwards."""

import json
import stat
from pathlib import Path

from contract.verify.trust import Certificate
from tests.support.cli import invigil
from tests.support.postgres import configure
from tests.support.processes import run

PASSWORD = "a long enough phrase for a test"


def test_help_shows_examples() -> None:
    shown = invigil("hub", "init", "--help")
    assert (shown.code, "invigil hub init --data" in shown.out) == (0, True)


def test_everything_is_made_once_and_nothing_is_overwritten(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    options = ("--data", data, "--public-host", "hub.example", "--admin", "ada", "--password", "-", "--json")
    first = invigil("hub", "init", *options, stdin=f"{PASSWORD}\n")
    assert first.code == 0, first.err
    made = json.loads(first.out)
    texts = ("data", "config", "ca", "ca_sha256", "url", "administrator")
    assert {name: type(made[name]) for name in made} == dict.fromkeys(texts, str) | {"config_written": bool}
    assert made["url"] == "https://hub.example:8443"
    assert made["ca_sha256"] == Certificate.parse(Path(made["ca"]).read_bytes()).fingerprint
    assert stat.S_IMODE((data / "ca" / "ca.key").stat().st_mode) == 0o600
    assert PASSWORD not in first.out + first.err
    settings = data / "hub.toml"
    settings.write_text("port = 9443\n")
    second = json.loads(invigil("hub", "init", *options, stdin="another phrase for a test\n").out)
    assert (second["config_written"], second["administrator"]) == (False, None)
    assert second["ca_sha256"] == made["ca_sha256"]
    assert settings.read_text() == "port = 9443\n"
    users = json.loads(run("invigil-hub", "user", "list", "--data", data, "--json"))
    assert [(each["username"], each["role"]) for each in users] == [("ada", "admin")]


def test_a_password_is_made_where_none_is_given_and_shown_once(tmp_path: Path) -> None:
    configure(tmp_path)
    done = invigil("hub", "init", "--data", tmp_path)
    assert done.code == 0, done.err
    assert "password of admin, shown only now:" in done.out
    assert "invigil-hub serve" in done.err


def test_a_password_that_others_could_read_or_guess_is_refused(tmp_path: Path) -> None:
    seen = invigil("hub", "init", "--data", tmp_path, "--password", PASSWORD)
    assert (seen.code, "--password -" in seen.err) == (2, True)
    weak = invigil("hub", "init", "--data", tmp_path, "--password", "-", stdin="short\n")
    assert weak.code == 1
    assert "invigil-hub failed" in weak.err
