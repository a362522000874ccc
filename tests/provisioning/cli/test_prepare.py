"""`invigil device prepare` onto a card's boot partition."""

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from contract.release import Target
from provisioning.changes import BACKUP
from provisioning.prepare import card as cards
from tests.support.card import CMDLINE, KEY, flash, write_key
from tests.support.cli import Said, invigil
from tests.support.processes import ROOT
from tests.support.tiny_release import Workshop

PASSWORD = "correct horse battery"
CODE = "K7QF-9XWM-P2RT-4444"
SECRETS = {"INVIGIL_WIFI_PASSWORD": PASSWORD, "INVIGIL_CLAIM_CODE": CODE}
WEIGHTS = ROOT / "models" / "weights"


class File(TypedDict):
    path: str
    change: str
    backup: str | None


class Copied(TypedDict):
    path: str
    size_bytes: int
    there: bool


class Answer(TypedDict):
    boot: str
    os: str
    hostname: str
    dry_run: bool
    files: list[File]
    copied: list[Copied]


def prepare(card: Path, *more: object, env: dict[str, str] | None = None, stdin: str = "") -> Said:
    wifi = ("--wifi", "Exam Net", "--country", "DE")
    common = ("--hostname", "room-1-a", "--hub", "https://hub.example:8443", "--ssh-key", write_key(card.parent))
    said = invigil(
        *("device", "prepare", "--boot", card, *common, *wifi, "--weights-dir", card.parent, *more),
        env=SECRETS if env is None else env,
        stdin=stdin,
    )
    assert PASSWORD not in said.out + said.err
    assert CODE not in said.out + said.err
    return said


