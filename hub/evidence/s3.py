"""Evidence in an S3-compatible store, and a bounded folder of copies from which browsers and bundles read.

Credentials come from files or, as every S3 client does it, from the environment or the machine's role; never from
`hub.toml`, and nothing of them is logged.
"""

import asyncio
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

import obstore
from anyio import to_thread
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store
from pydantic import Field

from contract.wire import Wire
from hub.errors import HubError

TIMEOUT_S: Final = 30
RETRIES: Final = 2
"""Few: the booth keeps the file and sends again, and a person who waits for a clip would rather be told."""


class S3Config(Wire):
    bucket: str = Field(description="it must exist; the hub makes none", min_length=3, max_length=63)
    prefix: str = Field("", description="in front of every name, such as evidence/", max_length=200)
    endpoint: str = Field("", description="https://s3.example; default: Amazon's of the region", max_length=200)
    region: str = Field("us-east-1", description="of the bucket", max_length=60)
    allow_http: bool = Field(False, description="an endpoint without TLS, on this machine or a network of its own")
    access_key_id_file: Path | None = Field(None, description="default: AWS_ACCESS_KEY_ID, or the machine's role")
    secret_access_key_file: Path | None = Field(None, description="file that only the hub can read")
    cache_bytes: int = Field(2 * 2**30, description="copies kept on this machine, the last looked at", ge=2**20)


class S3Files:
    """A `FileStore`. What the bucket gives is checked by its hash before anybody sees it."""

    def __init__(self, config: S3Config, cache: Path, base: Path) -> None:
        """`base` is what relative paths of files start from. Raises `HubError` for settings that cannot work."""
        self._cache = cache
        self._cache_bytes = config.cache_bytes
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        for unfinished in cache.glob("tmp*"):
            unfinished.unlink(missing_ok=True)
        self._fetching: dict[str, asyncio.Lock] = {}
        self._store = _connect(config, base)

    async def keep(self, sha256: str, finished: Path) -> None:
        with _as_os_error():
            await obstore.put_async(self._store, sha256, finished)
        await to_thread.run_sync(finished.unlink)

    async def has(self, sha256: str) -> bool:
        with _as_os_error():
            try:
                await obstore.head_async(self._store, sha256)
            except (FileNotFoundError, NotFoundError):
                return False
        return True

    async def find(self, sha256: str) -> Path | None:
        path = self._cache / sha256
        lock = self._fetching.setdefault(sha256, asyncio.Lock())
        try:
            async with lock:
                if path.is_file():
                    os.utime(path)
                    return path
                return path if await self._fetch(sha256, path) else None
        finally:
            if not lock.locked():
                self._fetching.pop(sha256, None)

    async def remove(self, sha256: str) -> None:
        with _as_os_error(), suppress(FileNotFoundError, NotFoundError):
            await obstore.delete_async(self._store, sha256)
        self.forget(sha256)

    def copies(self) -> list[str]:
        return [path.name for path in self._cache.glob("[0-9a-f]*")]

    def forget(self, sha256: str) -> None:
        with suppress(FileNotFoundError):
            (self._cache / sha256).unlink()

    async def _fetch(self, sha256: str, path: Path) -> bool:
        with tempfile.NamedTemporaryFile(dir=self._cache, prefix="tmp", delete=False) as file:
            temporary, digest = Path(file.name), hashlib.sha256()
            try:
                with _as_os_error():
                    try:
                        answer = await obstore.get_async(self._store, sha256)
                    except (FileNotFoundError, NotFoundError):
                        return False
                    async for piece in answer.stream():
                        digest.update(piece)
                        await to_thread.run_sync(file.write, piece)
                file.flush()
                if digest.hexdigest() != sha256:
                    raise OSError(errno.EIO, "the S3 store holds other bytes under this name")
                await to_thread.run_sync(self._make_room)
                await to_thread.run_sync(os.replace, temporary, path)
            finally:
                await to_thread.run_sync(temporary.unlink, True)
        return True

    def _make_room(self) -> None:
        """What was looked at longest ago goes. A reader that has opened a copy keeps it."""
        held = sorted((path.stat().st_mtime_ns, path.stat().st_size, path) for path in self._cache.glob("[0-9a-f]*"))
        total = sum(size for _, size, _ in held)
        for _, size, path in held:
            if total <= self._cache_bytes:
                return
            with suppress(OSError):
                path.unlink()
            total -= size


def _connect(config: S3Config, base: Path) -> S3Store:
    given: dict[str, str] = {}
    if config.endpoint:
        given["endpoint"] = config.endpoint
    for name, file in (
        ("access_key_id", config.access_key_id_file),
        ("secret_access_key", config.secret_access_key_file),
    ):
        if file is not None:
            try:
                given[name] = (base / file).read_text().strip()
            except (OSError, UnicodeDecodeError) as error:
                raise HubError(
                    f"s3.{name}_file cannot be read: {file}", hint="it must be a file that the hub may read"
                ) from error
    try:
        return S3Store(
            config.bucket,
            prefix=config.prefix or None,
            region=config.region,
            client_options={"timeout": timedelta(seconds=TIMEOUT_S), "allow_http": config.allow_http},
            retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=TIMEOUT_S)},
            **given,  # type: ignore[arg-type]
        )
    except (BaseError, ValueError) as error:
        raise HubError(f"s3: {type(error).__name__}", hint="check the table [s3] of hub.toml") from error


@contextmanager
def _as_os_error() -> Iterator[None]:
    """The library's errors become `OSError`, as `FileStore` promises. Their texts hold addresses, not credentials."""
    try:
        yield
    except (BaseError, PermissionError) as error:
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise OSError(errno.EIO, f"the S3 store: {said}") from error
