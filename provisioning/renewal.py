"""A device's next certificate: for a new key, asked for in the name of the old; with a code where that has ended."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from contract.device import DeviceConfig, load_device_config
from contract.enrolment import RenewRequest, certificate_renew_at, renewal_bytes
from contract.keys import Kept, kept_in, make_key
from contract.messages import EnrolReply
from contract.verify.trust import UNREADABLE
from provisioning import identity
from provisioning.console import ProvisioningError
from provisioning.enrolment import CONFIG, check_reply, read_reply, signing_request
from provisioning.hub import ask, problem_detail
from provisioning.identity import Pair

RESCUE: Final = "let a technician make a rescue code for this device in the hub, then: invigil device renew --rescue"


@dataclass(frozen=True)
class Renewed:
    """What is in the folder now. `renewed` False: nothing was to be done."""

    booth: str
    renewed: bool
    serial: str
    expires_at: datetime
    renew_at: datetime
    key: Kept


def renew(folder: Path, *, if_due: bool = False, rescue_code: str | None = None, kept: Kept | None = None) -> Renewed:
    """`kept`: where the new key is to be; None: where the old one is. Raises `InvalidError` and `ProvisioningError`;
    the old pair is there then, or the new one as a whole."""
    config = load_device_config(folder / CONFIG)
    with identity.alone(folder):
        pair = identity.read_pair(config.tls)
        if if_due and datetime.now(UTC) < certificate_renew_at(pair.certificate):
            return _known(config, pair.certificate, kept_in(pair.key), renewed=False)
        key = make_key(kept or kept_in(pair.key))
        reply = _ask(config, pair, key, rescue_code)
        certificate = _check(config, reply, key)
        try:
            identity.replace_pair(config.tls, key, reply.certificate_pem)
        except OSError as error:
            hint = "mend that and run the same again; the certificate there is good still"
            raise ProvisioningError(f"{folder} cannot be written: {error.strerror}", hint) from error
    return _known(config, certificate, kept_in(key), renewed=True)


def _ask(config: DeviceConfig, pair: Pair, key: ec.EllipticCurvePrivateKey, rescue_code: str | None) -> EnrolReply:
    csr_pem, signed_at = signing_request(key), datetime.now(UTC).isoformat()
    request = RenewRequest(
        certificate_pem=pair.certificate_pem,
        csr_pem=csr_pem,
        signed_at=signed_at,
        signature=identity.signature(pair.key, renewal_bytes(config.booth, csr_pem, rescue_code, signed_at)),
        rescue_code=rescue_code,
    )
    path = "/api/v1/devices/renew"
    reply = ask(config.hub.url, "POST", path, content=request.to_json(), besides=config.tls.ca)
    detail = problem_detail(reply)
    if reply.status_code == httpx.codes.FORBIDDEN:
        raise ProvisioningError(f"the hub refused the rescue code: {detail}", RESCUE)
    if reply.status_code == httpx.codes.UNAUTHORIZED:
        ended = pair.certificate.not_valid_after_utc < datetime.now(UTC)
        raise ProvisioningError(f"the hub refused to renew: {detail}", RESCUE if ended else "")
    if reply.status_code != httpx.codes.OK:
        raise ProvisioningError(f"the hub refused to renew (HTTP {reply.status_code}): {detail}")
    return read_reply(config.hub.url, reply)


def _check(config: DeviceConfig, reply: EnrolReply, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """For our key and booth, by the authority that this device trusts already."""
    certificate = check_reply(reply, key)
    try:
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(config.tls.ca.read_bytes()))
    except (OSError, InvalidSignature, *UNREADABLE) as error:
        raise ProvisioningError(
            f"the hub's authority is not the one in {config.tls.ca}", "this is another hub: enrol the device there"
        ) from error
    if reply.booth != config.booth:
        raise ProvisioningError(f"the hub renewed {reply.booth}, and this device is {config.booth}")
    return certificate


def _known(config: DeviceConfig, certificate: x509.Certificate, key: Kept, *, renewed: bool) -> Renewed:
    return Renewed(
        config.booth,
        renewed,
        f"{certificate.serial_number:x}",
        certificate.not_valid_after_utc,
        certificate_renew_at(certificate),
        key,
    )
