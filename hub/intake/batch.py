"""One batch of events, stored in the caller's transaction: what is new, repeated, refused, missing."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contract import chain
from contract.messages import (
    Checkpoint,
    EvidenceAdded,
    MonitoringGap,
    ViolationClosed,
    ViolationOpened,
    ViolationUpdated,
)
from hub.devices.certificates import load_certificate, public_key
from hub.devices.revocation import refusal
from hub.errors import CertificateError
from hub.exams.attach import Attached, attach
from hub.intake import bodies
from hub.intake.incoming import Incoming, Key, Refused
from hub.intake.progress import ChainProgress, Range
from hub.store import booths, certificates, devices, events, gaps, violations
from hub.store.locks import lock

Offset = Callable[[str], float | None]
"""A booth's clock offset, milliseconds: device minus hub."""


@dataclass(slots=True)
class Outcome:
    """What became of a batch; true only once the transaction is committed."""

    stored: list[Incoming] = field(default_factory=list)
    repeated: list[Incoming] = field(default_factory=list)
    deferred: list[Incoming] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    missing: dict[UUID, tuple[Range, ...]] = field(default_factory=dict)
    links_broken: int = 0
    checkpoints_refused: int = 0
    violations: set[UUID] = field(default_factory=set)
    gaps: set[UUID] = field(default_factory=set)
    exam_sessions: set[UUID] = field(default_factory=set)
    booths: set[str] = field(default_factory=set)
    """To be told what they should be doing now."""
    steps_unused: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Known:
    """What the database holds of everything the batch speaks of, read in a few statements."""

    booths: set[str]
    chains: dict[UUID, str]
    """Chain to the booth it belongs to: the one that used it first."""
    progress: dict[UUID, ChainProgress]
    links: dict[Key, events.Link]
    violations: dict[UUID, str]
    gaps: dict[UUID, str]
    certificates: dict[str, tuple[str, ...]]
    """PEM of those with whose keys each booth's device may have signed, the newest first."""
    services: dict[str, tuple[devices.Service, ...]]
    begun: dict[UUID, datetime]
    """When the first event of each chain came."""
    deleted_to: dict[UUID, int]
    """Up to which event retention has deleted each chain: what comes again was here."""


async def store(
    connection: AsyncConnection,
    messages: Sequence[Incoming | Refused],
    clock_offset_ms: Offset = lambda booth_id: None,
) -> Outcome:
    """Stores what can be stored; raises what SQLAlchemy raises, and then nothing counts. Locks booths and chains.

    `clock_offset_ms` is what was last measured of a booth's clock, to be kept with its events.
    """
    incoming = [message for message in messages if isinstance(message, Incoming)]
    await lock(connection, _names(messages))
    outcome = Outcome(refused=[message for message in messages if isinstance(message, Refused)])
    known = await _read(connection, incoming, outcome.refused)
    hashes: dict[Key, str] = {key: row.payload_sha256 for key, row in known.links.items()}
    for arrived in incoming:
        _judge(arrived, known, hashes, outcome)
    _note_refused(outcome.refused, known)
    await _write(connection, known, hashes, outcome, clock_offset_ms)
    outcome.missing = {
        chain_id: progress.gaps for chain_id, progress in known.progress.items() if chain_id in known.chains
    }
    return outcome


def _names(messages: Sequence[Incoming | Refused]) -> set[str]:
    """Booths and chains: another process may hold other events of the same ones."""
    booths_named = {each.event.booth if isinstance(each, Incoming) else each.booth_id for each in messages}
    keys = (each.key for each in messages)
    return {f"booth {booth_id}" for booth_id in booths_named} | {f"chain {key[0]}" for key in keys if key}


