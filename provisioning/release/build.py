"""Puts a release together from wheels, and adds signatures to one."""

import hashlib
import os
import re
import secrets
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from contract.archive import ArchiveError, ArchiveReader, ArchiveWriter
from contract.release import (
    FILES,
    MANIFEST,
    SIGNATURES,
    ReleasedFile,
    ReleaseManifest,
    ReleaseSignature,
    ReleaseSignatures,
    Target,
    canonical,
    read_unverified,
)
from contract.wire import InvalidError
from provisioning.console import ProvisioningError

_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Recipe:
    """What goes in. `wheels` are folders with every wheel that a kind of board needs."""

    version: str
    made_at: datetime
    package: Path
    lock: Path
    wheels: Mapping[Target, Path]
    notes: str = ""
    minimum_from: str | None = None
    floor: str | None = None


def build(recipe: Recipe, out: Path, written: Callable[[int], None]) -> ReleaseManifest:
    """An unsigned release in `out`. Raises `ProvisioningError` for a wheel that is missing or not in the lock."""
    targets = tuple(recipe.wheels)
    hashes = read_lock(recipe.lock)
    chosen: dict[Path, tuple[int, ...]] = {recipe.package: ()}
    for position, (target, folder) in enumerate(recipe.wheels.items()):
        for path in _locked_wheels(folder, target, hashes):
            known = next((each for each in chosen if each.name == path.name), path)
            chosen[known] = (*chosen.get(known, ()), position)
    if canonical(recipe.package.name.split("-")[0]) != "invigil" or recipe.package.name.split("-")[1] != recipe.version:
        raise ProvisioningError(f"{recipe.package.name} is not the package invigil {recipe.version}")
    files = {path: _released(path, positions, len(targets)) for path, positions in chosen.items()}
    try:
        manifest = ReleaseManifest.configure(
            {
                "version": recipe.version,
                "made_at": recipe.made_at,
                "notes": recipe.notes,
                "targets": targets,
                "minimum_from": recipe.minimum_from,
                "floor": recipe.floor,
                "files": tuple(sorted(files.values(), key=lambda file: file.name)),
            }
        )
    except InvalidError as error:
        raise ProvisioningError(f"no release can be made of this: {error}") from error
    paths = sorted(files, key=lambda path: path.name)
    _write(out, manifest.to_json(), (), [(path.name, path) for path in paths], written)
    return manifest


def add_signature(path: Path, signature: Callable[[bytes], ReleaseSignature]) -> ReleaseSignatures:
    """Signs the manifest that stands in the release. Raises `ProvisioningError`; the file is replaced in one step."""
    try:
        with path.open("rb") as file:
            manifest, known = read_unverified(file)
            added = signature(manifest)
            signatures = (
                known if added in known.signatures else ReleaseSignatures(signatures=(*known.signatures, added))
            )
            reader = ArchiveReader(file)
            members = [(entry, reader.read(entry)) for entry in reader.entries if entry.name.startswith(FILES)]
            archive = ArchiveWriter()

            def pieces() -> Iterator[bytes]:
                yield archive.add(MANIFEST, manifest)
                yield archive.add(SIGNATURES, signatures.to_json())
                for entry, content in members:
                    yield archive.begin(entry.name, entry.size_bytes, entry.crc32)
                    yield from content
                yield archive.end()

            _replace(path, pieces())
    except (InvalidError, ArchiveError) as error:
        raise ProvisioningError(f"{path}: {error}", "build it again: invigil release build") from error
    except OSError as error:
        raise ProvisioningError(f"{path}: {error.strerror}") from error
    return signatures


def read_lock(path: Path) -> set[str]:
    """The hash of every file that may be installed."""
    try:
        return set(re.findall(r"--hash=sha256:([0-9a-f]{64})", path.read_text()))
    except OSError as error:
        raise ProvisioningError(f"{path} cannot be read: {error.strerror}", "make lock writes requirements/") from error


def _locked_wheels(folder: Path, target: Target, hashes: set[str]) -> list[Path]:
    paths = sorted(folder.glob("*.whl"))
    if not paths:
        raise ProvisioningError(
            f"{folder} has no wheels for {target}",
            f"fill it: pip download --only-binary :all: --require-hashes -r requirements/agent.txt -d {folder}",
        )
    for path in paths:
        if _sha256(path) not in hashes:
            raise ProvisioningError(f"{path} is not in the lock", "fill the folder anew with pip download and the lock")
    names = [canonical(path.name.split("-")[0]) for path in paths]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ProvisioningError(f"{folder} has {twice} twice", "one wheel of each: fill the folder anew")
    return paths


def _released(path: Path, positions: tuple[int, ...], targets: int) -> ReleasedFile:
    try:
        with zipfile.ZipFile(path) as wheel:
            unpacked = sum(member.file_size for member in wheel.infolist())
        return ReleasedFile(
            name=path.name,
            sha256=_sha256(path),
            size_bytes=path.stat().st_size,
            unpacked_bytes=unpacked,
            targets=() if len(positions) == targets else positions,
        )
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise ProvisioningError(f"{path} is no wheel: {error}") from error


def _write(
    out: Path,
    manifest: bytes,
    signatures: Sequence[ReleaseSignature],
    files: Iterable[tuple[str, Path]],
    written: Callable[[int], None],
) -> None:
    archive = ArchiveWriter()

    def pieces() -> Iterator[bytes]:
        yield archive.add(MANIFEST, manifest)
        yield archive.add(SIGNATURES, ReleaseSignatures(signatures=tuple(signatures)).to_json())
        for name, path in files:
            with path.open("rb") as file:
                crc = 0
                for piece in _read(file):
                    crc = zlib.crc32(piece, crc)
                yield archive.begin(FILES + name, path.stat().st_size, crc)
                file.seek(0)
                for piece in _read(file):
                    written(len(piece))
                    yield piece
        yield archive.end()

    try:
        _replace(out, pieces())
    except ArchiveError as error:
        raise ProvisioningError(f"{out}: {error}") from error
    except OSError as error:
        raise ProvisioningError(f"{out} cannot be written: {error.strerror}") from error


def _replace(path: Path, pieces: Iterator[bytes]) -> None:
    """The whole file or the one before."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _read(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
