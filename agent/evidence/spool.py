"""The spool: evidence files on this device's disk that the hub does not have yet, sealed, and bounded in bytes."""

import contextlib
import errno
import io
import itertools
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast, get_args

from agent.errors import StorageError
from agent.evidence.sealed import Label, SealedReader, read_label, seal, sealed_size
from agent.health import Trouble
from contract.chain import sha256_hex
from contract.messages import DropReason
from contract.violation import EvidenceRole, Severity

log = logging.getLogger(__name__)

UNFINISHED: Final = ".part"
ROLE_OF: Final[dict[str, EvidenceRole]] = {"image/jpeg": "snapshot", "video/mp4": "clip", "application/json": "boxes"}
"""What a file is, unless the caller says otherwise."""

VALUE: Final[dict[EvidenceRole, int]] = {"segment": 0, "clip": 1, "boxes": 1, "snapshot": 2, "photo": 3}
"""The lowest is dropped first: a recording shows hours in which nothing happened, a snapshot proves in few bytes, and
of a photo there is no other."""
URGENCY: Final[dict[EvidenceRole, int]] = {"photo": 0, "snapshot": 1, "boxes": 2, "clip": 3, "segment": 4}
"""The lowest is uploaded first: by the photo somebody decides whether to let the candidate in, who waits."""
RESERVE_BYTES: Final = 16 * 2**20
"""Left free on the disk, because the outbox lies there too, and a violation weighs more than its picture."""

_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_RISING: Final[tuple[Severity, ...]] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class SpooledFile:
    path: Path
    label: Label

    @property
    def sha256(self) -> str:
        return self.label.sha256

    @property
    def media_type(self) -> str:
        return self.label.media_type

    @property
    def size_bytes(self) -> int:
        """Of the content, which is what the hub gets."""
        return self.label.size_bytes

    @property
    def value(self) -> tuple[int, int]:
        """What is dropped for what: never for something of less value."""
        return VALUE[self.label.role], _RISING.index(self.label.severity)

    @property
    def urgency(self) -> tuple[int, int, int]:
        """The gravest first, of those alike the newest, because somebody may be looking; a recording from its
        beginning."""
        role, at = self.label.role, self.label.written_ns
        return URGENCY[role], -_RISING.index(self.label.severity), at if role == "segment" else -at


