"""The spool: evidence files on this device's disk that the hub does not have yet, bounded in bytes."""

import contextlib
import logging
import mimetypes
import os
import threading
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from agent.errors import StorageError
from agent.health import Trouble
from contract.chain import sha256_hex

log = logging.getLogger(__name__)

SUFFIXES: Final = {"image/jpeg": ".jpg", "video/mp4": ".mp4", "application/json": ".json"}
UNFINISHED: Final = ".part"


@dataclass(frozen=True, slots=True)
class SpooledFile:
    path: Path
    size_bytes: int
    written_ns: int

    @property
    def sha256(self) -> str:
        return self.path.stem

    @property
    def media_type(self) -> str:
        return mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"


class Spool:
    """Files named by their SHA-256. `put` from any thread, taking away from the uploader's.

    When `max_bytes` would be passed, files that the hub refused go first, then the oldest; each is counted.
    """

    def __init__(self, folder: Path, max_bytes: int, trouble: Trouble) -> None:
        self._folder = folder
        self._refused = folder / "refused"
        self._max_bytes = max_bytes
        self._trouble = trouble
        self._lock = threading.Lock()
        self.filled = threading.Event()
        """Set by each `put`: wakes the uploader."""
        try:
            self._refused.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{self._refused} cannot be made ({error.strerror}). Check its owner.") from error
        for unfinished in folder.glob(f"*{UNFINISHED}"):
            unfinished.unlink(missing_ok=True)

    def put(self, data: bytes, media_type: str) -> str:
        """Write `data` so that it survives a pulled plug, and return its SHA-256; raises `StorageError`.

        The file appears under its name only when it is whole and on disk.
        """
        sha256 = sha256_hex(data)
        path = self._folder / f"{sha256}{SUFFIXES[media_type]}"
        with self._lock:
            if len(data) > self._max_bytes:
                raise StorageError(f"Evidence of {len(data)} bytes does not fit a spool of {self._max_bytes}.")
            try:
                self._make_room(len(data))
                _write_durably(path, data)
            except OSError as error:
                raise StorageError(f"Evidence cannot be written to {self._folder} ({error.strerror}).") from error
        self.filled.set()
        return sha256

    def files(self) -> list[SpooledFile]:
        """What waits for upload, oldest first; raises `StorageError`."""
        try:
            return _listed(self._folder)
        except OSError as error:
            raise StorageError(f"{self._folder} cannot be read ({error.strerror}).") from error

    def next(self, skip: Collection[str] = ()) -> SpooledFile | None:
        """What to upload first, without those named in `skip`: the newest, because somebody may be looking. Raises
        `StorageError`."""
        waiting = [file for file in self.files() if file.sha256 not in skip]
        return waiting[-1] if waiting else None

    def open(self, sha256: str) -> BinaryIO:
        """Raises `FileNotFoundError` when it was dropped meanwhile, `StorageError` when it cannot be read."""
        try:
            return self._find(sha256).open("rb")
        except FileNotFoundError:
            raise
        except OSError as error:
            raise StorageError(f"Evidence in {self._folder} cannot be read ({error.strerror}).") from error

    def remove(self, sha256: str) -> None:
        """The hub has it."""
        with contextlib.suppress(OSError):
            self._find(sha256).unlink(missing_ok=True)

    def refuse(self, sha256: str) -> None:
        """The hub will never take it: kept aside for a person to look at, out of the uploader's way."""
        with contextlib.suppress(OSError):
            path = self._find(sha256)
            path.replace(self._refused / path.name)

    def _find(self, sha256: str) -> Path:
        found = next(iter(self._folder.glob(f"{sha256}.*")), None)
        if found is None:
            raise FileNotFoundError(sha256)
        return found

    def _make_room(self, size_bytes: int) -> None:
        held = [*_listed(self._refused), *_listed(self._folder)]
        total = sum(file.size_bytes for file in held)
        for file in held:
            if total + size_bytes <= self._max_bytes:
                return
            with contextlib.suppress(OSError):
                file.path.unlink(missing_ok=True)
            total -= file.size_bytes
            self._trouble.count("evidence_dropped", "The spool is full: the oldest evidence was dropped to make room.")


def _listed(folder: Path) -> list[SpooledFile]:
    found = []
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # taken away meanwhile
            if path.suffix in SUFFIXES.values():
                stat = path.stat()
                found.append(SpooledFile(path, stat.st_size, stat.st_mtime_ns))
    return sorted(found, key=lambda file: (file.written_ns, file.path.name))


def _write_durably(path: Path, data: bytes) -> None:
    unfinished = path.with_suffix(UNFINISHED)
    try:
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
