"""A device's private key, ECDSA P-256: in a file that the agent alone reads, or in the board's TPM."""

from typing import Final, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from contract import tpm
from contract.tpm import TpmKey
from contract.wire import InvalidError

Kept = Literal["file", "tpm"]
WHERE: Final[dict[Kept, str]] = {"file": "a file", "tpm": "this board's TPM"}


def make_key(kept: Kept) -> ec.EllipticCurvePrivateKey:
    """Raises `InvalidError` where there is no TPM, or it makes none."""
    return TpmKey() if kept == "tpm" else ec.generate_private_key(ec.SECP256R1())


def read_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """What `key_pem` wrote. Raises `InvalidError` that says what it is instead, or what is wrong with the TPM."""
    if tpm.in_tpm(pem):
        return TpmKey(pem)
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidError("it is not a private key without a password") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise InvalidError("it is not an ECDSA P-256 key")
    return key


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """For a file of mode 0600, wherever the key is kept."""
    if isinstance(key, TpmKey):
        return key.pem
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def kept_in(key: ec.EllipticCurvePrivateKey) -> Kept:
    return "tpm" if isinstance(key, TpmKey) else "file"
