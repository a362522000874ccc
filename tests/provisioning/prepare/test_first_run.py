"""The scripts on a card, run by root on this machine's own system under a layer that takes the changes."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.device import load_device_config
from tests.support.card import CMDLINE, KEY, flash, write_key
from tests.support.cli import invigil
from tests.support.processes import BIN, ROOT, run
from tests.support.sandbox import Sandbox, checkout_folders
from tests.support.stack import Stack

RELEASE = "/opt/invigil/releases/0.1.0"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("centre"))
    try:
        stack.start_hub()
        yield stack
    finally:
        stack.hub.stop()


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


def test_bookworm_is_set_up_before_its_network_is_there(tmp_path: Path) -> None:
    card = flash(tmp_path / "card", "bookworm")
    prepare(card, tmp_path, "--wifi", "Exam Net", "--country", "DE", "--locale", "de_DE.UTF-8", "--keyboard", "de")
    assert (card / "cmdline.txt").read_text().count("systemd.run=/boot/firmware/firstrun.sh") == 1
    system = Sandbox(tmp_path / "system", card)
    done = system.run("sh", "/boot/firmware/firstrun.sh")
    log = (card / "invigil-first-boot.log").read_text()
    assert done.returncode == 0, done.stderr
    assert "FAILED" not in log, log

    assert system.read("etc/hostname") == "room-1-a\n"
    assert "127.0.1.1\troom-1-a" in system.read("etc/hosts")
    assert os.readlink(system.changed / "etc/localtime") == "/usr/share/zoneinfo/Europe/Berlin"
    assert "NTP=ntp.example\n" in system.read("etc/systemd/timesyncd.conf.d/60-invigil.conf")
    assert 'XKBLAYOUT="de"' in system.read("etc/default/keyboard")
    assert "LANG=de_DE.UTF-8" in system.read("etc/default/locale")
    wifi = system.changed / "etc/NetworkManager/system-connections/invigil.nmconnection"
    assert mode(wifi) == 0o600
    assert "ssid=Exam Net\n" in wifi.read_text()

    keys = system.changed / "home/technician/.ssh/authorized_keys"
    assert keys.read_text() == KEY + "\n"
    assert (mode(keys), mode(keys.parent)) == (0o600, 0o700)
    (shadow,) = [line for line in system.read("etc/shadow").splitlines() if line.startswith("technician:")]
    assert shadow.split(":")[1].startswith("!"), "no password opens this account"
    assert "PasswordAuthentication no\n" in system.read("etc/ssh/sshd_config.d/10-invigil.conf")
    assert mode(system.changed / "etc/sudoers.d/60-invigil-technician") == 0o440

    state = system.changed / "var/lib/invigil-first-boot"
    assert mode(state) == 0o700
    assert (state / "claim-code").read_text() == "K7QF9XWM\n"
    assert mode(state / "claim-code") == 0o600
    assert (system.changed / "etc/systemd/system/multi-user.target.wants/invigil-first-boot.service").is_symlink()

    assert (card / "cmdline.txt").read_text().split() == [*CMDLINE.split(), "cfg80211.ieee80211_regdom=DE"]
    left = {path.name for path in card.rglob("*")}
    assert not left & {"firstrun.sh", "claim-code", "wifi.nmconnection"}, "what is secret does not stay on the card"


def test_a_first_run_that_fails_is_not_tried_for_ever(tmp_path: Path) -> None:
    card = flash(tmp_path / "card", "bookworm")
    prepare(card, tmp_path)
    (card / "invigil" / "system.sh").unlink()
    (card / "invigil" / "first-boot.sh").unlink()
    done = Sandbox(tmp_path / "system", card).run("sh", "/boot/firmware/firstrun.sh")
    assert done.returncode == 0
    assert (card / "cmdline.txt").read_text().split() == CMDLINE.split()
    assert not (card / "firstrun.sh").exists()


def test_trixies_card_hands_over_to_the_same_first_boot(tmp_path: Path) -> None:
    """The commands that cloud-init runs at the end, in its order."""
    card = flash(tmp_path / "card")
    prepare(card, tmp_path)
    commands = json.loads((card / "user-data").read_text().partition("\n")[2])["runcmd"]
    (take,) = [command for command in commands if "take" in command]
    system = Sandbox(tmp_path / "system", card)
    done = system.run(*take)
    assert done.returncode == 0, done.stderr
    assert not (card / "invigil" / "claim-code").exists()
    assert mode(system.changed / "var/lib/invigil-first-boot/claim-code") == 0o600


def test_a_first_boot_ends_as_a_booth_and_leaves_no_secret(stack: Stack, tmp_path: Path) -> None:
    """With a real hub. The release is this checkout's: how one is installed is tested where releases are."""
    added = json.loads(run("invigil-hub", "booth", "add", "room-1-a", "--name", "A", "--data", stack.data, "--json"))
    card = flash(tmp_path / "card")
    prepare(
        card, tmp_path, "--no-screen", "--wifi", "Exam Net", "--country", "DE", hub=stack.url, claim=added["claim_code"]
    )
    system = Sandbox(tmp_path / "system", card)
    shown = checkout_folders()
    programs = " ".join(f"ln -s {BIN}/{name} {RELEASE}/bin/{name};" for name in ("invigil", "invigil-agent"))
    system.run("sh", "-c", f"mkdir -p {RELEASE}/bin; {programs} ln -s {RELEASE} /opt/invigil/current")
    system.run("sh", "/boot/firmware/invigil/first-boot.sh", "take", "/boot/firmware")

    first_boot = ("sh", "/var/lib/invigil-first-boot/first-boot.sh", "run")
    done = system.run(*first_boot, env={"INVIGIL_CLOCK_TRIES": "0", "PYTHONPATH": str(ROOT)}, shown=shown)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "done: this is a booth" in (card / "invigil-first-boot.log").read_text()

    config = load_device_config(system.changed / "etc/invigil/device.toml")
    assert config.booth == "room-1-a"
    assert config.state_dir == Path("/var/lib/invigil-agent")
    key = system.changed / "etc/invigil/device.key"
    assert mode(key) == 0o600
    passwd = {line.split(":")[0]: int(line.split(":")[2]) for line in system.read("etc/passwd").splitlines()}
    assert key.stat().st_uid == passwd["invigil-agent"]
    assert {path.name for path in (system.changed / "opt/invigil/weights").iterdir()} >= {
        "yolox_nano_416_float16.tflite"
    }
    assert os.readlink(system.changed / "usr/local/bin/invigil") == "/opt/invigil/current/bin/invigil"

    assert not (system.changed / "var/lib/invigil-first-boot/claim-code").exists()
    assert not (system.changed / "etc/systemd/system/invigil-first-boot.service").exists()
    assert (system.changed / "etc/cloud/cloud-init.disabled").exists()
    everything = b"".join(path.read_bytes() for path in card.rglob("*") if path.is_file())
    assert added["claim_code"].encode() not in everything
    assert b"password" not in (card / "network-config").read_bytes()
    assert not (card / "invigil").exists()

    again = invigil(
        "device", "prepare", "--boot", card, "--hostname", "x", "--hub", stack.url, "--ssh-key", write_key(tmp_path)
    )
    assert again.code == 1
    assert "is a booth already" in again.err


