"""Devices that come with certificates which a restored hub does not know, because it issued them after the backup.

The broker lets them in, since this authority signed them; and whom the hub does not know it cannot revoke. So such a
certificate is taken up again, where it can only be one of those (ADR 55): signed by this authority, for a device, and
issued between the backup and the restore.
"""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cryptography import x509
from cryptography.x509.oid import NameOID
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.topics import HUB_COMMON_NAME
from contract.verify.trust import UNREADABLE
from contract.wire import InvalidError, Timestamp, Wire
from hub import audit
from hub.audit import Actor
from hub.db import Database
from hub.devices.certificates import BACKDATE, Authority, fingerprint, pem_of
from hub.devices.cutting import Cutting
from hub.errors import CertificateError
from hub.store import booths, certificates, devices

log = logging.getLogger(__name__)

FILE: Final = "restored.json"
"""In the data directory, and in no backup of it."""
URI: Final = "urn:invigil:device:"
SAID_MAX: Final = 1000
"""Certificates of which it was said that they stay unknown."""


class Restored(Wire):
    """What a restore leaves for the hub: between these two it may have done what it does not know of."""

    backup_made_at: Timestamp
    restored_at: Timestamp

    @classmethod
    def of(cls, data: Path) -> "Restored | None":
        """None for a hub that was never restored. A file that cannot be read is no permission."""
        try:
            return cls.parse((data / FILE).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, InvalidError) as error:
            log.warning("%s cannot be read, so no device is taken up again: %s", data / FILE, error)
            return None

    def keep(self, data: Path) -> None:
        """Raises `OSError`."""
        new = data / f"{FILE}.new"
        new.write_bytes(self.to_json())
        new.replace(data / FILE)

    def may_have_issued(self, certificate: x509.Certificate) -> bool:
        """Certificates know whole seconds."""
        issued_at = certificate.not_valid_before_utc + BACKDATE
        return self.backup_made_at - timedelta(seconds=1) <= issued_at <= self.restored_at


class Readmission:
    def __init__(self, database: Database, authority: Authority, cutting: Cutting, restored: Restored | None) -> None:
        self._database = database
        self._authority = authority
        self._cutting = cutting
        self._restored = restored
        self._said: set[str] = set()

    async def look(self, booth_id: str, certificate_pem: str) -> bool:
        """Whether this certificate of the booth was unknown and is known now; for whoever has shown that they hold its
        key, or were let in by the broker with it."""
        if self._restored is None or not certificate_pem:
            return False
        try:
            certificate = self._authority.check_device(certificate_pem, None)
            device_id = device_of(certificate)
        except CertificateError:
            return False
        if device_id is None or booth_of(certificate) != booth_id:
            return False
        async with self._database.reading() as connection:
            if await certificates.by_fingerprint(connection, fingerprint(certificate)) is not None:
                return False
        why = "it was not issued between the backup and the restore"
        if self._restored.may_have_issued(certificate):
            async with self._database.writing() as connection:
                why = await self._take_up(connection, booth_id, device_id, certificate)
        if why:
            self._say(booth_id, certificate, why)
        else:
            self._cutting.look_now()
        return not why

    async def _take_up(
        self, connection: AsyncConnection, booth_id: str, device_id: UUID, certificate: x509.Certificate
    ) -> str:
        """Why not; empty where it is done. Another process may have been first."""
        if await certificates.by_fingerprint(connection, fingerprint(certificate)) is not None:
            return ""
        if await booths.find(connection, booth_id) is None:
            return "there is no such booth any more"
        now, issued_at = datetime.now(UTC), certificate.not_valid_before_utc + BACKDATE
        known: dict[str, Any] = {
            "device_id": device_id,
            "serial": f"{certificate.serial_number:x}",
            "fingerprint": fingerprint(certificate),
            "certificate_pem": pem_of(certificate),
            "not_after": certificate.not_valid_after_utc,
        }
        device = await devices.find(connection, device_id)
        if device is None:
            came = {"booth_id": booth_id, "enrolled_at": issued_at, "enrolled_how": "restored", "enrolled_from": None}
            await devices.add_between(connection, {**known, **came}, now)
        elif device.booth_id != booth_id:
            return f"its device belongs to {device.booth_id}"
        await certificates.add(connection, {**known, "issued_at": issued_at, "how": "restored"})
        waiting: Any = await certificates.waiting(connection, booth_id, known["serial"])
        if waiting is not None:
            await certificates.put_newest_in_force(connection, waiting, now)
        about: dict[str, Any] = {"booth": booth_id, "issued_at": issued_at, "device_known": device is not None}
        await audit.record(connection, Actor(None, "a device"), "device.readmitted", "device", known["serial"], **about)
        log.warning(
            "the device of %s was taken up again: its certificate is from after the backup that this hub was restored "
            "from. Revoke it where it was revoked since.",
            booth_id,
        )
        return ""

    def _say(self, booth_id: str, certificate: x509.Certificate, why: str) -> None:
        """Once for each."""
        digest = fingerprint(certificate)
        if digest in self._said or len(self._said) >= SAID_MAX:
            return
        self._said.add(digest)
        log.warning(
            "the device of %s has a certificate of this hub that it does not know (%x), and %s: let it in again with a "
            "claim code (invigil-hub booth claim %s)",
            booth_id,
            certificate.serial_number,
            why,
            booth_id,
        )


def device_of(certificate: x509.Certificate) -> UUID | None:
    """Whom it was issued for; None for a certificate of the hub itself."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = [each for each in names.get_values_for_type(x509.UniformResourceIdentifier) if each.startswith(URI)]
        return UUID(found[0].removeprefix(URI)) if len(found) == 1 else None
    except (x509.ExtensionNotFound, *UNREADABLE):
        return None


def booth_of(certificate: x509.Certificate) -> str:
    """Its common name; empty where there is none, or it is the hub's."""
    names = [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return names[0] if len(names) == 1 and names[0] != HUB_COMMON_NAME else ""
