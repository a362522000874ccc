"""Devices as technicians see them: certificate, status word, and what the booth's device last said of itself."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from contract.enrolment import renew_at
from contract.messages import Health, Reported
from contract.wire import InvalidError
from hub.devices.status import Standing, status_of
from hub.store import certificates, enrolments
from hub.store import checkups as checkup_store
from hub.tables import booth_states, booths, checkups, devices, exam_sessions
from hub.views.devices import DeviceCare, DeviceDetail, DeviceView
from hub.views.enrolment import CertificateState, CertificateView, RescueCodeView

SAME: Final = (
    *("device_id", "booth_id", "booth_name", "room_id", "serial", "enrolled_at", "enrolled_by", "enrolled_from"),
    *("not_after", "replaced_at", "revoked_at", "revoked_by", "revoked_reason"),
)
CODE: Final = ("created_at", "created_by", "expires_at")
OF_CERTIFICATE: Final = ("serial", "how", "issued_at", "not_after", "seen_at", "withdrawn_at")
SITTING: Final = ("checked_in", "admitted", "in_progress", "paused", "on_break")


async def every(connection: AsyncConnection, booth_ids: Collection[str] | None, now: datetime) -> list[DeviceView]:
    """The newest of each booth, by the booth's name."""
    statement = _statement().where(devices.c.replaced_at.is_(None))
    if booth_ids is not None:
        statement = statement.where(devices.c.booth_id.in_(booth_ids))
    rows = (await connection.execute(statement.order_by(booths.c.name, booths.c.booth_id))).all()
    return [_view(row, now) for row in rows]


async def find(connection: AsyncConnection, device_id: UUID, now: datetime) -> DeviceView | None:
    row = (await connection.execute(_statement().where(devices.c.device_id == device_id))).one_or_none()
    return None if row is None else _view(row, now)


async def detail(connection: AsyncConnection, device_id: UUID, now: datetime) -> DeviceDetail | None:
    row = (await connection.execute(_statement().where(devices.c.device_id == device_id))).one_or_none()
    if row is None:
        return None
    of_booth = _statement().where(devices.c.booth_id == row.booth_id).order_by(devices.c.enrolled_at.desc())
    said, code = _said(row), await enrolments.good_rescue_code(connection, device_id, now)
    return DeviceDetail(
        device=_view(row, now),
        facts=said.device if said else None,
        health=_health(row),
        clock_offset_ms=row.clock_offset_ms if _speaks(row) else None,
        certificates=tuple(
            _certificate(each, row, now) for each in await certificates.of_device(connection, device_id)
        ),
        rescue_code=None if code is None else RescueCodeView(**{name: getattr(code, name) for name in CODE}),
        checkup=await checkup_store.newest(connection, row.booth_id) if _checked(row) else None,
        history=tuple(_view(each, now) for each in await connection.execute(of_booth)),
    )


async def reported(connection: AsyncConnection, booth_ids: Collection[str]) -> dict[UUID, Reported]:
    """What the devices that have these booths last said of what they do, by the device; without those that said
    nothing that can be read."""
    statement = _statement().where(devices.c.replaced_at.is_(None), devices.c.booth_id.in_(booth_ids))
    found = {row.device_id: _said(row) for row in await connection.execute(statement)}
    return {device_id: said for device_id, said in found.items() if said is not None}


def _statement() -> Select[Any]:
    state = (
        select(exam_sessions.c.state)
        .where(exam_sessions.c.exam_session_id == booths.c.desired_exam_session)
        .scalar_subquery()
    )
    return select(
        devices,
        booths.c.name.label("booth_name"),
        booths.c.room_id,
        booth_states.c.availability,
        booth_states.c.last_seen_at,
        booth_states.c.health,
        booth_states.c.reported,
        booth_states.c.clock_offset_ms,
        checkups.c.at.label("checked_at"),
        checkups.c.failed.label("failed_checks"),
        state.label("sitting_state"),
    ).select_from(
        devices.join(booths, booths.c.booth_id == devices.c.booth_id)
        .outerjoin(booth_states, booth_states.c.booth_id == devices.c.booth_id)
        .outerjoin(checkups, checkups.c.booth_id == devices.c.booth_id)
    )


def _certificate(each: Any, device: Any, now: datetime) -> CertificateView:
    state: CertificateState = "waiting"
    if each.withdrawn_at is not None:
        state = "withdrawn"
    elif each.not_after < now:
        state = "ended"
    elif each.fingerprint == device.fingerprint:
        state = "in_force"
    return CertificateView(state=state, **{name: getattr(each, name) for name in OF_CERTIFICATE})


def _speaks(row: Any) -> bool:
    """Whether what the booth last said is this device's: the newest one's, and not from before it came."""
    return row.replaced_at is None and row.last_seen_at is not None and row.last_seen_at >= row.enrolled_at


def _checked(row: Any) -> bool:
    """Whether the booth's newest checkup is this device's: both times are the device's life by two clocks, and an agent
    starts later than it enrols."""
    return row.replaced_at is None and row.checked_at is not None and row.checked_at >= row.enrolled_at


def _health(row: Any) -> Health | None:
    if not _speaks(row) or not row.health:
        return None
    try:
        return Health.model_validate_json(row.health)
    except ValidationError:  # what an older hub stored
        return None


def _said(row: Any) -> Reported | None:
    if not _speaks(row) or not row.reported:
        return None
    try:
        return Reported.parse(row.reported)
    except InvalidError:
        return None


def _view(row: Any, now: datetime) -> DeviceView:
    speaks, health, said = _speaks(row), _health(row), _said(row)
    facts = said.device if said else None
    standing = Standing(
        serial=row.serial,
        enrolled_at=row.enrolled_at,
        issued_at=row.renewed_at or row.enrolled_at,
        not_after=row.not_after,
        replaced_at=row.replaced_at,
        revoked_at=row.revoked_at,
        availability=row.availability if speaks else None,
        last_seen_at=row.last_seen_at if speaks else None,
        health=health,
        clock_offset_ms=row.clock_offset_ms if speaks else None,
        certificate_serial=facts.certificate_serial if facts else "",
        failed_checks=tuple(row.failed_checks.split()) if _checked(row) else (),
    )
    status, cares = status_of(standing, now)
    return DeviceView(
        **{name: getattr(row, name) for name in SAME},
        enrolled_how=row.enrolled_how or "claim_code",
        renew_at=renew_at(standing.issued_at, standing.not_after),
        status=status,
        care=tuple(DeviceCare(code=care.code, detail=care.detail) for care in cares),
        availability=(row.availability or "never_seen") if speaks else "never_seen",
        last_seen_at=standing.last_seen_at,
        exam_session_on=row.replaced_at is None and row.sitting_state in SITTING,
        model=facts.model if facts else "",
        version=health.version if health else None,
        temperature_c=health.temperature_c if health else None,
    )
