"""Claim codes, and how a new device trades one for a certificate."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from contract.messages import EnrolReply, EnrolRequest
from hub import audit
from hub.audit import COMMAND_LINE, Actor
from hub.db import Database
from hub.devices.certificates import Authority
from hub.errors import CertificateError, RefusedError
from hub.people.throttle import Throttle
from hub.store import devices
from hub.webhooks import DeviceEnrolled, announce

CLAIM_LIFETIME: Final = timedelta(hours=24)
ATTEMPTS_PER_ADDRESS: Final = 20
_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without letters and digits that look alike; eight of them are 40 bits, guessed at a few a minute."""


class ClaimCode(NamedTuple):
    code: str
    expires_at: datetime


class MqttAddress(NamedTuple):
    host: str
    port: int


class Enrolment:
    def __init__(self, database: Database, authority: Authority, mqtt: MqttAddress) -> None:
        self._database = database
        self._authority = authority
        self._mqtt = mqtt
        self._throttle = Throttle(database)

    async def enrol(self, request: EnrolRequest, address: str) -> EnrolReply:
        """Raises 403 for a claim code that does not count, 422 for a bad signing request, 429 for guessing.

        The code is used up and the certificate recorded in one transaction: a request that fails can be sent again.
        """
        attempts = await self._throttle.attempt({f"enrol {address}": ATTEMPTS_PER_ADDRESS})
        now = datetime.now(UTC)
        async with self._database.writing() as connection:
            claim = await devices.use_claim_code(connection, _digest(request.claim_code), now)
            if claim is None:
                raise RefusedError(
                    403,
                    "Claim code refused",
                    "it is wrong, used or expired; get a new one with: invigil-hub booth claim BOOTH",
                )
            booth_id = claim.booth_id
            try:
                issued = self._authority.issue_device(request.csr_pem, booth_id)
            except CertificateError as error:
                raise RefusedError(422, "Signing request refused", f"{error}; {error.hint}") from error
            await devices.replace(
                connection,
                {
                    "device_id": issued.device_id,
                    "booth_id": booth_id,
                    "serial": issued.serial,
                    "fingerprint": issued.fingerprint,
                    "certificate_pem": issued.certificate_pem,
                    "enrolled_at": now,
                    "not_after": issued.not_after,
                    "enrolled_by": claim.created_by,
                    "enrolled_from": address[:60],
                },
                now,
            )
            device = Actor(None, "a device", address)
            await audit.record(connection, device, "device.enrolled", "device", issued.serial, booth=booth_id)
            await announce(connection, DeviceEnrolled(booth_id=booth_id, serial=issued.serial))
        await self._throttle.succeeded(attempts)
        return EnrolReply(
            booth=booth_id,
            certificate_pem=issued.certificate_pem,
            ca_pem=self._authority.certificate_pem,
            mqtt_host=self._mqtt.host,
            mqtt_port=self._mqtt.port,
        )


async def new_claim_code(database: Database, booth_id: str, actor: Actor = COMMAND_LINE) -> ClaimCode:
    """Shown once: the database keeps its hash. An earlier one of the booth is good no more."""
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(2))
    now = datetime.now(UTC)
    claim = ClaimCode(code, now + CLAIM_LIFETIME)
    async with database.writing() as connection:
        await devices.add_claim_code(connection, _digest(code), booth_id, now, claim.expires_at, actor.username)
        until = claim.expires_at.isoformat(timespec="seconds")
        await audit.record(connection, actor, "claim_code.made", "booth", booth_id, expires_at=until)
    return claim


def _digest(code: str) -> str:
    """As people type it: lower case, spaces and a missing hyphen do not matter."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
