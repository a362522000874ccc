"""The scripts on a card, run by root on this machine's own system under a layer that takes the changes."""

import json
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from contract.device import load_device_config
from provisioning.release.keys import make_key
from tests.support.card import CMDLINE, KEY, flash, write_key
from tests.support.cli import invigil
from tests.support.packed_release import packed_release
from tests.support.processes import BIN, ROOT, Program, run, wait_for
from tests.support.sandbox import Sandbox
from tests.support.stack import Stack

Enter = Callable[[Path], Sandbox]
FIRST_BOOT = ("sh", "/var/lib/invigil-first-boot/first-boot.sh", "run")
RELEASE = "/opt/invigil/releases/0.1.0"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("centre"))
    try:
        stack.start_hub()
        stack.add_administrator()
        yield stack
    finally:
        stack.hub.stop()


@pytest.fixture
def enter(tmp_path: Path) -> Iterator[Enter]:
    """A system that is started with a card."""
    with ExitStack() as open_ones:
        yield lambda card: open_ones.enter_context(Sandbox(tmp_path / "system", card))


def prepare(
    card: Path, tmp_path: Path, *more: str, hub: str = "https://hub.example:8443", claim: str = "K7QF9XWM"
) -> None:
    said = invigil(
        *("device", "prepare", "--boot", card, "--hostname", "room-1-a", "--hub", hub),
        *("--ssh-key", write_key(tmp_path), "--timezone", "Europe/Berlin", "--time-server", "ntp.example"),
        *("--weights-dir", ROOT / "models" / "weights", *more),
        env={"INVIGIL_CLAIM_CODE": claim, "INVIGIL_WIFI_PASSWORD": "correct horse"},
    )
    assert said.code == 0, said.err


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_bookworm_is_set_up_before_its_network_is_there(tmp_path: Path, enter: Enter) -> None:
    card = flash(tmp_path / "card", "bookworm")
    prepare(card, tmp_path, "--wifi", "Exam Net", "--country", "DE", "--locale", "de_DE.UTF-8", "--keyboard", "de")
    assert (card / "cmdline.txt").read_text().count("systemd.run=/boot/firmware/firstrun.sh") == 1
    system = enter(card)
    done = system.run("sh", "/boot/firmware/firstrun.sh")
    log = (card / "invigil-first-boot.log").read_text()
    assert done.returncode == 0, done.stderr
    assert "FAILED" not in log, log

    assert system.read("etc/hostname") == "room-1-a\n"
    assert "127.0.1.1\troom-1-a" in system.read("etc/hosts")
    assert os.readlink(system.path("etc/localtime")) == "/usr/share/zoneinfo/Europe/Berlin"
    assert "NTP=ntp.example\n" in system.read("etc/systemd/timesyncd.conf.d/60-invigil.conf")
    assert 'XKBLAYOUT="de"' in system.read("etc/default/keyboard")
    assert "LANG=de_DE.UTF-8" in system.read("etc/default/locale")
    wifi = system.path("etc/NetworkManager/system-connections/invigil.nmconnection")
    assert mode(wifi) == 0o600
    assert "ssid=Exam Net\n" in wifi.read_text()

    keys = system.path("home/technician/.ssh/authorized_keys")
    assert keys.read_text() == KEY + "\n"
    assert (mode(keys), mode(keys.parent)) == (0o600, 0o700)
    (shadow,) = [line for line in system.read("etc/shadow").splitlines() if line.startswith("technician:")]
    assert shadow.split(":")[1].startswith("!"), "no password opens this account"
    assert "PasswordAuthentication no\n" in system.read("etc/ssh/sshd_config.d/10-invigil.conf")
    assert mode(system.path("etc/sudoers.d/60-invigil-technician")) == 0o440

    state = system.path("var/lib/invigil-first-boot")
    assert mode(state) == 0o700
    assert (state / "claim-code").read_text() == "K7QF9XWM\n"
    assert mode(state / "claim-code") == 0o600
    assert (system.path("etc/systemd/system/multi-user.target.wants/invigil-first-boot.service")).is_symlink()

    assert (card / "cmdline.txt").read_text().split() == [*CMDLINE.split(), "cfg80211.ieee80211_regdom=DE"]
    left = {path.name for path in card.rglob("*")}
    assert not left & {"firstrun.sh", "claim-code", "wifi.nmconnection"}, "what is secret does not stay on the card"


