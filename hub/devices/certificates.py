"""The hub's own certificate authority: who may speak to the broker, and as whom.

Keys are ECDSA P-256. The authority's key never leaves `DIR/ca`; a device's key never leaves the device.
"""

import contextlib
import hmac
import ipaddress
import os
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contract.bundle import DOCUMENT_SIGNING
from contract.topics import HUB_COMMON_NAME, hub_common_name
from contract.verify.trust import UNREADABLE
from hub.errors import CertificateError

AUTHORITY_LIFETIME: Final = timedelta(days=3650)
LEAF_LIFETIME: Final = timedelta(days=825)
SIGNER_RENEWAL: Final = timedelta(days=90)
"""A signing key is replaced so long before its certificate ends; what it signed stays signed."""
DEVICE_LIFETIME: Final = timedelta(days=365)
STAND_IN_LIFETIME: Final = timedelta(minutes=10)
"""Of a certificate with which the hub takes a revoked device's place at the broker; it needs seconds."""
BACKDATE: Final = timedelta(days=1)
"""A new device, or a broker, may have a clock that is behind."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """PEM files for TLS."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class DeviceCertificate:
    device_id: UUID
    serial: str
    fingerprint: str
    """SHA-256 of the DER, hexadecimal."""
    certificate_pem: str
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Signer:
    """With which the hub signs bundles and countersigns chains."""

    key: ec.EllipticCurvePrivateKey
    certificate_pem: str
    fingerprint: str


