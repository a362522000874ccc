"""A sealed file: one piece of evidence at rest, in chunks of AES-256-GCM, with its description sealed in front.

Layout: magic, salt (16 bytes), length of the label (4), label, then chunks of `CHUNK_BYTES`; label and chunks each end
in their tag of 16 bytes. A key of its own is derived for each file from the device's by HKDF and the salt, so that
nonces, which only count, are never used twice. The label says how long the content is: what was cut off is missed.
"""

import io
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import Field

from agent.errors import StorageError
from contract.violation import EvidenceRole, Severity
from contract.wire import InvalidError, Sha256, Wire

MAGIC: Final = b"invigil evidence 1\n"
SALT_BYTES: Final = 16
TAG_BYTES: Final = 16
CHUNK_BYTES: Final = 64 * 1024
LABEL_MAX: Final = 4096
_LENGTH: Final = struct.Struct(">I")


class Label(Wire):
    """What is known of a file without its content."""

    sha256: Sha256 = Field(description="of the content")
    role: EvidenceRole
    media_type: str
    severity: Severity
    size_bytes: int = Field(ge=1, description="of the content")
    written_ns: int = Field(description="the device's clock")


def spool_key(device_key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key that all of a device's files hang on. Another device key opens none of them."""
    secret = device_key.private_numbers().private_value.to_bytes(32, "big")
    return HKDF(hashes.SHA256(), 32, None, b"invigil spool v1").derive(secret)


def sealed_size(label: Label) -> int:
    """Bytes on the disk."""
    chunks = -(-label.size_bytes // CHUNK_BYTES)
    return _content_begins(len(label.to_json())) + label.size_bytes + chunks * TAG_BYTES


def seal(key: bytes, label: Label, data: bytes) -> Iterator[bytes]:
    """The pieces of the file, in order."""
    salt, said = os.urandom(SALT_BYTES), label.to_json()
    cipher = _cipher(key, salt)
    head = MAGIC + salt + _LENGTH.pack(len(said))
    yield head + cipher.encrypt(_nonce(0), said, head)
    for number, begin in enumerate(range(0, len(data), CHUNK_BYTES), 1):
        yield cipher.encrypt(_nonce(number), data[begin : begin + CHUNK_BYTES], None)


def read_label(path: Path, *keys: bytes) -> Label:
    """Raises `OSError`, and `StorageError` for a file that is damaged or another device's."""
    with path.open("rb") as file:
        return _open(file, keys)[0]


class SealedReader(io.RawIOBase):
    """The content, readable from anywhere. One thread. What was altered raises `StorageError`, never wrong bytes."""

    def __init__(self, path: Path, keys: Sequence[bytes], on_damage: Callable[[], None]) -> None:
        """One of the keys opens it. Raises `OSError` and `StorageError`."""
        self._file: BinaryIO = path.open("rb")
        self._on_damage = on_damage
        try:
            self.label, self._cipher, self._begin = _open(self._file, keys)
        except StorageError:
            self._file.close()
            on_damage()
            raise
        self._at = 0
        self._held = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.label.size_bytes}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        number, skip = divmod(self._at, CHUNK_BYTES)
        if self._at >= self.label.size_bytes:
            return 0
        piece = self._chunk(number)[skip : skip + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if self._held[0] != number:
            size = min(CHUNK_BYTES, self.label.size_bytes - number * CHUNK_BYTES)
            self._file.seek(self._begin + number * (CHUNK_BYTES + TAG_BYTES))
            try:
                content = self._cipher.decrypt(_nonce(number + 1), self._file.read(size + TAG_BYTES), None)
            except InvalidTag as error:
                self._on_damage()
                raise StorageError(f"Evidence {self.label.sha256} is damaged on this disk.", "corrupt") from error
            self._held = number, content
        return self._held[1]


def _open(file: BinaryIO, keys: Sequence[bytes]) -> tuple[Label, AESGCM, int]:
    head = file.read(len(MAGIC) + SALT_BYTES + _LENGTH.size)
    if len(head) < len(MAGIC) + SALT_BYTES + _LENGTH.size or not head.startswith(MAGIC):
        raise StorageError(f"{file.name} is no evidence of this spool.", "corrupt")
    (length,) = _LENGTH.unpack(head[-_LENGTH.size :])
    sealed = file.read(min(length, LABEL_MAX) + TAG_BYTES)
    for key in keys:
        cipher = _cipher(key, head[len(MAGIC) : -_LENGTH.size])
        try:
            return Label.parse(cipher.decrypt(_nonce(0), sealed, head)), cipher, _content_begins(length)
        except (InvalidTag, InvalidError):
            continue
    raise StorageError(f"{file.name} is damaged, or another device's.", "corrupt")


def _content_begins(label_bytes: int) -> int:
    return len(MAGIC) + SALT_BYTES + _LENGTH.size + label_bytes + TAG_BYTES


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), 32, salt, b"invigil evidence file v1").derive(key))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