def test_a_first_run_that_fails_is_not_tried_for_ever(tmp_path: Path, enter: Enter) -> None:
    card = flash(tmp_path / "card", "bookworm")
    prepare(card, tmp_path)
    (card / "invigil" / "system.sh").unlink()
    (card / "invigil" / "first-boot.sh").unlink()
    done = enter(card).run("sh", "/boot/firmware/firstrun.sh")
    assert done.returncode == 0
    assert (card / "cmdline.txt").read_text().split() == CMDLINE.split()
    assert not (card / "firstrun.sh").exists()


def test_trixies_card_hands_over_to_the_same_first_boot(tmp_path: Path, enter: Enter) -> None:
    """The commands that cloud-init runs at the end, in its order."""
    card = flash(tmp_path / "card")
    prepare(card, tmp_path)
    commands = json.loads((card / "user-data").read_text().partition("\n")[2])["runcmd"]
    (take,) = [command for command in commands if "take" in command]
    system = enter(card)
    done = system.run(*take)
    assert done.returncode == 0, done.stderr
    assert not (card / "invigil" / "claim-code").exists()
    assert mode(system.path("var/lib/invigil-first-boot/claim-code")) == 0o600


def test_a_first_boot_installs_a_release_enrols_and_leaves_no_secret(
    stack: Stack, tmp_path: Path, enter: Enter
) -> None:
    """With a real hub and a real release, on a system that has nothing of ours."""
    added = json.loads(run("invigil-hub", "booth", "add", "room-1-a", "--name", "A", "--data", stack.data, "--json"))
    card = flash(tmp_path / "card")
    release, key = packed_release(tmp_path / "workshop")
    more = ("--release-file", release, "--release-key", key, "--no-screen", "--wifi", "Exam Net", "--country", "DE")
    prepare(card, tmp_path, *map(str, more), hub=stack.url, claim=added["claim_code"])
    system = enter(card)
    system.run("sh", "/boot/firmware/invigil/first-boot.sh", "take", "/boot/firmware")
    done = system.run(*FIRST_BOOT, env={"INVIGIL_CLOCK_TRIES": "0"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "done: this is a booth" in (card / "invigil-first-boot.log").read_text()
    version = release.stem.removeprefix("invigil-")
    assert os.readlink(system.path("opt/invigil/current")) == f"releases/{version}"
    assert system.path(f"opt/invigil/releases/{version}/release.json").exists()

    config = load_device_config(system.path("etc/invigil/device.toml"))
    assert config.booth == "room-1-a"
    assert config.state_dir == Path("/var/lib/invigil-agent")
    key = system.path("etc/invigil/device.key")
    assert mode(key) == 0o600
    passwd = {line.split(":")[0]: int(line.split(":")[2]) for line in system.read("etc/passwd").splitlines()}
    assert key.stat().st_uid == passwd["invigil-agent"]
    assert {path.name for path in (system.path("opt/invigil/weights")).iterdir()} >= {"yolox_nano_416_float16.tflite"}
    assert os.readlink(system.path("usr/local/bin/invigil")) == "/opt/invigil/current/bin/invigil"

    assert not (system.path("var/lib/invigil-first-boot")).exists()
    assert not (system.path("etc/systemd/system/invigil-first-boot.service")).exists()
    assert (system.path("etc/cloud/cloud-init.disabled")).exists()
    everything = b"".join(path.read_bytes() for path in card.rglob("*") if path.is_file())
    assert added["claim_code"].encode() not in everything
    assert b"password" not in (card / "network-config").read_bytes()
    assert not (card / "invigil").exists()

    again = invigil(
        "device", "prepare", "--boot", card, "--hostname", "x", "--hub", stack.url, "--ssh-key", write_key(tmp_path)
    )
    assert again.code == 1
    assert "is a booth already" in again.err


def test_a_jetson_is_made_a_booth_by_its_script(stack: Stack, tmp_path: Path, enter: Enter) -> None:
    added = json.loads(run("invigil-hub", "booth", "add", "room-1-c", "--name", "C", "--data", stack.data, "--json"))
    stick = tmp_path / "stick"
    stick.mkdir()
    release, key = packed_release(tmp_path / "workshop")
    more = ("--os", "jetson", "--no-screen", "--release-file", release, "--release-key", key)
    prepare(stick, tmp_path, *map(str, more), hub=stack.url, claim=added["claim_code"])
    system = enter(stick)
    done = system.run("sh", "/boot/firmware/invigil/jetson.sh", env={"INVIGIL_CLOCK_TRIES": "0"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "this does not look like a Jetson" in done.stderr
    assert system.read("etc/hostname") == "room-1-a\n"
    assert load_device_config(system.path("etc/invigil/device.toml")).booth == "room-1-c"
    assert not (stick / "invigil").exists()


def test_a_release_that_nobody_known_signed_is_not_installed(tmp_path: Path, enter: Enter) -> None:
    card = flash(tmp_path / "card")
    release, key = packed_release(tmp_path / "workshop")
    prepare(card, tmp_path, "--release-file", str(release), "--release-key", str(key), "--no-screen")
    make_key(tmp_path / "another.key", "")
    shutil.copy(tmp_path / "another.pem", card / "invigil/release-keys" / key.name)
    system = enter(card)
    system.run("sh", "/boot/firmware/invigil/first-boot.sh", "take", "/boot/firmware")
    done = system.run(*FIRST_BOOT, env={"INVIGIL_CLOCK_TRIES": "0"})
    assert done.returncode == 1
    assert "signed by no key that is trusted here" in done.stderr
    assert "the release was not installed" in (card / "invigil-first-boot.log").read_text()
    assert not system.path("opt/invigil/current").is_symlink()


def test_without_a_claim_code_a_person_lets_the_device_in_by_the_code_on_its_card(
    stack: Stack, tmp_path: Path, enter: Enter
) -> None:
    run("invigil-hub", "booth", "add", "room-1-d", "--name", "D", "--data", stack.data)
    card = flash(tmp_path / "card")
    prepare(card, tmp_path, "--no-screen", hub=stack.url, claim="")
    system = enter(card)
    link_release(system)
    system.run("sh", "/boot/firmware/invigil/first-boot.sh", "take", "/boot/firmware")
    env = {"INVIGIL_CLOCK_TRIES": "0", "PYTHONPATH": str(ROOT)}
    first_boot = Program(system.entering(*FIRST_BOOT, env=env), tmp_path / "first-boot.log").start()
    log = card / "invigil-first-boot.log"
    shown = wait_for(
        "the code", lambda: re.search(r"this device's code is (\S+)", log.read_text() if log.exists() else "")
    )
    with stack.client() as client:
        (asked,) = client.get("/api/v1/enrolment-requests").json()["items"]
        assert asked["code"] == shown[1]
        answer = {"booth_id": "room-1-d", "code": shown[1]}
        client.post(f"/api/v1/enrolment-requests/{asked['request_id']}/approve", json=answer).raise_for_status()
    wait_for("the first boot's end", lambda: not first_boot.running)
    assert "done: this is a booth" in log.read_text(), first_boot.tail()
    assert load_device_config(system.path("etc/invigil/device.toml")).booth == "room-1-d"


def link_release(system: Sandbox) -> None:
    """This checkout, as the release that is installed."""
    programs = " ".join(f"ln -s {BIN}/{name} {RELEASE}/bin/{name};" for name in ("invigil", "invigil-agent"))
    system.run("sh", "-c", f"mkdir -p {RELEASE}/bin; {programs} ln -s {RELEASE} /opt/invigil/current")


def test_a_refused_claim_code_says_what_to_do_and_a_new_one_goes_onto_the_card(
    stack: Stack, tmp_path: Path, enter: Enter
) -> None:
    added = json.loads(run("invigil-hub", "booth", "add", "room-1-b", "--name", "B", "--data", stack.data, "--json"))
    card = flash(tmp_path / "card")
    prepare(card, tmp_path, "--no-screen", hub=stack.url, claim="AAAA-BBBB-CCCC-DDDD")
    system = enter(card)
    link_release(system)
    system.run("sh", "/boot/firmware/invigil/first-boot.sh", "take", "/boot/firmware")
    env = {"INVIGIL_CLOCK_TRIES": "0", "PYTHONPATH": str(ROOT)}
    refused = system.run(*FIRST_BOOT, env=env)
    assert refused.returncode == 1
    assert (
        "a new claim code goes into /boot/firmware/invigil/claim-code" in (card / "invigil-first-boot.log").read_text()
    )
    assert not (system.path("etc/invigil/device.toml")).exists()

    (card / "invigil" / "claim-code").write_text(added["claim_code"] + "\n")
    done = system.run(*FIRST_BOOT, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert load_device_config(system.path("etc/invigil/device.toml")).booth == "room-1-b"
