"""A release: one file with everything a device installs, and who vouches for it.

    manifest.json      what it is, for which boards, and every other file with its size and hash
    signatures.json    Ed25519 over the manifest, by each of the release keys that sign it
    files/…            our package and the packages it needs, as wheels

It is a zip of the one layout that `contract.archive` knows, so links, paths out of the folder and bombs cannot be
written down. Nothing of it is used before its manifest is known to be signed by a key that is trusted there (ADR 46).
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, BinaryIO, Final, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import Field, StringConstraints

from contract.archive import ArchiveError, ArchiveReader, Entry
from contract.wire import InvalidError, Sha256, Timestamp, Wire

MANIFEST: Final = "manifest.json"
SIGNATURES: Final = "signatures.json"
FILES: Final = "files/"
RELEASE_MAX_BYTES: Final = 4 * 2**30
HEAD_MAX_BYTES: Final = 1024 * 1024
"""Of the manifest, and of the signatures: they are read before anybody is known to vouch for them."""

Version = Annotated[str, StringConstraints(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}(rc\d{1,3})?$")]
Machine = Literal["aarch64", "x86_64"]
Keys = Mapping[str, Ed25519PublicKey]
"""Release keys that are trusted, by the name that people give them."""

_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:rc(\d{1,3}))?")
_PART: Final = r"[A-Za-z0-9_][A-Za-z0-9_.]*"
_WHEEL = re.compile(rf"{_PART}-{_PART}(-\d[A-Za-z0-9_.]*)?-{_PART}-{_PART}-{_PART}\.whl")
_FINAL: Final = 10_000


def version_key(version: str) -> tuple[int, int, int, int]:
    """For comparing; a candidate (`rc`) comes before what it is a candidate for. Raises `InvalidError`."""
    found = _VERSION.fullmatch(version)
    if found is None:
        raise InvalidError(f"{version!r} is no version of a release; they look like 1.4.0 or 1.4.0rc2")
    major, minor, patch, candidate = found.groups()
    return int(major), int(minor), int(patch), int(candidate) if candidate else _FINAL


class Target(Wire):
    """A kind of board, as far as compiled packages go."""

    machine: Machine
    python: str = Field(description="the system's own, such as 3.13", pattern=r"^3\.\d{1,2}$")

    def __str__(self) -> str:
        return f"{self.machine} with Python {self.python}"


class ReleasedFile(Wire):
    """A wheel. `targets` are positions in the manifest's list; without any it is for all of them.

    Nothing is chosen on a device: it gets every wheel that is for it.
    """

    name: str = Field(max_length=110)
    sha256: Sha256
    size_bytes: int = Field(ge=1, le=RELEASE_MAX_BYTES)
    unpacked_bytes: int = Field(ge=0, le=4 * RELEASE_MAX_BYTES)
    targets: tuple[int, ...] = Field((), max_length=8)

    @property
    def package(self) -> str:
        """As package indexes write it."""
        return canonical(self.name.split("-")[0])


class ReleaseManifest(Wire):
    format: Literal["invigil release v1"] = "invigil release v1"
    version: Version
    made_at: Timestamp
    notes: str = Field("", description="what is new, for technicians", max_length=4000)
    targets: tuple[Target, ...] = Field(min_length=1, max_length=8)
    minimum_from: Version | None = Field(None, description="devices with an older version take an earlier one first")
    floor: Version | None = Field(None, description="a device that has taken this goes back to nothing older, ever")
    files: tuple[ReleasedFile, ...] = Field(min_length=1, max_length=2000)

    def files_for(self, target: Target) -> tuple[ReleasedFile, ...]:
        """Raises `InvalidError` where the release is not for such boards."""
        if target not in self.targets:
            known = ", ".join(map(str, self.targets))
            raise InvalidError(f"release {self.version} is not for {target}, but for {known}")
        position = self.targets.index(target)
        return tuple(file for file in self.files if not file.targets or position in file.targets)


class ReleaseSignature(Wire):
    signature: str = Field(description="base64, Ed25519 over signed_bytes(manifest)", max_length=100)


class ReleaseSignatures(Wire):
    signatures: tuple[ReleaseSignature, ...] = Field((), max_length=16)


def canonical(name: str) -> str:
    """A package's name in the one spelling that the packaging standards give it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def signed_bytes(manifest: bytes) -> bytes:
    """What a release key signs; the first line keeps it from being taken for anything else."""
    return b"invigil release v1\n" + manifest


def sign(key: Ed25519PrivateKey, manifest: bytes) -> ReleaseSignature:
    return ReleaseSignature(signature=base64.b64encode(key.sign(signed_bytes(manifest))).decode())


