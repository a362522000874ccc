"""Devices that come without a claim code: they ask, and a person lets them in; or their serial number is expected.

A serial number is printed on the board and told to whoever asks it: it is no secret. So it opens a booth once, for some
days, from networks that the hub was told of, and never one whose device is connected (ADR 43).
"""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from contract.enrolment import EnrolmentAnswer, EnrolmentAsked, key_code, key_sha256, plain_code, plain_serial
from hub import audit
from hub.audit import Actor
from hub.db import Database
from hub.devices.admission import Admission, How, refuse_unknown
from hub.devices.certificates import requested_key
from hub.errors import CertificateError, RefusedError
from hub.people.throttle import Throttle
from hub.store import certificates, devices, enrolments
from hub.views.enrolment import EnrolmentRequestView, SerialNote

WAITS: Final = timedelta(hours=1)
"""For somebody to decide, and after that for the device to fetch what was decided."""
KEPT: Final = timedelta(days=1)
"""After its time, so that a device that asks late hears what became of it."""
WAITING_MAX: Final = 200
NEW_PER_ADDRESS: Final = 60
"""Within the throttle's five minutes: a room full of devices behind one address."""
NOTE_AGAIN: Final = timedelta(seconds=20)
"""How exactly the hub knows when a device last asked; each note costs a transaction."""
NOT_A_SERIAL: Final = frozenset({"none", "unknown", "default string", "to be filled by o.e.m.", "system serial number"})
"""What boards say that were given no number of their own; one that is all zeros is none either."""


