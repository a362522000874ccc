"""Serial numbers that are expected: which device may come in for which booth without a code or a person."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from contract.enrolment import plain_serial
from hub import audit
from hub.audit import Actor
from hub.db import Database
from hub.devices.admission import refuse_unknown
from hub.devices.requests import is_serial
from hub.errors import RefusedError
from hub.store import enrolments
from hub.views import Me
from hub.views.enrolment import ExpectedDevice


class Expected:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def every(self, me: Me) -> list[ExpectedDevice]:
        """Still good, for booths in the person's scope."""
        async with self._database.reading() as connection:
            rows = await enrolments.expected(connection, datetime.now(UTC), me.booths)
        return [_view(row) for row in rows]

    async def find(self, expected_id: UUID) -> ExpectedDevice:
        """Raises 404."""
        async with self._database.reading() as connection:
            row = await enrolments.find_expected(connection, expected_id, datetime.now(UTC))
        if row is None:
            raise RefusedError(404, "No such device is expected", "GET /api/v1/expected-devices lists those that are")
        return _view(row)

    async def add(self, hardware_serial: str, booth_id: str, days: int, actor: Actor) -> ExpectedDevice:
        """Raises 404 for an unknown booth, 409 where the number is expected already, 422 for one that tells nothing."""
        serial, now = plain_serial(hardware_serial), datetime.now(UTC)
        if not is_serial(serial):
            raise RefusedError(422, "Not a serial number", "boards without one of their own all say this")
        row = {
            "expected_id": uuid4(),
            "hardware_serial": serial,
            "booth_id": booth_id,
            "created_at": now,
            "created_by": actor.username,
            "expires_at": now + timedelta(days=days),
        }
        async with self._database.writing() as connection:
            await refuse_unknown(connection, booth_id)
            before = (await enrolments.expected_by_serial(connection, [serial], now)).get(serial)
            if before is not None and before.used_at is None:
                raise RefusedError(409, "Expected already", f"for {before.booth_id}; withdraw that first")
            await enrolments.add_expected(connection, row)
            about = {"hardware_serial": serial, "expires_at": row["expires_at"]}
            await audit.record(connection, actor, "expected_device.added", "booth", booth_id, **about)
        return ExpectedDevice(**row)

    async def withdraw(self, expected: ExpectedDevice, actor: Actor) -> None:
        async with self._database.writing() as connection:
            await enrolments.withdraw_expected(connection, expected.expected_id)
            about = {"hardware_serial": expected.hardware_serial}
            await audit.record(connection, actor, "expected_device.withdrawn", "booth", expected.booth_id, **about)


def _view(row: Any) -> ExpectedDevice:
    return ExpectedDevice(**{name: getattr(row, name) for name in ExpectedDevice.model_fields})
