"""Certificates and requests that somebody made up are refused, whatever the library thinks of them."""

import base64
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from hub.devices.certificates import Authority, load_certificate
from hub.errors import CertificateError
from tests.support.hub import signing_request


def pem(kind: str, der: bytes) -> str:
    return f"-----BEGIN {kind}-----\n{base64.encodebytes(der).decode()}-----END {kind}-----\n"


def test_a_certificate_of_a_version_that_is_none(tmp_path: Path) -> None:
    der = x509.load_pem_x509_certificate(Authority.load_or_create(tmp_path).certificate_pem.encode())
    changed = der.public_bytes(Encoding.DER).replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x0a", 1)
    with pytest.raises(CertificateError, match="not a PEM certificate"):
        load_certificate(pem("CERTIFICATE", changed))


def test_a_request_of_a_version_that_is_none(tmp_path: Path) -> None:
    request = x509.load_pem_x509_csr(signing_request(ec.generate_private_key(ec.SECP256R1())).encode())
    changed = request.public_bytes(Encoding.DER).replace(b"\x02\x01\x00", b"\x02\x01\x07", 1)
    with pytest.raises(CertificateError, match="cannot be read"):
        Authority.load_or_create(tmp_path).issue_device(pem("CERTIFICATE REQUEST", changed), "booth-1")
