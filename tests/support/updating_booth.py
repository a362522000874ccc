"""A booth without a camera that is updated as a device is: it fetches, installs, is well or is not, and says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from contract.live import DoneReply
from contract.messages import AnyCommand, AnyReply, ErrorReply
from contract.updates import UpdateCommand, UpdatePhase, UpdateStateCommand, UpdateStateReply
from hub.parts import Hub
from tests.support.answering_booth import AnsweringBooth, willing
from tests.support.hub import Device
from tests.support.reports_of_health import a_health

OLD = "1.0.0"
Fate = Literal["healthy", "rolled_back", "stuck", "refuses"]
PHASES: tuple[UpdatePhase, ...] = ("fetching", "asked", "staging", "testing", "trial")


class UpdatingBooth(AnsweringBooth):
    """`fate` is what becomes of the release here; each question about it finds it one phase further."""

    fate: Fate = "healthy"
    version = OLD
    asked: UpdateCommand | None = None
    looks = 0

    def prepare(self) -> None:
        self.answer = self.as_a_device
        self.beat(a_health(version=self.version))

    def as_a_device(self, command: AnyCommand) -> AnyReply | None:
        if isinstance(command, UpdateCommand):
            if self.fate == "refuses":
                return ErrorReply(reason="this agent was not installed from a release")
            self.asked, self.looks = command, 0
            return DoneReply()
        if not isinstance(command, UpdateStateCommand):
            return willing(command)
        return UpdateStateReply(name=command.name, phase=self._phase(command), reason=self._why(), version=self.version)

    def _phase(self, command: UpdateStateCommand) -> UpdatePhase:
        if self.asked is None or command.name != self.asked.name:
            return "unknown"
        self.looks += 1
        if self.looks <= len(PHASES):
            return PHASES[self.looks - 1]
        if self.fate == "healthy":
            self.version = self.asked.version
            self.beat(a_health(version=self.version))
            return "healthy"
        return "rolled_back" if self.fate == "rolled_back" else "trial"

    def _why(self) -> str:
        return "its agent was started 3 times and was never well" if self.fate == "rolled_back" else ""


@asynccontextmanager
async def an_updating_booth(hub: Hub, folder: Path, booth: str, fate: Fate = "healthy") -> AsyncIterator[UpdatingBooth]:
    device = await Device.enrol(hub, booth, folder / f"device-{booth}")
    with UpdatingBooth(device, hub.mqtt.port) as uplink:
        uplink.fate = fate
        await uplink.online(hub)
        uplink.prepare()
        yield uplink
