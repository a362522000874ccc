"""What the operating system must hold for our services: units, users, folders, device rules, the sound's echo.

Two tables, one for a booth's device and one for a hub, are held against a system's files and put in place. The system
may be this one or lie in a folder (`--root`): an image that is being made, a card in a reader, a test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provisioning import changes, programs
from provisioning.changes import Change
from provisioning.console import ProvisioningError

RELEASE: Final = "opt/invigil/current"
UNITS: Final = "etc/systemd/system"
UDEV: Final = Path("/run/udev/control")
"""Not there in a container: its devices are those it was given."""


@dataclass(frozen=True)
class File:
    """One of ours below `systemd/`, and where a system wants it, below its root."""

    source: str
    target: str
    mode: int = 0o644


@dataclass(frozen=True)
class Part:
    """What belongs together. `enabled` are the units that start with the system; `data` is what --purge removes."""

    name: str
    files: tuple[File, ...]
    enabled: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    needs: tuple[tuple[str, str], ...] = ()
    """Programs without which its units cannot start, each with the Debian package that brings it."""


def _units(*names: str) -> tuple[File, ...]:
    return tuple(File(f"system/{name}", f"{UNITS}/{name}") for name in names)


AGENT: Final = Part(
    "agent",
    (
        File("sysusers.d/invigil-device.conf", "etc/sysusers.d/invigil-device.conf"),
        File("tmpfiles.d/invigil-device.conf", "etc/tmpfiles.d/invigil-device.conf"),
        File("udev/70-invigil.rules", "etc/udev/rules.d/70-invigil.rules"),
        *_units("invigil-agent.service", "invigil-renew.service", "invigil-renew.timer"),
        *_units("invigil-announce.service", "invigil-reboot.path", "invigil-reboot.service"),
        *_units("invigil-settle.service", "invigil-update.path", "invigil-update.service"),
    ),
    (
        *("invigil-agent.service", "invigil-announce.service"),
        *("invigil-renew.timer", "invigil-reboot.path", "invigil-update.path"),
    ),
    ("etc/invigil", "var/lib/invigil-agent", "opt/invigil"),
)
SCREEN: Final = Part(
    "screen",
    (
        *_units("invigil-screen.service"),
        File(
            "pipewire/pipewire.conf.d/60-invigil-echo-cancel.conf",
            "etc/pipewire/pipewire.conf.d/60-invigil-echo-cancel.conf",
        ),
    ),
    ("invigil-screen.service",),
    ("var/lib/invigil-screen",),
    (("usr/bin/cage", "cage"), ("usr/bin/chromium", "chromium")),
)
HUB: Final = Part(
    "hub",
    (
        File("sysusers.d/invigil-hub.conf", "etc/sysusers.d/invigil-hub.conf"),
        *_units(
            "invigil-hub.service", "invigil-ingest@.service", "invigil-retention.service", "invigil-retention.timer"
        ),
    ),
    ("invigil-hub.service", "invigil-retention.timer"),
    ("etc/invigil", "var/lib/invigil", "opt/invigil"),
)
TURN: Final = Part(
    "turn",
    (
        File("coturn/start.sh", "etc/invigil/coturn/start.sh", 0o755),
        File("coturn/turnserver.conf", "etc/invigil/coturn/turnserver.conf"),
        File("coturn.service.d/invigil.conf", f"{UNITS}/coturn.service.d/invigil.conf"),
    ),
    needs=(("usr/bin/turnserver", "coturn"),),
)


def shipped() -> Path:
    """Our files: beside this package in an installation, at the top of a checkout."""
    here = Path(__file__).resolve().parent
    for folder in (here / "systemd", here.parent / "systemd"):
        if (folder / "system").is_dir():
            return folder
    raise ProvisioningError(f"the units are not beside {here}", "this installation is incomplete: install it again")


def plan(root: Path, parts: Sequence[Part]) -> list[Change]:
    """Every file of these parts, held against the system below `root`."""
    source = shipped()
    return [
        changes.change(root / file.target, (source / file.source).read_bytes(), file.mode)
        for part in parts
        for file in part.files
    ]


@dataclass(frozen=True)
class Removal:
    """What uninstalling takes away, and what it leaves because somebody changed it."""

    gone: list[Change]
    kept: list[Path]
    data: list[Path]


def plan_removal(root: Path, parts: Sequence[Part], *, purge: bool) -> Removal:
    gone, kept = [], []
    for each in plan(root, parts):
        if each.kind in ("same", "mode") or (purge and each.kind == "changed"):
            gone.append(Change(each.path, each.before, None, None, each.mode_before))
        elif each.kind == "changed":
            kept.append(each.path)
    data = [root / name for part in parts for name in part.data if (root / name).exists()] if purge else []
    return Removal(gone, kept, data)


@dataclass(frozen=True)
class Step:
    """A command of the system's, and why it is left out where it is."""

    command: list[str]
    left_out: str = ""


def steps(root: Path, enabled: Sequence[str], *, start: bool) -> list[Step]:
    """After the files: users, folders, units, device rules; in this order."""
    alive = systemd_runs(root)
    why = "" if alive else "no systemd runs there"
    return [
        Step(["systemd-sysusers", *_below(root)]),
        Step(["systemd-tmpfiles", "--create", "--prefix=/etc/invigil", "--prefix=/opt/invigil", *_below(root)]),
        Step(["systemctl", "daemon-reload"], why),
        Step(["systemctl", *_below(root), "enable", *enabled]),
        Step(["systemctl", "start", *enabled], why or ("" if start else "--no-start")),
        Step(["udevadm", "control", "--reload"], why or ("" if UDEV.exists() else "no udev runs there")),
    ]


def removing_steps(root: Path, parts: Sequence[Part], extra: Sequence[str] = ()) -> list[Step]:
    """Before files go."""
    units = [*extra, *(unit for part in parts for unit in part.enabled)]
    there = [unit for unit in units if (root / UNITS / _template(unit)).exists()]
    if not there:
        return []
    why = "" if systemd_runs(root) else "no systemd runs there"
    return [
        Step(["systemctl", *_below(root), "disable", *there]),
        Step(["systemctl", "stop", *there], why),
    ]


def run(step: Step) -> None:
    """Raises `ProvisioningError` with what the command said."""
    if not step.left_out:
        programs.run(step.command, timeout_s=180)


def changed_units(planned: Sequence[Change]) -> list[str]:
    """Units that run with what they were before until they are started again."""
    return [each.path.name for each in planned if each.kind == "changed" and each.path.suffix == ".service"]


def missing(root: Path, parts: Sequence[Part]) -> list[str]:
    """What the units cannot start without and is not there, in words."""
    found = []
    if not (root / RELEASE).exists():
        found.append("no release under /opt/invigil/current yet: invigil device update FILE")
    found += [
        f"/{program} is missing: apt install {package}"
        for part in parts
        for program, package in part.needs
        if not (root / program).exists()
    ]
    return found


def systemd_runs(root: Path) -> bool:
    """sd_booted(3), for this system only."""
    return root == Path("/") and Path("/run/systemd/system").is_dir()


def _below(root: Path) -> list[str]:
    return [] if root == Path("/") else [f"--root={root}"]


def _template(unit: str) -> str:
    name, at, rest = unit.partition("@")
    return f"{name}@.{rest.rpartition('.')[2]}" if at else unit
