"""A release's folder: made beside the others, under the name it keeps, and whole only once its marker lies in it.

It is not made under another name and renamed: scripts of a virtual environment begin with the path that it was made
under. `release.json` is written last, after everything else is on disk, so a folder without it is rubbish.
"""

import os
import platform
import shutil
import sys
import sysconfig
import venv
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.exceptions import InstallerError
from installer.sources import WheelFile

from contract.release import Release, ReleasedFile, ReleaseManifest, Target
from contract.wire import InvalidError
from provisioning.console import ProvisioningError
from provisioning.update import settle

MARKER: Final = "release.json"
WHEELS: Final = "wheels"
COMPILED: Final = 1.4
"""Byte code that is written beside the unpacked packages."""
MARGIN_BYTES: Final = 64 * 2**20

Step = Callable[[str], None]
"""Is told what begins now, by a fixed word."""
Done = Callable[[int, int | None], None]
"""Is told how much more is done, and how much there is when that is known."""
Installed = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Releases:
    """The releases under one folder, such as `/opt/invigil`."""

    root: Path

    def folder(self, version: str) -> Path:
        return self.root / "releases" / version

    def whole(self) -> list[str]:
        """Versions that were installed to the end, and the one that `current` leads to, which somebody else may have
        installed; by name."""
        try:
            names = sorted(path.name for path in (self.root / "releases").iterdir() if path.is_dir())
        except FileNotFoundError:
            return []
        there = settle.current(self.root)
        return [name for name in names if name == there or (self.folder(name) / MARKER).is_file()]

    def manifest(self, version: str) -> ReleaseManifest | None:
        """None where it was not installed by an update, or cannot be read."""
        try:
            return ReleaseManifest.parse((self.folder(version) / MARKER).read_bytes())
        except (OSError, InvalidError):
            return None

    def remove(self, version: str) -> None:
        """The marker goes first, so that what is left of it is known to be rubbish."""
        folder = self.folder(version)
        if not folder.exists():
            return
        (folder / MARKER).unlink(missing_ok=True)
        settle.sync_folder(folder)
        shutil.rmtree(folder)

    def prune(self, *keep: str) -> list[str]:
        """Everything but what `current` leads to and `keep`; what went."""
        kept = {settle.current(self.root), *keep}
        try:
            gone = [path for path in (self.root / "releases").iterdir() if path.name not in kept]
        except FileNotFoundError:
            return []
        for path in gone:
            self.remove(path.name)
        return sorted(path.name for path in gone)


def this_target() -> Target:
    """What this board and its system's Python are; raises `ProvisioningError` for a board that is not known."""
    try:
        return Target.configure(
            {"machine": platform.machine(), "python": f"{sys.version_info.major}.{sys.version_info.minor}"}
        )
    except InvalidError as error:
        raise ProvisioningError(f"no release is made for this board: {error}") from error


def needed_bytes(files: tuple[ReleasedFile, ...]) -> int:
    """On the disk, while it is installed."""
    return sum(file.size_bytes + round(file.unpacked_bytes * COMPILED) for file in files) + MARGIN_BYTES


def refuse_full_disk(root: Path, files: tuple[ReleasedFile, ...]) -> None:
    free, needed = shutil.disk_usage(root).free, needed_bytes(files)
    if free < needed:
        raise ProvisioningError(
            f"{root} has {free / 1e6:.0f} MB free; installing takes {needed / 1e6:.0f} MB",
            "make room there; `invigil device doctor` says what takes it",
        )


def stage(releases: Releases, release: Release, target: Target, step: Step, done: Done) -> Path:
    """Installs `release` into a folder of its own, without any network; raises `ProvisioningError`.

    Nothing of it is run: wheels are unpacked as they are listed, and nothing is looked for anywhere.
    """
    manifest, folder = release.manifest, releases.folder(release.manifest.version)
    files = manifest.files_for(target)
    releases.remove(manifest.version)
    try:
        step("unpacking")
        done(0, sum(file.size_bytes for file in files))
        wheels = folder / WHEELS
        wheels.mkdir(parents=True, mode=0o755)
        for file in files:
            _unpack(release, file, wheels, lambda count: done(count, None))
        step("installing")
        done(0, len(files))
        _install(folder, [wheels / file.name for file in files], lambda count: done(count, None))
        shutil.rmtree(wheels)
        step("flushing")
        os.sync()
        _mark(folder, manifest)
    except OSError as error:
        said = f"{folder} cannot be written: {error.strerror}"
        raise ProvisioningError(said, "is the disk full or read-only?") from error
    return folder


def _unpack(release: Release, file: ReleasedFile, wheels: Path, unpacked: Installed) -> None:
    try:
        with (wheels / file.name).open("xb") as written:
            for piece in release.read(file):
                written.write(piece)
                unpacked(len(piece))
    except InvalidError as error:
        raise ProvisioningError(str(error), "copy the release again from where it comes from") from error


def _install(folder: Path, wheels: list[Path], installed: Installed) -> None:
    """Into an environment of this system's Python. What compiling has to say about templates is nobody's concern.

    It sees the system's packages behind its own: a CSI camera's library belongs to the system (python3-picamera2).
    """
    venv.EnvBuilder(system_site_packages=True, symlinks=True, with_pip=False).create(folder)
    base = {"base": str(folder), "platbase": str(folder), "installed_base": str(folder)}
    scheme = sysconfig.get_paths("venv", vars=base)
    destination = SchemeDictionaryDestination(
        {**scheme, "headers": scheme["include"]},
        str(folder / "bin" / "python"),
        "posix",
        bytecode_optimization_levels=(0,),
    )
    for wheel in wheels:
        try:
            with WheelFile.open(wheel) as source, redirect_stdout(StringIO()):
                install(source, destination, {"INSTALLER": b"invigil"})
        except (InstallerError, BadZipFile, ValueError) as error:
            raise ProvisioningError(
                f"{wheel.name} cannot be installed: {error}", "the release is of no use; tell who made it"
            ) from error
        installed(1)


def _mark(folder: Path, manifest: ReleaseManifest) -> None:
    new = folder / f"{MARKER}.new"
    with new.open("wb") as file:
        file.write(manifest.to_json())
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / MARKER)
    settle.sync_folder(folder)
    settle.sync_folder(folder.parent)
