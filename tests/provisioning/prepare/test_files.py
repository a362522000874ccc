"""What is written onto cards, judged by those who read it: cloud-init itself, NetworkManager's format, a shell."""

import json
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from contract.wire import InvalidError
from provisioning.prepare.files import (
    SCRIPTS,
    Extras,
    connection_of,
    contents,
    network_config_of,
    with_country,
    with_first_run,
    with_instance,
)
from provisioning.prepare.settings import CardSettings, WifiSettings, psk
from tests.support.card import CMDLINE, KEY

HUB = "https://hub.example:8443"
WIFI = WifiSettings(ssid="Exam Net", psk="ab" * 32, country="DE", hidden=True)


def settings(**more: object) -> CardSettings:
    return CardSettings.configure({"hostname": "room-1-a", "hub": HUB, "ssh_keys": (KEY,), **more})


def heard(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, timeout=120)


def said_by(*command: str | Path) -> str:
    done = heard(*command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_key_of_a_network_is_what_the_standard_says() -> None:
    """IEEE 802.11i, annex H.4.3, test vectors 1 and 3."""
    assert psk("IEEE", "password") == "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"
    assert psk("Z" * 32, "a" * 32) == "becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62"
    assert psk("anything", "AB" * 32) == "ab" * 32, "it is a key already"
    for wrong in ("short", "x" * 64, "naïve password", "tab\tinside it"):
        with pytest.raises(ValueError, match="8 to 63"):
            psk("IEEE", wrong)


@pytest.mark.parametrize("wifi", [None, WIFI], ids=["wired", "wireless"])
def test_cloud_init_takes_what_a_card_tells_it(tmp_path: Path, wifi: WifiSettings | None) -> None:
    files = contents("trixie", settings(wifi=wifi, time_servers=("ntp.example",)), Extras(), CMDLINE)
    for name in ("user-data", "network-config", "meta-data"):
        (tmp_path / name).write_bytes(files[name])
    assert "Valid cloud-config" in said_by("cloud-init", "schema", "--config-file", tmp_path / "user-data")

    said_by(
        *("cloud-init", "devel", "net-convert", "--network-data", tmp_path / "network-config", "--kind", "yaml"),
        *("--directory", tmp_path / "out", "--distro", "debian", "--output-kind", "netplan"),
    )
    (netplan,) = (tmp_path / "out").rglob("*.yaml")
    network = yaml.safe_load(netplan.read_text())["network"]
    assert network["ethernets"]["eth0"]["dhcp4"] is True
    if wifi is None:
        assert "wifis" not in network
    else:
        assert network["wifis"]["wlan0"]["access-points"] == {"Exam Net": {"hidden": True, "password": "ab" * 32}}
        assert network["wifis"]["wlan0"]["regulatory-domain"] == "DE"


def test_cloud_init_would_refuse_what_is_wrong(tmp_path: Path) -> None:
    """Else its word above would be worth nothing."""
    (tmp_path / "user-data").write_text(
        '#cloud-config\n{"users": [{"name": "x", "lock_passwd": "perhaps"}], "ntp": 5}\n'
    )
    done = heard("cloud-init", "schema", "--config-file", tmp_path / "user-data")
    assert done.returncode != 0


def test_the_technician_has_a_key_and_no_password() -> None:
    user_data = yaml.safe_load(contents("trixie", settings(), Extras(), CMDLINE)["user-data"])
    (user,) = user_data["users"]
    assert (user["lock_passwd"], user["ssh_authorized_keys"]) == (True, [KEY])
    assert "passwd" not in user
    assert user_data["ssh_pwauth"] is False
    assert user_data["disable_root"] is True


def test_other_content_is_another_instance_and_the_same_is_not() -> None:
    """cloud-init does once for an instance what it does; the kernel's command line names it before meta-data does."""

    def instance(**more: object) -> str:
        files = contents("trixie", settings(**more), Extras(claim_code="A"), CMDLINE)
        named = str(json.loads(files["meta-data"])["instance-id"])
        assert files["cmdline.txt"].decode().split().count(f"ds=nocloud;i={named}") == 1
        return named

    assert instance() == instance()
    assert instance() != instance(hostname="room-1-b")
    assert instance() != instance(wifi=WIFI)


def test_a_command_line_is_changed_once_and_keeps_the_rest() -> None:
    once = with_country(with_first_run(CMDLINE), WIFI)
    assert with_country(with_first_run(once), WIFI) == once
    assert set(CMDLINE.split()) < set(once.split())
    from_imager = CMDLINE + " cfg80211.ieee80211_regdom=US ds=nocloud;i=rpi-imager-1784124660514"
    line = with_country(with_instance(from_imager, "invigil-1"), WIFI)
    assert line.split()[-2:] == ["ds=nocloud;i=invigil-1", "cfg80211.ieee80211_regdom=DE"]
    assert "rpi-imager" not in line
    assert "regdom=US" not in line
    assert with_country(from_imager, None) == from_imager


@given(st.text(min_size=1, max_size=32).filter(lambda name: len(name.encode()) <= 32 and name.isprintable()))
def test_any_name_of_a_network_reaches_networkmanager_and_cloud_init_whole(ssid: str) -> None:
    wifi = WifiSettings(ssid=ssid, psk="ab" * 32, country="DE")
    keyfile = ConfigParser(interpolation=None)
    keyfile.read_string(connection_of(wifi).decode())
    written = keyfile["wifi"]["ssid"]
    if written != ssid:
        assert bytes(int(number) for number in written.split(";") if number) == ssid.encode()
    network = yaml.safe_load(network_config_of(wifi))["network"]
    assert list(network["wifis"]["wlan0"]["access-points"]) == [ssid]


@pytest.mark.parametrize("system", ["trixie", "bookworm", "jetson"])
def test_no_value_of_a_setting_is_a_command(tmp_path: Path, system: str) -> None:
    """settings.env is read by a shell as root."""
    files = contents(system, settings(hub="https://h$(touch${IFS}owned)'\"`id`"), Extras(), CMDLINE)  # type: ignore[arg-type]
    env = tmp_path / "settings.env"
    env.write_bytes(files["invigil/settings.env"])
    said = said_by("sh", "-c", f'cd {tmp_path} && . ./settings.env && printf %s "$HUB_URL"')
    assert said == "https://h$(touch${IFS}owned)'\"`id`"
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("hostname", "Room 1", "hostname"),
        ("hub", "hub.example", "hub"),
        ("user", "root", "somebody else"),
        ("ssh_keys", ("-----BEGIN OPENSSH PRIVATE KEY-----",), "private key"),
        ("ssh_keys", (f"{KEY}\ncommand",), "no public SSH key"),
        ("timezone", "Berlin", "no time zone"),
        ("time_servers", ("ntp.example; reboot",), "no name or address"),
        ("keyboards", "de", "did you mean 'keyboard'?"),
        ("wifi", {"ssid": "x" * 33, "country": "DE"}, "32 bytes"),
        ("wifi", {"ssid": "x", "country": "Germany"}, "country"),
    ],
)
def test_a_setting_that_would_fail_in_the_field_fails_here(field: str, value: object, said: str) -> None:
    with pytest.raises(InvalidError, match=said.replace("?", r"\?")):
        settings(**{field: value})


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.sh")), ids=lambda path: path.name)
def test_a_script_is_one_for_every_shell(script: Path) -> None:
    assert said_by(shutil.which("dash") or "/bin/sh", "-n", script) == ""
    assert script.read_bytes().isascii() or "→" in script.read_text()


def test_first_boot_is_a_service_that_systemd_takes(tmp_path: Path) -> None:
    unit = tmp_path / "invigil-first-boot.service"
    unit.write_bytes((SCRIPTS / unit.name).read_bytes())
    done = heard("systemd-analyze", "verify", "--man=no", unit)
    assert "invigil" not in done.stdout + done.stderr, done.stderr
