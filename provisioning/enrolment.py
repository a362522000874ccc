"""A new device becomes a booth: its key is made here and stays here, the hub's authority signs the rest.

`device.toml` is written last, so a folder that has one is complete.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import tomli_w
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from contract.device import CameraConfig, DeviceConfig, HubConfig, ScreenConfig, load_device_config
from contract.messages import EnrolReply, EnrolRequest
from contract.verify.trust import UNREADABLE
from contract.wire import InvalidError
from provisioning.console import ProvisioningError
from provisioning.files import write_whole
from provisioning.hub import ask, problem_detail

CONFIG: Final = "device.toml"
KEY: Final = "device.key"
CERTIFICATE: Final = "device.pem"
AUTHORITY: Final = "ca.pem"

ASK_FOR_ANOTHER: Final = "ask an administrator for a new one: invigil-hub booth add BOOTH --name NAME"


@dataclass(frozen=True)
class Enrolled:
    """What is now in the folder."""

    booth: str
    config: Path
    expires: str


def enrol(
    *,
    hub_url: str,
    claim_code: str,
    folder: Path,
    camera: CameraConfig,
    screen: ScreenConfig | None = None,
    weights_dir: Path | None,
    state_dir: Path | None = None,
    ca: Path | str | None,
    force: bool,
) -> Enrolled:
    """Make a key, have the hub sign it, and write `folder`. Raises `ProvisioningError`; nothing is written then.

    `state_dir` None: a folder beside `device.toml`. `ca` is the authority that signed an https hub's own certificate,
    where the system does not know it.
    """
    existing = [name for name in (KEY, CONFIG) if (folder / name).exists()]
    if existing and not force:
        raise ProvisioningError(
            f"{folder / existing[0]} exists: this device is enrolled already",
            "to give it a new identity (the old key is destroyed): the same command with --force",
        )
    key = ec.generate_private_key(ec.SECP256R1())
    reply = _request(hub_url, EnrolRequest(claim_code=claim_code, csr_pem=_signing_request(key)), ca)
    certificate = _check(reply, key)
    config = DeviceConfig(
        booth=reply.booth,
        state_dir=state_dir.resolve() if state_dir else DeviceConfig.model_fields["state_dir"].default,
        weights_dir=weights_dir.resolve() if weights_dir else None,
        hub=HubConfig(url=hub_url, mqtt_host=reply.mqtt_host, mqtt_port=reply.mqtt_port),
        camera=camera,
        screen=screen or ScreenConfig(),
    )
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / CONFIG).unlink(missing_ok=True)
        write_whole(folder / KEY, key_pem, 0o600)
        write_whole(folder / CERTIFICATE, reply.certificate_pem.encode(), 0o644)
        write_whole(folder / AUTHORITY, reply.ca_pem.encode(), 0o644)
        write_whole(folder / CONFIG, tomli_w.dumps(config.model_dump(mode="json", exclude_none=True)).encode(), 0o644)
        load_device_config(folder / CONFIG)
    except OSError as error:
        raise ProvisioningError(
            f"{folder} cannot be written: {error.strerror}", f"the claim code is used up; {ASK_FOR_ANOTHER}"
        ) from error
    return Enrolled(reply.booth, folder / CONFIG, certificate.not_valid_after_utc.isoformat())


def _signing_request(key: ec.EllipticCurvePrivateKey) -> str:
    """The hub names the booth by its claim code; the name in the request carries no weight."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "invigil-device")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


def _request(hub_url: str, request: EnrolRequest, ca: Path | str | None) -> EnrolReply:
    reply = ask(hub_url, "POST", "/api/v1/enrol", content=request.to_json(), ca=ca)
    if reply.status_code == httpx.codes.FORBIDDEN:
        raise ProvisioningError(f"the hub refused the claim code: {problem_detail(reply)}", ASK_FOR_ANOTHER)
    if reply.status_code != httpx.codes.OK:
        raise ProvisioningError(f"the hub refused to enrol (HTTP {reply.status_code}): {problem_detail(reply)}")
    try:
        return EnrolReply.parse(reply.content)
    except InvalidError as error:
        raise ProvisioningError(f"{hub_url} does not answer as a hub: {error}", "is the address right?") from error


def _check(reply: EnrolReply, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """The certificate must be for our key and this booth, by the authority that came along."""
    try:
        certificate = x509.load_pem_x509_certificate(reply.certificate_pem.encode())
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(reply.ca_pem.encode()))
        names = [str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        signed_key = certificate.public_key()
    except (InvalidSignature, *UNREADABLE) as error:
        raise ProvisioningError("the hub's certificate was not signed by the authority it names") from error
    if signed_key != key.public_key() or names != [reply.booth]:
        raise ProvisioningError(f"the hub signed another key or name than this device's: {names}")
    return certificate


def claim_code_from(environ: Mapping[str, str], option: str | None, stdin_line: str | None) -> str | None:
    """The claim code without surrounding space, from the option, standard input, or INVIGIL_CLAIM_CODE."""
    given = stdin_line if option == "-" else option or environ.get("INVIGIL_CLAIM_CODE")
    return given.strip() if given and given.strip() else None
