"""What a device and the hub say to each other about certificates: asking to be let in, renewing, being rescued.

All of it travels over HTTPS. The private key never does: a device proves that it has one by what it signs.
"""

import hashlib
from datetime import datetime
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import Field

from contract.chain import sha256_hex
from contract.messages import EnrolReply
from contract.wire import Timestamp, Wire

CODE_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without letters and digits that look alike; each is five bits."""
CODE_LETTERS: Final = 12
"""Of a key's code: 60 bits. With 40, somebody could make a key of the same code while a technician walks over."""
RENEW_AFTER: Final = (2, 3)
"""Of a certificate's life, as Let's Encrypt's clients do: a third is left for whatever keeps it from being renewed."""
CERTIFICATE_MAX: Final = 8000

RequestState = Literal["waiting", "granted", "refused"]


class EnrolmentAsked(Wire):
    """A device without a claim code asks, and asks again with the same key until somebody has decided.

    What it says of itself is for whoever decides, and proves nothing.
    """

    csr_pem: str = Field(max_length=CERTIFICATE_MAX)
    hardware_serial: str = Field("", max_length=80, description="the board's own number; empty where it has none")
    model: str = Field("", max_length=120)


class EnrolmentAnswer(Wire):
    state: RequestState
    code: str = Field(description="of the device's key, as the person who decides sees it, too")
    expires_at: Timestamp = Field(description="until when somebody may decide")
    ask_again_s: int = Field(5, ge=1, le=3600)
    reason: str = Field("", max_length=300, description="why it was refused")
    enrolled: EnrolReply | None = Field(None, description="once it is granted")


class RenewRequest(Wire):
    """A device that has a certificate asks for the next one, for a new key, in the name of the old one."""

    certificate_pem: str = Field(max_length=CERTIFICATE_MAX, description="the one it has, perhaps ended")
    csr_pem: str = Field(max_length=CERTIFICATE_MAX, description="for the new key, signed by it")
    signed_at: str = Field(max_length=60, description="ISO 8601; bounds how long a copied request is of use")
    signature: str = Field(max_length=200, description="of the old key over `renewal_bytes`, base64 DER")
    rescue_code: str | None = Field(None, max_length=60, description="for a certificate that has ended")


def renewal_bytes(booth: str, csr_pem: str, rescue_code: str | None, signed_at: str) -> bytes:
    """What the old key signs: which new key is to follow it, and whether a person let that happen."""
    code = sha256_hex(plain_code(rescue_code).encode()) if rescue_code else "-"
    return f"invigil renewal v1\n{booth}\n{sha256_hex(csr_pem.encode())}\n{code}\n{signed_at}\n".encode()


def plain_code(code: str) -> str:
    """A code as people type it: lower case, spaces and a missing hyphen do not matter."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def plain_serial(serial: str) -> str:
    """A board's number as people copy it from a label: upper or lower case, spaces around it."""
    return serial.strip().strip("\0").lower()


def key_sha256(key: ec.EllipticCurvePublicKey) -> str:
    """Of the SubjectPublicKeyInfo, hexadecimal."""
    return sha256_hex(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def key_code(key: ec.EllipticCurvePublicKey) -> str:
    """What two people, or one who walks, compare: the device shows it, and the hub shows it."""
    digest = hashlib.sha256(b"invigil key code v1\n" + key_sha256(key).encode()).digest()
    number = int.from_bytes(digest, "big") >> (8 * len(digest) - 5 * CODE_LETTERS)
    letters = [CODE_ALPHABET[number >> (5 * place) & 31] for place in reversed(range(CODE_LETTERS))]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, CODE_LETTERS, 4))


def renew_at(begins: datetime, ends: datetime) -> datetime:
    """When a certificate of that life is to be renewed."""
    done, of = RENEW_AFTER
    return begins + (ends - begins) * done / of


def certificate_renew_at(certificate: x509.Certificate) -> datetime:
    return renew_at(certificate.not_valid_before_utc, certificate.not_valid_after_utc)
