"""Makes bundles: what happened in a booth, with all that proves it, as one stream of bytes (contract/bundle.py).

One member at a time lies in a temporary file, in memory while it is small; nothing else is held but hashes. The
manifest comes last, so every file is read once.
"""

import asyncio
import base64
import hashlib
import json
import logging
import tempfile
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import IO, Any, Final
from uuid import UUID

from anyio import to_thread
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from contract import bundle
from contract.archive import ArchiveWriter
from contract.bundle import (
    AbsentEvidence,
    ChainPart,
    Countersignature,
    Countersignatures,
    DeviceRecord,
    EventLine,
    Manifest,
    Member,
    MissingEvents,
)
from contract.deletion import DeletedEvents, DeletedEvidence
from contract.wire import InvalidError
from hub import __version__
from hub.db import Database
from hub.devices.certificates import Authority
from hub.errors import RefusedError
from hub.evidence.countersign import Countersigner
from hub.evidence.filestore import FileStore
from hub.store import booths, bundles, certificates, countersignatures, deletions, evidence
from hub.store.events import Range

log = logging.getLogger(__name__)

AT_ONCE: Final = 2
"""Bundles made at the same time by one process; more wait."""
IN_MEMORY_BYTES: Final = 4 * 2**20
PIECE_BYTES: Final = 256 * 1024
AFTER: Final = timedelta(minutes=1)
"""After the last event of an exam session: a clip of what happened at its end is told of when it is whole."""
NAMES_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Times are by the booth's clock; None is from the beginning, or to the end."""

    booth_id: str
    first: datetime | None = None
    last: datetime | None = None


@dataclass(slots=True)
class Stretch:
    """Of one chain."""

    chain_id: UUID
    first: int
    last: int
    highest: int
    gaps: list[tuple[Range, str]]
    seqs: list[Range] = field(default_factory=list)
    """What was written, as ranges."""
    begins_at: datetime | None = None
    latest: datetime | None = None
    """Wall times of the first event that was written, and the highest of all."""

    def note(self, seq: int, wall_time: datetime) -> None:
        self.begins_at = self.begins_at or wall_time
        self.latest = max(self.latest or wall_time, wall_time)
        if self.seqs and self.seqs[-1][1] == seq - 1:
            self.seqs[-1] = (self.seqs[-1][0], seq)
        else:
            self.seqs.append((seq, seq))

    def part(self, asked: Wanted, deleted: DeletedEvents | None) -> ChainPart:
        first, last = self.seqs[0][0], self.seqs[-1][1]
        holes = [(before[1] + 1, after[0] - 1) for before, after in pairwise(self.seqs)]
        begin = deleted.last_seq + 1 if deleted else 1
        if first > begin and not (asked.first and self.begins_at and self.begins_at <= asked.first):
            holes.insert(0, (begin, first - 1))
        if self.highest > last and not (asked.last and self.latest and self.latest > asked.last):
            holes.append((last + 1, self.highest))
        return ChainPart(
            chain_id=self.chain_id,
            first_seq=first,
            last_seq=last,
            events=sum(end - start + 1 for start, end in self.seqs),
            highest_seq=self.highest,
            missing=tuple(missing for hole in holes if (missing := self._explain(hole))),
            deleted=deleted,
        )

    def _explain(self, hole: Range) -> MissingEvents | None:
        """Only what the hub has a record of: for a number that was lost here there is no excuse."""
        reasons, at = dict[str, None](), hole[0]
        for (first, last), reason in sorted(self.gaps):
            if first <= at <= last:
                reasons[reason], at = None, last + 1
        if at <= hole[1]:
            log.error("chain %s: events %d to %d are gone, and nothing says why", self.chain_id, *hole)
            return None
        return MissingEvents(first=hole[0], last=hole[1], reason="; ".join(reasons)[:300])


@dataclass(slots=True)
class Plan:
    """Everything but events and evidence, read in one transaction."""

    wanted: Wanted
    made_at: datetime
    stretches: list[Stretch]
    countersigned: list[Row[Any]]
    devices: list[Row[Any]]
    deleters: dict[str, str]
    """Certificates of the keys with which deletions were signed."""