async def _read(connection: AsyncConnection, incoming: list[Incoming], refused: list[Refused]) -> _Known:
    booth_ids = {arrived.event.booth for arrived in incoming} | {each.booth_id for each in refused}
    chain_ids = {arrived.event.chain_id for arrived in incoming} | {each.key[0] for each in refused if each.key}
    keys: set[Key] = set()
    violation_ids: set[UUID] = set()
    gap_ids: set[UUID] = set()
    signers: set[str] = set()
    for arrived in incoming:
        (chain_id, seq), body = arrived.key, arrived.event.body
        keys.update(((chain_id, seq - 1), (chain_id, seq), (chain_id, seq + 1)))
        if isinstance(body, ViolationOpened | ViolationUpdated | ViolationClosed):
            violation_ids.add(body.violation.violation_id)
        elif isinstance(body, EvidenceAdded):
            violation_ids.add(body.violation_id)
        elif isinstance(body, MonitoringGap):
            gap_ids.add(body.gap_id)
        elif isinstance(body, Checkpoint):
            keys.add((chain_id, body.head_seq))
            signers.add(arrived.event.booth)
    chains = await events.find_chains(connection, chain_ids)
    missing = await events.find_gaps(connection, chain_ids)
    return _Known(
        booths=await booths.known(connection, booth_ids),
        chains={chain_id: row.booth_id for chain_id, row in chains.items()},
        progress={chain_id: ChainProgress(row.max_seq, missing.get(chain_id, ())) for chain_id, row in chains.items()},
        links=await events.find_links(connection, keys) if keys else {},
        violations=await violations.owners(connection, violation_ids) if violation_ids else {},
        gaps=await gaps.owners(connection, gap_ids) if gap_ids else {},
        certificates=await certificates.signing(connection, signers) if signers else {},
        services=await devices.services(connection, booth_ids),
        begun={chain_id: row.first_received_at for chain_id, row in chains.items()},
        deleted_to={chain_id: row.deleted_to for chain_id, row in chains.items()},
    )


def _judge(arrived: Incoming, known: _Known, hashes: dict[Key, str], outcome: Outcome) -> None:
    """Sorts one event, in the order of arrival."""
    event, body = arrived.event, arrived.event.body
    booth_id = event.booth

    def refuse(refusal: Any, reason: str) -> None:
        outcome.refused.append(Refused(booth_id, arrived.message, refusal, reason, arrived.key))

    if booth_id not in known.booths:
        refuse("unknown_booth", f"this hub has no booth {booth_id}")
    elif known.chains.setdefault(event.chain_id, booth_id) != booth_id:
        refuse("foreign", "the chain belongs to another booth")
    elif arrived.key in hashes:
        if hashes[arrived.key] == arrived.payload_sha256:
            outcome.repeated.append(arrived)
        else:
            refuse("tampered", "another event has this number in the chain")
    elif event.seq <= known.deleted_to.get(event.chain_id, 0):
        outcome.repeated.append(arrived)
    elif reason := _revoked(arrived, known):
        refuse("revoked", reason)
    elif not _own(body, booth_id, known):
        refuse("foreign", "the violation or gap belongs to another booth")
    elif not known.progress.setdefault(event.chain_id, ChainProgress()).take(event.seq):
        outcome.deferred.append(arrived)
    else:
        hashes[arrived.key] = arrived.payload_sha256
        outcome.stored.append(arrived)


def _revoked(arrived: Incoming, known: _Known) -> str | None:
    began_at = known.begun.get(arrived.event.chain_id)
    services = known.services.get(arrived.event.booth, ())
    return refusal(services, began_at, arrived.message.received_at)


def _own(body: object, booth_id: str, known: _Known) -> bool:
    if isinstance(body, ViolationOpened | ViolationUpdated | ViolationClosed):
        return known.violations.setdefault(body.violation.violation_id, booth_id) == booth_id
    if isinstance(body, EvidenceAdded):
        return known.violations.setdefault(body.violation_id, booth_id) == booth_id
    if isinstance(body, MonitoringGap):
        return known.gaps.setdefault(body.gap_id, booth_id) == booth_id
    return True


def _note_refused(refused: list[Refused], known: _Known) -> None:
    """A refused number is not missing: the booth is told to forget it. What a revoked device says changes nothing."""
    for each in refused:
        if each.key and each.booth_id in known.booths and each.refusal != "revoked":
            chain_id, seq = each.key
            if known.chains.setdefault(chain_id, each.booth_id) == each.booth_id:
                known.progress.setdefault(chain_id, ChainProgress()).take(seq)


async def _write(
    connection: AsyncConnection, known: _Known, hashes: dict[Key, str], outcome: Outcome, offset: Offset
) -> None:
    await _write_chains(connection, known, outcome)
    if outcome.refused:
        await events.keep_aside(
            connection, [events.aside(each.booth_id, each.message, each.reason, each.key) for each in outcome.refused]
        )
    if not outcome.stored:
        return
    attached = await attach(connection, (arrived.event for arrived in outcome.stored))
    await _write_events(connection, known, hashes, outcome, offset, attached)
    await _write_checkpoints(connection, known, hashes, outcome)
    stored = [(arrived.event, arrived.message) for arrived in outcome.stored]
    changed = await bodies.write(connection, stored, attached)
    outcome.violations, outcome.gaps = changed.violations, changed.gaps
    outcome.exam_sessions = changed.exam_sessions
    outcome.booths, outcome.steps_unused = changed.booths, changed.steps_unused


