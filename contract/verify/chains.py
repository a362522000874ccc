"""One chain of events: dense numbers, unbroken links, the device's signatures over its heads."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from contract import chain
from contract.bundle import LINE_MAX_BYTES, ChainPart, EventLine, events_name
from contract.messages import Checkpoint
from contract.verify.evidence import NamedEvidence
from contract.verify.members import Members
from contract.verify.report import ChainFacts, Report
from contract.verify.times import Times
from contract.verify.trust import Device, Trust
from contract.wire import BoothId, InvalidError, Seq, Sha256, Timestamp, Wire


class Link(Wire):
    """An event as far as it is a link of a chain. Its body is not judged here: it may be of a newer kind."""

    chain_id: UUID
    seq: Seq
    prev_sha256: Sha256
    booth: BoothId
    wall_time: Timestamp
    monotonic_s: float
    boot_id: str
    body: dict[str, Any]


class ChainCheck:
    """Reads the events of one chain in their order, once. Keeps 32 bytes of each."""

    def __init__(self, part: ChainPart, members: Members, trust: Trust, named: NamedEvidence, report: Report) -> None:
        self._part = part
        self._name = events_name(part.chain_id)
        self._where = f"chain {part.chain_id}"
        self._members = members
        self._devices = trust.devices
        self._trust = trust
        self._deleted_to = 0
        self._named = named
        self._report = report
        self._hashes: dict[int, bytes] = {}
        self._gaps = {gap.first: gap for gap in part.missing}
        self._last_seq = part.first_seq - 1
        self._stretches: list[list[int]] = []
        self._heads: list[int] = []
        self._sign_the_one_before: set[int] = set()
        self._after_end = False
        self.facts = ChainFacts(part.chain_id, part.first_seq, part.last_seq)
        self._times = Times(self._where, report, self.facts)

    def run(self) -> None:
        self._take_deleted()
        if self._name not in self._members:
            self._report.wrong("chains", self._name, "the events of this chain are not in the bundle")
            return
        for number, line in enumerate(_lines(self._members.pieces(self._name)), start=1):
            if len(line) > LINE_MAX_BYTES:
                self._report.wrong("chains", self._name, f"line {number} is longer than any event")
                continue
            try:
                event = EventLine.parse(line)
                link = Link.parse(event.payload)
            except InvalidError as error:
                self._report.wrong("chains", self._name, f"line {number} cannot be read as an event: {error}")
                continue
            self._take(event, link)
        self._finish()

    def head(self, seq: int) -> str | None:
        """SHA-256 of an event of this chain."""
        digest = self._hashes.get(seq)
        return None if digest is None else digest.hex()

    def _take_deleted(self) -> None:
        """The beginning, if the hub says that it deleted it: its last hash ties what is here to what was."""
        deleted = self._part.deleted
        if deleted is None:
            return
        signed = deleted.signed_bytes(self._part.chain_id)
        if problem := self._trust.unsigned(deleted.signed_by, deleted.signature, signed, deleted.deleted_at):
            self._wrong(f"events 1 to {deleted.last_seq} are called deleted, but {problem}")
        elif deleted.last_seq >= self._part.first_seq:
            self._wrong(f"events up to {deleted.last_seq} are called deleted, and some of them are here")
        else:
            self._deleted_to = deleted.last_seq
            self._hashes[deleted.last_seq] = bytes.fromhex(deleted.head_sha256)
            problem = f"events 1 to {deleted.last_seq} were deleted by retention on {deleted.deleted_at}"
            self._report.note("chains", self._where, f"{problem} ({deleted.rule})")

    def _take(self, event: EventLine, link: Link) -> None:
        part, seq = self._part, link.seq
        if link.chain_id != part.chain_id:
            self._wrong(f"belongs to chain {link.chain_id}", seq)
            return
        if link.booth != self._members.manifest.booth:
            self._wrong(f"is from booth {link.booth!r}, the bundle is about {self._members.manifest.booth!r}", seq)
        if not self._follows(seq):
            return
        before = chain.GENESIS_SHA256 if seq == 1 else self.head(seq - 1)
        if before is not None and link.prev_sha256 != before:
            self._wrong(f"does not follow event {seq - 1}: one of the two was altered", seq)
        digest = chain.sha256_hex(event.payload)
        self._hashes[seq] = bytes.fromhex(digest)
        self._last_seq = seq
        self.facts.events += 1
        self._times.take(seq, link.wall_time, link.monotonic_s, link.boot_id, event.received_at, event.clock_offset_ms)
        if (to_time := self._members.manifest.to_time) and link.wall_time > to_time:
            self._after_end = True
        if link.body.get("type") == "checkpoint":
            self._checkpoint(link, event.received_at)
        else:
            self._named.take(self._where, seq, link.body)

    def _follows(self, seq: int) -> bool:
        """Whether the number is the next one, or the next one after a gap that the hub told of."""
        expected = self._last_seq + 1
        if seq < expected:
            self._wrong(f"comes after event {self._last_seq}: events were doubled or put in another order", seq)
            return False
        if seq > expected:
            self._lacks(expected, seq - 1)
        if seq > expected or not self._stretches:
            self._stretches.append([seq, seq])
        self._stretches[-1][1] = seq
        return True

    def _checkpoint(self, link: Link, received_at: datetime) -> None:
        seq = link.seq
        try:
            body = Checkpoint.model_validate(link.body)
        except ValueError:
            self._report.wrong("checkpoints", self._where, "is a checkpoint that cannot be read", seq)
            return
        self.facts.checkpoints += 1
        head = self.head(body.head_seq)
        signed = chain.checkpoint_bytes(self._part.chain_id, body.head_seq, body.head_sha256)
        device = next((one for one in self._devices if chain.verify(one.certificate.key, body.signature, signed)), None)
        if device is None:
            problem = f"its signature over event {body.head_seq} is by none of this booth's devices"
        elif body.head_seq >= seq:
            problem = f"signs event {body.head_seq}, which comes after it"
        elif head is None and body.head_seq >= self._part.first_seq and not self._is_gap(body.head_seq):
            problem = f"signs event {body.head_seq}, which is not here"
        elif head is not None and head != body.head_sha256:
            problem = f"the device signed another event {body.head_seq}"
        else:
            problem = _not_in_force(device, received_at)
            self.facts.signed_by.add(device.certificate.fingerprint)
            self._note_clock(device, link)
        if problem:
            self._report.wrong("checkpoints", self._where, problem, seq)
        elif head is not None:
            self._heads.append(body.head_seq)
            if body.head_seq == seq - 1:
                self._sign_the_one_before.add(seq)

    def _is_gap(self, seq: int) -> bool:
        return any(gap.first <= seq <= gap.last for gap in self._part.missing)

    def _note_clock(self, device: Device, link: Link) -> None:
        if not device.certificate.covers(link.wall_time):
            problem = "the device's clock stood outside of the time for which its certificate is valid"
            self._report.note("times", self._where, problem, link.seq)

    def _finish(self) -> None:
        part, facts = self._part, self.facts
        if self._last_seq != part.last_seq or facts.events != part.events:
            self._wrong(
                f"the manifest says {part.events} events up to {part.last_seq}; "
                f"here are {facts.events} up to {self._last_seq}"
            )
        self._check_ends()
        for first, last in self._stretches:
            self._check_covered(first, last)

    def _check_covered(self, first: int, last: int) -> None:
        """A signature covers what is linked to it: back to the gap before it, and nothing beyond.

        A checkpoint that signs the event before it needs none over itself: it is what it says.
        """
        covered = max((seq for seq in self._heads if first <= seq <= last), default=first - 1)
        self.facts.covered_seq = max(self.facts.covered_seq, covered if covered >= first else 0)
        if covered < last - (last in self._sign_the_one_before):
            problem = f"events {covered + 1} to {last} bear no signature of the device: only the hub vouches for them"
            self._report.missing("checkpoints", self._where, problem)

    def _check_ends(self) -> None:
        """What was asked for must be here: from before its beginning, to after its end or the head of the chain."""
        part, asked = self._part, self._members.manifest
        first_wall = self._times.first_wall
        begins_before = asked.from_time is not None and first_wall is not None and first_wall <= asked.from_time
        if part.first_seq > 1 and begins_before:
            self._report.note("chains", self._where, f"begins at event {part.first_seq}, before what was asked for")
        elif part.first_seq > self._deleted_to + 1:
            self._lacks(self._deleted_to + 1, part.first_seq - 1)
        if part.last_seq < part.highest_seq and not self._after_end:
            self._lacks(part.last_seq + 1, part.highest_seq)
        for gap in self._gaps.values():
            self._wrong(f"the manifest says that events {gap.first} to {gap.last} are missing; there is no such gap")

    def _lacks(self, first: int, last: int) -> None:
        """Numbers that are not here: named by the hub as missing, or taken out."""
        gap = self._gaps.pop(first, None)
        if gap is None or gap.last != last:
            self._wrong(f"events {first} to {last} were taken out")
            return
        self._report.missing("chains", self._where, f"events {first} to {last} are not here: {gap.reason}")
        self.facts.missing += last - first + 1

    def _wrong(self, problem: str, seq: int | None = None) -> None:
        self._report.wrong("chains", self._where, problem, seq)


def _not_in_force(device: Device, received_at: datetime) -> str:
    """Judged by the hub's clock: the device's may be wrong for days."""
    if not device.certificate.not_before <= received_at <= device.certified_until:
        return f"came at {received_at}, when the device's certificate was not valid"
    if device.revoked_at is not None and received_at > device.revoked_at:
        return f"came at {received_at}, signed by a device that was revoked at {device.revoked_at}"
    if device.replaced_at is not None and received_at > device.replaced_at:
        return f"came at {received_at}; another device had taken this one's place at {device.replaced_at}"
    return ""


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Lines without their ends. The beginning of one that grows too long is handed on, its rest passed over."""
    rest, too_long = b"", False
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        if whole and too_long:
            whole, too_long = whole[1:], False
        yield from whole
        if len(rest) > LINE_MAX_BYTES:
            if not too_long:
                yield rest
            rest, too_long = b"", True
    if rest and not too_long:
        yield rest