class Bundles:
    def __init__(
        self, database: Database, authority: Authority, countersigner: Countersigner, files: FileStore
    ) -> None:
        self._database = database
        self._authority = authority
        self._countersigner = countersigner
        self._files = files
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def of_exam_session(self, exam_session_id: UUID, booth_id: str | None) -> Wanted:
        """From its first event on the booth to its last, and `AFTER` for what is told of it later. A bundle is of one
        booth: raises `RefusedError`, 422 where it was on several and none is named, 404 where it was on none."""
        async with self._database.reading() as connection:
            extents = await bundles.extents(connection, exam_session_id)
        if booth_id is None and len(extents) > 1:
            detail = f"it was on {', '.join(sorted(extents))}, and a bundle is of one booth: name it with `booth`"
            raise RefusedError(422, "Several booths", detail)
        booth = booth_id or next(iter(extents), "")
        if booth not in extents:
            detail = f"the hub has no events of {exam_session_id} on {booth or 'any booth'}"
            raise RefusedError(404, "No events", detail)
        first, last = extents[booth]
        return Wanted(booth, first, last + AFTER)

    async def plan(self, wanted: Wanted) -> Plan:
        """Countersigns the ends of what will be in the bundle. Raises `RefusedError` (404) where there is nothing.

        What may take long is read first: events of other booths are written meanwhile.
        """
        stretches: list[Stretch] = []
        async with self._database.reading() as connection:
            if await booths.find(connection, wanted.booth_id) is None:
                raise RefusedError(404, "No such booth", f"no booth is called {wanted.booth_id!r}")
            for chain_id, first, last in await bundles.stretches(
                connection, wanted.booth_id, wanted.first, wanted.last
            ):
                begin = await bundles.before(connection, chain_id, first)
                end = await bundles.closing(connection, chain_id, last if wanted.last is None else last + 1)
                gaps = await bundles.known_gaps(connection, chain_id)
                highest = await bundles.highest_seq(connection, chain_id)
                stretches.append(Stretch(chain_id, begin, end, highest, gaps))
            found = list(await certificates.of_booth(connection, wanted.booth_id))
            deleters = await deletions.certificates(connection)
        if not stretches:
            raise RefusedError(404, "No events", f"the hub has no events of {wanted.booth_id} in that time")
        countersigned: list[Row[Any]] = []
        async with self._database.writing(beside=True) as connection:
            for each in stretches:
                await self._countersigner.sign(connection, [each.chain_id], "exported", at_most=each.last)
                upto = await self._upto(connection, each.chain_id, each.last)
                countersigned += await countersignatures.since(connection, each.chain_id, each.first, upto)
        return Plan(wanted, datetime.now(UTC), stretches, countersigned, found, deleters)

    async def _upto(self, connection: AsyncConnection, chain_id: UUID, end: int) -> int | None:
        """Where the bundle ends with what is stored, every countersignature is in it, also one over events that are
        not here any more."""
        head = await countersignatures.head(connection, chain_id)
        return None if head is None or head.seq <= end else end

    async def make(self, plan: Plan) -> AsyncIterator[bytes]:
        """The archive in pieces. What breaks off in the middle lacks the end, and no reader takes it for whole."""
        async with self._turn:
            making = _Making(self._database, self._files)
            for name, data in sorted(self._small_members(plan).items()):
                async for piece in making.add(name, data):
                    yield piece
            by_name = sorted(plan.stretches, key=lambda each: str(each.chain_id))
            for stretch in by_name:
                async for piece in making.add_events(stretch):
                    yield piece
            await making.note_deleted()
            for sha256 in sorted(making.named):
                async for piece in making.add_evidence(sha256):
                    yield piece
            yield await self._finish(plan, making)

    def _small_members(self, plan: Plan) -> dict[str, bytes]:
        """Certificates and countersignatures: the members that come before the events."""
        signer = self._countersigner.signer
        items = []
        found = {
            bundle.CA: self._authority.certificate_pem.encode(),
            bundle.hub_certificate_name(signer.fingerprint): signer.certificate_pem.encode(),
        }
        for fingerprint, pem in plan.deleters.items():
            found[bundle.hub_certificate_name(fingerprint)] = pem.encode()
        for row in plan.countersigned:
            found[bundle.hub_certificate_name(row.signed_by)] = row.certificate_pem.encode()
            items.append(Countersignature.model_validate(row._mapping, from_attributes=True))
        for device in plan.devices:
            found[bundle.device_certificate_name(device.fingerprint)] = device.certificate_pem.encode()
        found[bundle.COUNTERSIGNATURES] = Countersignatures(items=tuple(items)).to_json()
        return found

    async def _finish(self, plan: Plan, making: "_Making") -> bytes:
        wanted, signer = plan.wanted, self._countersigner.signer
        manifest = Manifest(
            booth=wanted.booth_id,
            from_time=wanted.first,
            to_time=wanted.last,
            made_at=plan.made_at,
            made_by=__version__,
            signed_by=signer.fingerprint,
            chains=tuple([stretch.part(wanted, await making.deleted_before(stretch)) for stretch in plan.stretches]),
            devices=tuple(
                DeviceRecord(
                    fingerprint=row.fingerprint,
                    device_id=row.device_id,
                    enrolled_at=row.issued_at,
                    replaced_at=row.replaced_at,
                    revoked_at=row.revoked_at,
                    revoked_reason=row.revoked_reason or "",
                )
                for row in plan.devices
            ),
            absent_evidence=tuple(await making.absences(wanted.booth_id)),
            deleted_evidence=tuple(making.deleted.values()),
            members=tuple(making.members),
        ).to_json()
        signature = bundle.sign_manifest(signer.key, manifest)
        return (
            making.archive.add(bundle.MANIFEST, manifest)
            + making.archive.add(bundle.SIGNATURE, signature)
            + making.archive.end()
        )


