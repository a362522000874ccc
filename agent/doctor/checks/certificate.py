"""`certificate`: whether this device's certificate is the hub's, its own, and in date."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from agent.config import load_device_key
from agent.doctor.check import Check, Finding, failed, ok, warning
from agent.doctor.patient import Patient
from contract import tpm
from contract.keys import WHERE, kept_in

ENDS_SOON = timedelta(days=30)
LATE_SHARE = 4
"""It is renewed after two thirds of its life: with less than a fourth left that has failed for a while."""
TPM = "The device's key is in its TPM: docs/devices.md says what to do about each of its answers."
ENROL = "Enrol the device again with a new claim code: invigil device enrol."


class Certificate(Check):
    name = "certificate"
    title = "Certificate"
    means = (
        "The device's certificate is signed by the hub's authority, belongs to its key and its booth, and is in date."
    )
    advice = ENROL

    def look(self, patient: Patient) -> Finding:
        config = patient.config
        own, authorities = _load(config.tls.certificate), _load(config.tls.ca)
        if isinstance(own, str) or isinstance(authorities, str):
            return failed(own if isinstance(own, str) else str(authorities))
        authority = next((each for each in authorities if _issued(own[0], each)), None)
        if authority is None:
            return failed("it is not signed by the authority in ca.pem")
        return _judge(patient, own[0], authority)


def _judge(patient: Patient, own: x509.Certificate, authority: x509.Certificate) -> Finding:
    config = patient.config
    names = [name.value for name in own.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if names != [config.booth]:
        return failed(f"it is made out to {', '.join(map(str, names)) or 'nobody'}, and this is {config.booth}")
    if said := tpm.trouble(config.tls.key):
        return failed(said, advice=TPM)
    key = load_device_key(config.tls.key)
    if key.public_key() != own.public_key():
        return failed("it belongs to another key than device.key")
    return _dates(own, authority, datetime.now(UTC), WHERE[kept_in(key)])


def _dates(own: x509.Certificate, authority: x509.Certificate, now: datetime, where: str = WHERE["file"]) -> Finding:
    begins, ends = own.not_valid_before_utc, min(own.not_valid_after_utc, authority.not_valid_after_utc)
    left = ends - now
    days = round(left / timedelta(days=1), 1)
    if now < begins:
        return failed(f"it is valid only from {begins:%Y-%m-%d %H:%M} UTC on", days, "d", advice="Is the clock right?")
    whose = "its authority" if authority.not_valid_after_utc < own.not_valid_after_utc else "it"
    if left <= timedelta(0):
        return failed(f"{whose} ended on {ends:%Y-%m-%d}", days, "d")
    if left <= min(ENDS_SOON, (own.not_valid_after_utc - begins) / LATE_SHARE):
        return warning(f"{whose} ends on {ends:%Y-%m-%d}, in {left.days} days", days, "d")
    return ok(f"signed by the hub's authority, valid until {ends:%Y-%m-%d}; its key is in {where}", days, "d")


def _issued(own: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        own.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _load(path: Path) -> list[x509.Certificate] | str:
    """The certificates, one at least (while an authority changes there are two), or what is wrong with the file."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"
    except ValueError:
        return f"{path} is not a certificate"
