"""Clips that somebody sent to try profiles on: one a person, bounded, and gone after an hour or a restart."""

import asyncio
import logging
import secrets
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from contract.tries import CLIP_BYTES_MAX
from hub.errors import RefusedError
from hub.evidence.uploads import write_whole

log = logging.getLogger(__name__)

KEPT_S: Final = 3600.0
CLIPS_MAX: Final = 10
"""Of all people: half a gigabyte of disk. Who comes then is told to wait; nobody's clip goes for another's."""
SWEEP_S: Final = 30.0


@dataclass(slots=True)
class Clip:
    try_id: UUID
    username: str
    path: Path
    sha256: str
    size_bytes: int
    since_s: float
    booth_id: str | None = None
    """Who may fetch it, once somebody has given it to a booth."""


class Clips:
    """In the event loop of the one process that took the clip; its folder is its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clips: dict[UUID, Clip] = {}
        self._coming: set[str] = set()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)

    async def run(self) -> None:
        """Until cancelled: what is too old goes."""
        while True:
            await asyncio.sleep(SWEEP_S)
            for clip in self._too_old(time.monotonic()):
                self._forget(clip)

    async def receive(self, username: str, size_bytes: int, body: AsyncIterator[bytes]) -> Clip:
        """The person's earlier clip goes. Raises 413, 422 for a body that is not as long as it should be, 429 while
        another one comes from the same person, 503 where there is no room, 507 where the disk does not take it."""
        if not 0 < size_bytes <= CLIP_BYTES_MAX:
            raise RefusedError(413, "Clip too large", f"a clip has 1 to {CLIP_BYTES_MAX} bytes; cut it shorter")
        others = {clip.username for clip in self._clips.values()} | self._coming
        if username in self._coming:
            raise RefusedError(429, "One after the other", "another clip of yours is coming in")
        if len(others - {username}) >= CLIPS_MAX:
            raise RefusedError(
                503, "Too many clips", "others are trying profiles now; come back in an hour at the most"
            )
        self._coming.add(username)
        path = self._folder / secrets.token_hex(16)
        try:
            sha256 = await write_whole(path, size_bytes, body)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        finally:
            self._coming.discard(username)
        for earlier in [clip for clip in self._clips.values() if clip.username == username]:
            self._forget(earlier)
        clip = Clip(uuid4(), username, path, sha256, size_bytes, time.monotonic())
        self._clips[clip.try_id] = clip
        return clip

    def find(self, try_id: UUID) -> Clip:
        """Raises 404."""
        clip = self._clips.get(try_id)
        if clip is None:
            raise RefusedError(404, "No such try", "clips are deleted after an hour and at a restart; send it again")
        return clip

    def _too_old(self, now_s: float) -> list[Clip]:
        return [clip for clip in self._clips.values() if now_s - clip.since_s > KEPT_S]

    def _forget(self, clip: Clip) -> None:
        self._clips.pop(clip.try_id, None)
        try:
            clip.path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("a clip cannot be deleted: %s", error)