def test_a_refused_claim_code_says_what_to_do_and_a_new_one_goes_onto_the_card(stack: Stack, tmp_path: Path) -> None:
    added = json.loads(run("invigil-hub", "booth", "add", "room-1-b", "--name", "B", "--data", stack.data, "--json"))
    card = flash(tmp_path / "card")
    prepare(card, tmp_path, "--no-screen", hub=stack.url, claim="AAAA-BBBB-CCCC-DDDD")
    system = Sandbox(tmp_path / "system", card)
    shown = checkout_folders()
    programs = " ".join(f"ln -s {BIN}/{name} {RELEASE}/bin/{name};" for name in ("invigil", "invigil-agent"))
    system.run("sh", "-c", f"mkdir -p {RELEASE}/bin; {programs} ln -s {RELEASE} /opt/invigil/current")
    system.run("sh", "/boot/firmware/invigil/first-boot.sh", "take", "/boot/firmware")
    first_boot = ("sh", "/var/lib/invigil-first-boot/first-boot.sh", "run")
    env = {"INVIGIL_CLOCK_TRIES": "0", "PYTHONPATH": str(ROOT)}
    refused = system.run(*first_boot, env=env, shown=shown)
    assert refused.returncode == 1
    assert (
        "a new claim code goes into /boot/firmware/invigil/claim-code" in (card / "invigil-first-boot.log").read_text()
    )
    assert not (system.changed / "etc/invigil/device.toml").exists()

    (card / "invigil" / "claim-code").write_text(added["claim_code"] + "\n")
    done = system.run(*first_boot, env=env, shown=shown)
    assert done.returncode == 0, done.stdout + done.stderr
    assert load_device_config(system.changed / "etc/invigil/device.toml").booth == "room-1-b"
