"""How a device comes in, however it was let in: a certificate for its key, and the booth's place."""

import secrets
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contract.chain import sha256_hex
from contract.enrolment import CODE_ALPHABET, plain_code
from contract.messages import EnrolReply
from hub import audit
from hub.audit import Actor
from hub.devices.certificates import Authority, DeviceCertificate
from hub.errors import CertificateError, RefusedError
from hub.store import booths, certificates, devices
from hub.webhooks import DeviceEnrolled, announce

CODE_LIFETIME: Final = timedelta(hours=24)
"""Of a claim code and of a rescue code: a technician's day."""

How = Literal["claim_code", "approved", "serial"]


class MqttAddress(NamedTuple):
    host: str
    port: int


class Code(NamedTuple):
    """One that a person carries to a device: good once, and shown only when it is made."""

    code: str
    expires_at: datetime


class Admission:
    def __init__(self, authority: Authority, mqtt: MqttAddress, lifetime: timedelta) -> None:
        self._authority = authority
        self._mqtt = mqtt
        self._lifetime = lifetime

    async def admit(
        self,
        connection: AsyncConnection,
        csr_pem: str,
        booth_id: str,
        *,
        how: How,
        by: str | None,
        address: str,
        now: datetime,
    ) -> DeviceCertificate:
        """In the caller's transaction: the booth's earlier device is replaced. Raises 422 for a bad request."""
        issued = self.sign(csr_pem, booth_id)
        known = {
            "device_id": issued.device_id,
            "serial": issued.serial,
            "fingerprint": issued.fingerprint,
            "certificate_pem": issued.certificate_pem,
            "not_after": issued.not_after,
        }
        came = {"booth_id": booth_id, "enrolled_at": now, "enrolled_by": by, "enrolled_from": address[:60]}
        await devices.replace(connection, {**known, **came, "enrolled_how": how}, now)
        await certificates.add(connection, {**known, "issued_at": now, "how": "enrolled"})
        actor = Actor(None, "a device", address)
        await audit.record(connection, actor, "device.enrolled", "device", issued.serial, booth=booth_id, how=how)
        await announce(connection, DeviceEnrolled(booth_id=booth_id, serial=issued.serial))
        return issued

    def sign(self, csr_pem: str, booth_id: str, device_id: UUID | None = None) -> DeviceCertificate:
        """Raises 422."""
        try:
            return self._authority.issue_device(csr_pem, booth_id, device_id, self._lifetime)
        except CertificateError as error:
            raise RefusedError(422, "Signing request refused", f"{error}; {error.hint}") from error

    def reply(self, booth_id: str, certificate_pem: str) -> EnrolReply:
        return EnrolReply(
            booth=booth_id,
            certificate_pem=certificate_pem,
            ca_pem=self._authority.certificate_pem,
            mqtt_host=self._mqtt.host,
            mqtt_port=self._mqtt.port,
        )


async def refuse_unknown(connection: AsyncConnection, booth_id: str) -> None:
    """Raises 404 where there is no such booth."""
    if await booths.find(connection, booth_id) is None:
        raise RefusedError(404, "No such booth", f"no booth is called {booth_id!r}; GET /api/v1/booths lists them")


def new_code(now: datetime) -> Code:
    """40 bits, guessed at a few a minute."""
    code = "-".join("".join(secrets.choice(CODE_ALPHABET) for _ in range(4)) for _ in range(2))
    return Code(code, now + CODE_LIFETIME)


def code_sha256(code: str) -> str:
    """What the database keeps of it."""
    return sha256_hex(plain_code(code).encode())
