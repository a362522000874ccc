"""Revoked devices: whose key may be in other hands, so nothing they send counts from then on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hub import audit
from hub.audit import Actor
from hub.db import Database
from hub.errors import HubError
from hub.store import devices
from hub.store.devices import Service


def refusal(services: Sequence[Service], began_at: datetime | None, received_at: datetime) -> str | None:
    """Why an event that came at `received_at` does not count; None where it does. `services` is oldest first.

    An event is not signed by itself, and the broker only says for which booth it came: so the chain that it belongs to
    is its device's, the one that was in force when the chain began (`began_at`; None for one that begins now). Where
    no device is in force, whoever speaks is the revoked one.
    """
    if all(service.revoked_at is None for service in services):
        return None
    in_force = [service for service in services if service.replaced_at is None and service.revoked_at is None]
    speaker = services[-1] if not in_force else None
    if speaker is None and began_at is not None:
        speaker = next((one for one in reversed(services) if one.enrolled_at <= began_at), None)
    if speaker is None or speaker.revoked_at is None or received_at <= speaker.revoked_at:
        return None
    return f"the device was revoked at {_time(speaker.revoked_at)}: {speaker.revoked_reason}"[:300]


def revoked(device: Any) -> str:
    """Of a row of `devices` that has `revoked_at`: what to tell the device, and what to do."""
    return (
        f"this device was revoked at {_time(device.revoked_at)} ({device.revoked_reason}); "
        f"enrol a device with a new claim code: invigil-hub booth claim {device.booth_id}"
    )


async def revoke(database: Database, name: str, reason: str, actor: Actor) -> Any:
    """Revokes the device of this serial number, or the one in force of this booth; its row, as it was before.

    Raises `HubError` where there is none, or it is revoked already. A running hub refuses it with the next message.
    """
    async with database.writing() as connection:
        found = await devices.revocable(connection, name)
        if not found:
            raise HubError(f"{name!r} is no booth with a device, and no serial number", hint="see: booth list")
        (device,) = found
        if not await devices.revoke(connection, device.device_id, datetime.now(UTC), reason, actor.username):
            raise HubError(
                f"the device of {device.booth_id} was revoked at {_time(device.revoked_at)}: {device.revoked_reason}",
                hint=f"for a new device: invigil-hub booth claim {device.booth_id}",
            )
        await audit.record(
            connection, actor, "device.revoked", "device", device.serial, booth=device.booth_id, reason=reason
        )
    return device


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