class Requests:
    def __init__(
        self, database: Database, admission: Admission, networks: tuple[IPv4Network | IPv6Network, ...]
    ) -> None:
        self._database = database
        self._admission = admission
        self._networks = networks
        self._throttle = Throttle(database)

    async def ask(self, asked: EnrolmentAsked, address: str) -> EnrolmentAnswer:
        """The same for the same key until somebody has decided. Raises 422 for a bad signing request, 429 where too
        many ask."""
        try:
            key = requested_key(asked.csr_pem)
        except CertificateError as error:
            raise RefusedError(422, "Signing request refused", f"{error}; {error.hint}") from error
        digest, now = key_sha256(key), datetime.now(UTC)
        async with self._database.reading() as connection:
            row = await enrolments.request_of(connection, digest)
            if row is not None and _nothing_new(row, now):
                return await self._answer(connection, row)
        if row is None or _is_over(row, now):
            await self._throttle.attempt({f"ask {address}": NEW_PER_ADDRESS})
        async with self._database.writing() as connection:
            row = await enrolments.request_of(connection, digest)
            if row is None or _is_over(row, now):
                row = await self._add(connection, asked, digest, key_code(key), address, now)
            booth_id, by = row.booth_id, row.decided_by
            how: How = "approved"
            if row.decided_at is None:
                expected = await self._expected(connection, row, address, now)
                await enrolments.change_request(connection, row.request_id, last_asked_at=now)
                if expected is not None:
                    booth_id, how, by = expected.booth_id, "serial", expected.created_by
                    await enrolments.decide(connection, row.request_id, now, decided_by=by, booth_id=booth_id)
            if booth_id is not None and row.device_id is None:
                issued = await self._admission.admit(
                    connection, asked.csr_pem, booth_id, how=how, by=by, address=address, now=now
                )
                await enrolments.change_request(connection, row.request_id, device_id=issued.device_id)
            row = await enrolments.request_of(connection, digest)
            return await self._answer(connection, row)

    async def approve(self, request_id: UUID, booth_id: str, code: str, actor: Actor) -> None:
        """The device has its certificate when it asks next. `code` is what the person compared. Raises 404, 409."""
        now = datetime.now(UTC)
        async with self._database.writing() as connection:
            row = await enrolments.find_request(connection, request_id)
            if row is None:
                raise _unknown()
            if plain_code(code) != plain_code(row.code):
                detail = f"the device that asked shows {row.code}; approve nothing else than what its terminal shows"
                raise RefusedError(409, "Another code", detail)
            await refuse_unknown(connection, booth_id)
            decided = {"decided_by": actor.username, "booth_id": booth_id, "expires_at": now + WAITS}
            if not await enrolments.decide(connection, request_id, now, **decided):
                raise _decided()
            about = {"booth": booth_id, "code": row.code, "address": row.address}
            await audit.record(connection, actor, "enrolment_request.approved", "booth", booth_id, **about)

    async def refuse(self, request_id: UUID, reason: str, actor: Actor) -> None:
        """Raises 404, 409."""
        now = datetime.now(UTC)
        async with self._database.writing() as connection:
            row = await enrolments.find_request(connection, request_id)
            if row is None:
                raise _unknown()
            decided = {"decided_by": actor.username, "refused_reason": reason}
            if not await enrolments.decide(connection, request_id, now, **decided):
                raise _decided()
            about = {"code": row.code, "address": row.address, "reason": reason}
            await audit.record(connection, actor, "enrolment_request.refused", "enrolment", str(request_id), **about)

    async def waiting(self) -> list[EnrolmentRequestView]:
        now = datetime.now(UTC)
        async with self._database.reading() as connection:
            rows = await enrolments.waiting(connection, now)
            serials = {row.hardware_serial for row in rows if row.hardware_serial}
            expected = await enrolments.expected_by_serial(connection, serials, now) if serials else {}
        return [_view(row, expected.get(row.hardware_serial)) for row in rows]

    async def _add(
        self, connection: AsyncConnection, asked: EnrolmentAsked, digest: str, code: str, address: str, now: datetime
    ) -> Any:
        await enrolments.forget_requests(connection, now - KEPT, digest)
        if await enrolments.count_waiting(connection, now) >= WAITING_MAX:
            raise RefusedError(429, "Too many devices wait", "let a technician decide on those; then ask again")
        await enrolments.add_request(
            connection,
            {
                "request_id": uuid4(),
                "key_sha256": digest,
                "code": code,
                "hardware_serial": plain_serial(asked.hardware_serial),
                "model": asked.model.strip(),
                "address": address[:60],
                "asked_at": now,
                "last_asked_at": now,
                "expires_at": now + WAITS,
            },
        )
        return await enrolments.request_of(connection, digest)

    async def _expected(self, connection: AsyncConnection, row: Any, address: str, now: datetime) -> Any:
        """Used up, where this device's serial number alone lets it in; else why it does not is noted."""
        serial = row.hardware_serial
        if not is_serial(serial):
            return None
        found = (await enrolments.expected_by_serial(connection, [serial], now)).get(serial)
        if found is None:
            return None
        note: SerialNote | None = None
        if found.used_at is not None:
            note = "used"
        elif not self._is_near(address):
            note = "elsewhere"
        elif await enrolments.is_occupied(connection, found.booth_id):
            note = "occupied"
        await enrolments.change_request(connection, row.request_id, serial_note=note)
        return found if note is None and await enrolments.use_expected(connection, found.expected_id, now) else None

    def _is_near(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)

    async def _answer(self, connection: AsyncConnection, row: Any) -> EnrolmentAnswer:
        about = {"code": row.code, "expires_at": row.expires_at}
        if row.refused_reason is not None:
            return EnrolmentAnswer(state="refused", reason=row.refused_reason, **about)
        if row.device_id is None:
            return EnrolmentAnswer(state="waiting", **about)
        device = await devices.find(connection, row.device_id)
        if device is None or device.revoked_at is not None or device.replaced_at is not None:
            return EnrolmentAnswer(state="refused", reason="it was let in, and is not in force any more", **about)
        (first, *_) = reversed(await certificates.of_device(connection, row.device_id))
        enrolled = self._admission.reply(device.booth_id, first.certificate_pem)
        return EnrolmentAnswer(state="granted", enrolled=enrolled, **about)


def is_serial(serial: str) -> bool:
    """Whether it tells one board from others."""
    return bool(serial.strip("0 -")) and serial not in NOT_A_SERIAL


def _nothing_new(row: Any, now: datetime) -> bool:
    """Whether asking again changes nothing."""
    if row.device_id is not None or row.refused_reason is not None:
        return True
    return row.decided_at is None and row.expires_at > now and now - row.last_asked_at < NOTE_AGAIN


def _is_over(row: Any, now: datetime) -> bool:
    """Nobody decided in time, or what was decided was not fetched in time."""
    return row.expires_at <= now and row.device_id is None and row.refused_reason is None


def _view(row: Any, expected: Any) -> EnrolmentRequestView:
    same = ("request_id", "code", "hardware_serial", "model", "address", "asked_at", "last_asked_at", "expires_at")
    return EnrolmentRequestView(
        **{name: getattr(row, name) for name in same},
        serial_note=row.serial_note,
        expected_booth_id=expected.booth_id if expected is not None else None,
    )


def _unknown() -> RefusedError:
    return RefusedError(404, "No such request", "GET /api/v1/enrolment-requests lists those that wait")


def _decided() -> RefusedError:
    return RefusedError(409, "Decided already", "somebody decided on it, or its time is over; the device may ask again")
