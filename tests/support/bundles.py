"""A bundle made in memory, as a hub makes it, and made again after somebody has changed something in it."""

import base64
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID, uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contract import bundle, chain, deletion
from contract.archive import ArchiveWriter
from contract.bundle import ChainPart, Countersignature, Countersignatures, DeviceRecord, EventLine, Manifest, Member
from contract.deletion import DeletedEvents, DeletedEvidence
from contract.messages import (
    Checkpoint,
    Event,
    EventBody,
    EvidenceAdded,
    EvidenceDropped,
    MonitoringStep,
    SegmentRecorded,
    ViolationClosed,
    ViolationOpened,
)
from contract.topics import HUB_COMMON_NAME
from contract.verify import verify_bundle
from contract.verify.report import Report
from contract.violation import EvidenceRef, EvidenceRole, Explanation, Violation

BOOTH = "booth-1"
BEGAN = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
SNAPSHOT = b"\xff\xd8\xff" + bytes(range(256))
CLIP = b"\0\0\0\x18ftypiso5" + bytes(reversed(range(256))) * 2
SEGMENT = b"\0\0\0\x18ftypiso6" + b"moof" * 60
LOST = b"never uploaded"

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Identity:
    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def authority(name: str = "Invigil hub authority") -> Identity:
    return _certify(ec.generate_private_key(ec.SECP256R1()), name, None, ())


def signer(issuer: Identity, name: str = HUB_COMMON_NAME) -> Identity:
    """A hub's signing certificate."""
    return _certify(ec.generate_private_key(ec.SECP256R1()), name, issuer, (bundle.DOCUMENT_SIGNING,))


def device(issuer: Identity, booth: str = BOOTH, key: Key | None = None) -> Identity:
    key = key or ec.generate_private_key(ec.SECP256R1())
    return _certify(key, booth, issuer, (ExtendedKeyUsageOID.CLIENT_AUTH,))