class Authority:
    def __init__(self, folder: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._folder = folder
        self._key = key
        self._certificate = certificate
        self.certificate_file = folder / "ca.pem"
        self.revoked_file = folder / "revoked.pem"
        """The list of revoked certificates (CRL), for the broker."""
        self.certificate_pem = pem_of(certificate)
        self.fingerprint = fingerprint(certificate)

    @classmethod
    def load_or_create(cls, folder: Path) -> "Authority":
        """Raises `CertificateError` when the files there cannot be used."""
        key_file, certificate_file = folder / "ca.key", folder / "ca.pem"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not key_file.exists() and not certificate_file.exists():
                _create_authority(key_file, certificate_file)
            key = serialization.load_pem_private_key(key_file.read_bytes(), None)
            certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise CertificateError(f"{folder}: {error}", hint="restore the folder from a backup") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise CertificateError(f"{folder}: key and certificate do not belong together", hint="restore a backup")
        return cls(folder, key, certificate)

    def issue_server(self, hosts: Iterable[str], name: str | Path = "server") -> KeyPair:
        """For the broker and for HTTPS; issued anew at every start, so that it fits the names and never grows old.

        `name` is the files', in the authority's folder unless it is a path.
        """
        names = dict.fromkeys(["localhost", "127.0.0.1", socket.gethostname(), *hosts])
        alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names if name])
        return self._issue_file(name, "Invigil hub", ExtendedKeyUsageOID.SERVER_AUTH, alternatives)

    def issue_hub(self, process: str = "hub") -> KeyPair:
        """With which a process of the hub signs in at the broker; each has a name of its own there."""
        common_name = hub_common_name(process)
        alternatives = x509.SubjectAlternativeName([x509.DNSName(common_name)])
        return self._issue_file(process, common_name, ExtendedKeyUsageOID.CLIENT_AUTH, alternatives)

    def signer(self) -> Signer:
        """The key of `signing.key`, kept from start to start; a new one where there is none or it grows old.

        Its certificate is for signing documents alone: the broker lets nobody in with it. Raises `CertificateError`.
        """
        try:
            found = self._kept_signer()
            if found is None:
                alternatives = x509.SubjectAlternativeName([x509.DNSName(HUB_COMMON_NAME)])
                self._issue_file("signing", HUB_COMMON_NAME, DOCUMENT_SIGNING, alternatives)
                found = self._kept_signer()
        except OSError as error:
            raise CertificateError(f"{self._folder}: {error}", hint="make the folder writable for the hub") from error
        if found is None:
            raise CertificateError(f"{self._folder}: the signing key cannot be kept", hint="start the hub again")
        return found

    def issue_device(
        self, csr_pem: str, booth_id: str, device_id: UUID | None = None, lifetime: timedelta = DEVICE_LIFETIME
    ) -> DeviceCertificate:
        """Signs the request of a new device, or of the one of that id. Nothing of it is taken but the key; raises
        `CertificateError`."""
        public_key = requested_key(csr_pem)
        device_id = device_id or uuid4()
        certificate = self._issue(
            booth_id,
            public_key,
            ExtendedKeyUsageOID.CLIENT_AUTH,
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"urn:invigil:device:{device_id}")]),
            lifetime,
        )
        return DeviceCertificate(
            device_id,
            f"{certificate.serial_number:x}",
            fingerprint(certificate),
            pem_of(certificate),
            certificate.not_valid_after_utc,
        )

    def issue_stand_in(self, booth_id: str) -> KeyPair:
        """A booth's name for some minutes: its device at the broker makes room for whoever has it. Good for nothing
        else, as the hub knows no device by it."""
        alternatives = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"urn:invigil:stand-in:{uuid4()}")])
        name = f"stand-in-{uuid4().hex}"
        return self._issue_file(
            name, booth_id, ExtendedKeyUsageOID.CLIENT_AUTH, alternatives, lifetime=STAND_IN_LIFETIME
        )

    def write_revoked(self, serials: Mapping[str, datetime]) -> None:
        """The list of revoked certificates, by serial number and since when; empty is a list too.

        It never ends before the authority does: Mosquitto lets nobody in by a list that is out of date. Each is newer
        than the one before, by which OpenSSL chooses. Raises `CertificateError`.
        """
        since = datetime.now(UTC).replace(microsecond=0) - BACKDATE
        try:
            with contextlib.suppress(FileNotFoundError):
                before = x509.load_pem_x509_crl(self.revoked_file.read_bytes()).last_update_utc
                since = max(since, before + timedelta(seconds=1))
            builder = (
                x509.CertificateRevocationListBuilder()
                .issuer_name(self._certificate.subject)
                .last_update(since)
                .next_update(self._certificate.not_valid_after_utc)
                .add_extension(
                    x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
                )
            )
            for serial, revoked_at in serials.items():
                entry = x509.RevokedCertificateBuilder().serial_number(int(serial, 16)).revocation_date(revoked_at)
                builder = builder.add_revoked_certificate(entry.build())
            signed = builder.sign(self._key, hashes.SHA256())
            _write(self.revoked_file, signed.public_bytes(serialization.Encoding.PEM), 0o644)
        except (OSError, ValueError) as error:
            raise CertificateError(
                f"{self.revoked_file}: {error}", hint="remove the file; it is written anew"
            ) from error

    def check_device(self, pem: str, now: datetime | None) -> x509.Certificate:
        """A certificate that this authority issued and that is in date, unless `now` is None; raises
        `CertificateError`."""
        certificate = load_certificate(pem)
        try:
            certificate.verify_directly_issued_by(self._certificate)
        except (InvalidSignature, *UNREADABLE) as error:
            raise CertificateError("the certificate is not from this hub", hint="enrol the device here") from error
        if now is not None and not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            until = certificate.not_valid_after_utc.date()
            raise CertificateError(f"the certificate was valid until {until}", hint="enrol the device again")
        return certificate

    def secret_name(self, purpose: str) -> str:
        """The same for every process that has this authority's key, and for nobody else."""
        secret = self._key.private_numbers().private_value.to_bytes(32, "big")
        return f"{purpose}-{hmac.new(secret, f'invigil {purpose} v1'.encode(), 'sha256').hexdigest()[:32]}"

    def _kept_signer(self) -> Signer | None:
        try:
            key = serialization.load_pem_private_key((self._folder / "signing.key").read_bytes(), None)
            certificate = x509.load_pem_x509_certificate((self._folder / "signing.pem").read_bytes())
            certificate.verify_directly_issued_by(self._certificate)
        except (FileNotFoundError, ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
            return None
        last_day = min(certificate.not_valid_after_utc - SIGNER_RENEWAL, self._certificate.not_valid_after_utc)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            return None
        return Signer(key, pem_of(certificate), fingerprint(certificate)) if datetime.now(UTC) < last_day else None

    def _issue_file(
        self,
        name: str | Path,
        common_name: str,
        usage: x509.ObjectIdentifier,
        alternatives: x509.SubjectAlternativeName,
        lifetime: timedelta | None = None,
    ) -> KeyPair:
        key = ec.generate_private_key(ec.SECP256R1())
        pair = KeyPair(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        certificate = self._issue(common_name, key.public_key(), usage, alternatives, lifetime)
        _write(pair.key, _key_pem(key), 0o600)
        _write(pair.certificate, pem_of(certificate).encode(), 0o644)
        return pair

    def _issue(
        self,
        common_name: str,
        public_key: ec.EllipticCurvePublicKey,
        usage: x509.ObjectIdentifier,
        alternatives: x509.SubjectAlternativeName,
        lifetime: timedelta | None = None,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        until = min(now + (lifetime or LEAF_LIFETIME), self._certificate.not_valid_after_utc)
        return (
            _builder(common_name, self._certificate.subject, public_key, now - BACKDATE, until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(alternatives, critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )


def load_certificate(pem: str) -> x509.Certificate:
    """Raises `CertificateError`."""
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except UNREADABLE as error:
        raise CertificateError("not a PEM certificate", hint="send the certificate that enrolment returned") from error


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def public_key(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    """Raises `CertificateError` for a key that is not EC; this authority issues no other."""
    try:
        key = certificate.public_key()
    except UNREADABLE as error:
        raise CertificateError("the key cannot be read", hint="enrol the device again") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise CertificateError("the key is not an EC key", hint="enrol the device again")
    return key


def requested_key(csr_pem: str) -> ec.EllipticCurvePublicKey:
    """The key of a signing request that it signed itself; raises `CertificateError`."""
    try:
        csr = x509.load_pem_x509_csr(csr_pem.encode())
        valid, key = csr.is_signature_valid, csr.public_key()
    except UNREADABLE as error:
        raise CertificateError("the signing request cannot be read", hint="send a PEM PKCS #10 request") from error
    if not valid:
        raise CertificateError("the signing request is not signed by its own key", hint="make a new request")
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CertificateError("the key must be EC P-256", hint="make the key on the curve secp256r1")
    return key


def _create_authority(key_file: Path, certificate_file: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Invigil hub authority")])
    certificate = (
        _builder(name, name, key.public_key(), now - BACKDATE, now + AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(key_file, _key_pem(key), 0o600)
    _write(certificate_file, pem_of(certificate).encode(), 0o644)


def _builder(
    subject: str | x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    if isinstance(subject, str):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def pem_of(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes, mode: int) -> None:
    """Whole or not at all, never readable by others in between."""
    new = path.with_name(path.name + ".new")
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
