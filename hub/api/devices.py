"""Devices: what hardware stands in the booths, how it is doing, what technicians ask of it, and how it is let in."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field, StringConstraints

from contract.checkup import Checkup
from contract.upkeep import IDENTIFY_MAX_S, LOG_LINES_MAX
from hub.api.fields import Name, Slug
from hub.errors import RefusedError
from hub.parts import ActorOf, Hub, TheHub, allowed
from hub.people.scope import refuse_foreign
from hub.store import booths
from hub.store import devices as device_store
from hub.views import Me
from hub.views.devices import (
    ClaimCodeList,
    ClaimCodeView,
    DeviceDetail,
    DeviceList,
    DeviceLog,
    DeviceView,
    Identified,
    NewClaimCode,
)
from hub.views.enrolment import NewRescueCode

router = APIRouter(tags=["devices"])

Technician = Annotated[Me, Depends(allowed("devices.manage"))]


class RevokeRequest(BaseModel):
    reason: Annotated[Name, StringConstraints(max_length=300)] = Field(description="what happened, for the record")


class IdentifyRequest(BaseModel):
    seconds: int = Field(20, ge=1, le=IDENTIFY_MAX_S)


class LogsRequest(BaseModel):
    lines: int = Field(100, ge=1, le=LOG_LINES_MAX)


class RestartRequest(BaseModel):
    force: bool = Field(False, description="also while an exam session is on; for administrators")


class RebootRequest(RestartRequest):
    """The same, of the whole board."""


async def in_scope(device_id: UUID, me: Technician, hub: TheHub) -> DeviceView:
    device = await hub.fleet.find(device_id)
    await refuse_foreign(hub.database, me, device.booth_id)
    return device


TheDevice = Annotated[DeviceView, Depends(in_scope)]


@router.get("/devices", operation_id="listDevices")
async def list_devices(me: Technician, hub: TheHub) -> DeviceList:
    """The newest device of each booth in the person's scope, by the booth's name."""
    return DeviceList(items=tuple(await hub.fleet.every(me)))


@router.get("/devices/{device_id}", operation_id="getDevice")
async def get_device(device: TheDevice, hub: TheHub) -> DeviceDetail:
    """With what it is made of, its health, and every device that its booth ever had."""
    return await hub.fleet.detail(device.device_id)


@router.post("/devices/{device_id}/identify", operation_id="identifyDevice")
async def identify(request: IdentifyRequest, device: TheDevice, actor: ActorOf, hub: TheHub) -> Identified:
    """The booth's screen shows its name in large letters, and a light blinks where the board has one."""
    done = await hub.fleet.identify(device, request.seconds, actor)
    return Identified(screen=done.screen, light=done.light)


@router.post("/devices/{device_id}/logs", operation_id="readDeviceLog")
async def read_log(request: LogsRequest, device: TheDevice, actor: ActorOf, hub: TheHub) -> DeviceLog:
    """The newest lines of the agent's own log, asked of the device now. No pictures, no secrets."""
    said = await hub.fleet.logs(device, request.lines, actor)
    return DeviceLog(lines=said.lines, dropped=said.dropped)


@router.post("/devices/{device_id}/doctor", operation_id="doctorDevice")
async def check(device: TheDevice, actor: ActorOf, hub: TheHub) -> Checkup:
    """The device looks itself over now, which takes some seconds: every named check of docs/doctor.md. What takes much
    of the processor is left out while an exam session is on."""
    return await hub.fleet.check(device, actor)


@router.post("/devices/{device_id}/restart", operation_id="restartDevice", status_code=204)
async def restart(request: RestartRequest, device: TheDevice, me: Technician, actor: ActorOf, hub: TheHub) -> None:
    """Its agent ends and is started again by its supervisor. 409 while an exam session is on, unless forced."""
    _refuse_force(me, request.force, "a restart")
    await hub.fleet.restart(device, actor, force=request.force)


