"""One run: goes through everything that may be too old, a page at a time, and deletes what is due, or only counts it.

A file goes in three steps, each of which may be the last before a power cut: its row, and the proof that takes its
place, in one transaction; its bytes; the note that they are gone. The next run goes on where this one ended.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from contract import chain
from contract.deletion import audit_bytes, events_bytes, file_bytes
from hub.db import Database
from hub.devices.certificates import Signer
from hub.evidence.filestore import FileStore
from hub.exams.silence import HUB_CHAIN
from hub.retention import things
from hub.retention.decide import Rule, Thing, days_of, due, is_old, longest, shortest
from hub.store import deletions, erasure, retention
from hub.store.locks import lock
from hub.store.retention import HeldTime
from hub.views.retention import DATA_CLASSES, ClassPreview, ClassRun, DataClass, RetentionPolicy

log = logging.getLogger(__name__)

PAGE: Final = 200
"""Rows in one transaction: booths write between two."""
EVENTS_AT_ONCE: Final = 2000
_FILES: Final[tuple[DataClass, ...]] = ("recordings", "clips", "snapshots", "photos")


@dataclass(slots=True)
class Tally:
    files: int = 0
    rows: int = 0
    size_bytes: int = 0
    oldest: datetime | None = None
    held: int = 0

    def add(self, born_at: datetime, *, files: int = 0, rows: int = 0, size_bytes: int = 0) -> None:
        self.files += files
        self.rows += rows
        self.size_bytes += size_bytes
        self.oldest = min(self.oldest or born_at, born_at)


class Sweep:
    """`now` is by what ages are judged. With `dry` nothing is changed."""

    def __init__(
        self,
        database: Database,
        store: FileStore,
        signer: Signer,
        policy: RetentionPolicy,
        now: datetime,
        *,
        dry: bool = False,
        run_id: UUID | None = None,
    ) -> None:
        self.run_id = run_id or uuid4()
        self.complete = True
        self.tallies = {name: Tally() for name in DATA_CLASSES}
        self._database, self._store, self._signer = database, store, signer
        self._policy, self._now, self._dry = policy, now, dry
        self._going: set[str] = set()
        """Files that a run would have deleted by now: 100 bytes each."""

    async def run(self) -> None:
        """Files first: what names one goes after it. Raises `StoreError` of the database; a file that cannot be
        deleted is tried again by the next run, and `complete` is False."""
        await self._finish_files()
        await self._files()
        await self._finish_files()
        await self._violations()
        await self._chains()
        await self._candidates()
        await self._audit()

    def preview(self) -> tuple[ClassPreview, ...]:
        return tuple(
            ClassPreview(
                data_class=name,
                days=self._policy.days[name],
                files=tally.files,
                rows=tally.rows,
                size_bytes=tally.size_bytes,
                oldest=tally.oldest,
                held=tally.held,
            )
            for name, tally in self.tallies.items()
        )

    def found(self) -> dict[DataClass, ClassRun]:
        return {
            name: ClassRun(files=tally.files, rows=tally.rows, size_bytes=tally.size_bytes)
            for name, tally in self.tallies.items()
        }

    # --- files ---

    async def _files(self) -> None:
        async for page in self._pages(_FILES, retention.files_before, lambda row: (row.received_at, row.sha256)):
            async with self._database.reading() as connection:
                wanted = await self._due_files(connection, page, count=self._dry)
            if wanted and not self._dry:
                await self._delete_files([row.sha256 for row, _, _ in wanted])

    async def _due_files(
        self, connection: AsyncConnection, rows: Sequence[Any], *, count: bool
    ) -> list[tuple[Any, Thing, Rule]]:
        held = await retention.held_times(connection)
        found = []
        for row, thing in await things.files(connection, rows, held):
            rule = self._judge(thing, count=count)
            if rule is not None:
                found.append((row, thing, rule))
                if count:
                    self.tallies[rule.data_class].add(thing.born_at, files=1, size_bytes=row.size_bytes)
                if self._dry:
                    self._going.add(row.sha256)
        return found

    async def _delete_files(self, names: Sequence[str]) -> None:
        """Judged once more where nobody else writes: a hold may have been placed a moment ago."""
        deleted_at = datetime.now(UTC)
        async with self._database.writing() as connection:
            await lock(connection, [deletions.lock_of(name) for name in names])
            rows = await retention.files_named(connection, names)
            wanted = await self._due_files(connection, rows, count=True)
            if not wanted:
                return
            await self._prove(
                connection,
                [
                    {
                        "what": "file",
                        "data_class": rule.data_class,
                        "rule": str(rule),
                        "booth_id": row.booth_id,
                        "exam_session_id": thing.ties[0].exam_session_id if thing.ties else None,
                        "sha256": row.sha256,
                        "size_bytes": row.size_bytes,
                        "born_at": thing.born_at,
                        "deleted_at": deleted_at,
                        "gone_at": None,
                        "signature": self._sign(file_bytes(row.sha256, str(rule), deleted_at)),
                    }
                    for row, thing, rule in wanted
                ],
            )
            await retention.forget_files(connection, [row.sha256 for row, _, _ in wanted])

    async def _finish_files(self) -> None:
        """Bytes whose row is gone already, of this run or one that was cut off."""
        if self._dry:
            return
        after: UUID | None = None
        while True:
            async with self._database.reading() as connection:
                rows = await deletions.unfinished(connection, PAGE, after)
            if not rows:
                return
            after = rows[-1].deletion_id
            gone = [row.deletion_id for row in rows if await self._remove(row.sha256)]
            if gone:
                async with self._database.writing() as connection:
                    await deletions.finish(connection, gone, datetime.now(UTC))

    async def _remove(self, sha256: str) -> bool:
        try:
            await self._store.remove(sha256)
        except OSError as error:
            log.error("evidence %s cannot be deleted from the store yet: %s", sha256, error)
            self.complete = False
            return False
        return True

    # --- rows ---

    async def _violations(self) -> None:
        by_age = retention.violations_before
        async for page in self._pages(("events",), by_age, lambda row: (row.received_at, row.violation_id)):
            async with self._database.reading() if self._dry else self._database.writing() as connection:
                held = await retention.held_times(connection)
                files = await retention.files_of(connection, [row.violation_id for row in page])
                wanted = [
                    (row, thing)
                    for row, thing in await things.of_exam_sessions(connection, page, held)
                    if self._judge(thing, count=True) and files.get(row.violation_id, set()) <= self._going
                ]
                for _, thing in wanted:
                    self.tallies["events"].add(thing.born_at, rows=1)
                if wanted and not self._dry:
                    await retention.remove_violations(connection, [row.violation_id for row, _ in wanted])

    async def _chains(self) -> None:
        """From their beginnings, as far as everything is due: a chain has no holes. Its newest event stays, because
        the next one is tied to it."""
        if shortest(self._policy, ("events",)) is None:
            return
        async with self._database.reading() as connection:
            chain_ids = await retention.chain_ids(connection)
        for chain_id in chain_ids:
            upto: int | None = 0
            while upto is not None:
                upto = await self._cut_chain(chain_id, upto)
        at_most = longest(self._policy, "events")
        if not self._dry and at_most is not None:
            async with self._database.writing() as connection:
                held, before = await retention.held_times(connection), self._now - timedelta(days=at_most)
                await retention.remove_rejected(connection, before, held)
                await retention.remove_gaps(connection, HUB_CHAIN, before, held)

    async def _cut_chain(self, chain_id: UUID, after: int) -> int | None:
        """One cut, behind `after`: up to which event; None where nothing is due."""
        async with self._database.reading() if self._dry else self._database.writing() as connection:
            row = await retention.chain(connection, chain_id)
            start = max(after, row.deleted_to)
            newest = await retention.newest_event(connection, chain_id)
            held = await retention.held_times(connection)
            wanted = await self._due_events(connection, row, start, newest, held)
            if not wanted:
                return None
            for event, thing, _ in wanted:
                self.tallies["events"].add(thing.born_at, rows=1, size_bytes=event.size_bytes)
            (last, _, rule), deleted_at = wanted[-1], datetime.now(UTC)
            if not self._dry:
                signed = events_bytes(chain_id, last.seq, last.payload_sha256, str(rule), deleted_at)
                proof = {
                    "what": "events",
                    "data_class": "events",
                    "rule": str(rule),
                    "booth_id": row.booth_id,
                    "sha256": last.payload_sha256,
                    "size_bytes": sum(event.size_bytes for event, _, _ in wanted),
                    "chain_id": chain_id,
                    "last_seq": last.seq,
                    "born_at": last.received_at,
                    "deleted_at": deleted_at,
                    "gone_at": deleted_at,
                    "signature": self._sign(signed),
                }
                await self._prove(connection, [proof])
                await retention.cut(connection, chain_id, last.seq)
            return int(last.seq)

    async def _due_events(
        self, connection: AsyncConnection, row: Any, after: int, newest: int, held: Sequence[HeldTime]
    ) -> list[tuple[Any, Thing, Rule]]:
        found: list[tuple[Any, Thing, Rule]] = []
        rows = await retention.events_after(connection, row.chain_id, after, EVENTS_AT_ONCE)
        for event, thing in await things.of_exam_sessions(connection, rows, held, row.booth_id):
            rule = self._judge(thing, count=True) if event.seq < newest else None
            if rule is None:
                break
            found.append((event, thing, rule))
        return found

    async def _candidates(self) -> None:
        kinds: tuple[DataClass, ...] = ("candidates",)
        async for page in self._pages(kinds, erasure.candidates_before, lambda row: row.candidate_id):
            async with self._database.reading() if self._dry else self._database.writing() as connection:
                for row, thing, exam_sessions in await things.candidates(connection, page):
                    if self._judge(thing, count=True) is None:
                        continue
                    self.tallies["candidates"].add(thing.born_at, rows=1)
                    if not self._dry:
                        await erasure.erase(connection, row.candidate_id, exam_sessions)

    async def _audit(self) -> None:
        """From its beginning, and nothing from the time since an exam session that is held was made."""
        days, _ = days_of(self._policy, "audit", None)
        if days is None:
            return
        before, after, more = self._now - timedelta(days=days), 0, True
        while more:
            async with self._database.reading() if self._dry else self._database.writing() as connection:
                held_from = await erasure.first_of_held(connection)
                newest = await erasure.newest_audit_number(connection)
                rows = await erasure.audit_entries(connection, after, PAGE)
                until = min(before, held_from or before)
                wanted = [row for row in rows if row.at < until and row.number < newest]
                if not self._dry and not wanted:
                    await erasure.remove_watches(connection, until)
                if wanted:
                    after = wanted[-1].number
                    await self._cut_audit(connection, wanted, Rule("audit", days, None))
                more = bool(wanted)

    async def _cut_audit(self, connection: AsyncConnection, rows: Sequence[Any], rule: Rule) -> None:
        for row in rows:
            self.tallies["audit"].add(row.at, rows=1, size_bytes=row.size_bytes)
        if self._dry:
            return
        last, deleted_at = rows[-1], datetime.now(UTC)
        proof = {
            "what": "audit",
            "data_class": "audit",
            "rule": str(rule),
            "sha256": last.entry_sha256,
            "size_bytes": sum(row.size_bytes for row in rows),
            "last_seq": last.number,
            "born_at": last.at,
            "deleted_at": deleted_at,
            "gone_at": deleted_at,
            "signature": self._sign(audit_bytes(last.number, last.entry_sha256, str(rule), deleted_at)),
        }
        await self._prove(connection, [proof])
        await erasure.cut_audit(connection, last.number)

    # --- all of them ---

    async def _pages(self, kinds: Sequence[DataClass], read: Any, cursor: Any) -> AsyncIterator[Sequence[Any]]:
        """What is old enough for the least patient rule of these classes."""
        days = shortest(self._policy, kinds)
        after = None
        while days is not None:
            async with self._database.reading() as connection:
                page = await read(connection, self._now - timedelta(days=days), after, PAGE)
            if not page:
                return
            after = cursor(page[-1])
            yield page

    def _judge(self, thing: Thing, *, count: bool) -> Rule | None:
        if count and thing.is_held and (rule := is_old(thing, self._policy, self._now)):
            self.tallies[rule.data_class].held += 1
        return due(thing, self._policy, self._now)

    async def _prove(self, connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
        of_all = {"booth_id": None, "exam_session_id": None, "chain_id": None, "last_seq": None}
        signed = {"run_id": self.run_id, "signed_by": self._signer.fingerprint}
        await deletions.add(
            connection,
            [{**of_all, **row, **signed, "deletion_id": uuid4()} for row in rows],
            self._signer.fingerprint,
            self._signer.certificate_pem,
        )

    def _sign(self, signed: bytes) -> str:
        return chain.sign(self._signer.key, signed)
