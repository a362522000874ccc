"""Devices: the hardware in a booth, its certificate, how it is doing, and what was asked of it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contract.checkup import Checkup
from contract.messages import Health
from contract.upkeep import DeviceFacts
from contract.wire import BoothId, Sha256
from hub.devices.drift import DriftField
from hub.devices.status import CareCode, Status
from hub.views.base import View
from hub.views.booths import BoothAvailability
from hub.views.enrolment import CertificateView, RescueCodeView


class DeviceCare(View):
    """One thing for a technician to look after."""

    code: CareCode
    detail: str = Field(description="a name, or a number with its unit")


class DeviceDrift(View):
    """One thing that a booth does otherwise than it should, as far as it last said."""

    field: DriftField
    desired: str
    reported: str = Field(description="empty where the booth has said nothing yet")


class DeviceView(View):
    device_id: UUID
    booth_id: BoothId
    booth_name: str
    room_id: str | None
    status: Status
    care: tuple[DeviceCare, ...] = Field(description="why it is `degraded`, and what will be due")
    serial: str = Field(description="of its certificate, hexadecimal")
    enrolled_at: datetime
    enrolled_by: str | None = Field(description="who let it in; None for the command line")
    enrolled_how: Literal["claim_code", "approved", "serial", "restored"] = Field(
        description="by a claim code, by a person who compared its code, by its serial number alone, or anew after the "
        "hub was restored from a backup that did not know it"
    )
    enrolled_from: str | None = Field(description="address that it enrolled from")
    not_after: datetime = Field(description="when its certificate ends")
    renew_at: datetime = Field(description="when it renews that by itself")
    replaced_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None
    revoked_reason: str | None
    availability: BoothAvailability
    last_seen_at: datetime | None
    exam_session_on: bool = Field(description="somebody sits there: a restart is refused unless forced")
    model: str
    version: str | None = Field(description="of the agent")
    temperature_c: float | None
    drift: tuple[DeviceDrift, ...] = Field((), description="what it does otherwise than it should; of who is in force")


class DeviceList(View):
    """One for each booth that has one: its newest."""

    items: tuple[DeviceView, ...]


class DeviceDetail(View):
    device: DeviceView
    facts: DeviceFacts | None = Field(description="as the device last said; None where it has not, or not this one")
    health: Health | None
    clock_offset_ms: float | None
    certificates: tuple[CertificateView, ...] = Field(description="all that it ever had, the newest first")
    rescue_code: RescueCodeView | None = Field(description="that one is good now")
    checkup: Checkup | None = Field(description="what the doctor found last: at the start, hourly, or when asked")
    history: tuple[DeviceView, ...] = Field(description="every device that the booth ever had, the newest first")


class ClaimCodeView(View):
    """That there is one; the code itself is shown when it is made, and only then."""

    booth_id: BoothId
    created_at: datetime
    expires_at: datetime
    created_by: str | None


class ClaimCodeList(View):
    items: tuple[ClaimCodeView, ...]


class NewClaimCode(View):
    booth_id: BoothId
    code: str
    expires_at: datetime
    command: str = Field(description="what is typed on the device; it asks for the code")


class AuthorityView(View):
    """Who signs this hub's certificate and its devices'. No secret, and no proof: compare the fingerprint with what the
    hub's own machine shows."""

    certificate_pem: str
    sha256: Sha256


class Identified(View):
    screen: bool = Field(description="the booth's screen shows its name")
    light: bool = Field(description="a light of the board blinks")


class DeviceLog(View):
    lines: tuple[str, ...] = Field(description="of the agent's own log, the oldest first")
    dropped: int = Field(description="older lines that the device has not kept")
