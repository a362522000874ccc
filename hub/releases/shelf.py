"""The hub's releases: taken whole and only when a key of this hub vouches for them, and given to its devices."""

import json
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from anyio import to_thread

from contract import chain
from contract.release import RELEASE_MAX_BYTES, ReleaseManifest, load_keys, open_release
from contract.updates import Offered
from contract.wire import InvalidError
from hub import audit
from hub.audit import Actor
from hub.db import Database
from hub.errors import RefusedError
from hub.evidence.signatures import Signatures, Signed
from hub.evidence.uploads import write_whole
from hub.store import fleet, releases, rollouts
from hub.views import Me
from hub.views.releases import ReleaseView

NOTHING: Final = chain.sha256_hex(b"")
"""What a device signs for a question: a file of no bytes."""
KEYS_HINT: Final = "put the public half of your release key into DATA/release-keys of this hub (docs/updates.md)"


class Shelf:
    """Files lie in `folder` by their SHA-256; `keys_dir` is read for each upload."""

    def __init__(self, database: Database, signatures: Signatures, folder: Path, keys_dir: Path) -> None:
        self._database = database
        self._signatures = signatures
        self._folder = folder
        self._keys_dir = keys_dir
        self._coming = False
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in folder.glob("*.part"):
            part.unlink()

    async def every(self, me: Me) -> list[ReleaseView]:
        """The newest version first."""
        async with self._database.reading() as connection:
            devices = await fleet.every(connection, me.booths, datetime.now(UTC))
            return await releases.every(connection, Counter(device.version for device in devices if device.version))

    async def receive(self, size_bytes: int, body: AsyncIterator[bytes], actor: Actor) -> ReleaseView:
        """Raises 409 where the version is there, 413, 422 for what is no release or signed by nobody that this hub
        trusts, 429 while another one comes, 507 where the disk does not take it."""
        if not 0 < size_bytes <= RELEASE_MAX_BYTES:
            raise RefusedError(413, "Release too large", f"a release has 1 to {RELEASE_MAX_BYTES} bytes")
        if self._coming:
            raise RefusedError(429, "One after the other", "another release is coming in; try again when it is there")
        self._coming = True
        part = self._folder / f"{secrets.token_hex(8)}.part"
        try:
            sha256 = await write_whole(part, size_bytes, body)
            manifest, signed_by = await to_thread.run_sync(self._check, part)
            row = {
                "version": manifest.version,
                "sha256": sha256,
                "size_bytes": size_bytes,
                "manifest": manifest.model_copy(update={"files": manifest.files[:1]}).model_dump_json(),
                "signed_by": json.dumps(signed_by),
                "uploaded_at": datetime.now(UTC),
                "uploaded_by": actor.username or "",
            }
            async with self._database.writing() as connection:
                if await releases.find(connection, manifest.version) is not None:
                    detail = f"{manifest.version} is here; a version is made once, so give it another number"
                    raise RefusedError(409, "Release is here", detail)
                await releases.add(connection, row)
                part.replace(self.path(sha256))
                about = {"sha256": sha256, "signed_by": list(signed_by)}
                await audit.record(connection, actor, "release.uploaded", "release", manifest.version, **about)
        finally:
            self._coming = False
            part.unlink(missing_ok=True)
        return await self._view(manifest.version)

    async def remove(self, version: str, actor: Actor) -> None:
        """Raises 404, and 409 while a rollout of it is not over."""
        async with self._database.writing() as connection:
            row = await releases.find(connection, version)
            if row is None:
                raise _unknown(version)
            if any(each.version == version for each in await rollouts.in_state(connection, rollouts.OPEN)):
                raise RefusedError(409, "It is being rolled out", "cancel the rollout first, or wait for its end")
            await releases.remove(connection, version)
            await audit.record(connection, actor, "release.deleted", "release", version, sha256=row.sha256)
        with suppress(OSError):
            self.path(row.sha256).unlink(missing_ok=True)

    async def fetch(self, version: str, signed: Signed) -> Path:
        """For a device of this hub. Raises 401, 404."""
        async with self._database.reading() as connection:
            row = await releases.find(connection, version)
        if row is None:
            raise _unknown(version)
        await self._signatures.check(signed, row.sha256, row.size_bytes)
        path = self.path(row.sha256)
        if not path.exists():
            raise RefusedError(404, "The file is gone", f"{version} is not on the hub's disk; upload it again")
        return path

    async def offered(self, version: str | None, signed: Signed) -> Offered:
        """The newest, or this version, for a device of this hub. Raises 401, 404."""
        await self._signatures.check(signed, NOTHING, 0)
        async with self._database.reading() as connection:
            if version is None:
                found = await releases.every(connection, {})
                version = found[0].version if found else "any"
            row = await releases.find(connection, version)
        if row is None:
            raise _unknown(version)
        return Offered(version=row.version, sha256=row.sha256, size_bytes=row.size_bytes)

    def path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.release"

    async def _view(self, version: str) -> ReleaseView:
        async with self._database.reading() as connection:
            row = await releases.find(connection, version)
        if row is None:
            raise _unknown(version)
        return releases.view(row, 0)

    def _check(self, path: Path) -> tuple[ReleaseManifest, tuple[str, ...]]:
        """In a worker thread: every byte is compared with what was signed."""
        try:
            keys = load_keys(self._keys_dir)
            if not keys:
                raise RefusedError(422, "No release key", KEYS_HINT)
            with path.open("rb") as file:
                release = open_release(file, keys)
                for each in release.manifest.files:
                    for _ in release.read(each):
                        pass
        except InvalidError as error:
            raise RefusedError(422, "Not a release that this hub takes", f"{error}; {KEYS_HINT}") from error
        return release.manifest, release.signed_by


def _unknown(version: str) -> RefusedError:
    return RefusedError(404, "No such release", f"{version} is not here; GET /api/v1/releases lists those that are")
