"""Whom technicians let in without a claim code: devices that ask, and serial numbers that are expected."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, StringConstraints

from hub.api.fields import Name, Slug
from hub.parts import ActorOf, TheHub, allowed
from hub.people.scope import refuse_foreign
from hub.views import Me
from hub.views.enrolment import EnrolmentRequestList, ExpectedDevice, ExpectedDeviceList

router = APIRouter(tags=["devices"])

Technician = Annotated[Me, Depends(allowed("devices.manage"))]


class ApproveRequest(BaseModel):
    booth_id: Slug
    code: str = Field(max_length=40, description="as the device's terminal shows it")


class RefuseRequest(BaseModel):
    reason: Annotated[Name, StringConstraints(max_length=300)] = Field(description="the device shows it")


class ExpectRequest(BaseModel):
    hardware_serial: Annotated[Name, StringConstraints(max_length=80)] = Field(
        description="the board's own number: /proc/device-tree/serial-number, or its label"
    )
    booth_id: Slug
    days: int = Field(7, description="for how long", ge=1, le=30)


@router.get("/enrolment-requests", operation_id="listEnrolmentRequests")
async def list_requests(me: Technician, hub: TheHub) -> EnrolmentRequestList:
    """Devices that ask and that nobody has decided on, the oldest first. They belong to no booth yet, so every
    technician sees them."""
    return EnrolmentRequestList(items=tuple(await hub.requests.waiting()))


@router.post("/enrolment-requests/{request_id}/approve", operation_id="approveEnrolmentRequest", status_code=204)
async def approve(request_id: UUID, request: ApproveRequest, me: Technician, actor: ActorOf, hub: TheHub) -> None:
    """Lets it in for that booth when it asks next, within seconds. The booth's earlier device is replaced then. 409 for
    another code than the device's, or where somebody has decided already."""
    await refuse_foreign(hub.database, me, request.booth_id)
    await hub.requests.approve(request_id, request.booth_id, request.code, actor)


@router.post("/enrolment-requests/{request_id}/refuse", operation_id="refuseEnrolmentRequest", status_code=204)
async def refuse(request_id: UUID, request: RefuseRequest, me: Technician, actor: ActorOf, hub: TheHub) -> None:
    """409 where somebody has decided already."""
    await hub.requests.refuse(request_id, request.reason, actor)


@router.get("/expected-devices", operation_id="listExpectedDevices")
async def list_expected(me: Technician, hub: TheHub) -> ExpectedDeviceList:
    """Still good, for booths in the person's scope, the one that ends first before the others."""
    return ExpectedDeviceList(items=tuple(await hub.expected.every(me)))


@router.post("/expected-devices", operation_id="expectDevice", status_code=201)
async def expect(request: ExpectRequest, me: Technician, actor: ActorOf, hub: TheHub) -> ExpectedDevice:
    """Lets the device with this serial number in without a code: once, from the networks of
    `[devices] serial_networks`, and only while the booth has no device that is connected. A serial number is no
    secret. 409 where it is expected already."""
    await refuse_foreign(hub.database, me, request.booth_id)
    return await hub.expected.add(request.hardware_serial, request.booth_id, request.days, actor)


@router.delete("/expected-devices/{expected_id}", operation_id="withdrawExpectedDevice", status_code=204)
async def withdraw(expected_id: UUID, me: Technician, actor: ActorOf, hub: TheHub) -> None:
    """It must ask like any other."""
    found = await hub.expected.find(expected_id)
    await refuse_foreign(hub.database, me, found.booth_id)
    await hub.expected.withdraw(found, actor)
