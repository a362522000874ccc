"""Everything a hub is, in one file: database, keys and settings, and evidence; written while the hub runs.

A tar archive, compressed where its name ends in `.zst`. The manifest comes last, with the SHA-256 of every member: what
was cut off or altered is noticed before anything is restored. **It holds the authority's key.**
"""

import asyncio
import hashlib
import io
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Final, Literal

import zstandard
from pydantic import Field

from contract.wire import InvalidError, Sha256, Timestamp, Wire
from hub import __version__
from hub.config import Settings
from hub.engines.pgtools import dump
from hub.errors import HubError

MANIFEST: Final = "manifest.json"
DATABASE: Final[dict[str, str]] = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
_PIECE: Final = 1024 * 1024
_LEFT_OUT: Final = ("mosquitto/*", "evidence/*", "evidence-copies*/*", "hub.sqlite*", "*.lock", "*.json", "bundle-*/*")
"""Of the data directory: what is made anew at every start, and what is taken in another way."""

Progress = Callable[[int], object]
"""Is told how many bytes more are done."""


class Entry(Wire):
    name: str
    size_bytes: int
    sha256: Sha256


class BackupManifest(Wire):
    format: Literal["invigil-backup-1"] = "invigil-backup-1"
    made_at: Timestamp
    made_by: str = Field(description="version of the hub")
    database: Literal["sqlite", "postgresql"]
    evidence: Literal["included", "left out", "in a bucket"]
    members: tuple[Entry, ...]

    @property
    def size_bytes(self) -> int:
        return sum(member.size_bytes for member in self.members)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that goes into the archive under a name."""

    name: str
    path: Path


def write_backup(
    settings: Settings, out: Path, *, with_evidence: bool, total: Progress, done: Progress
) -> BackupManifest:
    """Writes the archive, readable by its owner only; what breaks off leaves no file. Blocks, outside of an event
    loop. Raises `HubError`.

    The database is copied first, in one consistent state. Evidence files are never changed, and one that comes later
    is only more than needed.
    """
    part = out.with_name(out.name + ".part")
    made_at = datetime.now(UTC)  # what happens while it is written may not be in it
    kind: Literal["sqlite", "postgresql"] = "sqlite" if settings.database is None else "postgresql"
    try:
        with tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix=".backup-") as folder:
            copy = Path(folder) / DATABASE[kind]
            if settings.database is None:
                _copy_sqlite(settings.database_path, copy)
            else:
                asyncio.run(dump(settings.database.under(settings.data), copy))
            sources = [Source(DATABASE[kind], copy), *_settings_and_keys(settings.data)]
            if with_evidence and settings.s3 is None:
                sources += _evidence(settings.evidence_dir)
            total(sum(source.path.stat().st_size for source in sources if source.path.exists()))
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
                with _packing(raw, out) as stream, tarfile.open(fileobj=stream, mode="w|") as archive:
                    members = [entry for source in sources if (entry := _add(archive, source, done))]
                    manifest = BackupManifest(
                        made_at=made_at,
                        made_by=__version__,
                        database=kind,
                        evidence="in a bucket" if settings.s3 else "included" if with_evidence else "left out",
                        members=tuple(members),
                    )
                    _add_bytes(archive, MANIFEST, manifest.to_json())
                raw.flush()
                os.fsync(raw.fileno())
        part.rename(out)
    except (OSError, sqlite3.Error) as error:
        raise HubError(f"the backup {out} cannot be written: {error}", hint="choose a place with room") from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def check_backup(file: Path, done: Progress = lambda _: None) -> BackupManifest:
    """The manifest, after every member was read and its hash compared; raises `HubError`."""
    found: list[Entry] = []
    manifest: BackupManifest | None = None
    with as_hub_error(file):
        for name, size, stream in read_members(file):
            if name == MANIFEST:
                manifest = BackupManifest.parse(stream.read())
                continue
            digest = hashlib.sha256()
            while piece := stream.read(_PIECE):
                digest.update(piece)
                done(len(piece))
            found.append(Entry(name=name, size_bytes=size, sha256=digest.hexdigest()))
    if manifest is None:
        raise damaged(file, "its end is missing")
    if tuple(found) != manifest.members:
        named = dict.fromkeys(manifest.members)
        wrong = [entry.name for entry in found if entry not in named] or ["a part"]
        raise damaged(file, f"{', '.join(wrong[:3])} is not what was backed up")
    return manifest


def read_members(file: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Name, size and content of each file in the archive, in its order; a name never leads out of a folder. To be read
    within `as_hub_error`."""
    with (
        file.open("rb") as raw,
        _unpacking(raw, file) as stream,
        tarfile.open(fileobj=stream, mode="r|") as archive,
    ):
        for member in archive:
            path = PurePosixPath(member.name)
            if not member.isreg() or path.is_absolute() or ".." in path.parts:
                raise damaged(file, f"{member.name!r} may not be in a backup")
            content = archive.extractfile(member)
            assert content is not None  # noqa: S101 (a regular file has one)
            yield member.name, member.size, content