class Spool:
    """Files named by their content's SHA-256. Any thread; the disk is written to without holding up the others.

    When `max_bytes` would be passed, or the disk is full, files that the hub refused go first, then those of the least
    value: recording before clips before snapshots before photos, the lowest severity first, of those alike the oldest.
    Nothing goes for a new file of less value; that one is not taken then. `on_dropped` is told before a file goes.
    """

    def __init__(
        self, folder: Path, max_bytes: int, trouble: Trouble, *keys: bytes, reserve_bytes: int = RESERVE_BYTES
    ) -> None:
        """Takes up what an earlier run left. `keys` are those of `evidence.keyring`: the first seals, all of them open.
        Raises `StorageError`."""
        self.on_dropped: Callable[[SpooledFile, DropReason], object] = lambda _file, _reason: None
        self.filled = threading.Event()
        """Set by each `put`: wakes the uploader."""
        self._folder, self._refused = folder, folder / "refused"
        self._max_bytes, self._reserve_bytes = max_bytes, reserve_bytes
        self._trouble, self._keys = trouble, keys
        self._lock = threading.RLock()
        self._numbers = itertools.count()
        self._written_ns = 0
        self._coming_bytes = 0
        self._waiting: dict[str, SpooledFile] = {}
        self._kept_aside: dict[str, SpooledFile] = {}
        self._damaged: list[SpooledFile] = []
        try:
            self._refused.mkdir(parents=True, exist_ok=True, mode=0o700)
            for unfinished in folder.glob(f"*{UNFINISHED}"):
                unfinished.unlink(missing_ok=True)
            self._take_up(self._refused, self._kept_aside)
            self._take_up(folder, self._waiting)
        except OSError as error:
            raise StorageError(f"{folder} cannot be used ({error.strerror}). Check its owner.") from error

    def tell_of_damage(self) -> None:
        """Drop what an earlier run left and nobody can read any more. Once `on_dropped` is set."""
        with self._lock:
            damaged, self._damaged = self._damaged, []
            for file in damaged:
                self._drop(file, "damaged")

    def put(
        self, data: bytes, media_type: str, *, role: EvidenceRole | None = None, severity: Severity = "medium"
    ) -> str:
        """Write `data` so that it survives a pulled plug, and return its SHA-256.

        The file appears under its name only when it is whole and on disk. Raises `StorageError` of kind `no_room` when
        the bound leaves none, `full` when the disk does.
        """
        role = role or ROLE_OF[media_type]
        label = Label(
            sha256=sha256_hex(data),
            role=role,
            media_type=media_type,
            severity=severity,
            size_bytes=len(data),
            written_ns=self._now_ns(),
        )
        file = SpooledFile(self._folder / f"{label.sha256}.{role}", label)
        with self._lock:
            if label.sha256 in self._waiting:
                return label.sha256
            self._reserve(file)
        try:
            self._write(file, data)
        finally:
            with self._lock:
                self._coming_bytes -= sealed_size(label)
        self.filled.set()
        return label.sha256

    def files(self) -> list[SpooledFile]:
        """What waits for upload, the most urgent first."""
        with self._lock:
            return sorted(self._waiting.values(), key=lambda file: file.urgency)

    def next(self, skip: Collection[str] = ()) -> SpooledFile | None:
        """What to upload first, without those named in `skip`."""
        with self._lock:
            waiting = (file for file in self._waiting.values() if file.sha256 not in skip)
            return min(waiting, key=lambda file: file.urgency, default=None)

    def open(self, sha256: str) -> BinaryIO:
        """The content. Raises `FileNotFoundError` when it was dropped meanwhile, `StorageError` when it is damaged or
        cannot be read; what is damaged is dropped."""
        file = self._find(sha256)
        try:
            reader = SealedReader(file.path, self._keys, lambda: self._drop_damaged(file))
        except FileNotFoundError:
            raise
        except OSError as error:
            raise StorageError(f"Evidence in {self._folder} cannot be read ({error.strerror}).") from error
        return cast(BinaryIO, io.BufferedReader(reader))

    def size(self, sha256: str) -> int:
        """Bytes of the content. Raises `FileNotFoundError`."""
        return self._find(sha256).size_bytes

    def remove(self, sha256: str) -> None:
        """The hub has it."""
        with self._lock, contextlib.suppress(OSError):
            file = self._waiting.pop(sha256, None)
            if file is not None:
                os.unlink(file.path)

    def refuse(self, sha256: str) -> None:
        """The hub will never take it: kept aside for a person to look at, out of the uploader's way."""
        with self._lock, contextlib.suppress(OSError):
            file = self._waiting.pop(sha256, None)
            if file is not None:
                aside = SpooledFile(self._refused / file.path.name, file.label)
                os.replace(file.path, aside.path)
                self._kept_aside[sha256] = aside

    # --- room ---

    def _reserve(self, file: SpooledFile) -> None:
        size = sealed_size(file.label)
        if size > self._max_bytes:
            raise StorageError(f"Evidence of {size} bytes does not fit a spool of {self._max_bytes}.", "no_room")
        too_many = self._held_bytes() + size - self._max_bytes
        if too_many > 0 and not self._make_room(too_many, file, "spool_full"):
            raise StorageError("The spool is full of evidence of more value.", "no_room")
        self._coming_bytes += size

    def _make_room(self, needed_bytes: int, new: SpooledFile, reason: DropReason) -> bool:
        """Drop what `new` may take the place of, but nothing at all where that is not enough."""
        victims, freed = list[SpooledFile](), 0
        for file in self._droppable(new):
            if freed >= needed_bytes:
                break
            victims.append(file)
            freed += sealed_size(file.label)
        if freed < needed_bytes:
            return False
        for file in victims:
            self._drop(file, reason)
        return True

    def _droppable(self, new: SpooledFile) -> list[SpooledFile]:
        waiting = [file for file in self._waiting.values() if file.value <= new.value]
        return [
            *sorted(self._kept_aside.values(), key=lambda file: file.label.written_ns),
            *sorted(waiting, key=lambda file: (file.value, file.label.written_ns)),
        ]

    def _drop(self, file: SpooledFile, reason: DropReason) -> None:
        """Told first: a crash between the two leaves a file too many, never one that nobody knows is gone."""
        self.on_dropped(file, reason)
        self._waiting.pop(file.sha256, None)
        self._kept_aside.pop(file.sha256, None)
        with contextlib.suppress(OSError):
            os.unlink(file.path)
        self._trouble.count("evidence_dropped", f"Evidence was dropped: {file.label.role}, {reason.replace('_', ' ')}.")

    def _drop_damaged(self, file: SpooledFile) -> None:
        with self._lock:
            if file.sha256 in self._waiting:
                self._drop(file, "damaged")

    def _held_bytes(self) -> int:
        held = (*self._waiting.values(), *self._kept_aside.values())
        return self._coming_bytes + sum(sealed_size(file.label) for file in held)

    # --- the disk ---

    def _write(self, file: SpooledFile, data: bytes) -> None:
        try:
            try:
                self._write_once(file, data)
            except OSError as error:
                with self._lock:
                    full = error.errno in _FULL
                    if not full or not self._make_room(self._lacking_bytes(file), file, "disk_full"):
                        raise
                self._write_once(file, data)
        except OSError as error:
            raise StorageError(
                f"Evidence cannot be written to {self._folder} ({error.strerror}).",
                "full" if error.errno in _FULL else "failed",
            ) from error

    def _write_once(self, file: SpooledFile, data: bytes) -> None:
        """To the disk, then to its name, then the name to the disk."""
        if self._lacking_bytes(file) > 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        unfinished = file.path.with_name(f"{file.path.name}.{next(self._numbers)}{UNFINISHED}")
        try:
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                for piece in seal(self._keys[0], file.label, data):
                    _write_fully(handle, piece)
                os.fsync(handle)
            finally:
                os.close(handle)
            with self._lock:
                os.replace(unfinished, file.path)
                _sync_folder(self._folder)
                self._waiting[file.sha256] = file
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(unfinished)
            raise

    def _lacking_bytes(self, file: SpooledFile) -> int:
        """What the disk lacks for it and for the reserve."""
        return sealed_size(file.label) + self._reserve_bytes - shutil.disk_usage(self._folder).free

    def _take_up(self, folder: Path, known: dict[str, SpooledFile]) -> None:
        for path in folder.iterdir():
            role = next((role for role in VALUE if path.suffix == f".{role}"), None)
            if role is None:
                continue
            try:
                label = read_label(path, *self._keys)
                known[label.sha256] = SpooledFile(path, label)
                self._written_ns = max(self._written_ns, label.written_ns)
            except StorageError as error:
                log.warning("%s", error)
                self._damaged.append(_unreadable(path, role))

    def _find(self, sha256: str) -> SpooledFile:
        with self._lock:
            file = self._waiting.get(sha256)
        if file is None:
            raise FileNotFoundError(sha256)
        return file

    def _now_ns(self) -> int:
        """Rises with every file, so that the order of two is the order they came in, whatever the clock does."""
        with self._lock:
            self._written_ns = max(self._written_ns + 1, time.time_ns())
            return self._written_ns


def _unreadable(path: Path, role: EvidenceRole) -> SpooledFile:
    """Its name is all that is left of it."""
    label = Label(sha256=path.stem, role=role, media_type="", severity="low", size_bytes=1, written_ns=0)
    return SpooledFile(path, label)


def _write_fully(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
