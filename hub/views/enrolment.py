"""Devices that want in: requests that wait, serial numbers that are expected, codes that rescue."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contract.wire import BoothId
from hub.views.base import View

SerialNote = Literal["used", "elsewhere", "occupied"]
"""Why a serial number that is expected did not let its device in: another came with it already, it comes from a network
where that is not enough, the booth has a device that is connected."""

CertificateHow = Literal["enrolled", "renewed", "rescued", "restored"]
CertificateState = Literal["in_force", "waiting", "withdrawn", "ended"]


class EnrolmentRequestView(View):
    """What the device says of itself, number and model, is not proven by anything."""

    request_id: UUID
    code: str = Field(description="of its key: the device's terminal must show the same")
    hardware_serial: str
    model: str
    address: str = Field(description="where it asked from first")
    asked_at: datetime
    last_asked_at: datetime = Field(description="within a minute, while it still asks")
    expires_at: datetime
    serial_note: SerialNote | None = Field(description="why its serial number, which is expected, did not let it in")
    expected_booth_id: BoothId | None = Field(description="for which booth its serial number is expected")


class EnrolmentRequestList(View):
    items: tuple[EnrolmentRequestView, ...]


class ExpectedDevice(View):
    """Let in by its serial number alone, once."""

    expected_id: UUID
    hardware_serial: str
    booth_id: BoothId
    created_at: datetime
    created_by: str | None
    expires_at: datetime


class ExpectedDeviceList(View):
    items: tuple[ExpectedDevice, ...]


class RescueCodeView(View):
    """That there is one; the code itself is shown when it is made, and only then."""

    created_at: datetime
    created_by: str | None
    expires_at: datetime


class NewRescueCode(View):
    device_id: UUID
    booth_id: BoothId
    code: str
    expires_at: datetime
    command: str = Field(description="what is typed on the device; it asks for the code")


class CertificateView(View):
    """`waiting`: issued, and not seen in use yet. `withdrawn`: a later one was; the broker refuses it."""

    serial: str
    how: CertificateHow
    state: CertificateState
    issued_at: datetime
    not_after: datetime
    seen_at: datetime | None
    withdrawn_at: datetime | None