@contextmanager
def as_hub_error(file: Path) -> Iterator[None]:
    """What goes wrong while the archive is read."""
    try:
        yield
    except (tarfile.TarError, zstandard.ZstdError, EOFError, InvalidError) as error:
        raise damaged(file, str(error)) from error
    except OSError as error:
        hint = "name a file that `invigil-hub backup` wrote"
        raise HubError(f"{file}: {error.strerror or error}", hint=hint) from error


def damaged(file: Path, why: str) -> HubError:
    return HubError(f"{file} is damaged or no backup: {why}", hint="nothing was restored; take another backup")


def _copy_sqlite(path: Path, copy: Path) -> None:
    """In one step, so that it is one state; who writes meanwhile is not held up."""
    if not path.is_file():
        raise HubError(
            f"there is no hub in {path.parent}", hint="name the directory that `invigil-hub serve` was given"
        )
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    target = sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()


def _settings_and_keys(data: Path) -> list[Source]:
    """All of the data directory but what `_LEFT_OUT` names."""
    found = []
    for path in sorted(data.rglob("*")):
        inside = path.relative_to(data)
        top = PurePosixPath(inside.parts[0], "x") if len(inside.parts) > 1 else PurePosixPath(inside)
        if path.is_file() and not path.is_symlink() and not any(top.match(pattern) for pattern in _LEFT_OUT):
            found.append(Source(f"data/{inside.as_posix()}", path))
    return found


def _evidence(folder: Path) -> list[Source]:
    return [Source(f"evidence/{path.name}", path) for path in sorted(folder.glob("[0-9a-f][0-9a-f]/*/*"))]


def _add(archive: tarfile.TarFile, source: Source, done: Progress) -> Entry | None:
    """None for a file that was deleted since it was listed."""
    with suppress(FileNotFoundError), source.path.open("rb") as file:
        hashed = _Hashed(file, done)
        size = os.fstat(file.fileno()).st_size
        archive.addfile(_header(source.name, size), hashed)
        return Entry(name=source.name, size_bytes=size, sha256=hashed.digest.hexdigest())
    return None


def _add_bytes(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    archive.addfile(_header(name, len(data)), io.BytesIO(data))


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header


class _Hashed:
    """A file whose bytes are hashed as they are read."""

    def __init__(self, file: IO[bytes], done: Progress) -> None:
        self._file = file
        self._done = done
        self.digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        self._done(len(piece))
        return piece


@contextmanager
def _packing(raw: IO[bytes], out: Path) -> Iterator[IO[bytes]]:
    if out.suffix != ".zst":
        yield raw
        return
    with zstandard.ZstdCompressor(level=3).stream_writer(raw, closefd=False) as stream:
        yield stream


@contextmanager
def _unpacking(raw: IO[bytes], file: Path) -> Iterator[IO[bytes]]:
    if file.suffix != ".zst":
        yield raw
        return
    with zstandard.ZstdDecompressor().stream_reader(raw, closefd=False) as stream:
        yield stream