@router.post("/devices/{device_id}/reboot", operation_id="rebootDevice", status_code=204)
async def reboot(request: RebootRequest, device: TheDevice, me: Technician, actor: ActorOf, hub: TheHub) -> None:
    """The whole board starts again. 409 while an exam session is on, unless forced; 502 where the device cannot."""
    _refuse_force(me, request.force, "a reboot")
    await hub.fleet.reboot(device, actor, force=request.force)


@router.post("/devices/{device_id}/revoke", operation_id="revokeDevice")
async def revoke(request: RevokeRequest, device: TheDevice, actor: ActorOf, hub: TheHub) -> DeviceView:
    """From now on nothing of it counts, its connection is cut, and it comes in no more. There is no way back."""
    return await hub.fleet.revoke(device, request.reason, actor)


@router.post("/devices/{device_id}/rescue-code", operation_id="makeRescueCode", status_code=201)
async def make_rescue_code(device: TheDevice, actor: ActorOf, hub: TheHub) -> NewRescueCode:
    """For a device whose certificate has ended: good once, for a day, for this device and its key alone, and shown only
    now. It stays the same device, with its history. 409 for one that is revoked or replaced."""
    made = await hub.renewals.new_rescue_code(device, actor)
    return NewRescueCode(
        device_id=device.device_id,
        booth_id=device.booth_id,
        code=made.code,
        expires_at=made.expires_at,
        command="invigil device renew --rescue --dir /etc/invigil",
    )


@router.delete("/devices/{device_id}/rescue-code", operation_id="withdrawRescueCode", status_code=204)
async def withdraw_rescue_code(device: TheDevice, actor: ActorOf, hub: TheHub) -> None:
    """Nobody can rescue it with that any more. 404 where it has none."""
    await hub.renewals.withdraw_rescue_code(device, actor)


@router.get("/claim-codes", operation_id="listClaimCodes")
async def list_claim_codes(me: Technician, hub: TheHub) -> ClaimCodeList:
    """Booths for which a device may enrol now, the one that ends first before the others."""
    async with hub.database.reading() as connection:
        rows = await device_store.good_claim_codes(connection, datetime.now(UTC), me.booths)
    return ClaimCodeList(items=tuple(ClaimCodeView(**row._mapping) for row in rows))


@router.post("/booths/{booth_id}/claim-code", operation_id="makeClaimCode", status_code=201)
async def make_claim_code(
    booth_id: Slug, request: Request, me: Technician, actor: ActorOf, hub: TheHub
) -> NewClaimCode:
    """For a new device, or one that must enrol again: good once, for a day, and shown only now. With its enrolment the
    booth's earlier device stops counting; the booth keeps its history."""
    await _known(hub, me, booth_id)
    claim = await hub.fleet.new_claim_code(booth_id, actor)
    url = str(request.base_url).rstrip("/")
    return NewClaimCode(
        booth_id=booth_id,
        code=claim.code,
        expires_at=claim.expires_at,
        command=f"invigil device enrol --hub {url} --dir /etc/invigil",
    )


@router.delete("/booths/{booth_id}/claim-code", operation_id="withdrawClaimCode", status_code=204)
async def withdraw_claim_code(booth_id: Slug, me: Technician, actor: ActorOf, hub: TheHub) -> None:
    """Nobody can enrol with it any more."""
    await _known(hub, me, booth_id)
    await hub.fleet.withdraw_claim_code(booth_id, actor)


async def _known(hub: Hub, me: Me, booth_id: str) -> None:
    async with hub.database.reading() as connection:
        if await booths.find(connection, booth_id) is None:
            detail = f"no booth is called {booth_id!r}; GET /api/v1/booths lists them"
            raise RefusedError(404, "No such booth", detail)
    await refuse_foreign(hub.database, me, booth_id)


def _refuse_force(me: Me, force: bool, what: str) -> None:
    if force and me.role != "admin":
        raise RefusedError(403, "Not allowed", f"only an administrator may force {what} during an exam session")
