"""Practice exams leave no record: at the end the exam session goes, with its steps, its pictures and what names it."""

import logging
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.evidence.filestore import FileStore
from hub.store import exam_sessions, sittings

log = logging.getLogger(__name__)


class Practice:
    def __init__(self, files: FileStore) -> None:
        self._files = files

    async def forget(self, connection: AsyncConnection, exam_session_id: UUID) -> tuple[str, ...]:
        """In the transaction of the end. Returns the files that nothing names any more, to be removed after it."""
        files = await sittings.take_photos(connection, exam_session_id)
        await exam_sessions.remove(connection, exam_session_id)
        return tuple(files)

    async def remove_files(self, names: Iterable[str]) -> None:
        """After the commit: what fails here is left to the retention of files that nothing names."""
        for sha256 in names:
            try:
                await self._files.remove(sha256)
            except OSError as error:
                log.warning("a picture of a practice exam could not be removed: %s", error)
