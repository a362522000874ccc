"""One upload as it comes in: what its headers say, its body piece by piece, and whose turn it is."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from anyio import to_thread
from starlette.requests import ClientDisconnect

from hub.errors import RefusedError
from hub.evidence.signatures import Piece, Signed

MAX_CHUNK_BYTES: Final = 1024 * 1024
"""A chunk is held in memory until it is known to be what its signature says."""

AT_ONCE: Final = 64
AT_ONCE_PER_BOOTH: Final = 4
"""Uploads at the same time: together at most `AT_ONCE` chunks in memory. A booth's uploader sends one by one."""

SILENCE_S: Final = 30.0
"""How long a device may pause in the middle of a body."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What the headers of one upload say of the file: its name, kind and size."""

    sha256: str
    signed: Signed
    media_type: str
    size_bytes: int | None

    @property
    def booth(self) -> str:
        return self.signed.booth


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a file the hub holds; `new` where this request completed it."""

    offset: int
    complete: bool
    new: bool = False


class Turns:
    """Bounds uploads at the same time, and lets one request at a time add to a file."""

    def __init__(self) -> None:
        self._at_once: Counter[str] = Counter()
        self._locks: dict[tuple[str, str], asyncio.Lock] = {}
        self._waiting: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def one_more(self, booth: str) -> Iterator[None]:
        """Raises 429 when it would be one too many."""
        if self._at_once[booth] >= AT_ONCE_PER_BOOTH or self._at_once.total() >= AT_ONCE:
            raise RefusedError(
                429, "Too many uploads at once", "send one file after the other", headers={"Retry-After": "1"}
            )
        self._at_once[booth] += 1
        try:
            yield
        finally:
            self._at_once[booth] -= 1
            if not self._at_once[booth]:
                del self._at_once[booth]

    @asynccontextmanager
    async def alone(self, booth: str, sha256: str) -> AsyncIterator[None]:
        name = booth, sha256
        lock = self._locks.setdefault(name, asyncio.Lock())
        self._waiting[name] += 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[name] -= 1
            if not self._waiting[name]:
                del self._waiting[name], self._locks[name]


def check_piece(piece: Piece, length: int | None, size_bytes: int) -> None:
    if length is None:
        raise RefusedError(411, "Length required", "send Content-Length: without it a cut chunk looks whole")
    if length > MAX_CHUNK_BYTES:
        raise RefusedError(413, "Chunk too large", f"the hub takes at most {MAX_CHUNK_BYTES} bytes at a time")
    if piece.offset + length > size_bytes or size_bytes == 0:
        raise RefusedError(422, "Beyond the end", f"the file has {size_bytes} bytes; the chunk goes beyond")


async def read_chunk(piece: Piece, length: int, body: AsyncIterator[bytes]) -> bytes:
    chunk = bytearray()
    async for some in patiently(body):
        chunk += some
        if len(chunk) > length:
            break
    if len(chunk) != length:
        raise RefusedError(422, "Truncated chunk", f"{len(chunk)} bytes came, Content-Length says {length}; send again")
    found = hashlib.sha256(chunk).hexdigest()
    if found != piece.sha256:
        raise RefusedError(422, "Not the chunk that was signed", f"its SHA-256 is {found}; send it again")
    return bytes(chunk)


async def patiently(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The body; raises 408 when nothing comes for a while, and 400 when the device is gone."""
    try:
        while True:
            try:
                yield await asyncio.wait_for(anext(body), SILENCE_S)
            except StopAsyncIteration:
                return
    except ClientDisconnect as error:
        raise RefusedError(400, "Cut off", "the connection ended before the body did; send it again") from error
    except TimeoutError as error:
        raise RefusedError(408, "Nothing came", f"no byte for {SILENCE_S:.0f} s; send it again") from error


async def write_whole(path: Path, size_bytes: int, body: AsyncIterator[bytes]) -> str:
    """The SHA-256 of a body that is now a new file. Raises as `patiently` does, 422 for one that is not as long as its
    sender said, 507 where the disk does not take it; what was written by then is the caller's to remove."""
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as file:
            async for piece in patiently(body):
                size += len(piece)
                if size > size_bytes:
                    break
                digest.update(piece)
                await to_thread.run_sync(file.write, piece)
    except OSError as error:
        raise RefusedError(507, "No room", f"the hub's disk does not take it ({error.strerror})") from error
    if size != size_bytes:
        raise RefusedError(422, "Not whole", f"{size} bytes came, Content-Length says {size_bytes}; send it again")
    return digest.hexdigest()


def misnamed(found: str) -> RefusedError:
    return RefusedError(422, "Not the file it is named after", f"its SHA-256 is {found}, the name says another")


async def drain(body: AsyncIterator[bytes], limit: int) -> None:
    """Reads what is still coming: a client that is cut off while it sends does not see the answer."""
    size = 0
    with suppress(RuntimeError, ClientDisconnect, RefusedError):
        async for piece in patiently(body):
            size += len(piece)
            if size > limit:
                return
