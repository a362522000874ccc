"""Whose upload it is: the device's certificate and its signature over what it says of the file."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography.x509 import Certificate

from contract import chain
from hub.db import Database
from hub.devices.certificates import Authority, fingerprint, public_key
from hub.devices.readmission import Readmission
from hub.devices.revocation import revoked
from hub.errors import CertificateError, RefusedError
from hub.store import certificates

SIGNED_WITHIN: Final = timedelta(minutes=10)
"""How far `Invigil-Signed-At` may be from the hub's clock, which bounds how long a copied request is of use."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The headers that say who sends, as they came."""

    booth: str
    certificate: str
    signed_at: str
    signature: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One chunk of a file, as its headers say."""

    offset: int
    sha256: str


class Signatures:
    def __init__(self, database: Database, authority: Authority, readmission: Readmission) -> None:
        self._database = database
        self._authority = authority
        self._readmission = readmission

    async def check(self, signed: Signed, sha256: str, size_bytes: int, piece: Piece | None = None) -> datetime:
        """When the device of the booth signed it; raises 401 with what to do for a certificate that does not count,
        a device that was replaced or revoked, a wrong clock or a wrong signature."""
        now = datetime.now(UTC)
        try:
            pem = base64.b64decode(signed.certificate, validate=True).decode()
            certificate = self._authority.check_device(pem, now)
            key = public_key(certificate)
        except ValueError as error:  # no base64, no ASCII, or what it says is no text
            raise _unauthorised("Invigil-Certificate is not base64 of a PEM certificate") from error
        except CertificateError as error:
            raise _unauthorised(f"{error}; {error.hint}") from error
        right = chain.verify(key, signed.signature, _signed_bytes(signed, sha256, size_bytes, piece))
        device = await self._device_of(certificate)
        if device is None and right and await self._readmission.look(signed.booth, pem):
            device = await self._device_of(certificate)
        if device is None or device.booth_id != signed.booth:
            raise _unauthorised(f"this certificate is not one of {signed.booth!r}; enrol the device for that booth")
        if device.revoked_at is not None:
            raise _unauthorised(revoked(device))
        if device.replaced_at is not None:
            raise _unauthorised(f"another device was enrolled for {signed.booth} since; enrol this one again")
        if device.certificate_withdrawn_at is not None:
            raise _unauthorised(
                "a newer certificate of this device is in use; restart its agent, which still has this one"
            )
        signed_at = signing_time(signed.signed_at, now, "Upload refused")
        if not right:
            what = "chunk (contract.chain.chunk_bytes)" if piece else "upload (contract.chain.upload_bytes)"
            raise _unauthorised(f"Invigil-Signature is not the device's over this {what}")
        return signed_at

    async def _device_of(self, certificate: Certificate) -> Any:
        async with self._database.reading() as connection:
            return await certificates.by_fingerprint(connection, fingerprint(certificate))


def _signed_bytes(signed: Signed, sha256: str, size_bytes: int, piece: Piece | None) -> bytes:
    if piece is None:
        return chain.upload_bytes(signed.booth, sha256, size_bytes, signed.signed_at)
    return chain.chunk_bytes(signed.booth, sha256, size_bytes, piece.offset, piece.sha256, signed.signed_at)


def signing_time(text: str, now: datetime, title: str) -> datetime:
    """When a device says that it signed; raises 401 where that is not about now."""
    try:
        signed_at = datetime.fromisoformat(text)
    except ValueError as error:
        raise RefusedError(401, title, "the time of signing is not an ISO 8601 time") from error
    if signed_at.tzinfo is None:
        raise RefusedError(401, title, "the time of signing has no time zone")
    if abs(signed_at - now) > SIGNED_WITHIN:
        said = f"the device's clock says {text}, the hub's {now.isoformat(timespec='seconds')}; set the device's clock"
        raise RefusedError(401, title, said)
    return signed_at


def _unauthorised(detail: str) -> RefusedError:
    return RefusedError(401, "Upload refused", detail)
