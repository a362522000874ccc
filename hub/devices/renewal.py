"""A device's next certificate: asked for in the name of the one before, in force once it is used (ADR 44).

The one before stays good until the device is heard with the new one, so that a power cut between the two leaves it a
pair that works. What a device asked for and never used is withdrawn when it asks again.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography.x509 import Certificate, load_pem_x509_certificate
from sqlalchemy.ext.asyncio import AsyncConnection

from contract import chain
from contract.enrolment import RenewRequest, key_sha256, renewal_bytes
from contract.messages import EnrolReply
from contract.upkeep import DeviceFacts
from hub import audit
from hub.audit import Actor
from hub.db import Database
from hub.devices.admission import Admission, Code, code_sha256, new_code
from hub.devices.certificates import Authority, fingerprint, public_key, requested_key
from hub.devices.cutting import Cutting
from hub.devices.readmission import Readmission, booth_of
from hub.devices.revocation import revoked
from hub.errors import CertificateError, RefusedError
from hub.evidence.signatures import signing_time
from hub.people.throttle import Throttle
from hub.store import certificates, enrolments
from hub.views.devices import DeviceView

log = logging.getLogger(__name__)

TITLE: Final = "Renewal refused"
ATTEMPTS_PER_ADDRESS: Final = 60
PER_DAY: Final = 10
"""Certificates of one device: each that is withdrawn stays on the broker's list until it would have ended."""


