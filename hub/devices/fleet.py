"""What technicians do to devices from afar. Each is in the audit log with what came of it."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from contract.checkup import Checkup, CheckupCommand, CheckupReply
from contract.live import DoneReply
from contract.messages import AnyCommand, AnyReply, Desired, Reported
from contract.upkeep import IdentifyCommand, IdentifyReply, LogsCommand, LogsReply, RebootCommand, RestartCommand
from hub import audit
from hub.audit import Actor
from hub.commands import Commands
from hub.db import Database
from hub.desired import DesiredState
from hub.devices.admission import Code
from hub.devices.cutting import Cutting
from hub.devices.drift import drift
from hub.devices.enrolment import new_claim_code
from hub.devices.revocation import revoke
from hub.errors import HubError, RefusedError
from hub.store import devices, fleet
from hub.views import Me
from hub.views.devices import DeviceDetail, DeviceDrift, DeviceView

REPLY_S = 10.0
CHECKUP_S = 75.0
"""It takes some seconds; timing the networks of a slow board takes longest, and a check that hangs has its time."""
NOT_IN_FORCE: Final = frozenset({"revoked", "replaced", "expired"})
Reply = TypeVar("Reply")


class Fleet:
    def __init__(self, database: Database, commands: Commands, cutting: Cutting, desired: DesiredState) -> None:
        self._database = database
        self._commands = commands
        self._cutting = cutting
        self._desired = desired

    async def every(self, me: Me) -> list[DeviceView]:
        """Of the booths in the person's scope."""
        async with self._database.reading() as connection:
            known = await fleet.every(connection, me.booths, datetime.now(UTC))
        return await self._with_drift(known)

    async def detail(self, device_id: UUID) -> DeviceDetail:
        """Raises 404."""
        async with self._database.reading() as connection:
            found = await fleet.detail(connection, device_id, datetime.now(UTC))
        if found is None:
            raise RefusedError(404, "No such device", "GET /api/v1/devices lists those in force")
        (device,) = await self._with_drift([found.device])
        return found.model_copy(update={"device": device})

    async def find(self, device_id: UUID) -> DeviceView:
        """Raises 404."""
        return (await self.detail(device_id)).device

    async def identify(self, device: DeviceView, seconds: int, actor: Actor) -> IdentifyReply:
        command = IdentifyCommand(name=device.booth_name, seconds=seconds)
        return await self._ask(device, command, IdentifyReply, actor, "device.identified", seconds=seconds)

    async def logs(self, device: DeviceView, lines: int, actor: Actor) -> LogsReply:
        return await self._ask(device, LogsCommand(lines=lines), LogsReply, actor, "device.logs_read", lines=lines)

    async def check(self, device: DeviceView, actor: Actor) -> Checkup:
        """What the doctor finds now. The device publishes it as well, so it is stored when it arrives that way."""
        reply = await self._ask(device, CheckupCommand(), CheckupReply, actor, "device.checked", timeout_s=CHECKUP_S)
        return reply.checkup

    async def restart(self, device: DeviceView, actor: Actor, *, force: bool) -> None:
        """Its agent. Raises 409 while an exam session is on, unless forced; the device refuses, too."""
        _refuse_sitting(device, force=force)
        await self._ask(device, RestartCommand(force=force), DoneReply, actor, "device.restarted", forced=force)

    async def reboot(self, device: DeviceView, actor: Actor, *, force: bool) -> None:
        """The whole board; as `restart`."""
        _refuse_sitting(device, force=force)
        await self._ask(device, RebootCommand(force=force), DoneReply, actor, "device.rebooted", forced=force)

    async def revoke(self, device: DeviceView, reason: str, actor: Actor) -> DeviceView:
        """Raises 409 where it is revoked already."""
        try:
            await revoke(self._database, device.serial, reason, actor)
        except HubError as error:
            raise RefusedError(409, "Revoked already", str(error)) from error
        self._cutting.look_now()
        return await self.find(device.device_id)

    async def new_claim_code(self, booth_id: str, actor: Actor) -> Code:
        return await new_claim_code(self._database, booth_id, actor)

    async def withdraw_claim_code(self, booth_id: str, actor: Actor) -> None:
        """Raises 404 where there is none that is good."""
        async with self._database.writing() as connection:
            if not await devices.withdraw_claim_codes(connection, booth_id, datetime.now(UTC)):
                raise RefusedError(404, "No claim code", f"{booth_id} has none that is good still")
            await audit.record(connection, actor, "claim_code.withdrawn", "booth", booth_id)

    async def _with_drift(self, known: list[DeviceView]) -> list[DeviceView]:
        """Of those in force: what others were to do is nobody's concern."""
        active = [each.booth_id for each in known if each.status not in NOT_IN_FORCE]
        wanted = await self._desired.wanted(active)
        async with self._database.reading() as connection:
            said = await fleet.reported(connection, active)
        return [
            each.model_copy(update={"drift": _drift(wanted[each.booth_id], said.get(each.device_id))})
            if each.booth_id in wanted and each.status not in NOT_IN_FORCE
            else each
            for each in known
        ]

    async def _ask(
        self,
        device: DeviceView,
        command: AnyCommand,
        wanted: type[Reply],
        actor: Actor,
        action: str,
        timeout_s: float = REPLY_S,
        **detail: Any,
    ) -> Reply:
        """Raises 409 where the device cannot be asked, 502 where it refuses, 504 where it does not answer in time."""
        if device.status in NOT_IN_FORCE:
            raise RefusedError(409, "Not in force", f"this device is {device.status}; nothing is asked of it")
        if device.availability != "online":
            raise RefusedError(
                409, "Device is not connected", f"{device.booth_id} is {device.availability}; try when it is online"
            )
        outcome = "given up"
        try:
            reply = await self._commands.request(device.booth_id, command, timeout_s=timeout_s)
            outcome = _outcome(reply, wanted)
        except RefusedError as error:
            outcome = error.title
            raise
        finally:
            async with self._database.writing() as connection:
                about = {"booth": device.booth_id, "outcome": outcome, **detail}
                await audit.record(connection, actor, action, "device", device.serial, **about)
        if not isinstance(reply, wanted):
            raise RefusedError(502, "The device refused", f"{device.booth_id} says: {outcome}")
        return reply


def _refuse_sitting(device: DeviceView, *, force: bool) -> None:
    if device.exam_session_on and not force:
        raise RefusedError(
            409, "An exam session is on", f"{device.booth_id} would not be monitored meanwhile; wait for its end"
        )


def _drift(desired: Desired, reported: Reported | None) -> tuple[DeviceDrift, ...]:
    return tuple(DeviceDrift(**asdict(each)) for each in drift(desired, reported))


def _outcome(reply: AnyReply, wanted: type[Any]) -> str:
    return "done" if isinstance(reply, wanted) else str(getattr(reply, "reason", "an unexpected answer"))
