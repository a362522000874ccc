"""What goes into a support bundle, in the order in which it lies there: a name, what it is, and how it is gathered."""

import json
import os
import platform
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any, Final

import tomli_w
from cryptography import x509
from cryptography.x509.oid import NameOID

from provisioning import doctor
from provisioning.console import ProvisioningError
from provisioning.support import journal, waiting
from provisioning.support.device import Device, read_plain

HEALTH: Final = (
    *("at", "version", "uptime_s", "camera", "camera_detail", "capture_fps", "frames_dropped", "detectors"),
    *(
        "outbox_depth",
        "spool_files",
        "spool_bytes",
        "disk_free_bytes",
        "disk_total_bytes",
        "temperature_c",
        "throttled",
    ),
    *("throttle_bits", "board_uptime_s", "memory_total_bytes", "memory_available_bytes", "load_1m", "errors"),
)
"""Of the agent's own words; not who watches, nor who speaks."""
STATUS: Final = (
    *("pid", "at", "connected", "hub_here", "hub_version", "last_ack_at", "waiting_since", "watchdog_s"),
    *("microphone", "microphone_detail"),
)
SMALL_FILES: Final = ("proc/asound/cards", "proc/asound/pcm", "proc/meminfo", "proc/loadavg", "proc/uptime")
SYSTEMS_DISKS: Final = re.compile(r"/dev/\S+ (?:/|/boot\S*|/var\S*|/etc\S*|/opt\S*) ")
"""Lines of `proc/mounts`; a stick is called what its owner called it."""
OUR_FILES: Final = re.compile(
    r"(?:device|ca|next|request)[\w.-]*\.(?:toml|key|pem|json)|outbox\.db[\w.-]*|status\.(?:json|part)|spool|tries|screen\.env"
)


@dataclass(frozen=True, slots=True)
class Part:
    """`gather` gives text, or a value for JSON; it raises `ProvisioningError` or `OSError` where there is nothing."""

    name: str
    what: str
    gather: Callable[[Device], Any]


def _versions(device: Device) -> dict[str, Any]:
    releases = device.root / "opt/invigil/releases"
    current = device.root / "opt/invigil/current"
    return {
        "invigil": version("invigil"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "kernel": platform.release(),
        "os": _os_name(device),
        "board": device.text("proc/device-tree/model") or device.text("sys/class/dmi/id/product_name"),
        "current": current.resolve().name if current.is_symlink() else None,
        "releases": sorted(path.name for path in releases.iterdir()) if releases.is_dir() else [],
        "packages": {each.name: each.version for each in sorted(distributions(), key=lambda each: each.name.lower())},
    }


def _os_name(device: Device) -> str:
    lines = (line.partition("=") for line in device.text("etc/os-release").splitlines())
    return next((value.strip('"') for name, _, value in lines if name == "PRETTY_NAME"), "")


def _doctor(device: Device) -> dict[str, Any]:
    return doctor.examine(device.config).model_dump(mode="json")


def _settings(device: Device) -> str:
    """Written anew without comments, which may say anything; one that is broken line by line, cut at each `#`."""
    if device.problem:
        broken = [line.partition("#")[0].rstrip() for line in device.lines()]
        return "\n".join([f"not to be read: {device.problem}", "", *broken])
    return tomli_w.dumps(device.settings)


def _certificates(device: Device) -> dict[str, Any]:
    """Dates and names; of the key only that it is there, and who may read it."""
    return {
        "certificate": _certificate(device.tls("certificate", "device.pem")),
        "ca": _certificate(device.tls("ca", "ca.pem")),
        "key": _rights(device.tls("key", "device.key")),
    }


def _certificate(path: Path) -> dict[str, Any]:
    try:
        found = x509.load_pem_x509_certificate(read_plain(path))
    except (OSError, ValueError) as error:
        return {"problem": f"{type(error).__name__}: it cannot be read"}
    names = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    serial = f"{found.serial_number:040x}"
    return {
        "name": str(names[0].value) if names else "",
        "serial": ":".join(serial[at : at + 2] for at in range(0, 40, 2)),
        "valid_from": found.not_valid_before_utc.isoformat(),
        "valid_until": found.not_valid_after_utc.isoformat(),
        **_rights(path),
    }


def _rights(path: Path) -> dict[str, Any]:
    try:
        found = path.stat()
    except OSError as error:
        return {"problem": error.strerror}
    return {"mode": f"{stat.S_IMODE(found.st_mode):04o}", "user": found.st_uid, "group": found.st_gid}


def _status(device: Device) -> dict[str, Any]:
    """The agent's last words, also of one that is dead."""
    path = device.state_dir / "status.json"
    try:
        said = json.loads(read_plain(path))
        health = {name: said["health"][name] for name in HEALTH if name in said["health"]}
    except FileNotFoundError:
        raise ProvisioningError("no agent has said anything here") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ProvisioningError(f"the agent's words cannot be read ({type(error).__name__})") from error
    return {**{name: said[name] for name in STATUS if name in said}, "health": health}


def _files(device: Device) -> str:
    """Names, rights and sizes in the folders of settings and state. Names that are not ours may be anybody's."""
    lines = []
    for folder in dict.fromkeys((device.config.parent, device.state_dir)):
        lines.append(f"{folder}:")
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            lines.append(f"  {error.strerror}")
            continue
        ours = [path for path in entries if OUR_FILES.fullmatch(path.name)]
        for path in ours:
            found = path.lstat()
            lines.append(f"  {stat.filemode(found.st_mode)} {found.st_uid}:{found.st_gid} {found.st_size} {path.name}")
        lines.append(f"  and {len(entries) - len(ours)} others")
    return "\n".join(lines)


def _hardware(device: Device) -> str:
    cameras = sorted(path.name for path in (device.root / "dev").glob("video*"))
    zones = sorted((device.root / "sys/class/thermal").glob("thermal_zone*/temp"))
    heats = [f"{path.parent.name}: {device.text(str(path.relative_to(device.root)))}" for path in zones]
    mounts = [line for line in device.text("proc/mounts").splitlines() if SYSTEMS_DISKS.match(line)]
    parts = [f"cameras: {' '.join(cameras) or 'none'}", f"processors: {os.cpu_count()}", *heats, *mounts]
    return "\n".join([*parts, *(f"\n== {name}\n{device.text(name)}" for name in SMALL_FILES)])


PARTS: Final[tuple[Part, ...]] = (
    Part("versions.json", "versions of Invigil, system, board and packages", _versions),
    Part("doctor.json", "every check of the doctor, made now", _doctor),
    Part("device.toml", "the settings, without comments and secrets", _settings),
    Part("certificates.json", "names and dates of the certificates; of the key only who may read it", _certificates),
    Part("status.json", "what the agent last said of itself, without who watches", _status),
    Part(
        "outbox.json", "how many events of which kind wait; not what they say", lambda at: waiting.outbox(at.state_dir)
    ),
    Part("spool.json", "how many files of evidence wait; none of them", lambda at: waiting.spool(at.state_dir)),
    Part("files.txt", "names, rights and sizes of the files of settings and state", _files),
    Part("hardware.txt", "cameras, sound, heat, memory, disks", _hardware),
    Part("units.txt", "the states of the services", lambda _: journal.units()),
    Part("journal.txt", "lines of our own log and of systemd about it, of three days", lambda _: journal.journal()),
    Part("kernel.txt", "what the kernel says of cameras, cards, power and heat", lambda _: journal.kernel()),
)
