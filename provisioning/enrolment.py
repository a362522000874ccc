"""A new device becomes a booth: its key is made here and stays here, the hub's authority signs the rest.

`device.toml` is written last, so a folder that has one is complete.
"""

from collections.abc import Callable, Mapping
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
from contract.keys import Kept, kept_in, key_pem, make_key
from contract.messages import EnrolReply, EnrolRequest
from contract.verify.trust import UNREADABLE
from contract.wire import InvalidError
from provisioning.console import ProvisioningError
from provisioning.files import write_whole
from provisioning.hub import ask, problem_detail
from provisioning.identity import forget_linked

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
    key: Kept


@dataclass(frozen=True)
class Wanted:
    """What `device.toml` is to say besides who this is. `state_dir` None: a folder beside it."""

    camera: CameraConfig
    screen: ScreenConfig
    weights_dir: Path | None = None
    state_dir: Path | None = None


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
    make: Callable[[], ec.EllipticCurvePrivateKey] = lambda: make_key("file"),
) -> Enrolled:
    """Make a key, have the hub sign it, and write `folder`. Raises `ProvisioningError`; nothing is written then.

    `ca` is the authority that signed an https hub's own certificate, where the system does not know it.
    """
    refuse_enrolled(folder, force=force)
    key = make()
    reply = _request(hub_url, EnrolRequest(claim_code=claim_code, csr_pem=signing_request(key)), ca)
    return settle(hub_url, folder, key, reply, Wanted(camera, screen or ScreenConfig(), weights_dir, state_dir))


def refuse_enrolled(folder: Path, *, force: bool) -> None:
    """Raises `ProvisioningError` where there is a key already."""
    existing = [name for name in (KEY, CONFIG) if (folder / name).exists()]
    if existing and not force:
        raise ProvisioningError(
            f"{folder / existing[0]} exists: this device is enrolled already",
            "to give it a new identity (the old key is destroyed): the same command with --force",
        )


def settle(hub_url: str, folder: Path, key: ec.EllipticCurvePrivateKey, reply: EnrolReply, wanted: Wanted) -> Enrolled:
    """Write what the hub let in. Raises `ProvisioningError`."""
    certificate = check_reply(reply, key)
    config = DeviceConfig(
        booth=reply.booth,
        state_dir=wanted.state_dir.resolve() if wanted.state_dir else DeviceConfig.model_fields["state_dir"].default,
        weights_dir=wanted.weights_dir.resolve() if wanted.weights_dir else None,
        hub=HubConfig(url=hub_url, mqtt_host=reply.mqtt_host, mqtt_port=reply.mqtt_port),
        camera=wanted.camera,
        screen=wanted.screen,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / CONFIG).unlink(missing_ok=True)
        write_whole(folder / KEY, key_pem(key), 0o600)
        write_whole(folder / CERTIFICATE, reply.certificate_pem.encode(), 0o644)
        write_whole(folder / AUTHORITY, reply.ca_pem.encode(), 0o644)
        write_whole(folder / CONFIG, tomli_w.dumps(config.model_dump(mode="json", exclude_none=True)).encode(), 0o644)
        load_device_config(folder / CONFIG)
        forget_linked(folder)
    except OSError as error:
        raise ProvisioningError(
            f"{folder} cannot be written: {error.strerror}", f"the claim code is used up; {ASK_FOR_ANOTHER}"
        ) from error
    return Enrolled(reply.booth, folder / CONFIG, certificate.not_valid_after_utc.isoformat(), kept_in(key))


def signing_request(key: ec.EllipticCurvePrivateKey) -> str:
    """The hub says which booth it is; the name in the request carries no weight. Raises `ProvisioningError`."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "invigil-device")])
    try:
        request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    except OSError as error:  # a TPM's
        raise ProvisioningError(f"the device's key does not sign: {error.strerror}") from error
    return request.public_bytes(serialization.Encoding.PEM).decode()


def _request(hub_url: str, request: EnrolRequest, ca: Path | str | None) -> EnrolReply:
    reply = ask(hub_url, "POST", "/api/v1/enrol", content=request.to_json(), ca=ca)
    if reply.status_code == httpx.codes.FORBIDDEN:
        raise ProvisioningError(f"the hub refused the claim code: {problem_detail(reply)}", ASK_FOR_ANOTHER)
    if reply.status_code != httpx.codes.OK:
        raise ProvisioningError(f"the hub refused to enrol (HTTP {reply.status_code}): {problem_detail(reply)}")
    return read_reply(hub_url, reply)


def read_reply(hub_url: str, reply: httpx.Response) -> EnrolReply:
    """Raises `ProvisioningError` for what no hub says."""
    try:
        return EnrolReply.parse(reply.content)
    except InvalidError as error:
        raise ProvisioningError(f"{hub_url} does not answer as a hub: {error}", "is the address right?") from error


def check_reply(reply: EnrolReply, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """The certificate must be for our key and this booth, by the authority that came along."""
    try:
        certificate = x509.load_pem_x509_certificate(reply.certificate_pem.encode())
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(reply.ca_pem.encode()))
    except (InvalidSignature, *UNREADABLE) as error:
        raise ProvisioningError("the hub's certificate was not signed by the authority it names") from error
    names = [str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if certificate.public_key() != key.public_key() or names != [reply.booth]:
        raise ProvisioningError(f"the hub signed another key or name than this device's: {names}")
    return certificate


def claim_code_from(environ: Mapping[str, str], option: str | None, stdin_line: str | None) -> str | None:
    """The claim code without surrounding space, from the option, standard input, or INVIGIL_CLAIM_CODE."""
    return code_from(environ, "INVIGIL_CLAIM_CODE", option, stdin_line)


def code_from(environ: Mapping[str, str], variable: str, option: str | None, stdin_line: str | None) -> str | None:
    """A code without surrounding space, from the option, standard input where that is `-`, or the environment."""
    given = stdin_line if option == "-" else option or environ.get(variable)
    return given.strip() if given and given.strip() else None
