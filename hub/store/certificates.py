"""Certificates of devices: which are in force, which wait to be used, which the broker must refuse."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import device_certificates as certificates
from hub.tables import devices


async def add(connection: AsyncConnection, values: dict[str, Any]) -> None:
    await connection.execute(insert(certificates).values(values))


async def by_fingerprint(connection: AsyncConnection, fingerprint: str) -> Row[Any] | None:
    """The device, and of this certificate what begins with `certificate_`."""
    statement = (
        select(
            devices,
            certificates.c.serial.label("certificate_serial"),
            certificates.c.fingerprint.label("certificate_fingerprint"),
            certificates.c.withdrawn_at.label("certificate_withdrawn_at"),
        )
        .select_from(certificates.join(devices))
        .where(certificates.c.fingerprint == fingerprint)
    )
    return (await connection.execute(statement)).one_or_none()


async def of_device(connection: AsyncConnection, device_id: UUID) -> Sequence[Row[Any]]:
    """The newest first."""
    statement = select(certificates).where(certificates.c.device_id == device_id)
    return (await connection.execute(statement.order_by(certificates.c.issued_at.desc()))).all()


async def of_booth(connection: AsyncConnection, booth_id: str) -> Sequence[Any]:
    """Of all devices that were ever enrolled for the booth, with when each device stopped counting; oldest first."""
    statement = (
        select(
            certificates.c.fingerprint,
            certificates.c.certificate_pem,
            certificates.c.issued_at,
            devices.c.device_id,
            devices.c.replaced_at,
            devices.c.revoked_at,
            devices.c.revoked_reason,
        )
        .select_from(certificates.join(devices))
        .where(devices.c.booth_id == booth_id)
    )
    return (await connection.execute(statement.order_by(certificates.c.issued_at))).all()


async def signing(connection: AsyncConnection, booth_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """PEM of all certificates of each booth's device in force, the newest first: what an outbox held back for days was
    signed by the key of those days."""
    statement = (
        select(devices.c.booth_id, certificates.c.certificate_pem)
        .select_from(certificates.join(devices))
        .where(devices.c.booth_id.in_(list(booth_ids)), devices.c.replaced_at.is_(None), devices.c.revoked_at.is_(None))
        .order_by(certificates.c.issued_at.desc())
    )
    found: dict[str, tuple[str, ...]] = {}
    for row in await connection.execute(statement):
        found[row.booth_id] = (*found.get(row.booth_id, ()), row.certificate_pem)
    return found


async def issued_since(connection: AsyncConnection, device_id: UUID, since: datetime) -> int:
    statement = select(func.count()).where(certificates.c.device_id == device_id, certificates.c.issued_at > since)
    return int((await connection.execute(statement)).scalar_one())


async def withdraw_waiting(connection: AsyncConnection, device: Row[Any], now: datetime) -> None:
    """What was given and is not in force: the answer got lost, or the device did not keep it."""
    await connection.execute(
        update(certificates)
        .where(
            certificates.c.device_id == device.device_id,
            certificates.c.fingerprint != device.fingerprint,
            certificates.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )


async def waiting(connection: AsyncConnection, booth_id: str, serial: str) -> Row[Any] | None:
    """A certificate of the booth's device in force that is good and not the one in force."""
    statement = (
        select(certificates)
        .select_from(certificates.join(devices))
        .where(
            devices.c.booth_id == booth_id,
            devices.c.replaced_at.is_(None),
            devices.c.revoked_at.is_(None),
            certificates.c.serial == serial,
            certificates.c.fingerprint != devices.c.fingerprint,
            certificates.c.withdrawn_at.is_(None),
        )
    )
    return (await connection.execute(statement)).one_or_none()


async def put_in_force(connection: AsyncConnection, certificate: Row[Any], now: datetime) -> None:
    """It was used: it takes the device's row, and those issued before it are withdrawn."""
    of_it = certificates.c.device_id == certificate.device_id
    await connection.execute(
        update(certificates).where(certificates.c.fingerprint == certificate.fingerprint).values(seen_at=now)
    )
    await connection.execute(
        update(certificates)
        .where(
            of_it,
            certificates.c.fingerprint != certificate.fingerprint,
            certificates.c.issued_at <= certificate.issued_at,
            certificates.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )
    await connection.execute(
        update(devices)
        .where(devices.c.device_id == certificate.device_id)
        .values(
            serial=certificate.serial,
            fingerprint=certificate.fingerprint,
            certificate_pem=certificate.certificate_pem,
            not_after=certificate.not_after,
            renewed_at=certificate.issued_at,
        )
    )


async def put_newest_in_force(connection: AsyncConnection, certificate: Row[Any], now: datetime) -> None:
    """This one, or whichever of its device was issued last; the others are withdrawn."""
    statement = select(certificates).where(certificates.c.device_id == certificate.device_id)
    newest = (await connection.execute(statement.order_by(certificates.c.issued_at.desc()).limit(1))).one()
    await put_in_force(connection, newest, now)


async def refused(connection: AsyncConnection, now: datetime) -> Sequence[Any]:
    """Serial number, booth, since when, and whether the device was revoked, of certificates that would still be in date
    and that the broker must refuse; the oldest first."""
    since = func.coalesce(devices.c.revoked_at, certificates.c.withdrawn_at)
    statement = (
        select(
            certificates.c.serial,
            devices.c.booth_id,
            devices.c.revoked_at,
            certificates.c.withdrawn_at,
        )
        .select_from(certificates.join(devices))
        .where(
            or_(devices.c.revoked_at.is_not(None), certificates.c.withdrawn_at.is_not(None)),
            certificates.c.not_after > now,
        )
    )
    return (await connection.execute(statement.order_by(since, certificates.c.serial))).all()
