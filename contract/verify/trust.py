"""Who vouches: the authority, the hub's signing certificates, the booth's devices."""

import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contract import chain
from contract.bundle import (
    CA,
    CERTIFICATE_MAX_BYTES,
    DOCUMENT_SIGNING,
    MANIFEST,
    SIGNATURE,
    DeviceRecord,
    device_certificate_name,
    hub_certificate_name,
    manifest_is_signed,
)
from contract.topics import HUB_COMMON_NAME
from contract.verify.members import Members
from contract.verify.report import Report
from contract.wire import InvalidError

UNREADABLE: Final = (
    ValueError,
    TypeError,
    Warning,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises for certificates and requests that somebody made up."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What counts of a certificate, read once: later questions cannot fail."""

    raw: x509.Certificate
    fingerprint: str
    common_name: str
    key: ec.EllipticCurvePublicKey
    not_before: datetime
    not_after: datetime
    usages: frozenset[x509.ObjectIdentifier]
    is_authority: bool

    @classmethod
    def parse(cls, pem: bytes) -> "Certificate":
        """Raises `InvalidError`, also for what the library only warns of: no authority of ours issues such a thing."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found = x509.load_pem_x509_certificate(pem)
            key, names = found.public_key(), found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            return cls(
                found,
                found.fingerprint(hashes.SHA256()).hex(),
                str(names[0].value) if len(names) == 1 else "",
                _p256(key),
                found.not_valid_before_utc,
                found.not_valid_after_utc,
                _usages(found),
                _is_authority(found),
            )
        except UNREADABLE as error:
            raise InvalidError(f"is no certificate that can be read: {error}") from error

    def issued(self, other: "Certificate") -> bool:
        try:
            other.raw.verify_directly_issued_by(self.raw)
        except (InvalidSignature, *UNREADABLE):
            return False
        return True

    def covers(self, at: datetime) -> bool:
        return self.not_before <= at <= self.not_after


@dataclass(frozen=True, slots=True)
class Device:
    """A certificate of one of the booth's devices, and until when the hub took that device's word."""

    certificate: Certificate
    replaced_at: datetime | None
    revoked_at: datetime | None
    certified_until: datetime
    """When the last certificate ends that the authority gave this device: what waited in its outbox while it had none
    in date is still its own."""


class Trust:
    """`hubs` and `devices` hold only what this authority issued for this purpose."""

    def __init__(self, members: Members, report: Report, pinned_sha256: str | None) -> None:
        self.hubs: dict[str, Certificate] = {}
        self.devices: list[Device] = []
        self._members = members
        self._report = report
        self._authority = self._read(CA)
        self._check_authority(pinned_sha256)
        for name in sorted(members.names("certificates/hub/")):
            self._take_hub(name)
        self._take_devices()
        self._check_manifest()
        report.held["certificates"] = (
            f"issued by the authority: {len(self.hubs)} of the hub, {len(self.devices)} of devices"
        )

    def unsigned(self, signed_by: str, signature: str, signed: bytes, at: datetime) -> str:
        """Why the hub's word over this does not count; empty where it does."""
        hub = self.hubs.get(signed_by)
        if hub is None:
            return "no certificate of the hub is here for the key that signed it"
        if not chain.verify(hub.key, signature, signed):
            return "the signature is not the hub's"
        return "" if hub.covers(at) else "it was signed when the hub's certificate was not valid"

    def _read(self, name: str) -> Certificate | None:
        pem = self._members.read(name, CERTIFICATE_MAX_BYTES)
        if pem is None:
            return None
        try:
            return Certificate.parse(pem)
        except InvalidError as error:
            self._report.wrong("certificates", name, str(error))
            return None

    def _check_authority(self, pinned_sha256: str | None) -> None:
        found, report = self._authority, self._report
        if found is None:
            report.wrong("authority", CA, "without it nothing vouches for anything")
            return
        report.authority_sha256, report.authority_pinned = found.fingerprint, pinned_sha256 is not None
        if not found.is_authority or not found.issued(found):
            report.wrong("authority", CA, "is no certificate of an authority")
        if pinned_sha256 is not None and found.fingerprint != pinned_sha256:
            report.wrong("authority", CA, f"is {found.fingerprint}; the authority that you gave is {pinned_sha256}")
        if pinned_sha256 is None:
            report.note("authority", CA, f"{found.fingerprint} vouches; whether it is your hub's was not checked")
        report.held["authority"] = (
            "it is the one that you gave" if pinned_sha256 else "not compared with any that you trust"
        )

    def _take_hub(self, name: str) -> None:
        found = self._issued(name)
        if found is None:
            return
        if name != hub_certificate_name(found.fingerprint):
            self._report.wrong("certificates", name, "is not the certificate it is named after")
        elif found.common_name != HUB_COMMON_NAME or DOCUMENT_SIGNING not in found.usages:
            self._report.wrong(
                "certificates", name, f"is no signing certificate of the hub but of {found.common_name!r}"
            )
        else:
            self.hubs[found.fingerprint] = found

    def _take_devices(self) -> None:
        manifest, report = self._members.manifest, self._report
        held: list[tuple[Certificate, DeviceRecord]] = []
        for record in manifest.devices:
            name = device_certificate_name(record.fingerprint)
            found = self._issued(name)
            if found is None:
                continue
            if found.fingerprint != record.fingerprint:
                report.wrong("certificates", name, "is not the certificate it is named after")
            elif found.common_name != manifest.booth:
                problem = f"speaks for {found.common_name!r}, not for {manifest.booth!r}"
                report.wrong("certificates", name, problem)
            elif ExtendedKeyUsageOID.CLIENT_AUTH not in found.usages:
                report.wrong("certificates", name, "is no certificate of a device")
            else:
                held.append((found, record))
                if record.revoked_at is not None:
                    said = f"this device was revoked at {record.revoked_at}: {record.revoked_reason}"
                    report.note("certificates", name, f"{said}; only what came before that counts")
        for found, record in held:
            ends = [other.not_after for other, its in held if record.device_id and its.device_id == record.device_id]
            until = max(ends, default=found.not_after)
            self.devices.append(Device(found, record.replaced_at, record.revoked_at, until))

    def _issued(self, name: str) -> Certificate | None:
        found = self._read(name)
        if found is None or self._authority is None:
            return None
        if self._authority.issued(found):
            return found
        self._report.wrong("certificates", name, "was not issued by the authority of this bundle")
        return None

    def _check_manifest(self) -> None:
        members, report = self._members, self._report
        hub = self.hubs.get(members.manifest.signed_by)
        if hub is None:
            report.wrong("manifest", MANIFEST, "no certificate of the hub is here for the key that signed it")
        elif not manifest_is_signed(hub.key, members.signature, members.manifest_bytes):
            report.wrong("manifest", SIGNATURE, "is not the hub's signature over this manifest")
        elif not hub.covers(members.manifest.made_at):
            report.wrong("manifest", MANIFEST, "was signed when the hub's certificate was not valid")


def _p256(key: object) -> ec.EllipticCurvePublicKey:
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("its key is not on the curve P-256")
    return key


def _usages(certificate: x509.Certificate) -> frozenset[x509.ObjectIdentifier]:
    try:
        return frozenset(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return frozenset()


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