class _Making:
    """One bundle while it grows."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self.archive = ArchiveWriter()
        self.members: list[Member] = []
        self.named: set[str] = set()
        self.deleted: dict[str, DeletedEvidence] = {}
        self._absent: dict[str, str] = {}
        self._database = database
        self._files = files

    async def add(self, name: str, data: bytes) -> AsyncIterator[bytes]:
        self.members.append(Member(name=name, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest()))
        yield self.archive.add(name, data)

    async def add_events(self, stretch: Stretch) -> AsyncIterator[bytes]:
        with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as file:
            digest, crc = hashlib.sha256(), 0
            async for row in bundles.lines(self._database, stretch.chain_id, stretch.first, stretch.last):
                stretch.note(row.seq, row.wall_time)
                self._note_files(row.payload)
                line = EventLine(
                    received_at=row.received_at,
                    clock_offset_ms=row.clock_offset_ms,
                    payload=base64.b64encode(row.payload),
                )
                data = line.to_json() + b"\n"
                digest.update(data)
                crc = zlib.crc32(data, crc)
                file.write(data)
            async for piece in self._copy(bundle.events_name(stretch.chain_id), file, digest.hexdigest(), crc):
                yield piece

    async def add_evidence(self, sha256: str) -> AsyncIterator[bytes]:
        """Nothing but a note for a file that is not here, or not what it should be: the rest is worth having."""
        if sha256 in self.deleted:
            return
        try:
            file = await self._open(sha256)
        except OSError as error:
            log.error("evidence %s cannot be read: %s", sha256, error)
            self._absent[sha256] = f"the hub cannot read its copy: {error.strerror or error}"[:300]
            return
        if file is None:
            self._absent[sha256] = "the booth has not uploaded it yet"
            return
        with file:
            digest, crc = await to_thread.run_sync(_digest, file)
            if digest != sha256:
                log.error("evidence %s is damaged: its SHA-256 is %s", sha256, digest)
                self._absent[sha256] = "the hub's copy is damaged"
                return
            async for piece in self._copy(bundle.evidence_name(sha256), file, digest, crc):
                yield piece

    async def note_deleted(self) -> None:
        """Of the files that events name, those that retention has deleted."""
        names = sorted(self.named)
        for start in range(0, len(names), NAMES_AT_ONCE):
            async with self._database.reading() as connection:
                rows = await deletions.of_files(connection, names[start : start + NAMES_AT_ONCE])
            self.deleted |= {
                sha256: DeletedEvidence.model_validate(row._mapping, from_attributes=True)
                for sha256, row in rows.items()
            }

    async def deleted_before(self, stretch: Stretch) -> DeletedEvents | None:
        """What was deleted before the first event that was written."""
        async with self._database.reading() as connection:
            row = await deletions.of_chain(connection, stretch.chain_id, stretch.seqs[0][0])
        if row is None:
            return None
        return DeletedEvents(
            last_seq=row.last_seq,
            head_sha256=row.sha256,
            rule=row.rule,
            deleted_at=row.deleted_at,
            signed_by=row.signed_by,
            signature=row.signature,
        )

    async def _open(self, sha256: str) -> IO[bytes] | None:
        """A store may take a copy away between telling of it and its being opened; then it is asked once more."""
        for _ in range(2):
            path = await self._files.find(sha256)
            if path is None:
                return None
            with suppress(FileNotFoundError):
                return path.open("rb")
        raise OSError("it is taken away before it can be opened")

    async def absences(self, booth_id: str) -> list[AbsentEvidence]:
        async with self._database.reading() as connection:
            dropped = await evidence.dropped(connection, self._absent)
        return [
            AbsentEvidence(
                sha256=sha256,
                reason=f"the booth dropped it: {dropped[booth_id, sha256]}"
                if (booth_id, sha256) in dropped
                else reason,
            )
            for sha256, reason in self._absent.items()
        ]

    async def _copy(self, name: str, file: IO[bytes], sha256: str, crc: int) -> AsyncIterator[bytes]:
        size = file.seek(0, 2)
        self.members.append(Member(name=name, size_bytes=size, sha256=sha256))
        yield self.archive.begin(name, size, crc)
        file.seek(0)
        while piece := await to_thread.run_sync(file.read, PIECE_BYTES):
            yield piece

    def _note_files(self, payload: bytes) -> None:
        try:
            self.named.update(each.sha256 for each in bundle.files_named(json.loads(payload)["body"]))
        except InvalidError as error:  # it was stored by a hub that read it another way: the reader is told
            log.warning("an event %s", error)


def _digest(file: IO[bytes]) -> tuple[str, int]:
    digest, crc = hashlib.sha256(), 0
    while piece := file.read(PIECE_BYTES):
        digest.update(piece)
        crc = zlib.crc32(piece, crc)
    return digest.hexdigest(), crc
