"""Claim codes, and how a new device trades one for a certificate."""

from datetime import UTC, datetime
from typing import Final

from contract.messages import EnrolReply, EnrolRequest
from hub import audit
from hub.audit import COMMAND_LINE, Actor
from hub.db import Database
from hub.devices.admission import Admission, Code, code_sha256, new_code
from hub.errors import RefusedError
from hub.people.throttle import Throttle
from hub.store import devices

ATTEMPTS_PER_ADDRESS: Final = 20


class Enrolment:
    def __init__(self, database: Database, admission: Admission) -> None:
        self._database = database
        self._admission = admission
        self._throttle = Throttle(database)

    async def enrol(self, request: EnrolRequest, address: str) -> EnrolReply:
        """Raises 403 for a claim code that does not count, 422 for a bad signing request, 429 for guessing.

        The code is used up and the certificate recorded in one transaction: a request that fails can be sent again.
        """
        attempts = await self._throttle.attempt({f"enrol {address}": ATTEMPTS_PER_ADDRESS})
        now = datetime.now(UTC)
        async with self._database.writing() as connection:
            claim = await devices.use_claim_code(connection, code_sha256(request.claim_code), now)
            if claim is None:
                raise RefusedError(
                    403,
                    "Claim code refused",
                    "it is wrong, used or expired; get a new one with: invigil-hub booth claim BOOTH",
                )
            issued = await self._admission.admit(
                connection,
                request.csr_pem,
                claim.booth_id,
                how="claim_code",
                by=claim.created_by,
                address=address,
                now=now,
            )
        await self._throttle.succeeded(attempts)
        return self._admission.reply(claim.booth_id, issued.certificate_pem)


async def new_claim_code(database: Database, booth_id: str, actor: Actor = COMMAND_LINE) -> Code:
    """Shown once: the database keeps its hash. An earlier one of the booth is good no more."""
    now = datetime.now(UTC)
    claim = new_code(now)
    async with database.writing() as connection:
        digest = code_sha256(claim.code)
        await devices.add_claim_code(connection, digest, booth_id, now, claim.expires_at, actor.username)
        until = claim.expires_at.isoformat(timespec="seconds")
        await audit.record(connection, actor, "claim_code.made", "booth", booth_id, expires_at=until)
    return claim