def _certify(key: Key, name: str, issuer: Identity | None, usages: tuple[x509.ObjectIdentifier, ...]) -> Identity:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGAN - timedelta(days=1))
        .not_valid_after(BEGAN + timedelta(days=400))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    return Identity(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


@dataclass(frozen=True)
class Told:
    """One event as the hub keeps it."""

    payload: bytes
    received_at: datetime
    clock_offset_ms: float | None = 12.5


@dataclass
class Writer:
    """A booth's outbox: events with the hash of the one before, and checkpoints."""

    device: Identity
    booth: str = BOOTH
    chain_id: UUID = field(default_factory=uuid4)
    boot_id: str = "boot-1"
    monotonic_s: float = 100.0
    head: str = chain.GENESIS_SHA256
    told: list[Told] = field(default_factory=list)

    @property
    def seq(self) -> int:
        return len(self.told)

    def event(self, body: EventBody) -> None:
        self.monotonic_s += 1.5
        event = Event(
            chain_id=self.chain_id,
            seq=self.seq + 1,
            prev_sha256=self.head,
            booth=self.booth,
            wall_time=BEGAN + timedelta(seconds=self.monotonic_s),
            monotonic_s=self.monotonic_s,
            boot_id=self.boot_id,
            body=body,
        )
        self.put(event.to_json())

    def put(self, payload: bytes) -> None:
        received_at = BEGAN + timedelta(seconds=self.monotonic_s + 0.2)
        self.told.append(Told(payload, received_at))
        self.head = chain.sha256_hex(payload)

    def checkpoint(self) -> None:
        signed = chain.checkpoint_bytes(self.chain_id, self.seq, self.head)
        signature = chain.sign(self.device.key, signed)
        self.event(Checkpoint(head_seq=self.seq, head_sha256=self.head, signature=signature))

    def step(self, step: str) -> None:
        self.event(
            MonitoringStep.model_validate(
                {"step": step, "profile": "strict", "profile_version": 1, "agent_version": "0.1.0"}
            )
        )

    def violation(self, *files: bytes, later: tuple[bytes, ...] = ()) -> None:
        opened = BEGAN + timedelta(seconds=self.monotonic_s)
        violation = Violation(
            violation_id=uuid4(),
            kind="no_face",
            severity="high",
            started_at=opened - timedelta(seconds=1),
            opened_at=opened,
            explanation=Explanation(hold_s=1.0, frames=10, profile="strict", profile_version=1),
            evidence=tuple(ref(data) for data in files),
        )
        self.event(ViolationOpened(violation=violation))
        self.event(ViolationClosed(violation=violation.model_copy(update={"ended_at": opened + timedelta(seconds=2)})))
        for data in later:
            self.event(EvidenceAdded(violation_id=violation.violation_id, evidence=ref(data, "clip", "video/mp4")))


def ref(data: bytes, role: EvidenceRole = "snapshot", media_type: str = "image/jpeg") -> EvidenceRef:
    return EvidenceRef(
        sha256=chain.sha256_hex(data), role=role, media_type=media_type, size_bytes=len(data), taken_at=BEGAN
    )


@dataclass(frozen=True)
class Bundle:
    """What a hub puts into a bundle. `sealed` makes the archive: whatever was changed, the manifest fits it again."""

    authority: Identity
    hub: Identity
    devices: tuple[Identity, ...]
    chains: dict[UUID, list[Told]]
    countersignatures: tuple[Countersignature, ...]
    evidence: dict[str, bytes]
    parts: tuple[ChainPart, ...]
    manifest_key: Key | None = None
    """By default the hub's."""
    manifest_changes: Mapping[str, object] = field(default_factory=dict)
    replaced_at: datetime | None = None
    revoked_at: datetime | None = None

    def members(self) -> dict[str, bytes]:
        """All but the manifest and its signature."""
        found = {bundle.CA: self.authority.pem, bundle.hub_certificate_name(self.hub.fingerprint): self.hub.pem}
        found |= {bundle.device_certificate_name(each.fingerprint): each.pem for each in self.devices}
        found[bundle.COUNTERSIGNATURES] = Countersignatures(items=self.countersignatures).to_json()
        for chain_id, told in self.chains.items():
            found[bundle.events_name(chain_id)] = b"".join(line(each) for each in told)
        return found | {bundle.evidence_name(sha256): data for sha256, data in self.evidence.items()}

    def manifest(self, members: dict[str, bytes]) -> bytes:
        listed = tuple(
            Member(name=name, size_bytes=len(members[name]), sha256=chain.sha256_hex(members[name]))
            for name in bundle.in_order(members)
        )
        manifest = Manifest(
            booth=BOOTH,
            made_at=BEGAN + timedelta(hours=4),
            made_by="0.1.0",
            signed_by=self.hub.fingerprint,
            chains=self.parts,
            devices=tuple(
                DeviceRecord(
                    fingerprint=each.fingerprint,
                    enrolled_at=BEGAN,
                    replaced_at=self.replaced_at,
                    revoked_at=self.revoked_at,
                    revoked_reason="stolen" if self.revoked_at else "",
                )
                for each in self.devices
            ),
            members=listed,
        )
        return manifest.model_copy(update=self.manifest_changes).to_json()

    def sealed(self) -> bytes:
        members = self.members()
        manifest = self.manifest(members)
        return archive(members, manifest, bundle.sign_manifest(self.manifest_key or self.hub.key, manifest))

    def fitted(self) -> "Bundle":
        """What an honest hub would say of its chains after somebody changed its database: it knows no better."""
        parts = []
        for part in self.parts:
            told = self.chains.get(part.chain_id)
            if told:
                seqs = [seq_of(each.payload) for each in told]
                ends = {"first_seq": min(seqs), "last_seq": max(seqs), "events": len(seqs), "highest_seq": max(seqs)}
                parts.append(part.model_copy(update=ends))
        fresh = [
            countersign(self.hub, each.chain_id, each.last_seq, _head(self.chains[each.chain_id])) for each in parts
        ]
        return replace(self, parts=tuple(parts), countersignatures=(*self.countersignatures, *fresh))


def _head(told: list[Told]) -> str:
    return chain.sha256_hex(max(told, key=lambda each: seq_of(each.payload)).payload)


def seq_of(payload: bytes) -> int:
    return Event.parse(payload).seq


def line(told: Told) -> bytes:
    payload = base64.b64encode(told.payload)
    return (
        EventLine(received_at=told.received_at, clock_offset_ms=told.clock_offset_ms, payload=payload).to_json() + b"\n"
    )


def archive(
    members: dict[str, bytes], manifest: bytes, signature: bytes, order: Callable[..., list[str]] = list
) -> bytes:
    writer, data = ArchiveWriter(), bytearray()
    everything = {**members, bundle.MANIFEST: manifest, bundle.SIGNATURE: signature}
    for name in order(bundle.in_order(everything)):
        data += writer.add(name, everything[name])
    return bytes(data + writer.end())


def countersign(
    hub: Identity,
    chain_id: UUID,
    head_seq: int,
    head_sha256: str,
    reason: bundle.CountersignReason = "exported",
    at: datetime = BEGAN + timedelta(hours=3),
) -> Countersignature:
    signed = bundle.countersigned_bytes(chain_id, head_seq, head_sha256, reason, at)
    return Countersignature(
        chain_id=chain_id,
        head_seq=head_seq,
        head_sha256=head_sha256,
        reason=reason,
        signed_at=at,
        signed_by=hub.fingerprint,
        signature=chain.sign(hub.key, signed),
    )


def deleted_file(by: Identity, data: bytes, at: datetime = BEGAN + timedelta(hours=3)) -> DeletedEvidence:
    """As a hub says it that `by` is the signing key of."""
    sha256, rule = chain.sha256_hex(data), "clips: 30 days"
    signature = chain.sign(by.key, deletion.file_bytes(sha256, rule, at))
    return DeletedEvidence(sha256=sha256, rule=rule, deleted_at=at, signed_by=by.fingerprint, signature=signature)


def deleted_events(
    by: Identity, chain_id: UUID, last: bytes, at: datetime = BEGAN + timedelta(hours=3)
) -> DeletedEvents:
    """`last` is the last event that went."""
    seq, head, rule = seq_of(last), chain.sha256_hex(last), "events: 30 days"
    signature = chain.sign(by.key, deletion.events_bytes(chain_id, seq, head, rule, at))
    return DeletedEvents(
        last_seq=seq, head_sha256=head, rule=rule, deleted_at=at, signed_by=by.fingerprint, signature=signature
    )


def beginning_deleted(whole: Bundle, chain_id: UUID, number: int, by: Identity) -> Bundle:
    """The first so many events of a chain are not there, and whoever `by` is says that retention deleted them."""
    told = whole.chains[chain_id]
    said = deleted_events(by, chain_id, told[number - 1].payload)
    parts = tuple(
        part.model_copy(update={"deleted": said if part.chain_id == chain_id else None}) for part in whole.parts
    )
    left = {**whole.chains, chain_id: told[number:]}
    names = {each for some in left.values() for one in some for each in _files(one.payload)}
    evidence = {sha256: data for sha256, data in whole.evidence.items() if sha256 in names}
    signed = tuple(one for one in whole.countersignatures if one.chain_id != chain_id or one.head_seq > number)
    return replace(whole, chains=left, parts=parts, evidence=evidence, countersignatures=signed).fitted()


def _files(payload: bytes) -> list[str]:
    return [each.sha256 for each in bundle.files_named(json.loads(payload)["body"])]


@cache
def a_bundle() -> Bundle:
    """Two chains of one booth: a reboot within the first, a dropped file, clips, a recorded segment."""
    root = authority()
    hub, booth = signer(root), device(root)
    first, second = Writer(booth), Writer(booth, boot_id="boot-2", monotonic_s=400.0)
    first.step("started")
    first.violation(SNAPSHOT, later=(CLIP,))
    first.checkpoint()
    first.boot_id, first.monotonic_s = "boot-1b", 300.0
    first.violation(SNAPSHOT)
    first.event(
        SegmentRecorded(
            evidence=ref(SEGMENT, "segment", "video/mp4"), started_at=BEGAN, ended_at=BEGAN + timedelta(seconds=30)
        )
    )
    first.checkpoint()
    first.step("stopped")
    first.checkpoint()
    second.step("started")
    second.violation(later=(LOST,))
    second.event(EvidenceDropped(sha256=chain.sha256_hex(LOST), role="clip", reason="spool_full"))
    second.step("stopped")
    second.checkpoint()
    return made_of(root, hub, (booth,), (first, second), (SNAPSHOT, CLIP, SEGMENT))


def made_of(
    root: Identity,
    hub: Identity,
    devices: tuple[Identity, ...],
    writers: tuple[Writer, ...],
    evidence: tuple[bytes, ...],
) -> Bundle:
    """All events of these outboxes, each chain countersigned at its end."""
    return Bundle(
        authority=root,
        hub=hub,
        devices=devices,
        chains={each.chain_id: each.told for each in writers},
        countersignatures=tuple(
            countersign(hub, each.chain_id, each.seq, chain.sha256_hex(each.told[-1].payload), "monitoring_stopped")
            for each in writers
        ),
        evidence={chain.sha256_hex(data): data for data in evidence},
        parts=tuple(
            ChainPart(chain_id=each.chain_id, first_seq=1, last_seq=each.seq, events=each.seq, highest_seq=each.seq)
            for each in writers
        ),
    )


def check(data: bytes, authority_sha256: str | None = None) -> Report:
    """Against the authority of `a_bundle`, as an auditor would."""
    return verify_bundle(io.BytesIO(data), authority_sha256 or a_bundle().authority.fingerprint)
