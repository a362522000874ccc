"""Every file that a card gets, as bytes: for cloud-init (Trixie), a first run (Bookworm), or a Jetson's script."""

import hashlib
import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from provisioning.console import ProvisioningError
from provisioning.prepare.settings import CardSettings, OperatingSystem, WifiSettings

FOLDER: Final = "invigil"
SCRIPTS: Final = Path(__file__).with_name("scripts")
SYSTEM_PACKAGES: Final = Path(__file__).parents[1] / "system-packages.sh"
BOOTSTRAP: Final = Path(__file__).with_name("bootstrap.py")
BOOT: Final = "/boot/firmware"
GROUPS: Final = ("adm", "sudo", "users", "video", "audio", "render", "input", "netdev", "plugdev")
FIRST_RUN: Final = (
    f"systemd.run={BOOT}/firstrun.sh",
    "systemd.run_success_action=reboot",
    "systemd.unit=kernel-command-line.target",
)
INSTANCE: Final = "ds=nocloud;i="
COUNTRY: Final = "cfg80211.ieee80211_regdom="


@dataclass(frozen=True)
class Extras:
    """What goes onto the card beside the settings, by the name it has there."""

    claim_code: str = field(default="", repr=False)
    hub_ca: bytes = b""
    release_keys: Mapping[str, bytes] = field(default_factory=dict)


def contents(system: OperatingSystem, settings: CardSettings, extras: Extras, cmdline: str = "") -> dict[str, bytes]:
    """Files by their path below the boot partition, small ones; release and weights are copied beside them.

    `cmdline` is the kernel's command line as it is; for a Jetson there is none.
    """
    common = _common(settings, extras)
    if system == "jetson":
        return {**common, **_scripted(settings), f"{FOLDER}/jetson.sh": _script("jetson.sh")}
    if system == "bookworm":
        line = with_country(with_first_run(cmdline), settings.wifi)
        return {**common, **_scripted(settings), "firstrun.sh": _script("firstrun.sh"), "cmdline.txt": _line(line)}
    user_data, network = user_data_of(settings), network_config_of(settings.wifi)
    # What cloud-init has done once for an instance it does not do again: another card's content is another instance.
    instance = "invigil-" + _digest(b"\0".join([user_data, network, *common.values()]))
    line = with_country(with_instance(cmdline, instance), settings.wifi)
    return {
        **common,
        "user-data": user_data,
        "network-config": network,
        "meta-data": json.dumps({"instance-id": instance, "dsmode": "local"}, indent=1).encode() + b"\n",
        "cmdline.txt": _line(line),
    }


def user_data_of(settings: CardSettings) -> bytes:
    """cloud-init's cloud-config. It is YAML, of which JSON is a part."""
    config: dict[str, Any] = {
        "hostname": settings.hostname,
        "manage_etc_hosts": True,
        "timezone": settings.timezone,
        "locale": settings.locale,
        "keyboard": {"model": "pc105", "layout": settings.keyboard},
        "users": [
            {
                "name": settings.user,
                "gecos": "Invigil technician",
                "groups": list(GROUPS),
                "shell": "/bin/bash",
                "lock_passwd": True,
                "sudo": "ALL=(ALL) NOPASSWD:ALL",
                "ssh_authorized_keys": list(settings.ssh_keys),
            }
        ],
        "disable_root": True,
        "ssh_pwauth": False,
    }
    if settings.time_servers:
        servers = list(settings.time_servers)
        config["ntp"] = {"enabled": True, "ntp_client": "systemd-timesyncd", "servers": servers}
    config["runcmd"] = [
        ["systemctl", "enable", "--now", "ssh"],
        ["sh", f"{BOOT}/{FOLDER}/first-boot.sh", "take", BOOT],
        ["systemctl", "start", "--no-block", "invigil-first-boot.service"],
    ]
    return b"#cloud-config\n" + _json(config)


