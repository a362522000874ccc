"""Claim codes and the devices that traded them for a certificate."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.among import among
from hub.tables import claim_codes, device_certificates, devices


class Service(NamedTuple):
    """From when to when a device spoke for its booth."""

    enrolled_at: datetime
    replaced_at: datetime | None
    revoked_at: datetime | None
    revoked_reason: str | None


async def add_claim_code(
    connection: AsyncConnection,
    code_sha256: str,
    booth_id: str,
    now: datetime,
    expires_at: datetime,
    created_by: str | None = None,
) -> None:
    """Earlier codes of the booth that nobody used stop working."""
    await withdraw_claim_codes(connection, booth_id, now)
    await connection.execute(
        insert(claim_codes).values(
            code_sha256=code_sha256, booth_id=booth_id, created_at=now, expires_at=expires_at, created_by=created_by
        )
    )


async def withdraw_claim_codes(connection: AsyncConnection, booth_id: str, now: datetime) -> bool:
    """False where the booth has none that is good."""
    withdrawn = await connection.execute(
        update(claim_codes)
        .where(claim_codes.c.booth_id == booth_id, claim_codes.c.used_at.is_(None))
        .values(used_at=now)
    )
    return withdrawn.rowcount > 0


async def good_claim_codes(
    connection: AsyncConnection, now: datetime, booth_ids: Collection[str] | None
) -> Sequence[Any]:
    """What is known of those with which a device may still enrol; not the codes, which nobody keeps."""
    statement = select(
        claim_codes.c.booth_id, claim_codes.c.created_at, claim_codes.c.expires_at, claim_codes.c.created_by
    ).where(claim_codes.c.used_at.is_(None), claim_codes.c.expires_at > now)
    if booth_ids is not None:
        statement = statement.where(claim_codes.c.booth_id.in_(booth_ids))
    return (await connection.execute(statement.order_by(claim_codes.c.expires_at))).all()


class Claim(NamedTuple):
    booth_id: str
    created_by: str | None


async def use_claim_code(connection: AsyncConnection, code_sha256: str, now: datetime) -> Claim | None:
    """What it is for, once; None when it is wrong, used or expired."""
    valid = (
        claim_codes.c.code_sha256 == code_sha256,
        claim_codes.c.used_at.is_(None),
        claim_codes.c.expires_at > now,
    )
    columns = (claim_codes.c.booth_id, claim_codes.c.created_by)
    found = (await connection.execute(select(*columns).where(*valid))).one_or_none()
    if found is None:
        return None
    used = await connection.execute(update(claim_codes).where(*valid).values(used_at=now))
    return Claim(*found) if used.rowcount == 1 else None


async def replace(connection: AsyncConnection, values: dict[str, Any], now: datetime) -> None:
    """The booth's new device; certificates of the one before stop counting."""
    await connection.execute(
        update(devices)
        .where(devices.c.booth_id == values["booth_id"], devices.c.replaced_at.is_(None))
        .values(replaced_at=now)
    )
    await connection.execute(insert(devices).values(values))


async def add_between(connection: AsyncConnection, values: dict[str, Any], now: datetime) -> None:
    """A device that the hub had forgotten: the booth's new one, unless another was enrolled there after it."""
    later = select(devices.c.device_id).where(
        devices.c.booth_id == values["booth_id"], devices.c.enrolled_at > values["enrolled_at"]
    )
    if (await connection.execute(later.limit(1))).first() is None:
        await replace(connection, values, now)
    else:
        await connection.execute(insert(devices).values({**values, "replaced_at": now}))


async def find(connection: AsyncConnection, device_id: UUID) -> Row[Any] | None:
    return (await connection.execute(select(devices).where(devices.c.device_id == device_id))).one_or_none()


async def served(connection: AsyncConnection, booth_ids: Iterable[str]) -> set[str]:
    """Those of these booths that have a device in force."""
    found = await connection.execute(
        select(devices.c.booth_id).where(
            devices.c.booth_id.in_(list(booth_ids)), devices.c.replaced_at.is_(None), devices.c.revoked_at.is_(None)
        )
    )
    return set(found.scalars())


async def services(connection: AsyncConnection, booth_ids: Iterable[str]) -> dict[str, tuple[Service, ...]]:
    """All devices that each booth ever had, the oldest first."""
    statement = select(
        devices.c.booth_id, devices.c.enrolled_at, devices.c.replaced_at, devices.c.revoked_at, devices.c.revoked_reason
    ).where(among(connection, devices.c.booth_id, booth_ids))
    found: dict[str, tuple[Service, ...]] = {}
    for row in await connection.execute(statement.order_by(devices.c.enrolled_at)):
        found[row.booth_id] = (*found.get(row.booth_id, ()), Service(*row[1:]))
    return found


async def revocable(connection: AsyncConnection, name: str) -> list[Row[Any]]:
    """The device with a certificate of that serial number, else the one in force of that booth; revoked or not."""
    of_serial = select(device_certificates.c.device_id).where(device_certificates.c.serial == name)
    by_serial = (await connection.execute(select(devices).where(devices.c.device_id.in_(of_serial)))).all()
    if by_serial:
        return list(by_serial)
    of_booth = select(devices).where(devices.c.booth_id == name, devices.c.replaced_at.is_(None))
    return list((await connection.execute(of_booth)).all())


async def revoke(
    connection: AsyncConnection, device_id: UUID, now: datetime, reason: str, by: str | None = None
) -> bool:
    """False when it is revoked already: the first time stands."""
    revoked = await connection.execute(
        update(devices)
        .where(devices.c.device_id == device_id, devices.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_reason=reason, revoked_by=by)
    )
    return revoked.rowcount == 1