class Renewals:
    def __init__(
        self,
        database: Database,
        authority: Authority,
        admission: Admission,
        cutting: Cutting,
        readmission: Readmission,
    ) -> None:
        self._database = database
        self._authority = authority
        self._admission = admission
        self._cutting = cutting
        self.readmission = readmission
        self._throttle = Throttle(database)
        self._in_force: dict[str, str] = {}

    async def renew(self, request: RenewRequest, address: str) -> EnrolReply:
        """Raises 401 for a certificate or a signature that does not count, 403 for a rescue code that does not, 422 for
        a bad signing request, 429 for asking too often. Asking again for the same key gives the same certificate."""
        attempts = await self._throttle.attempt({f"renew {address}": ATTEMPTS_PER_ADDRESS})
        now = datetime.now(UTC)
        try:
            old = self._authority.check_device(request.certificate_pem, None)
            old_key = public_key(old)
        except CertificateError as error:
            raise RefusedError(401, TITLE, f"{error}; {error.hint}") from error
        try:
            new_key = requested_key(request.csr_pem)
        except CertificateError as error:
            raise RefusedError(422, "Signing request refused", f"{error}; {error.hint}") from error
        signing_time(request.signed_at, now, TITLE)
        await self._take_up(request, old)
        async with self._database.writing() as connection:
            device = _in_force(await certificates.by_fingerprint(connection, fingerprint(old)))
            signed = renewal_bytes(device.booth_id, request.csr_pem, request.rescue_code, request.signed_at)
            if not chain.verify(old_key, request.signature, signed):
                raise RefusedError(401, TITLE, "the signature is not the device's over this request")
            if key_sha256(new_key) == key_sha256(old_key):
                raise RefusedError(422, TITLE, "this is the old key; make a new one for the new certificate")
            known = await certificates.of_device(connection, device.device_id)
            given = next((each for each in known if _key_of(each) == key_sha256(new_key)), None)
            if given is not None:
                return self._given_before(given, device)
            rescued_by = await self._rescued_by(connection, device, request, now, ended=old.not_valid_after_utc < now)
            day_ago = now - timedelta(days=1)
            if await certificates.issued_since(connection, device.device_id, day_ago) > PER_DAY:
                raise RefusedError(429, TITLE, f"this device had {PER_DAY} certificates since yesterday; wait a day")
            issued = await self._issue(connection, device, request, address, now, rescued_by)
        await self._throttle.succeeded(attempts)
        self._cutting.look_now()
        return self._admission.reply(device.booth_id, issued)

    async def _take_up(self, request: RenewRequest, old: Certificate) -> None:
        """After a restore, where the device has shown that it holds the key."""
        booth_id = booth_of(old)
        signed = renewal_bytes(booth_id, request.csr_pem, request.rescue_code, request.signed_at)
        if chain.verify(public_key(old), request.signature, signed):
            await self.readmission.look(booth_id, request.certificate_pem)

    async def _issue(
        self,
        connection: AsyncConnection,
        device: Any,
        request: RenewRequest,
        address: str,
        now: datetime,
        rescue: Any,
    ) -> str:
        """The new certificate, PEM. The one that signed is in use, whatever was heard."""
        if device.certificate_fingerprint != device.fingerprint:
            own: Any = await certificates.waiting(connection, device.booth_id, device.certificate_serial)
            await certificates.put_in_force(connection, own, now)
            device = await certificates.by_fingerprint(connection, device.certificate_fingerprint)
        await certificates.withdraw_waiting(connection, device, now)
        issued = self._admission.sign(request.csr_pem, device.booth_id, device.device_id)
        await certificates.add(
            connection,
            {
                "fingerprint": issued.fingerprint,
                "device_id": device.device_id,
                "serial": issued.serial,
                "certificate_pem": issued.certificate_pem,
                "issued_at": now,
                "not_after": issued.not_after,
                "how": "renewed" if rescue is None else "rescued",
            },
        )
        about = {"booth": device.booth_id, "serial": issued.serial, "until": issued.not_after}
        action = "device.renewed" if rescue is None else "device.rescued"
        if rescue is not None:
            about["code_made_by"] = rescue.created_by
        actor = Actor(None, "a device", address)
        await audit.record(connection, actor, action, "device", device.serial, **about)
        return issued.certificate_pem

    async def _rescued_by(
        self, connection: AsyncConnection, device: Any, request: RenewRequest, now: datetime, *, ended: bool
    ) -> Any:
        """The rescue code that was used up, or None where none is needed. Raises 401, 403."""
        if not ended and not request.rescue_code:
            return None
        if not request.rescue_code:
            detail = (
                "its certificate has ended; let a technician make a rescue code for this device in the hub, then: "
                "invigil device renew --rescue"
            )
            raise RefusedError(401, "Certificate has ended", detail)
        digest = code_sha256(request.rescue_code)
        code = await enrolments.use_rescue_code(connection, digest, device.device_id, now)
        if code is None:
            detail = "it is wrong, used, expired, or another device's; let a technician make a new one"
            raise RefusedError(403, "Rescue code refused", detail)
        return code

    def _given_before(self, given: Any, device: Any) -> EnrolReply:
        """The answer got lost, and the device asks again."""
        if given.withdrawn_at is not None:
            raise RefusedError(422, TITLE, "the certificate of this key was withdrawn; make a new key")
        return self._admission.reply(device.booth_id, given.certificate_pem)

    async def heard(self, said: Mapping[str, DeviceFacts]) -> None:
        """Of each booth the certificate that its device says it has. One that was issued and waited is in force from
        now on, and those before it are refused by the broker; one that a restored hub has forgotten is taken up again.
        Bounded by the number of booths."""
        for booth_id, facts in said.items():
            serial = facts.certificate_serial
            if not serial or self._in_force.get(booth_id) == serial:
                continue
            async with self._database.reading() as connection:
                waiting = await certificates.waiting(connection, booth_id, serial)
            if waiting is not None:
                await self._put_in_force(booth_id, serial)
            else:
                await self.readmission.look(booth_id, facts.certificate_pem)
            self._in_force[booth_id] = serial

    async def _put_in_force(self, booth_id: str, serial: str) -> None:
        now = datetime.now(UTC)
        async with self._database.writing() as connection:
            waiting = await certificates.waiting(connection, booth_id, serial)
            if waiting is None:
                return
            await certificates.put_in_force(connection, waiting, now)
            device = Actor(None, "a device")
            await audit.record(connection, device, "device.certificate_in_force", "device", serial, booth=booth_id)
        log.info("the device of %s uses its new certificate, until %s", booth_id, waiting.not_after.date())
        self._cutting.look_now()

    async def new_rescue_code(self, device: DeviceView, actor: Actor) -> Code:
        """Shown once: the database keeps its hash. An earlier one of the device is good no more. Raises 409."""
        if device.status in {"revoked", "replaced"}:
            detail = f"this device is {device.status}: nothing of it counts any more; let one in with a claim code"
            raise RefusedError(409, "Not in force", detail)
        now = datetime.now(UTC)
        code = new_code(now)
        row = {
            "code_sha256": code_sha256(code.code),
            "device_id": device.device_id,
            "created_at": now,
            "created_by": actor.username,
            "expires_at": code.expires_at,
        }
        async with self._database.writing() as connection:
            await enrolments.add_rescue_code(connection, row, now)
            about = {"booth": device.booth_id, "expires_at": code.expires_at}
            await audit.record(connection, actor, "rescue_code.made", "device", device.serial, **about)
        return code

    async def withdraw_rescue_code(self, device: DeviceView, actor: Actor) -> None:
        """Raises 404."""
        async with self._database.writing() as connection:
            if not await enrolments.withdraw_rescue_codes(connection, device.device_id, datetime.now(UTC)):
                raise RefusedError(404, "No rescue code", "this device has none that is good still")
            booth = {"booth": device.booth_id}
            await audit.record(connection, actor, "rescue_code.withdrawn", "device", device.serial, **booth)


def _in_force(device: Any) -> Any:
    """The device, where its certificate counts. Raises 401."""
    if device is None:
        raise RefusedError(401, TITLE, "this certificate is not one of a device here; enrol the device again")
    if device.revoked_at is not None:
        raise RefusedError(401, TITLE, revoked(device))
    if device.replaced_at is not None:
        raise RefusedError(401, TITLE, f"another device was enrolled for {device.booth_id} since; enrol this one again")
    if device.certificate_withdrawn_at is not None:
        raise RefusedError(401, TITLE, "a newer certificate of this device is in use; renew with that one")
    return device


def _key_of(row: Any) -> str:
    return key_sha256(public_key(load_pem_x509_certificate(row.certificate_pem.encode())))
