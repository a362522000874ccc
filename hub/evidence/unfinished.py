"""Uploads that are not whole yet: one file each under `DIR/evidence/unfinished/`, which a restart does not forget.

How far one has come is in its name, `{sha256}.{size}.{offset}`. It is renamed only after its bytes are on disk, so a
power cut in the middle of a chunk leaves the name of the chunk before, and what lies behind that offset is cut off.
"""

import asyncio
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

PER_BOOTH: Final = 16
"""Unfinished files of one booth; the one touched longest ago goes when another begins. An uploader sends one by one."""

_READ_BYTES: Final = 1024 * 1024
_TURN_S: Final = 0.02


class Begun(NamedTuple):
    """An upload as it stands on disk; `path` is None while nothing has come."""

    offset: int
    path: Path | None


class Unfinished:
    """Called in worker threads, one call at a time for each file. Errors are `OSError`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @asynccontextmanager
    async def alone(self, booth: str) -> AsyncIterator[None]:
        """No other hub process that shares the folder touches the booth's files meanwhile. In the event loop; a process
        that is killed lets go."""
        turns = self._folder.with_name("turns")
        turns.mkdir(exist_ok=True, mode=0o700)
        with (turns / booth).open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    await asyncio.sleep(_TURN_S)
            yield

    def begun(self, booth: str, sha256: str, size_bytes: int) -> Begun:
        """How far it has come. An upload under the same name with another size is none."""
        best = Begun(0, None)
        for path in (self._folder / booth).glob(f"{sha256}.{size_bytes}.*"):
            offset = int(path.suffix[1:])
            if offset >= best.offset:
                best = Begun(offset, path)
        return best

    def append(self, booth: str, sha256: str, size_bytes: int, begun: Begun, chunk: bytes) -> Begun:
        """Writes `chunk` behind what is there; after an error the upload begins anew, and its room is free again."""
        folder = self._folder / booth
        folder.mkdir(exist_ok=True, mode=0o700)
        if begun.path is None:
            self._make_room(folder)
        path = begun.path or folder / f"{sha256}.{size_bytes}.0"
        offset = begun.offset + len(chunk)
        try:
            with path.open("r+b" if begun.path else "w+b") as file:
                file.truncate(begun.offset)
                file.seek(begun.offset)
                file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            grown = path.with_suffix(f".{offset}")
            path.rename(grown)
        except OSError:
            with suppress(OSError):
                path.unlink(missing_ok=True)
            raise
        return Begun(offset, grown)

    def sha256_of(self, begun: Begun) -> str:
        """Of the whole file, cut to what its name says."""
        if begun.path is None:
            return hashlib.sha256().hexdigest()
        digest = hashlib.sha256()
        with begun.path.open("r+b") as file:
            file.truncate(begun.offset)
            while piece := file.read(_READ_BYTES):
                digest.update(piece)
        return digest.hexdigest()

    def forget(self, begun: Begun) -> None:
        if begun.path is not None:
            with suppress(OSError):
                begun.path.unlink(missing_ok=True)

    def _make_room(self, folder: Path) -> None:
        held = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        for path in held[: max(0, len(held) - PER_BOOTH + 1)]:
            path.unlink(missing_ok=True)
