"""Other ways in than a claim code: requests that a person decides, serial numbers that are expected; rescue codes."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import booth_states, devices, enrolment_requests, expected_devices, rescue_codes


async def request_of(connection: AsyncConnection, key_sha256: str) -> Row[Any] | None:
    statement = select(enrolment_requests).where(enrolment_requests.c.key_sha256 == key_sha256)
    return (await connection.execute(statement)).one_or_none()


async def find_request(connection: AsyncConnection, request_id: UUID) -> Row[Any] | None:
    statement = select(enrolment_requests).where(enrolment_requests.c.request_id == request_id)
    return (await connection.execute(statement)).one_or_none()


async def add_request(connection: AsyncConnection, values: dict[str, Any]) -> None:
    await connection.execute(insert(enrolment_requests).values(values))


async def change_request(connection: AsyncConnection, request_id: UUID, **values: Any) -> None:
    await connection.execute(
        update(enrolment_requests).where(enrolment_requests.c.request_id == request_id).values(values)
    )


async def decide(connection: AsyncConnection, request_id: UUID, now: datetime, **values: Any) -> bool:
    """False where somebody has decided already, or its time is over."""
    decided = await connection.execute(
        update(enrolment_requests)
        .where(
            enrolment_requests.c.request_id == request_id,
            enrolment_requests.c.decided_at.is_(None),
            enrolment_requests.c.expires_at > now,
        )
        .values(decided_at=now, **values)
    )
    return decided.rowcount == 1


async def waiting(connection: AsyncConnection, now: datetime) -> Sequence[Row[Any]]:
    """What nobody has decided yet, the oldest first."""
    statement = select(enrolment_requests).where(
        enrolment_requests.c.decided_at.is_(None), enrolment_requests.c.expires_at > now
    )
    return (await connection.execute(statement.order_by(enrolment_requests.c.asked_at))).all()


async def count_waiting(connection: AsyncConnection, now: datetime, address: str | None = None) -> int:
    statement = select(func.count()).where(
        enrolment_requests.c.decided_at.is_(None), enrolment_requests.c.expires_at > now
    )
    if address is not None:
        statement = statement.where(enrolment_requests.c.address == address)
    return int((await connection.execute(statement)).scalar_one())


async def forget_requests(connection: AsyncConnection, ended_before: datetime, key_sha256: str) -> None:
    """Old ones, and an earlier one of the same key, which may ask anew."""
    await connection.execute(
        delete(enrolment_requests).where(
            (enrolment_requests.c.expires_at < ended_before) | (enrolment_requests.c.key_sha256 == key_sha256)
        )
    )


async def add_expected(connection: AsyncConnection, values: dict[str, Any]) -> None:
    await connection.execute(insert(expected_devices).values(values))


async def expected(connection: AsyncConnection, now: datetime, booth_ids: Collection[str] | None) -> Sequence[Row[Any]]:
    """Those still good, the one that ends first before the others."""
    statement = select(expected_devices).where(
        expected_devices.c.used_at.is_(None), expected_devices.c.expires_at > now
    )
    if booth_ids is not None:
        statement = statement.where(expected_devices.c.booth_id.in_(booth_ids))
    return (await connection.execute(statement.order_by(expected_devices.c.expires_at))).all()


async def find_expected(connection: AsyncConnection, expected_id: UUID, now: datetime) -> Row[Any] | None:
    """One that is still good."""
    found = await expected(connection, now, None)
    return next((row for row in found if row.expected_id == expected_id), None)


async def expected_by_serial(connection: AsyncConnection, serials: Iterable[str], now: datetime) -> dict[str, Row[Any]]:
    """Whose time is not over, used or not; one that is not used before one that is."""
    statement = (
        select(expected_devices)
        .where(expected_devices.c.hardware_serial.in_(list(serials)), expected_devices.c.expires_at > now)
        .order_by(expected_devices.c.created_at)
    )
    found: dict[str, Row[Any]] = {}
    for row in await connection.execute(statement):
        if row.hardware_serial not in found or row.used_at is None:
            found[row.hardware_serial] = row
    return found


async def use_expected(connection: AsyncConnection, expected_id: UUID, now: datetime) -> bool:
    used = await connection.execute(
        update(expected_devices)
        .where(expected_devices.c.expected_id == expected_id, expected_devices.c.used_at.is_(None))
        .values(used_at=now)
    )
    return used.rowcount == 1


async def withdraw_expected(connection: AsyncConnection, expected_id: UUID) -> None:
    await connection.execute(delete(expected_devices).where(expected_devices.c.expected_id == expected_id))


async def is_occupied(connection: AsyncConnection, booth_id: str) -> bool:
    """Whether a device in force of the booth is connected."""
    statement = (
        select(func.count())
        .select_from(devices.join(booth_states, booth_states.c.booth_id == devices.c.booth_id))
        .where(
            devices.c.booth_id == booth_id,
            devices.c.replaced_at.is_(None),
            devices.c.revoked_at.is_(None),
            booth_states.c.availability == "online",
        )
    )
    return int((await connection.execute(statement)).scalar_one()) > 0


async def add_rescue_code(connection: AsyncConnection, values: dict[str, Any], now: datetime) -> None:
    """Earlier codes of the device are good no more."""
    await withdraw_rescue_codes(connection, values["device_id"], now)
    await connection.execute(insert(rescue_codes).values(values))


async def withdraw_rescue_codes(connection: AsyncConnection, device_id: UUID, now: datetime) -> bool:
    withdrawn = await connection.execute(
        update(rescue_codes)
        .where(rescue_codes.c.device_id == device_id, rescue_codes.c.used_at.is_(None), rescue_codes.c.expires_at > now)
        .values(used_at=now)
    )
    return withdrawn.rowcount > 0


async def good_rescue_code(connection: AsyncConnection, device_id: UUID, now: datetime) -> Row[Any] | None:
    statement = select(rescue_codes).where(
        rescue_codes.c.device_id == device_id, rescue_codes.c.used_at.is_(None), rescue_codes.c.expires_at > now
    )
    return (await connection.execute(statement)).one_or_none()


async def use_rescue_code(
    connection: AsyncConnection, code_sha256: str, device_id: UUID, now: datetime
) -> Row[Any] | None:
    """What is known of it, once; None where it is wrong, used, over, or another device's."""
    found = await good_rescue_code(connection, device_id, now)
    if found is None or found.code_sha256 != code_sha256:
        return None
    used = await connection.execute(
        update(rescue_codes)
        .where(rescue_codes.c.code_sha256 == code_sha256, rescue_codes.c.used_at.is_(None))
        .values(used_at=now)
    )
    return found if used.rowcount == 1 else None
