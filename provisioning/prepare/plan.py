"""One card's preparation: small files as changes that can be shown, large ones copied beside them."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contract.manifest import check_weights, load_manifest
from contract.wire import InvalidError
from provisioning import changes
from provisioning.changes import Change
from provisioning.console import ProvisioningError
from provisioning.prepare import card
from provisioning.prepare.files import FOLDER, Extras, contents
from provisioning.prepare.settings import CardSettings, OperatingSystem

PIECE: Final = 1024 * 1024


@dataclass(frozen=True)
class Copy:
    """A large file. `there`: one of this size is there already."""

    source: Path
    target: Path
    size_bytes: int
    there: bool


@dataclass(frozen=True)
class Plan:
    system: OperatingSystem
    changes: list[Change]
    copies: list[Copy]
    again: bool
    """This card was prepared before: what is on it is ours and needs no backup."""


def plan(
    boot: Path,
    system: OperatingSystem | None,
    settings: CardSettings,
    extras: Extras,
    *,
    release: Path | None,
    weights: Path | None,
) -> Plan:
    """Raises `ProvisioningError` for a folder that is no boot partition, a card that is a booth, or too little room.

    For a Jetson, `boot` is any folder, such as a stick's.
    """
    cmdline = ""
    if system != "jetson":
        card.check(boot)
        system = system or card.recognise(boot)
        cmdline = card.cmdline(boot)
    elif not boot.is_dir():
        raise ProvisioningError(f"{boot} is no folder", "--boot names a stick's or any other folder for a Jetson")
    if card.is_a_booth(boot):
        raise ProvisioningError(
            f"{boot} belongs to a device that is a booth already; it would not read what is written now",
            "change it with `invigil fleet` or over SSH, or flash the card again",
        )
    files = contents(system, settings, extras, cmdline)
    copies = _copies(boot, release, weights)
    kept = {boot / name for name in files} | {copy.target for copy in copies}
    again = (boot / FOLDER / "settings.env").exists()
    planned = [changes.change(boot / name, content) for name, content in files.items()]
    stale = sorted(path for path in (boot / FOLDER).rglob("*") if path.is_file() and path not in kept)
    planned += [
        Change(path, path.read_bytes() if path.stat().st_size < PIECE else b"\0", None, None, None) for path in stale
    ]
    small = sum(len(each.after or b"") for each in planned)
    card.must_have_room(boot, small + sum(copy.size_bytes for copy in copies if not copy.there))
    # The kernel's command line last: until it is written the card starts as it did before.
    planned.sort(key=lambda each: each.path.name == "cmdline.txt")
    return Plan(system, planned, copies, again)


def apply(planned: Plan) -> list[Path]:
    """Large files first, so that a card that is pulled out half-way is not taken for a prepared one."""
    for copy in planned.copies:
        if not copy.there:
            _copy(copy)
    return changes.apply(planned.changes, backups=not planned.again)


def _copies(boot: Path, release: Path | None, weights: Path | None) -> list[Copy]:
    found: list[tuple[Path, Path]] = []
    if release is not None:
        found.append((release, boot / FOLDER / f"{release.stem}.release"))
    if weights is not None:
        found += [(path, boot / FOLDER / "weights" / path.name) for path in _checked_weights(weights)]
    copies = []
    for source, target in found:
        try:
            size = source.stat().st_size
        except OSError as error:
            raise ProvisioningError(f"{source} cannot be read: {error.strerror}", "does the file exist?") from error
        copies.append(Copy(source, target, size, target.exists() and target.stat().st_size == size))
    return copies


def _checked_weights(folder: Path) -> Sequence[Path]:
    """Those of the manifest that are there and unaltered; the rest is fetched by the device, or off there."""
    found = []
    for entry in load_manifest().weights:
        try:
            check_weights(entry, folder)
        except InvalidError:
            continue
        found.append(folder / entry.name)
    return found


def _copy(copy: Copy) -> None:
    part = copy.target.with_name(copy.target.name + ".part")
    try:
        copy.target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(copy.source, part)
        part.replace(copy.target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ProvisioningError(f"{copy.target} cannot be written: {error.strerror}", "is there room on it?") from error
