"""Evidence files: taken from devices that sign them, kept by content under `DIR/evidence/ab/cd…`.

A file is written beside its place, checked, flushed and renamed: what has its name is whole. Its row comes after.
"""

import asyncio
import base64
import binascii
import errno
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from anyio import to_thread

from contract import chain
from hub.certificates import Authority, fingerprint, public_key
from hub.db import Database
from hub.errors import CertificateError, RefusedError, StoreError
from hub.feed import Feed
from hub.metrics import Metrics
from hub.store import devices, evidence

log = logging.getLogger(__name__)

MEDIA_TYPES: Final = ("image/jpeg", "image/png", "image/webp", "video/mp4")
"""What a browser shows without running anything in it."""

SIGNED_WITHIN: Final = timedelta(minutes=10)
"""How far `Invigil-Signed-At` may be from the hub's clock, which bounds how long a copied request is of use."""

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_WRITE_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """The headers of one upload, as they came."""

    sha256: str
    booth: str
    certificate: str
    signed_at: str
    signature: str
    media_type: str
    size_bytes: int | None


class EvidenceFiles:
    def __init__(
        self, folder: Path, max_bytes: int, database: Database, authority: Authority, feed: Feed, metrics: Metrics
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._database = database
        self._authority = authority
        self._feed = feed
        self._metrics = metrics
        self._arrivals: dict[str, list[asyncio.Event]] = {}
        # Nothing half written survives a start.
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def _incoming(self) -> Path:
        return self._folder / "incoming"

    def disk_free_bytes(self) -> int:
        return shutil.disk_usage(self._folder).free

    async def find(self, sha256: str) -> tuple[Path, str] | None:
        """Path and media type of a file that is here."""
        async with self._database.reading() as connection:
            row = await evidence.find(connection, sha256)
        path = self._path(sha256)
        return (path, row.media_type) if row is not None and path.is_file() else None

    async def receive(self, upload: Upload, body: AsyncIterator[bytes]) -> bool:
        """Takes one file from a device; True when it is new.

        Raises 401 for a signature or certificate that does not count, 413 and 415 for what is not taken, 422 for bytes
        that are not what the name says, 507 when the disk is full.
        """
        try:
            return await self._receive(upload, body)
        except RefusedError as error:
            self._metrics.evidence_refused.labels(str(error.status)).inc()
            if error.status != 413:
                await _drain(body, self._max_bytes)
            raise

    async def wait_for(self, sha256: str, timeout_s: float) -> bool:
        """Whether the file is here, or comes within `timeout_s`."""
        arrived = asyncio.Event()
        self._arrivals.setdefault(sha256, []).append(arrived)
        try:
            if await self.find(sha256) is None:
                await asyncio.wait_for(arrived.wait(), timeout_s)
        except TimeoutError:
            return False
        finally:
            self._arrivals[sha256].remove(arrived)
            if not self._arrivals[sha256]:
                del self._arrivals[sha256]
        return True

    async def _receive(self, upload: Upload, body: AsyncIterator[bytes]) -> bool:
        if upload.media_type not in MEDIA_TYPES:
            known = ", ".join(MEDIA_TYPES)
            raise RefusedError(415, "Not a kind of evidence", f"{upload.media_type} is not taken; send {known}")
        if upload.size_bytes is None:
            raise RefusedError(411, "Length required", "send Content-Length: the signature covers it")
        if upload.size_bytes > self._max_bytes:
            raise self._too_large()
        signed_at = await self._check_device(upload, upload.size_bytes)
        new = await self.find(upload.sha256) is None
        if new:
            await self._store(upload, body)
        else:
            await _drain(body, self._max_bytes)
        await self._record(upload, upload.size_bytes, signed_at)
        if new:
            self._metrics.evidence_stored.inc()
            self._metrics.evidence_stored_bytes.inc(upload.size_bytes)
        self._feed.evidence_arrived(upload.sha256, upload.booth)
        for waiting in self._arrivals.get(upload.sha256, []):
            waiting.set()
        return new

    async def _check_device(self, upload: Upload, size_bytes: int) -> datetime:
        now = datetime.now(UTC)
        try:
            pem = base64.b64decode(upload.certificate, validate=True).decode()
            certificate = self._authority.check_device(pem, now)
            key = public_key(certificate)
        except (binascii.Error, UnicodeDecodeError) as error:
            raise _unauthorised("Invigil-Certificate is not base64 of a PEM certificate") from error
        except CertificateError as error:
            raise _unauthorised(f"{error}; {error.hint}") from error
        async with self._database.reading() as connection:
            device = await devices.by_fingerprint(connection, fingerprint(certificate))
        if device is None or device.booth_id != upload.booth:
            raise _unauthorised(f"this certificate is not one of {upload.booth!r}; enrol the device for that booth")
        if device.replaced_at is not None:
            raise _unauthorised(f"another device was enrolled for {upload.booth} since; enrol this one again")
        signed_at = _signing_time(upload.signed_at, now)
        signed = chain.upload_bytes(upload.booth, upload.sha256, size_bytes, upload.signed_at)
        if not chain.verify(key, upload.signature, signed):
            raise _unauthorised("Invigil-Signature is not the device's over this upload (contract.chain.upload_bytes)")
        return signed_at

    async def _store(self, upload: Upload, body: AsyncIterator[bytes]) -> None:
        try:
            with tempfile.NamedTemporaryFile(dir=self._incoming, delete=False) as file:
                temporary = Path(file.name)
                try:
                    await self._write(upload, body, file)
                    await to_thread.run_sync(_settle, file, self._path(upload.sha256))
                finally:
                    with suppress(OSError):
                        await to_thread.run_sync(temporary.unlink, True)
        except OSError as error:
            if error.errno in _FULL:
                log.error("evidence %s of %s: %s", upload.sha256, upload.booth, error.strerror)
                raise RefusedError(
                    507, "The hub's disk is full", "keep the file and send it again; the hub needs more room"
                ) from error
            raise StoreError(f"evidence folder: {error}", hint="keep the file and send it again") from error

    async def _write(self, upload: Upload, body: AsyncIterator[bytes], file: Any) -> None:
        digest, size = hashlib.sha256(), 0
        waiting = bytearray()
        async for piece in body:
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
            raise RefusedError(
                422, "Not the file it is named after", f"its SHA-256 is {digest.hexdigest()}, the name says another"
            )

    async def _record(self, upload: Upload, size_bytes: int, signed_at: datetime) -> None:
        async with self._database.writing() as connection:
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
            if upload.media_type.startswith("image/"):
                when = await evidence.taken_at(connection, upload.booth, upload.sha256) or signed_at
                await evidence.show_picture(connection, upload.booth, upload.sha256, when)

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    def _too_large(self) -> RefusedError:
        return RefusedError(413, "Evidence too large", f"the hub takes at most {self._max_bytes} bytes a file")


def _signing_time(text: str, now: datetime) -> datetime:
    try:
        signed_at = datetime.fromisoformat(text)
    except ValueError as error:
        raise _unauthorised("Invigil-Signed-At is not an ISO 8601 time") from error
    if signed_at.tzinfo is None:
        raise _unauthorised("Invigil-Signed-At has no time zone")
    if abs(signed_at - now) > SIGNED_WITHIN:
        raise _unauthorised(
            f"the device's clock says {text}, the hub's {now.isoformat(timespec='seconds')}; set the device's clock"
        )
    return signed_at


def _unauthorised(detail: str) -> RefusedError:
    return RefusedError(401, "Upload refused", detail)


def _settle(file: Any, path: Path) -> None:
    """To disk, then to its name, then the name to disk."""
    file.flush()
    os.fsync(file.fileno())
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.replace(file.name, path)
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


async def _drain(body: AsyncIterator[bytes], limit: int) -> None:
    """Reads what is still coming: a client that is cut off while it sends does not see the answer."""
    size = 0
    with suppress(RuntimeError):
        async for piece in body:
            size += len(piece)
            if size > limit:
                return
