"""Claim codes and the devices that traded them for a certificate."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.tables import claim_codes, devices


async def add_claim_code(
    connection: AsyncConnection, code_sha256: str, booth_id: str, now: datetime, expires_at: datetime
) -> None:
    """Earlier codes of the booth that nobody used stop working."""
    await connection.execute(
        update(claim_codes)
        .where(claim_codes.c.booth_id == booth_id, claim_codes.c.used_at.is_(None))
        .values(used_at=now)
    )
    await connection.execute(
        insert(claim_codes).values(code_sha256=code_sha256, booth_id=booth_id, created_at=now, expires_at=expires_at)
    )


async def use_claim_code(connection: AsyncConnection, code_sha256: str, now: datetime) -> str | None:
    """The booth it is for, once; None when it is wrong, used or expired."""
    valid = (
        claim_codes.c.code_sha256 == code_sha256,
        claim_codes.c.used_at.is_(None),
        claim_codes.c.expires_at > now,
    )
    booth_id = (await connection.execute(select(claim_codes.c.booth_id).where(*valid))).scalar_one_or_none()
    if booth_id is None:
        return None
    used = await connection.execute(update(claim_codes).where(*valid).values(used_at=now))
    return str(booth_id) if used.rowcount == 1 else None


async def replace(connection: AsyncConnection, values: dict[str, Any], now: datetime) -> None:
    """The booth's new device; certificates of the one before stop counting."""
    await connection.execute(
        update(devices)
        .where(devices.c.booth_id == values["booth_id"], devices.c.replaced_at.is_(None))
        .values(replaced_at=now)
    )
    await connection.execute(insert(devices).values(values))


async def by_fingerprint(connection: AsyncConnection, fingerprint: str) -> Row[Any] | None:
    return (await connection.execute(select(devices).where(devices.c.fingerprint == fingerprint))).one_or_none()


async def current_certificates(connection: AsyncConnection, booth_ids: Iterable[str]) -> dict[str, str]:
    """PEM of each booth's device in force."""
    found = await connection.execute(
        select(devices.c.booth_id, devices.c.certificate_pem).where(
            devices.c.booth_id.in_(list(booth_ids)), devices.c.replaced_at.is_(None)
        )
    )
    return {row.booth_id: row.certificate_pem for row in found}