def network_config_of(wifi: WifiSettings | None) -> bytes:
    """cloud-init's network configuration, version 2 (netplan). 64 hexadecimal digits are taken for the key itself."""
    network: dict[str, Any] = {"version": 2, "ethernets": {"eth0": {"dhcp4": True, "optional": True}}}
    if wifi is not None:
        point: dict[str, Any] = {"hidden": True} if wifi.hidden else {}
        if wifi.psk:
            point["password"] = wifi.psk
        network["wifis"] = {
            "wlan0": {
                "dhcp4": True,
                "optional": True,
                "regulatory-domain": wifi.country,
                "access-points": {wifi.ssid: point},
            }
        }
    return _json({"network": network})


def connection_of(wifi: WifiSettings) -> bytes:
    """NetworkManager's file of one network (nm-settings-keyfile(5)); a name that is no plain word stands as bytes."""
    plain = re.fullmatch(r"[A-Za-z0-9_.-]+( [A-Za-z0-9_.-]+)*", wifi.ssid)
    ssid = wifi.ssid if plain else "".join(f"{byte};" for byte in wifi.ssid.encode())
    lines = ["[connection]", "id=invigil", "type=wifi", "[wifi]", "mode=infrastructure", f"ssid={ssid}"]
    lines += ["hidden=true"] if wifi.hidden else []
    lines += ["[wifi-security]", "key-mgmt=wpa-psk", f"psk={wifi.psk}"] if wifi.psk else []
    return "\n".join([*lines, "[ipv4]", "method=auto", "[ipv6]", "method=auto", ""]).encode()


def with_instance(cmdline: str, instance: str) -> str:
    """The instance on the kernel's command line goes before the one in meta-data."""
    words = [
        word for word in cmdline.split() if not word.startswith((INSTANCE, "ds=nocloud")) and word not in FIRST_RUN
    ]
    return " ".join([*words, INSTANCE + instance])


def with_first_run(cmdline: str) -> str:
    words = [
        word for word in cmdline.split() if not word.startswith(("systemd.run", "systemd.unit=kernel-command-line"))
    ]
    return " ".join([*words, *FIRST_RUN])


def with_country(cmdline: str, wifi: WifiSettings | None) -> str:
    """For the radio before any network is set up; what is there stays where no country is given."""
    if wifi is None:
        return cmdline
    return " ".join([*(word for word in cmdline.split() if not word.startswith(COUNTRY)), COUNTRY + wifi.country])


def _common(settings: CardSettings, extras: Extras) -> dict[str, bytes]:
    lines = [f"{name}={shlex.quote(value)}" for name, value in settings.as_environment().items()]
    files = {
        "settings.env": "\n".join([*lines, ""]).encode(),
        "first-boot.sh": _script("first-boot.sh"),
        "invigil-first-boot.service": _script("invigil-first-boot.service"),
        "system-packages.sh": SYSTEM_PACKAGES.read_bytes(),
        "bootstrap.py": BOOTSTRAP.read_bytes(),
        **{f"release-keys/{name}": content for name, content in extras.release_keys.items()},
    }
    if extras.hub_ca:
        files["hub-ca.pem"] = extras.hub_ca
    if extras.claim_code:
        files["claim-code"] = extras.claim_code.encode() + b"\n"
    return {f"{FOLDER}/{name}": content for name, content in files.items()}


def _scripted(settings: CardSettings) -> dict[str, bytes]:
    """For systems without cloud-init."""
    files = {
        f"{FOLDER}/system.sh": _script("system.sh"),
        f"{FOLDER}/authorized_keys": "\n".join([*settings.ssh_keys, ""]).encode(),
    }
    if settings.wifi is not None:
        files[f"{FOLDER}/wifi.nmconnection"] = connection_of(settings.wifi)
    return files


def _digest(content: bytes) -> str:
    """Slow on purpose: everybody on the device can read it, and a claim code of forty bits is in the content."""
    return hashlib.pbkdf2_hmac("sha256", content, b"invigil instance", 200_000, 8).hex()


def _script(name: str) -> bytes:
    try:
        return (SCRIPTS / name).read_bytes()
    except OSError as error:
        raise ProvisioningError(f"{SCRIPTS / name} is missing", "this installation is incomplete") from error


def _line(text: str) -> bytes:
    return text.encode() + b"\n"


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"
