"""Reports, as the hub offers them: read, redacted, printed, each from one consistent state of the database."""

from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.db import Database
from hub.devices.certificates import Authority, fingerprint, load_certificate
from hub.errors import RefusedError
from hub.reports import report
from hub.reports.blinded import blinded
from hub.reports.printing import Evidence, Printer
from hub.reports.redacted import redacted
from hub.views import Me
from hub.views.reports import ExamSessionReport, Language


class Reports:
    def __init__(self, database: Database, evidence: Evidence, folder: Path, authority: Authority) -> None:
        """`folder` is for reports while they are printed."""
        self._database = database
        self._printer = Printer(evidence, folder)
        self._authority_sha256 = fingerprint(load_certificate(authority.certificate_pem))

    async def read(
        self, exam_session_id: UUID, language: Language = "en", *, reader: Me | None, for_candidate: bool = False
    ) -> ExamSessionReport:
        """As `reader` may see it; whole where that is the hub's operator. Raises 404."""
        async with self._database.reading() as connection:
            found = await report.read(connection, exam_session_id, language, self._authority_sha256)
        if found is None:
            raise RefusedError(404, "No such exam session", f"no exam session {exam_session_id}; it may be deleted")
        shown = found if reader is None else blinded(found, reader)
        return redacted(shown) if for_candidate else shown

    async def pdf(self, found: ExamSessionReport, zone: ZoneInfo) -> bytes:
        """Raises 503 when too many wait, `HubError` when it cannot be set."""
        return await self._printer.pdf(found, zone)


def time_zone(name: str) -> ZoneInfo:
    """Raises 422."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RefusedError(
            422, "No such time zone", f"{name!r} is none; name one such as Europe/Berlin or UTC"
        ) from None