def load_keys(folder: Path) -> Keys:
    """Every `*.pem` of a folder, by its name; raises `InvalidError` for one that is no Ed25519 public key."""
    try:
        paths = sorted(folder.glob("*.pem"))
        return {path.stem: public_key(path) for path in paths}
    except OSError as error:
        raise InvalidError(f"{folder} cannot be read: {error.strerror}") from error


def public_key(path: Path) -> Ed25519PublicKey:
    """Raises `InvalidError` for a file that is no Ed25519 public key."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise InvalidError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidError(f"{path} is no public key in PEM; `invigil release key` makes them") from error
    if not isinstance(key, Ed25519PublicKey):
        raise InvalidError(f"{path} is no Ed25519 key; make one with: invigil release key")
    return key


@dataclass(frozen=True, slots=True)
class Release:
    """A release whose manifest is signed by a key that is trusted, over a file that stays open."""

    manifest: ReleaseManifest
    manifest_sha256: str
    signed_by: tuple[str, ...]
    _reader: ArchiveReader
    _entries: Mapping[str, Entry]

    def read(self, file: ReleasedFile) -> Iterator[bytes]:
        """In pieces; raises `InvalidError` after the last one where they are not the file that was signed."""
        digest = hashlib.sha256()
        try:
            for piece in self._reader.read(self._entries[FILES + file.name]):
                digest.update(piece)
                yield piece
        except ArchiveError as error:
            raise InvalidError(f"the release was altered or is not whole: {error}") from error
        if digest.hexdigest() != file.sha256:
            raise InvalidError(f"the release was altered: {file.name} is not what was signed")


def open_release(file: BinaryIO, keys: Keys) -> Release:
    """Raises `InvalidError` for what is no release, not whole, or signed by nobody of `keys`. Reads the directory, the
    manifest and the signatures; the hashes of the files are compared when they are read."""
    manifest, manifest_bytes, signatures, reader = _read_head(file)
    signed = tuple(name for name, key in keys.items() if _vouches(key, signatures, manifest_bytes))
    if not signed:
        trusted = ", ".join(keys) or "none"
        raise InvalidError(f"release {manifest.version} is signed by no key that is trusted here (trusted: {trusted})")
    entries = {entry.name: entry for entry in reader.entries if entry.name.startswith(FILES)}
    if set(entries) != {FILES + each.name for each in manifest.files} or len(entries) != len(manifest.files):
        raise InvalidError("the release was altered: it does not hold the files that were signed")
    for each in manifest.files:
        if not _WHEEL.fullmatch(each.name):
            raise InvalidError(f"{each.name} is no wheel")
        if entries[FILES + each.name].size_bytes != each.size_bytes:
            raise InvalidError(f"the release was altered: {each.name} has not the size that was signed")
    return Release(manifest, hashlib.sha256(manifest_bytes).hexdigest(), signed, reader, entries)


def read_unverified(file: BinaryIO) -> tuple[bytes, ReleaseSignatures]:
    """Manifest and signatures as they stand there, for who adds a signature. Raises `InvalidError`."""
    _, manifest, signatures, _ = _read_head(file)
    return manifest, signatures


def _read_head(file: BinaryIO) -> tuple[ReleaseManifest, bytes, ReleaseSignatures, ArchiveReader]:
    try:
        reader = ArchiveReader(file)
        entries = {entry.name: entry for entry in reader.entries}
        if stray := [name for name in entries if name not in {MANIFEST, SIGNATURES} and not name.startswith(FILES)]:
            raise InvalidError(f"no release: it holds {stray[0]}")
        manifest, signatures = (_head(reader, entries, name) for name in (MANIFEST, SIGNATURES))
    except ArchiveError as error:
        raise InvalidError(f"no release, altered, or not whole: {error}") from error
    try:
        return ReleaseManifest.configure(json.loads(manifest)), manifest, ReleaseSignatures.parse(signatures), reader
    except (ValueError, RecursionError) as error:
        raise InvalidError(f"no release that this version understands: {error}") from error


def _head(reader: ArchiveReader, entries: Mapping[str, Entry], name: str) -> bytes:
    if name not in entries:
        raise InvalidError(f"no release: it has no {name}")
    if entries[name].size_bytes > HEAD_MAX_BYTES:
        raise InvalidError(f"no release: {name} has {entries[name].size_bytes} bytes")
    return b"".join(reader.read(entries[name]))


def _vouches(key: Ed25519PublicKey, signatures: ReleaseSignatures, manifest: bytes) -> bool:
    for each in signatures.signatures:
        try:
            key.verify(base64.b64decode(each.signature, validate=True), signed_bytes(manifest))
        except (InvalidSignature, ValueError):
            continue
        return True
    return False


def made_at_text(moment: datetime) -> str:
    """As people read it."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
