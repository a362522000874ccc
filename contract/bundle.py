"""A bundle: everything that proves what happened in a booth, in one archive that needs no hub to be checked.

    manifest.json                      what this is, and size and SHA-256 of every other member
    manifest.sig                       the hub's signature over the bytes of manifest.json (DER, as openssl reads it)
    certificates/ca.pem                the authority of the hub
    certificates/hub/{sha256}.pem      whose key signed the manifest and countersigned chains
    certificates/devices/{sha256}.pem  the booth's devices, which signed checkpoints
    countersignatures.json             what the hub held of each chain, and when
    events/{chain_id}.jsonl            one `EventLine` an event, in the order of the chain
    evidence/{sha256}                  files that the events name

Members stand in the order of their names, the manifest and its signature last. See docs/evidence.md.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509 import ObjectIdentifier
from pydantic import Base64Bytes, Field, ValidationError

from contract.deletion import DeletedEvents, DeletedEvidence
from contract.wire import BoothId, InvalidError, Seq, Sha256, Timestamp, Wire

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
COUNTERSIGNATURES: Final = "countersignatures.json"
CA: Final = "certificates/ca.pem"
_SHA256 = "[0-9a-f]{64}"
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MEMBER_NAME: Final = re.compile(
    rf"{re.escape(MANIFEST)}|{re.escape(SIGNATURE)}|{re.escape(COUNTERSIGNATURES)}|{re.escape(CA)}"
    rf"|certificates/(hub|devices)/{_SHA256}\.pem|events/{_UUID}\.jsonl|evidence/{_SHA256}"
)

MANIFEST_MAX_BYTES: Final = 64 * 2**20
COUNTERSIGNATURES_MAX_BYTES: Final = 16 * 2**20
CERTIFICATE_MAX_BYTES: Final = 16 * 1024
LINE_MAX_BYTES: Final = 128 * 1024
"""An event of at most 64 KiB, in base64, with what the hub says of it."""

DOCUMENT_SIGNING: Final = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""RFC 9336. Only the hub's signing key has it: neither a device's certificate nor the hub's own for TLS can pass."""

CountersignReason = Literal["monitoring_stopped", "exam_session_ended", "exported"]


class Member(Wire):
    name: str = Field(max_length=120)
    size_bytes: int = Field(ge=0)
    sha256: Sha256


class MissingEvents(Wire):
    """Numbers that the hub does not have: never hidden, always named."""

    first: Seq
    last: Seq
    reason: str = Field(max_length=300)


class ChainPart(Wire):
    chain_id: UUID
    first_seq: Seq
    last_seq: Seq
    events: int = Field(ge=1)
    highest_seq: Seq = Field(description="the highest number of this chain that the hub has seen")
    missing: tuple[MissingEvents, ...] = ()
    deleted: DeletedEvents | None = None


class DeviceRecord(Wire):
    """One certificate of a device, and from when to when the hub took the device's signature for the booth's."""

    fingerprint: Sha256
    device_id: UUID | None = Field(None, description="of all certificates of one device; None: by an older hub")
    enrolled_at: Timestamp
    replaced_at: Timestamp | None = None
    revoked_at: Timestamp | None = Field(None, description="its key may be in other hands: nothing counts from then on")
    revoked_reason: str = Field("", max_length=300)


class AbsentEvidence(Wire):
    """A file that an event names and that the hub does not have, as far as the hub knows why."""

    sha256: Sha256
    reason: str = Field(max_length=300)


class Manifest(Wire):
    type: Literal["invigil_bundle"] = "invigil_bundle"
    version: Literal[1] = 1
    booth: BoothId
    from_time: Timestamp | None = Field(None, description="what was asked for, by the device's clock; None: all")
    to_time: Timestamp | None = None
    made_at: Timestamp
    made_by: str = Field(description="the hub's version", max_length=60)
    signed_by: Sha256 = Field(description="fingerprint of the hub's certificate")
    chains: tuple[ChainPart, ...]
    devices: tuple[DeviceRecord, ...]
    absent_evidence: tuple[AbsentEvidence, ...] = ()
    deleted_evidence: tuple[DeletedEvidence, ...] = ()
    members: tuple[Member, ...]


class EventLine(Wire):
    """One event, with what only the hub knows of it."""

    received_at: Timestamp = Field(description="by the hub's clock")
    clock_offset_ms: float | None = Field(None, description="device minus hub when it came; None: not measured yet")
    payload: Base64Bytes = Field(description="the bytes as the device sent them")


class Countersignature(Wire):
    """The hub's word that it held this event of the chain at that time: a chain that ends before was cut."""

    chain_id: UUID
    head_seq: Seq
    head_sha256: Sha256
    reason: CountersignReason
    signed_at: Timestamp
    signed_by: Sha256 = Field(description="fingerprint of the hub's certificate")
    signature: str = Field(description="base64 DER, ECDSA P-256 over `countersigned_bytes`", max_length=200)


class Countersignatures(Wire):
    items: tuple[Countersignature, ...] = ()


class NamedFile(Wire):
    """A file as an event names it; roles and kinds of media may be newer than the reader."""

    sha256: Sha256
    role: str = Field(max_length=40)
    size_bytes: int = Field(ge=1)


def files_named(body: dict[str, Any]) -> tuple[NamedFile, ...]:
    """Evidence that an event's body names; raises `InvalidError` for one that makes no sense."""
    try:
        match body["type"]:
            case "violation_opened" | "violation_updated" | "violation_closed":
                found = tuple(body["violation"].get("evidence", ()))
            case "evidence_added" | "segment_recorded":
                found = (body["evidence"],)
            case "exam_session_step":
                found = (body["photo"],) if body.get("photo") else ()
            case _:
                found = ()
        return tuple(NamedFile.model_validate(each) for each in found)
    except (KeyError, TypeError, AttributeError, ValidationError) as error:
        raise InvalidError("names evidence in a way that cannot be read") from error


def countersigned_bytes(chain_id: UUID, head_seq: int, head_sha256: str, reason: str, signed_at: datetime) -> bytes:
    """What the hub signs. The time is written in UTC with microseconds, so that it has one spelling."""
    at = signed_at.astimezone(UTC).isoformat(timespec="microseconds")
    return f"invigil countersignature v1\n{chain_id}\n{head_seq}\n{head_sha256}\n{reason}\n{at}\n".encode()


def events_name(chain_id: UUID) -> str:
    return f"events/{chain_id}.jsonl"


def evidence_name(sha256: str) -> str:
    return f"evidence/{sha256}"


def hub_certificate_name(fingerprint: str) -> str:
    return f"certificates/hub/{fingerprint}.pem"


def device_certificate_name(fingerprint: str) -> str:
    return f"certificates/devices/{fingerprint}.pem"


def in_order(names: Iterable[str]) -> list[str]:
    """The one order that members may have."""
    last = {MANIFEST: 1, SIGNATURE: 2}
    return sorted(names, key=lambda name: (last.get(name, 0), name))


def sign_manifest(key: ec.EllipticCurvePrivateKey, manifest: bytes) -> bytes:
    """DER. Of the two signatures that say the same, the one with the lower half is the one that counts."""
    r, s = decode_dss_signature(key.sign(manifest, ec.ECDSA(hashes.SHA256())))
    return encode_dss_signature(r, min(s, _ORDER - s))


def manifest_is_signed(key: ec.EllipticCurvePublicKey, signature: bytes, manifest: bytes) -> bool:
    """Whether `signature` is the key's over these bytes, in its one spelling."""
    try:
        _, s = decode_dss_signature(signature)
        key.verify(signature, manifest, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return s <= _ORDER // 2


_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256."""
