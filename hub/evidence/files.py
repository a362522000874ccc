"""Evidence files: taken from devices that sign them, whole or in chunks, and kept by content in a store.

A file is written beside the store, checked, and moved into it: what has its name is whole. Its row comes after.
"""

import asyncio
import errno
import hashlib
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from anyio import to_thread

from hub.db import Database
from hub.errors import RefusedError, StoreError
from hub.evidence.filestore import FileStore, free_bytes
from hub.evidence.signatures import Piece, Signatures
from hub.evidence.unfinished import Begun, Unfinished
from hub.evidence.uploads import (
    MAX_CHUNK_BYTES,
    Progress,
    Turns,
    Upload,
    check_piece,
    drain,
    misnamed,
    patiently,
    read_chunk,
)
from hub.feed import Feed
from hub.metrics import Metrics
from hub.store import deletions, evidence
from hub.store.locks import lock

log = logging.getLogger(__name__)

MEDIA_TYPES: Final = ("image/jpeg", "image/png", "image/webp", "video/mp4", "application/json")
"""What a browser shows without running anything in it."""

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_WRITE_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A file that is here."""

    path: Path
    media_type: str
    booth_id: str


class EvidenceFiles:
    def __init__(
        self,
        folder: Path,
        max_bytes: int,
        store: FileStore,
        database: Database,
        signatures: Signatures,
        feed: Feed,
        metrics: Metrics,
        process: str = "hub",
    ) -> None:
        """`process` is the name of this one among those that share `folder`."""
        self._folder = folder
        self._incoming = folder / "incoming" / process
        self._max_bytes = max_bytes
        self._store = store
        self._database = database
        self._signatures = signatures
        self._feed = feed
        self._metrics = metrics
        self._arrivals: dict[str, list[asyncio.Event]] = {}
        self._turns = Turns()
        # What came as a whole comes again; what comes in chunks goes on where it was.
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._unfinished = Unfinished(folder / "unfinished")

    def disk_free_bytes(self) -> int:
        return free_bytes(self._folder)

    async def find(self, sha256: str) -> Found | None:
        """A file that is here, to be opened at once. Raises `StoreError` where the store does not answer."""
        async with self._database.reading() as connection:
            row = await evidence.find(connection, sha256)
        if row is None:
            return None
        with _as_ours(sha256):
            path = await self._store.find(sha256)
        return Found(path, row.media_type, row.booth_id) if path else None

    async def receive(self, upload: Upload, body: AsyncIterator[bytes]) -> bool:
        """Takes one file from a device; True when it is new.

        Raises 401 for a signature or certificate that does not count, 413 and 415 for what is not taken, 422 for bytes
        that are not what the name says, 429 for too many at once, 507 when the disk is full.
        """
        with self._counting(upload):
            size_bytes = self._taken_size(upload)
            try:
                signed_at = await self._signatures.check(upload.signed, upload.sha256, size_bytes)
                with self._turns.one_more(upload.booth):
                    new = not await self._here(upload.sha256)
                    if new:
                        await self._take_whole(upload, body)
                    else:
                        await drain(body, self._max_bytes)
            except RefusedError as error:
                if error.status != 413:
                    await drain(body, MAX_CHUNK_BYTES if error.status == 401 else self._max_bytes)
                raise
            await self._record(upload, size_bytes, signed_at, new=new)
            return new

    async def progress(self, upload: Upload) -> Progress:
        """How much of the file is here, for the device that sends it; raises as `receive` does."""
        with self._counting(upload):
            size_bytes = self._taken_size(upload)
            await self._signatures.check(upload.signed, upload.sha256, size_bytes)
            if await self._here(upload.sha256):
                return Progress(size_bytes, complete=True)
            begun = await to_thread.run_sync(self._unfinished.begun, upload.booth, upload.sha256, size_bytes)
            return Progress(begun.offset, complete=False)

    async def receive_chunk(
        self, upload: Upload, piece: Piece, length: int | None, body: AsyncIterator[bytes]
    ) -> Progress:
        """Takes one chunk, wholly or not at all; the last one completes the file. A chunk may be empty: it completes
        a file of which all is here but that could not be kept before.

        Raises as `receive` does, and 409 with `Upload-Offset` for another offset than what is here ends at.
        """
        with self._counting(upload):
            size_bytes = self._taken_size(upload)
            try:
                check_piece(piece, length, size_bytes)
                signed_at = await self._signatures.check(upload.signed, upload.sha256, size_bytes, piece)
                with self._turns.one_more(upload.booth):
                    if await self._here(upload.sha256):
                        await drain(body, MAX_CHUNK_BYTES)
                        await self._record(upload, size_bytes, signed_at, new=False)
                        return Progress(size_bytes, complete=True)
                    chunk = await read_chunk(piece, length or 0, body)
                    async with self._alone(upload):
                        return await self._grow(upload, size_bytes, piece, chunk, signed_at)
            except RefusedError as error:
                if error.status != 413:
                    await drain(body, MAX_CHUNK_BYTES)
                raise

    async def wait_for(self, sha256: str, timeout_s: float) -> bool:
        """Whether the file is here, or comes within `timeout_s`."""
        arrived = asyncio.Event()
        self._arrivals.setdefault(sha256, []).append(arrived)
        try:
            if not await self._here(sha256):
                await asyncio.wait_for(arrived.wait(), timeout_s)
        except TimeoutError:
            return False
        finally:
            self._arrivals[sha256].remove(arrived)
            if not self._arrivals[sha256]:
                del self._arrivals[sha256]
        return True

    async def _here(self, sha256: str) -> bool:
        async with self._database.reading() as connection:
            known = await evidence.find(connection, sha256) is not None
        with _as_ours(sha256):
            return known and await self._store.has(sha256)

    @asynccontextmanager
    async def _alone(self, upload: Upload) -> AsyncIterator[None]:
        """One request at a time adds to a file, of this process and of all."""
        async with self._turns.alone(upload.booth, upload.sha256):
            with _as_ours(upload.sha256):
                async with self._unfinished.alone(upload.booth):
                    yield

    async def _grow(self, upload: Upload, size_bytes: int, piece: Piece, chunk: bytes, signed_at: datetime) -> Progress:
        """One more chunk, by one request at a time."""
        booth, sha256 = upload.booth, upload.sha256
        with _as_ours(sha256):
            begun = await to_thread.run_sync(self._unfinished.begun, booth, sha256, size_bytes)
            if piece.offset != begun.offset:
                raise RefusedError(
                    409,
                    "Another offset is next",
                    f"{begun.offset} bytes are here; go on from there",
                    headers={"Upload-Offset": str(begun.offset)},
                )
            if chunk:
                begun = await to_thread.run_sync(self._unfinished.append, booth, sha256, size_bytes, begun, chunk)
            if begun.offset < size_bytes:
                return Progress(begun.offset, complete=False)
            await self._complete(sha256, begun)
        await self._record(upload, size_bytes, signed_at, new=True)
        return Progress(size_bytes, complete=True, new=True)

    async def _complete(self, sha256: str, begun: Begun) -> None:
        found = await to_thread.run_sync(self._unfinished.sha256_of, begun)
        if found != sha256 or begun.path is None:
            await to_thread.run_sync(self._unfinished.forget, begun)
            raise misnamed(found)
        await self._store.keep(sha256, begun.path)

    async def _take_whole(self, upload: Upload, body: AsyncIterator[bytes]) -> None:
        with _as_ours(upload.sha256), tempfile.NamedTemporaryFile(dir=self._incoming, delete=False) as file:
            temporary = Path(file.name)
            try:
                await self._write(upload, body, file)
                await to_thread.run_sync(file.flush)
                await self._store.keep(upload.sha256, temporary)
            finally:
                with suppress(OSError):
                    await to_thread.run_sync(temporary.unlink, True)

    async def _write(self, upload: Upload, body: AsyncIterator[bytes], file: Any) -> None:
        digest, size = hashlib.sha256(), 0
        waiting = bytearray()
        async for piece in patiently(body):
            size += len(piece)
            if size > self._max_bytes:
                raise self._too_large()
            digest.update(piece)
            waiting += piece
            if len(waiting) >= _WRITE_BYTES:
                await to_thread.run_sync(file.write, bytes(waiting))
                waiting.clear()
        await to_thread.run_sync(file.write, bytes(waiting))
        if size == 0 or digest.hexdigest() != upload.sha256:
            raise misnamed(digest.hexdigest())

    async def _record(self, upload: Upload, size_bytes: int, signed_at: datetime, *, new: bool) -> None:
        async with self._database.writing(beside=True) as connection:
            await lock(connection, [deletions.lock_of(upload.sha256)])
            if await deletions.being_deleted(connection, upload.sha256):
                raise RefusedError(503, "It is being deleted", "keep the file and send it again in a minute")
            await evidence.add(
                connection,
                {
                    "sha256": upload.sha256,
                    "booth_id": upload.booth,
                    "media_type": upload.media_type,
                    "size_bytes": size_bytes,
                    "received_at": datetime.now(UTC),
                },
            )
            if upload.media_type.startswith("image/") and not await evidence.is_photo(connection, upload.sha256):
                when = await evidence.taken_at(connection, upload.booth, upload.sha256) or signed_at
                await evidence.show_picture(connection, upload.booth, upload.sha256, when)
        if new:
            self._metrics.evidence_stored.inc()
            self._metrics.evidence_stored_bytes.inc(size_bytes)
        self._feed.evidence_arrived(upload.sha256, upload.booth)
        for waiting in self._arrivals.get(upload.sha256, []):
            waiting.set()

    def _taken_size(self, upload: Upload) -> int:
        if upload.media_type not in MEDIA_TYPES:
            known = ", ".join(MEDIA_TYPES)
            raise RefusedError(415, "Not a kind of evidence", f"{upload.media_type} is not taken; send {known}")
        if upload.size_bytes is None:
            raise RefusedError(411, "Length required", "send Content-Length: the signature covers it")
        if upload.size_bytes > self._max_bytes:
            raise self._too_large()
        return upload.size_bytes

    @contextmanager
    def _counting(self, upload: Upload) -> Iterator[None]:
        """Whatever is not taken is counted, by status."""
        try:
            yield
        except RefusedError as error:
            self._metrics.evidence_refused.labels(str(error.status)).inc()
            raise
        except StoreError as error:
            log.error("evidence %s of %s: %s", upload.sha256, upload.booth, error)
            self._metrics.evidence_refused.labels("503").inc()
            raise

    def _too_large(self) -> RefusedError:
        return RefusedError(413, "Evidence too large", f"the hub takes at most {self._max_bytes} bytes a file")


@contextmanager
def _as_ours(sha256: str) -> Iterator[None]:
    """What goes wrong with files."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            log.error("evidence %s: %s", sha256, error.strerror)
            raise RefusedError(
                507, "The hub's disk is full", "keep the file and send it again; the hub needs more room"
            ) from error
        raise StoreError(f"evidence store: {error}", hint="keep the file and send it again") from error