def files(card: Path) -> dict[str, bytes]:
    return {str(path.relative_to(card)): path.read_bytes() for path in sorted(card.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("system", ["trixie", "bookworm"])
def test_a_card_is_prepared_once_and_a_second_time_changes_nothing(tmp_path: Path, system: str) -> None:
    card = flash(tmp_path / "card", system)
    shipped = files(card)
    said = prepare(card, "--json")
    assert said.code == 0, said.err
    answer = TypeAdapter(Answer).validate_json(said.out)
    assert (answer["os"], answer["hostname"], answer["dry_run"]) == (system, "room-1-a", False)
    changed = {str(Path(file["path"]).relative_to(card)): file for file in answer["files"]}
    assert {name for name, file in changed.items() if file["change"] == "changed"} == {
        name for name in shipped if name in ("cmdline.txt", "user-data", "network-config", "meta-data")
    }
    for name, file in changed.items():
        if file["change"] == "changed":
            assert Path(file["backup"] or "").read_bytes() == shipped[name], "what was there before is kept"
    assert files(card)["invigil/claim-code"].decode().strip() == CODE
    assert all(PASSWORD.encode() not in content for content in files(card).values())

    before = files(card)
    again = TypeAdapter(Answer).validate_json(prepare(card, "--json").out)
    assert {file["change"] for file in again["files"]} == {"same"}
    assert files(card) == before


def test_what_another_program_left_on_the_card_is_not_shown_either(tmp_path: Path) -> None:
    card = flash(tmp_path / "card")
    (card / "network-config").write_text(f'password: "{"12ef" * 16}"\n')
    (card / "user-data").write_text("  passwd: $y$j9T$abcdefgh$123456\n")
    said = prepare(card, "--dry-run")
    assert "12ef" not in said.err
    assert "$y$" not in said.err
    assert "-  passwd: [secret]\n" in said.err


def test_another_code_replaces_the_first_and_leaves_no_copy_of_it(tmp_path: Path) -> None:
    card = flash(tmp_path / "card")
    prepare(card)
    said = prepare(card, env={**SECRETS, "INVIGIL_CLAIM_CODE": ""}, stdin="")
    assert said.code == 0, said.err
    assert "asks to be approved" in said.err
    assert not (card / "invigil/claim-code").exists()
    assert all(CODE.encode() not in content for content in files(card).values())
    assert sum(name.endswith(BACKUP) for name in files(card)) == 4


def test_a_dry_run_shows_the_diff_without_secrets_and_writes_nothing(tmp_path: Path) -> None:
    card = flash(tmp_path / "card")
    before = files(card)
    said = prepare(card, "--dry-run", "--json")
    assert said.code == 0
    assert files(card) == before
    assert f"-{CMDLINE}\n" in said.err
    assert '+      "password": "[secret]"' in said.err
    assert "+[secret]\n" in said.err, "the claim code"
    assert json.loads(said.out)["dry_run"] is True


def test_secrets_come_from_standard_input_a_line_each(tmp_path: Path) -> None:
    card = flash(tmp_path / "card")
    said = prepare(card, "--wifi-password", "-", "--claim", "-", env={}, stdin=f"{PASSWORD}\n{CODE}\n")
    assert said.code == 0, said.err
    assert (card / "invigil/claim-code").read_text() == CODE + "\n"
    assert prepare(card, "--claim", "1234").code == 1, "never from the command line"
    assert prepare(card, "--wifi-password", "12345678").code == 1
    none = prepare(card, env={})
    assert none.code == 2
    assert "INVIGIL_WIFI_PASSWORD" in none.err


def test_what_is_the_same_for_every_card_comes_from_a_file(tmp_path: Path) -> None:
    card = flash(tmp_path / "card", "bookworm")
    file = tmp_path / "room-1.toml"
    file.write_text(
        f'hub = "https://hub.example:8443"\nssh_keys = ["{KEY}"]\ntimezone = "Europe/Berlin"\nscreen = false\n'
        '[wifi]\nssid = "Exam Net"\ncountry = "DE"\n'
    )
    said = invigil(
        *("device", "prepare", "--boot", card, "--settings", file, "--hostname", "room-1-b", "--weights-dir", tmp_path),
        env=SECRETS,
    )
    assert said.code == 0, said.err
    env = (card / "invigil/settings.env").read_text()
    assert "HOSTNAME_WANTED=room-1-b\n" in env
    assert "WITH_SCREEN=no\n" in env
    assert "ssid=Exam Net\n" in (card / "invigil/wifi.nmconnection").read_text()
    file.write_text('hostnam = "x"\n')
    wrong = invigil("device", "prepare", "--boot", card, "--settings", file)
    assert wrong.code == 1
    assert "did you mean 'hostname'?" in wrong.err


def test_release_keys_and_weights_lie_beside_it(tmp_path: Path) -> None:
    card = flash(tmp_path / "card")
    workshop = Workshop(tmp_path / "workshop")
    release, key = workshop.release("1.0.0"), workshop.keys_dir / "workshop.pem"
    more = ("--release-file", release, "--release-key", key, "--weights-dir", WEIGHTS, "--json")
    answer = TypeAdapter(Answer).validate_json(prepare(card, *more).out)
    assert (card / "invigil/invigil-1.0.0.release").read_bytes() == release.read_bytes()
    assert (card / "invigil/release-keys/workshop.pem").read_bytes() == key.read_bytes()
    names = {Path(each["path"]).name for each in answer["copied"]}
    assert {"invigil-1.0.0.release", "face_landmarker.task"} <= names
    again = TypeAdapter(Answer).validate_json(prepare(card, *more).out)
    assert all(each["there"] for each in again["copied"])


def test_a_release_that_the_device_would_refuse_does_not_get_onto_the_card(tmp_path: Path) -> None:
    card = flash(tmp_path / "card")
    before = files(card)
    workshop, another = Workshop(tmp_path / "workshop"), Workshop(tmp_path / "another")
    release = workshop.release("1.0.0")
    said = prepare(card, "--release-file", release, "--release-key", another.keys_dir / "workshop.pem")
    assert said.code == 1
    assert "signed by no key that is trusted here" in said.err
    assert "→ sign it with the key" in said.err
    private = tmp_path / "centre.key"
    private.write_text("-----BEGIN PRIVATE KEY-----\n")
    assert "is no public key" in prepare(card, "--release-file", release, "--release-key", private).err
    assert files(card) == before


def test_a_release_for_other_boards_is_remarked_on(tmp_path: Path) -> None:
    card = flash(tmp_path / "card", "bookworm")
    workshop = Workshop(tmp_path / "workshop")
    wheels = {Target(machine="x86_64", python="3.12"): tmp_path / "workshop/1.0.0-well/wheels"}
    release = workshop.release("1.0.0", wheels=wheels)
    said = prepare(card, "--release-file", release, "--release-key", workshop.keys_dir / "workshop.pem")
    assert said.code == 0, said.err
    assert "a Raspberry Pi with this card is aarch64 with Python 3.11" in said.err


def test_a_jetson_gets_a_folder_with_a_script(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    said = prepare(stick, "--os", "jetson")
    assert said.code == 0, said.err
    assert f"sudo sh {stick}/invigil/jetson.sh" in said.err
    assert {path.name for path in stick.iterdir()} == {"invigil"}


def test_a_folder_that_is_no_boot_partition_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "letter.txt").write_text("x")
    said = prepare(folder)
    assert said.code == 1
    assert "is no boot partition" in said.err
    assert "→ flash Raspberry Pi OS" in said.err
    assert set(files(folder)) == {"letter.txt"}
    card = flash(tmp_path / "card", "bookworm")
    (card / "issue.txt").write_text("Raspberry Pi reference 2022-09-22\n")
    assert "older than Bookworm" in prepare(card).err
    (card / "issue.txt").unlink()
    unknown = prepare(card)
    assert "--os trixie or --os bookworm" in unknown.err
    assert prepare(card, "--os", "bookworm").code == 0
    assert prepare(card, "--os", "windows").code == 2


def test_a_private_key_is_refused(tmp_path: Path) -> None:
    card = flash(tmp_path / "card")
    private = tmp_path / "id_ed25519"
    private.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    said = prepare(card, "--ssh-key", private)
    assert said.code == 1
    assert "must never leave this machine" in said.err


def test_a_card_that_is_too_small_says_how_much_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = flash(tmp_path / "card")
    monkeypatch.setattr(cards, "MARGIN_BYTES", 2**60)
    before = files(card)
    said = prepare(card)
    assert said.code == 1
    assert "MB are needed" in said.err
    assert files(card) == before


def test_help_shows_how() -> None:
    said = invigil("device", "prepare", "--help")
    assert said.code == 0
    assert "invigil device prepare --boot /media/bootfs" in said.out.partition("Examples:")[2]
    assert "--dry-run" in said.out
