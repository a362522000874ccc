"""Certificates, requests and keys: what strangers send to be signed or to prove who they are, and what lies in files.

A PEM file whose base64 is damaged is refused at once, so three of four inputs are damaged underneath it, in the DER.
"""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from agent.config import load_device_key
from agent.facts import device_facts
from contract.device import DeviceConfig, TlsConfig
from contract.messages import EnrolReply
from contract.verify.trust import Certificate
from contract.wire import InvalidError
from hub.devices.certificates import Authority, fingerprint, load_certificate, public_key
from hub.errors import CertificateError
from provisioning import enrolment
from provisioning.console import ProvisioningError
from tests.contract.examples import EXAMPLES
from tests.support.fuzz import Fuzz, Record, count_of, text_like
from tests.support.hub import signing_request

NOW = datetime.now(UTC)
KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.load_or_create(tmp_path_factory.mktemp("authority") / "ca")


def der(pem: str) -> bytes:
    return base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-----")))


def pem(kind: str, data: bytes) -> str:
    return f"-----BEGIN {kind}-----\n{base64.encodebytes(data).decode()}-----END {kind}-----\n"


def feed(
    name: str, kind: str, parse: Callable[[str], object], seeds: dict[str, str], errors: Any, record: Record
) -> None:
    """Under the PEM, then the PEM itself."""
    below = {key: der(text) for key, text in seeds.items()}
    Fuzz(f"{name} (DER)", lambda data: parse(pem(kind, data)), below, errors).run(count_of(0.5), record)
    above = {key: text.encode() for key, text in seeds.items()}
    letters = text_like(f"-----BEGIN {kind}-----\nMIIB=+/END")
    Fuzz(f"{name} (PEM)", lambda data: parse(data.decode(errors="replace")), above, errors, made_up=letters).run(
        count_of(0.5), record
    )


def test_signing_requests(authority: Authority, record: Record) -> None:
    """A device's request for a certificate; it comes from whoever has a claim code."""

    def parse(text: str) -> object:
        issued = authority.issue_device(text, "booth-1")
        assert authority.check_device(issued.certificate_pem, NOW)
        return issued

    feed("CSR", "CERTIFICATE REQUEST", parse, {"p256": signing_request(KEY)}, CertificateError, record)


def test_requests_with_other_keys_are_refused(authority: Authority) -> None:
    others = (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1()))
    for key in others:
        with pytest.raises(CertificateError):
            authority.issue_device(signing_request(key), "booth-1")


def test_certificates_of_devices(authority: Authority, record: Record) -> None:
    """As they come in the header of an upload, from anybody who reaches the port."""
    mine = authority.issue_device(signing_request(KEY), "booth-1").certificate_pem

    def parse(text: str) -> object:
        certificate = authority.check_device(text, NOW)
        return fingerprint(certificate), public_key(certificate)

    feed("certificate, at the hub", "CERTIFICATE", parse, {"device": mine}, CertificateError, record)


def test_certificates_from_the_database(authority: Authority, record: Record) -> None:
    seeds = {"device": authority.issue_device(signing_request(KEY), "booth-1").certificate_pem}
    seeds["authority"] = authority.certificate_pem
    feed(
        "certificate, bare",
        "CERTIFICATE",
        lambda text: public_key(load_certificate(text)),
        seeds,
        CertificateError,
        record,
    )


def test_certificates_in_a_bundle(authority: Authority, record: Record) -> None:
    seeds = {"device": authority.issue_device(signing_request(KEY), "booth-1").certificate_pem}
    seeds["authority"] = authority.certificate_pem
    ours = Certificate.parse(authority.certificate_pem.encode())

    def parse(text: str) -> object:
        found = Certificate.parse(text.encode())
        return ours.issued(found), found.covers(NOW), found.common_name

    feed("certificate, in a bundle", "CERTIFICATE", parse, seeds, InvalidError, record)


def test_what_a_hub_answers_to_an_enrolment(authority: Authority, record: Record) -> None:
    mine = authority.issue_device(signing_request(KEY), "booth-1").certificate_pem
    reply = EnrolReply(
        booth="booth-1", certificate_pem=mine, ca_pem=authority.certificate_pem, mqtt_host="hub", mqtt_port=8883
    )

    def parse(text: str) -> object:
        return enrolment.check_reply(reply.model_copy(update={"certificate_pem": text}), KEY)

    feed("certificate, at enrolment", "CERTIFICATE", parse, {"device": mine}, ProvisioningError, record)


def test_what_a_device_says_of_itself_never_fails(authority: Authority, tmp_path: Path, record: Record) -> None:
    mine = authority.issue_device(signing_request(KEY), "booth-1").certificate_pem
    config: Any = EXAMPLES["device_config"]
    assert isinstance(config, DeviceConfig)
    config = config.model_copy(update={"tls": TlsConfig(certificate=tmp_path / "device.pem")})

    def parse(text: str) -> object:
        (tmp_path / "device.pem").write_text(text)
        return device_facts(config, tmp_path)

    feed("certificate, on the device", "CERTIFICATE", parse, {"device": mine}, (), record)


def test_keys(tmp_path: Path, record: Record) -> None:
    def text(key: Any) -> str:
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return str(key.private_bytes(serialization.Encoding.PEM, *form).decode())

    def parse(written: str) -> object:
        (tmp_path / "device.key").write_text(written)
        return load_device_key(tmp_path / "device.key")

    for key in (ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP384R1())):
        with pytest.raises(InvalidError):
            parse(text(key))
    feed("private key", "PRIVATE KEY", parse, {"p256": text(KEY)}, InvalidError, record)


def test_a_version_that_does_not_exist(authority: Authority, tmp_path: Path) -> None:
    """The library raises an error of its own for it, which was not foreseen in three places."""
    mine = der(authority.issue_device(signing_request(KEY), "booth-1").certificate_pem)
    odd = pem("CERTIFICATE", mine.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x22", 1))
    with pytest.raises(CertificateError):
        authority.check_device(odd, NOW)
    reply = EnrolReply(booth="booth-1", certificate_pem=odd, ca_pem=odd, mqtt_host="hub", mqtt_port=8883)
    with pytest.raises(ProvisioningError):
        enrolment.check_reply(reply, KEY)
    (tmp_path / "device.pem").write_text(odd)
    config: Any = EXAMPLES["device_config"]
    facts = device_facts(config.model_copy(update={"tls": TlsConfig(certificate=tmp_path / "device.pem")}), tmp_path)
    assert facts.certificate_serial == ""
