"""What technicians do to devices from afar. Each is in the audit log with what came of it."""

from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from contract.live import DoneReply
from contract.messages import AnyCommand, AnyReply
from contract.upkeep import IdentifyCommand, IdentifyReply, LogsCommand, LogsReply, RestartCommand
from hub import audit
from hub.audit import Actor
from hub.commands import Commands
from hub.db import Database
from hub.devices.cutting import Cutting
from hub.devices.enrolment import ClaimCode, new_claim_code
from hub.devices.revocation import revoke
from hub.errors import HubError, RefusedError
from hub.store import devices, fleet
from hub.views import Me
from hub.views.devices import DeviceDetail, DeviceView

REPLY_S = 10.0
Reply = TypeVar("Reply")


class Fleet:
    def __init__(self, database: Database, commands: Commands, cutting: Cutting) -> None:
        self._database = database
        self._commands = commands
        self._cutting = cutting

    async def every(self, me: Me) -> list[DeviceView]:
        """Of the booths in the person's scope."""
        async with self._database.reading() as connection:
            return await fleet.every(connection, me.booths, datetime.now(UTC))

    async def detail(self, device_id: UUID) -> DeviceDetail:
        """Raises 404."""
        async with self._database.reading() as connection:
            found = await fleet.detail(connection, device_id, datetime.now(UTC))
        if found is None:
            raise RefusedError(404, "No such device", "GET /api/v1/devices lists those in force")
        return found

    async def find(self, device_id: UUID) -> DeviceView:
        """Raises 404."""
        return (await self.detail(device_id)).device

    async def identify(self, device: DeviceView, seconds: int, actor: Actor) -> IdentifyReply:
        command = IdentifyCommand(name=device.booth_name, seconds=seconds)
        return await self._ask(device, command, IdentifyReply, actor, "device.identified", seconds=seconds)

    async def logs(self, device: DeviceView, lines: int, actor: Actor) -> LogsReply:
        return await self._ask(device, LogsCommand(lines=lines), LogsReply, actor, "device.logs_read", lines=lines)

    async def restart(self, device: DeviceView, actor: Actor, *, force: bool) -> None:
        """Raises 409 while an exam session is on, unless forced; the device refuses, too."""
        if device.exam_session_on and not force:
            raise RefusedError(
                409, "An exam session is on", f"{device.booth_id} would not be monitored meanwhile; wait for its end"
            )
        await self._ask(device, RestartCommand(force=force), DoneReply, actor, "device.restarted", forced=force)

    async def revoke(self, device: DeviceView, reason: str, actor: Actor) -> DeviceView:
        """Raises 409 where it is revoked already."""
        try:
            await revoke(self._database, device.serial, reason, actor)
        except HubError as error:
            raise RefusedError(409, "Revoked already", str(error)) from error
        self._cutting.look_now()
        return await self.find(device.device_id)

    async def new_claim_code(self, booth_id: str, actor: Actor) -> ClaimCode:
        return await new_claim_code(self._database, booth_id, actor)

    async def withdraw_claim_code(self, booth_id: str, actor: Actor) -> None:
        """Raises 404 where there is none that is good."""
        async with self._database.writing() as connection:
            if not await devices.withdraw_claim_codes(connection, booth_id, datetime.now(UTC)):
                raise RefusedError(404, "No claim code", f"{booth_id} has none that is good still")
            await audit.record(connection, actor, "claim_code.withdrawn", "booth", booth_id)

    async def _ask(
        self, device: DeviceView, command: AnyCommand, wanted: type[Reply], actor: Actor, action: str, **detail: Any
    ) -> Reply:
        """Raises 409 where the device cannot be asked, 502 where it refuses, 504 where it does not answer in time."""
        if device.status in {"revoked", "replaced", "expired"}:
            raise RefusedError(409, "Not in force", f"this device is {device.status}; nothing is asked of it")
        if device.availability != "online":
            raise RefusedError(
                409, "Device is not connected", f"{device.booth_id} is {device.availability}; try when it is online"
            )
        outcome = "given up"
        try:
            reply = await self._commands.request(device.booth_id, command, timeout_s=REPLY_S)
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


def _outcome(reply: AnyReply, wanted: type[Any]) -> str:
    return "done" if isinstance(reply, wanted) else str(getattr(reply, "reason", "an unexpected answer"))
