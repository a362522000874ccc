"""Prints reports: collects the pictures, and has each report set by a process of its own that can be ended.

The press is never part of the hub: what booths sent is decoded there, and one that takes too long costs nothing else.
"""

import asyncio
import hashlib
import json
import logging
import shutil
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, Literal, Protocol
from zoneinfo import ZoneInfo

from anyio import to_thread

from contract.boxes import ClipBoxes
from contract.wire import InvalidError
from hub.errors import HubError, RefusedError
from hub.reports import pictures
from hub.reports.pictures import Shown
from hub.reports.sheet import Sheet
from hub.views.reports import ExamSessionReport

log = logging.getLogger(__name__)

AT_ONCE: Final = 2
"""Reports set at the same time by one process of the hub."""
WAITING: Final = 16
"""More that wait for their turn; who comes then is asked to come again."""
TIMEOUT_S: Final = 90.0
LEFT_S: Final = 3600.0
"""After this long no press works in a folder any more."""
PICTURE_BYTES: Final = 8 * 2**20
"""A snapshot has a tenth of it; a larger one is not looked at."""
PAGE_PPI: Final = 144.0


class Evidence(Protocol):
    """Where pictures come from."""

    async def find(self, sha256: str) -> Path | None:
        """A local file, to be opened at once; None where there is none. Raises `OSError` or `HubError`."""
        ...


class Printer:
    """`folder` may be shared with other processes of the hub: each report has one in it for as long as it takes, and
    what a killed process left is thrown away when it is older than any press can be."""

    def __init__(self, evidence: Evidence, folder: Path) -> None:
        self._evidence = evidence
        self._folder = folder
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        _sweep(folder)

    async def pdf(self, report: ExamSessionReport, zone: ZoneInfo) -> bytes:
        """The same report in the same zone gives the same bytes. Raises 503 when too many wait, `HubError` when the
        press fails or takes longer than `TIMEOUT_S`."""
        async with self._pressed(report, zone, "pdf") as folder:
            return await to_thread.run_sync((folder / "report.pdf").read_bytes)

    async def pages(self, report: ExamSessionReport, zone: ZoneInfo, ppi: float = PAGE_PPI) -> list[bytes]:
        """Its pages as PNG."""
        async with self._pressed(report, zone, "png", ppi) as folder:
            return [path.read_bytes() for path in sorted(folder.glob("page-*.png"))]

    @asynccontextmanager
    async def _pressed(
        self, report: ExamSessionReport, zone: ZoneInfo, form: Literal["pdf", "png"], ppi: float = PAGE_PPI
    ) -> AsyncIterator[Path]:
        if self._waiting >= AT_ONCE + WAITING:
            raise RefusedError(503, "Too many reports at once", "try again in a minute", headers={"Retry-After": "60"})
        self._waiting += 1
        try:
            async with self._turn:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                with tempfile.TemporaryDirectory(dir=self._folder) as name:
                    folder = Path(name)
                    await self._lay_out(report, zone, folder, {"format": form, "ppi": ppi})
                    await _press(folder)
                    yield folder
        except OSError as error:
            raise HubError(
                f"the report cannot be written: {error.strerror or error}", hint="make room in the data directory"
            ) from error
        finally:
            self._waiting -= 1

    async def _lay_out(self, report: ExamSessionReport, zone: ZoneInfo, folder: Path, job: dict[str, Any]) -> None:
        """Everything that the press needs, in the folder."""
        sheet = Sheet(report, zone)
        shown, snapshots = ([], 0) if report.redacted else pictures.chosen(report)
        data = sheet.data(len(shown), snapshots)
        data["pictures"] = [await self._snapshot(sheet, each, folder) for each in shown]
        newest = {photo.of: photo for photo in report.photos}
        data["photos"] = []
        for of, photo in sorted(newest.items(), reverse=True):
            file = await self._take(photo.sha256, folder, f"photo-{of}")
            data["photos"].append(sheet.photo(photo, file, sheet.words.say("pdf.photo.missing"), 0.75))
        job |= {
            "made_at": report.as_of.isoformat(),
            "damaged": sheet.words.say("pdf.picture.damaged"),
            "glyphs": sheet.words.texts["pdf.glyphs"],
        }
        (folder / "sheet.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        (folder / "job.json").write_text(json.dumps(job, ensure_ascii=False), "utf-8")

    async def _snapshot(self, sheet: Sheet, shown: Shown, folder: Path) -> Any:
        file = await self._take(shown.snapshot.sha256, folder, shown.name)
        boxes = await self._boxes(shown) if file else []
        return sheet.picture(shown, file, sheet.missing(shown), 0.5625, boxes)

    async def _take(self, sha256: str, folder: Path, name: str) -> str | None:
        """Copies a picture; its name in the folder. None where it is not here, or not what its name says."""
        data = await self._read(sha256)
        if data is None:
            return None
        (folder / name).write_bytes(data)
        return name

    async def _boxes(self, shown: Shown) -> list[dict[str, object]]:
        if shown.boxes is None or (data := await self._read(shown.boxes.sha256)) is None:
            return []
        try:
            return pictures.boxes_at(ClipBoxes.parse(data), shown.snapshot.taken_at)
        except InvalidError as error:
            log.warning("boxes %s cannot be read: %s", shown.boxes.sha256, error)
            return []

    async def _read(self, sha256: str) -> bytes | None:
        try:
            path = await self._evidence.find(sha256)
            data = None if path is None else await to_thread.run_sync(_read, path)
        except (OSError, HubError) as error:
            log.warning("evidence %s cannot be read for a report: %s", sha256, error)
            return None
        if data is not None and hashlib.sha256(data).hexdigest() != sha256:
            log.error("evidence %s is damaged", sha256)
            return b""  # the press says so in the picture's place
        return data


def _sweep(folder: Path) -> None:
    for left in folder.glob("*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_S:
                shutil.rmtree(left)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(PICTURE_BYTES + 1)
    return data if len(data) <= PICTURE_BYTES else b""


async def _press(folder: Path) -> None:
    """Ends the press when it takes too long, or when nobody waits for it any more."""
    command = (sys.executable, "-m", "hub.reports.press", str(folder))
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            _, said = await process.communicate()
    except TimeoutError:
        raise HubError(
            f"setting a report took longer than {TIMEOUT_S:.0f} s", hint="try again; its CSV or JSON has the same facts"
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        log.error("the press failed (%s): %s", process.returncode, said.decode(errors="replace")[-2000:])
        raise HubError("the report cannot be set", hint="its CSV or JSON has the same facts; the hub's log has details")
    if said:
        log.warning("the press: %s", said.decode(errors="replace").strip()[:500])
