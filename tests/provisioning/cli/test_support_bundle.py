"""`invigil device support-bundle`: what is inside, and what never is, wherever it was planted."""

import hashlib
import json
import os
import re
import zipfile
from pathlib import Path

import pytest

from provisioning.support.gate import Gate
from provisioning.support.parts import PARTS
from tests.support.cli import Said, invigil
from tests.support.planted import Planted, plant

NAMES = ["README.txt", "contents.json", *(part.name for part in PARTS)]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return plant(tmp_path_factory.mktemp("device"))


def bundle(planted: Planted, output: Path, *more: str) -> Said:
    return invigil(
        *("device", "support-bundle", "--config", planted.config, "--output", output, *more),
        env={"PATH": f"{planted.programs}:{os.environ['PATH']}"},
    )


def texts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name.removeprefix("support/"): archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture(scope="module")
def inside(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = tmp_path_factory.mktemp("out") / "bundle.zip"
    done = bundle(planted, path)
    assert done.code == 0, done.err
    assert path.stat().st_mode & 0o777 == 0o600
    for name in NAMES:
        assert name in done.err, "it is listed"
    return texts(path)


def test_nothing_that_was_planted_is_inside(planted: Planted, inside: dict[str, str]) -> None:
    assert len(planted.forbidden) > 20
    for name, text in inside.items():
        for word in planted.forbidden:
            alone = re.compile(rf"(?i)(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])")  # no part of another word
            assert not alone.search(text), f"{word!r} is in {name}"
            assert len(word) < 5 or word.lower() not in text.lower(), f"{word!r} is in {name}"


def test_what_helps_is_inside(inside: dict[str, str]) -> None:
    assert list(inside) == NAMES, "always in the same order"
    checks = json.loads(inside["doctor.json"])["checks"]
    assert {check["name"]: check["state"] for check in checks}["certificate"] == "ok"
    assert 'booth = "booth-1"' in inside["device.toml"]
    assert json.loads(inside["certificates.json"])["certificate"]["name"] == "booth-1"
    assert json.loads(inside["certificates.json"])["key"]["mode"] == "0644"
    assert json.loads(inside["outbox.json"])["kinds"] == {
        "exam_session_step": 1,
        "message_read": 1,
        "monitoring_gap": 1,
    }
    assert json.loads(inside["spool.json"])["waiting"]["snapshot"]["files"] == 2
    assert json.loads(inside["status.json"])["health"]["capture_fps"] == 15.0
    assert "ActiveState=failed" in inside["units.txt"]
    assert "The camera is lost." in inside["journal.txt"]
    assert "Main process exited" in inside["journal.txt"]
    assert "other lines were left out" in inside["journal.txt"]
    assert "Undervoltage" in inside["kernel.txt"]
    assert "HD camera" in inside["kernel.txt"]
    assert "outbox.db" in inside["files.txt"]
    assert "and 1 others" in inside["files.txt"]
    assert json.loads(inside["versions.json"])["invigil"]


def test_the_contents_say_what_is_there_with_hashes(inside: dict[str, str]) -> None:
    listed = json.loads(inside["contents.json"])
    assert [each["name"] for each in listed] == [name for name in NAMES if name != "contents.json"]
    for each in listed:
        text = inside[each["name"]]
        assert each["bytes"] == len(text.encode())
        assert each["sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_the_same_things_are_the_same_bytes(planted: Planted, tmp_path: Path) -> None:
    """But for what changes by itself: the time, and what the doctor and the board measured."""
    for name in ("one", "two"):
        assert bundle(planted, tmp_path / f"{name}.zip").code == 0
    one, two = texts(tmp_path / "one.zip"), texts(tmp_path / "two.zip")
    measured = {"README.txt", "contents.json", "doctor.json", "hardware.txt"}
    assert {name for name in one if one[name] != two[name]} <= measured
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_broken_settings_and_a_damaged_outbox_leave_the_rest_to_be_had(tmp_path: Path) -> None:
    broken = plant(tmp_path)
    broken.config.write_text(broken.config.read_text() + f'\npassword = "correct-horse\nsource = {tmp_path}\n[[[')
    done = bundle(broken, tmp_path / "bundle.zip", "--json")
    assert done.code == 0, done.err
    inside = texts(tmp_path / "bundle.zip")
    assert "not to be read" in inside["device.toml"]
    assert 'booth = "booth-1"' in inside["device.toml"]
    found = {check["name"]: check["state"] for check in json.loads(inside["doctor.json"])["checks"]}
    assert (found["configuration"], found["certificate"]) == ("failed", "unknown")
    problems = {each["name"]: each["problem"] for each in json.loads(done.out)["contents"]}
    assert problems["outbox.json"], "nobody knows where it lies"
    for text in inside.values():
        assert not [word for word in ("hunter2", "xyzzy-plugh", "correct-horse", "p4ssphr4se") if word in text]

    whole = plant(tmp_path / "other")
    (tmp_path / "other/state/outbox.db").write_bytes(b"no database" * 1000)
    (tmp_path / "other/state/status.json").write_text("{ half")
    assert bundle(whole, tmp_path / "second.zip").code == 0
    inside = texts(tmp_path / "second.zip")
    assert inside["outbox.json"].startswith("not to be had")
    assert inside["status.json"].startswith("not to be had")
    assert json.loads(inside["spool.json"])["waiting"]


def test_links_and_pipes_in_the_agents_folders_lead_root_nowhere(tmp_path: Path) -> None:
    led = plant(tmp_path)
    secret = tmp_path / "only root reads this"
    secret.write_text("root:$6$hash:19000:0:99999:7:::\n")
    state = tmp_path / "state"
    for path in (led.config, state / "status.json", state / "outbox.db"):
        path.unlink()
        path.symlink_to(secret)
    (tmp_path / "etc/device.pem").symlink_to(secret)
    assert bundle(led, tmp_path / "links.zip").code == 0
    assert not [name for name, text in texts(tmp_path / "links.zip").items() if "$6$hash" in text]
    led.config.unlink()
    os.mkfifo(led.config)
    os.mkfifo(tmp_path / "etc/ca.pem.new")
    done = bundle(led, tmp_path / "pipes.zip")
    assert done.code == 0, "a pipe holds up nothing"
    assert "is not a file" in texts(tmp_path / "pipes.zip")["doctor.json"]


def test_without_anything_of_ours_there_is_still_a_bundle(tmp_path: Path) -> None:
    done = invigil(
        "device", "support-bundle", "--config", tmp_path / "none.toml", "--output", tmp_path / "b.zip", "--json"
    )
    assert done.code == 0, done.err
    answer = json.loads(done.out)
    assert set(answer) == {"file", "contents"}
    assert all(set(each) == {"name", "what", "bytes", "sha256", "problem"} for each in answer["contents"])
    assert next(each for each in answer["contents"] if each["name"] == "versions.json")["problem"] is None


def test_it_is_listed_without_being_written_and_an_error_says_where_to(planted: Planted, tmp_path: Path) -> None:
    done = bundle(planted, tmp_path / "no.zip", "--list", "--json")
    assert (done.code, json.loads(done.out)["file"], (tmp_path / "no.zip").exists()) == (0, None, False)
    refused = bundle(planted, tmp_path / "nowhere" / "no.zip")
    assert (refused.code, "--output" in refused.err) == (1, True)


def test_the_help_shows_an_example() -> None:
    done = invigil("device", "support-bundle", "--help")
    assert (done.code, "invigil device support-bundle --output" in done.out) == (0, True)


@pytest.mark.parametrize(
    ("names", "line", "gone"),
    [
        (["Ada Byron"], "ada_byron.jpg was sent by BYRON, Ada", ["ada", "byron"]),
        ([], "psk=secret1 passphrase: 'secret 2'", ["secret1", "secret 2"]),
        ([], 'api_key = "abc", "hub_token": "def"', ["abc", "def"]),
        ([], "session 7c1f0a52-aaaa-4bbb-8ccc-ddddeeee0004", ["7c1f0a52"]),
    ],
)
def test_the_gate_lets_none_of_it_through(names: list[str], line: str, gone: list[str]) -> None:
    said = Gate(names).text(line)
    assert not [word for word in gone if word in said.lower()], said


def test_the_gate_leaves_other_words_alone() -> None:
    said = Gate(["Ada Byron"]).text("the adapter of the camera is lost at 81 °C after 3 tries")
    assert said == "the adapter of the camera is lost at 81 °C after 3 tries"
