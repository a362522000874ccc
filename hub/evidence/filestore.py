"""Where evidence files lie once they are whole: a store by content, in a local folder `ab/cd/abcd…` by default."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from anyio import to_thread


class FileStore(Protocol):
    """Files named by their SHA-256, written once and never changed. Its errors are `OSError`."""

    async def keep(self, sha256: str, finished: Path) -> None:
        """Takes a whole, checked file; it is safe when this returns. `finished` is gone then, and still there after
        an error, so that it can be tried again."""
        ...

    async def has(self, sha256: str) -> bool: ...

    async def find(self, sha256: str) -> Path | None:
        """A local file with the content, to be opened at once; None when the store has none."""
        ...

    async def remove(self, sha256: str) -> None:
        """It is gone when this returns, also where it was not there. Who has it open reads on."""
        ...

    def copies(self) -> list[str]:
        """Names of what this process keeps beside the store; none where the store is on this machine."""
        ...

    def forget(self, sha256: str) -> None:
        """Removes this process's copy only."""
        ...


class LocalFiles:
    """A folder on this machine. What has its name is whole and on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, sha256: str, finished: Path) -> None:
        await to_thread.run_sync(settle, finished, self._path(sha256))

    async def has(self, sha256: str) -> bool:
        return self._path(sha256).is_file()

    async def find(self, sha256: str) -> Path | None:
        path = self._path(sha256)
        return path if path.is_file() else None

    async def remove(self, sha256: str) -> None:
        await to_thread.run_sync(_remove, self._path(sha256))

    def copies(self) -> list[str]:
        return []

    def forget(self, sha256: str) -> None:
        """There are no copies."""

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:4] / sha256


def settle(finished: Path, path: Path) -> None:
    """To disk, then to its name, then the name to disk."""
    with finished.open("rb") as file:
        os.fsync(file.fileno())
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.replace(finished, path)
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        flush_folder(folder)


def _remove(path: Path) -> None:
    """And the name off the disk: what is said to be gone must not come back with the power."""
    with suppress(FileNotFoundError):
        path.unlink()
        flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
