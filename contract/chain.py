"""The evidence chain: every event carries the SHA-256 of the one before, and the device signs the head.

Hashes are taken over payload bytes as they were sent, never over a message that was parsed and written again:
fields that an old hub does not know would fall out of the hash.
"""

import base64
import hashlib
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

GENESIS_SHA256: Final = "0" * 64
"""`prev_sha256` of the first event of a chain."""


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def checkpoint_bytes(chain_id: UUID, head_seq: int, head_sha256: str) -> bytes:
    """What a checkpoint signs."""
    return f"invigil checkpoint v1\n{chain_id}\n{head_seq}\n{head_sha256}\n".encode()


def upload_bytes(booth: str, sha256: str, size_bytes: int, signed_at: str) -> bytes:
    """What a device signs for an upload of evidence. `signed_at` is ISO 8601 and bounds a replayed request."""
    return f"invigil upload v1\n{booth}\n{sha256}\n{size_bytes}\n{signed_at}\n".encode()


def chunk_bytes(booth: str, sha256: str, size_bytes: int, offset: int, chunk_sha256: str, signed_at: str) -> bytes:
    """What a device signs for one chunk of a file of `size_bytes`: a chunk that was changed on its way is not taken."""
    return f"invigil chunk v1\n{booth}\n{sha256}\n{size_bytes}\n{offset}\n{chunk_sha256}\n{signed_at}\n".encode()


def sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> str:
    """ECDSA P-256 with SHA-256, as base64 DER."""
    return base64.b64encode(key.sign(data, ec.ECDSA(hashes.SHA256()))).decode()


def verify(key: ec.EllipticCurvePublicKey, signature: str, data: bytes) -> bool:
    """Whether `signature` is the key's over `data`; a malformed signature is simply not one."""
    try:
        key.verify(base64.b64decode(signature, validate=True), data, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