async def _write_chains(connection: AsyncConnection, known: _Known, outcome: Outcome) -> None:
    counts: dict[UUID, int] = {}
    for arrived in outcome.stored:
        counts[arrived.event.chain_id] = counts.get(arrived.event.chain_id, 0) + 1
    received: datetime | None = next((arrived.message.received_at for arrived in outcome.stored), None)
    received = received or next((each.message.received_at for each in outcome.refused), None)
    rows = [
        {
            "chain_id": chain_id,
            "booth_id": known.chains[chain_id],
            "max_seq": progress.max_seq,
            "events": counts.get(chain_id, 0),
            "first_received_at": received,
        }
        for chain_id, progress in known.progress.items()
    ]
    if rows and received is not None:
        await events.write_chains(connection, rows)
    await events.write_gaps(
        connection,
        [
            {"chain_id": chain_id, "first": first}
            for chain_id, progress in known.progress.items()
            for first, _ in progress.closed()
        ],
        [
            {"chain_id": chain_id, "first": first, "last": last}
            for chain_id, progress in known.progress.items()
            for first, last in progress.opened()
        ],
    )


async def _write_events(
    connection: AsyncConnection,
    known: _Known,
    hashes: dict[Key, str],
    outcome: Outcome,
    offset: Offset,
    attached: Attached,
) -> None:
    rows = []
    for arrived in outcome.stored:
        event = arrived.event
        link_ok = _link(event.seq, event.prev_sha256, hashes.get((event.chain_id, event.seq - 1)))
        outcome.links_broken += link_ok is False
        rows.append(
            {
                "chain_id": event.chain_id,
                "seq": event.seq,
                "booth_id": event.booth,
                "type": event.body.type,
                "payload": arrived.message.payload,
                "payload_sha256": arrived.payload_sha256,
                "prev_sha256": event.prev_sha256,
                "link_ok": link_ok,
                "wall_time": event.wall_time,
                "received_at": arrived.message.received_at,
                "clock_offset_ms": offset(event.booth),
                "exam_session_id": attached.get(arrived.key),
            }
        )
    await events.add(connection, rows)
    late = []
    for arrived in outcome.stored:
        after = (arrived.event.chain_id, arrived.event.seq + 1)
        if after in known.links and known.links[after].link_ok is None:
            link_ok = known.links[after].prev_sha256 == arrived.payload_sha256
            outcome.links_broken += not link_ok
            late.append((after, link_ok))
    if late:
        await events.set_links(connection, late)


def _link(seq: int, prev_sha256: str, before: str | None) -> bool | None:
    if seq == 1:
        return prev_sha256 == chain.GENESIS_SHA256
    return None if before is None else prev_sha256 == before


async def _write_checkpoints(
    connection: AsyncConnection, known: _Known, hashes: dict[Key, str], outcome: Outcome
) -> None:
    rows = []
    for arrived in outcome.stored:
        event, body = arrived.event, arrived.event.body
        if isinstance(body, Checkpoint):
            held = known.certificates.get(event.booth, ())
            signature_ok = any(_signed(event.chain_id, body, certificate_pem) for certificate_pem in held)
            head = hashes.get((event.chain_id, body.head_seq))
            head_ok = None if head is None else head == body.head_sha256
            outcome.checkpoints_refused += not signature_ok or head_ok is False
            rows.append(
                {
                    "chain_id": event.chain_id,
                    "seq": event.seq,
                    "head_seq": body.head_seq,
                    "head_sha256": body.head_sha256,
                    "signature_ok": signature_ok,
                    "head_ok": head_ok,
                }
            )
    if rows:
        await events.add_checkpoints(connection, rows)


def _signed(chain_id: UUID, checkpoint: Checkpoint, certificate_pem: str) -> bool:
    try:
        key = public_key(load_certificate(certificate_pem))
    except CertificateError:
        return False
    signed = chain.checkpoint_bytes(chain_id, checkpoint.head_seq, checkpoint.head_sha256)
    return chain.verify(key, checkpoint.signature, signed)
