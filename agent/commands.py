"""Which part of the agent answers which command of the hub."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from agent.doctor.rounds import Rounds
from agent.screen.server import ScreenServer
from agent.streaming.service import Streaming
from agent.tryouts.tryouts import Tryouts
from agent.updates import Updates
from agent.upkeep import Upkeep
from contract.checkup import CheckupCommand
from contract.live import (
    CandidateCommand,
    DoneReply,
    HangUpCommand,
    LowerHandCommand,
    OfferCommand,
    RenditionCommand,
    SayCommand,
    TalkCommand,
)
from contract.messages import AnyCommand, AnyReply, ErrorReply, SnapshotCommand
from contract.tries import TryCommand, TryStateCommand
from contract.updates import UpdateCommand, UpdateStateCommand
from contract.upkeep import IdentifyCommand, LogsCommand, RebootCommand, RestartCommand

Answer = AnyReply | Future[AnyReply]
NOBODY: Final = ErrorReply(reason="nobody is connected under this peer_id; offer again")


class Commands:
    """Call it from the uplink's thread; nothing here waits. A part that is switched off says so."""

    def __init__(
        self,
        *,
        snapshot: Callable[[], AnyReply],
        viewing: Streaming | None,
        screen: ScreenServer | None,
        upkeep: Upkeep,
        tryouts: Tryouts,
        rounds: Rounds,
        updates: Updates,
    ) -> None:
        self._snapshot = snapshot
        self._upkeep = upkeep
        self._tryouts = tryouts
        self._rounds = rounds
        self._updates = updates
        self._viewing = viewing
        self._screen = screen

    def __call__(self, command: AnyCommand) -> Answer:
        match command:
            case SnapshotCommand():
                return self._snapshot()
            case OfferCommand():
                return self._viewing.offer(command) if self._viewing else _off("live video", "streaming")
            case TalkCommand():
                return self._screen.talk(command) if self._screen else _off("the screen", "screen")
            case RenditionCommand():
                return (self._viewing and self._viewing.rendition(command)) or NOBODY
            case CandidateCommand():
                return (
                    (self._viewing and self._viewing.candidate(command))
                    or (self._screen and self._screen.candidate(command))
                    or NOBODY
                )
            case HangUpCommand():
                return (
                    (self._viewing and self._viewing.hang_up(command))
                    or (self._screen and self._screen.hang_up(command))
                    or DoneReply()
                )  # who is gone already need not be hung up
            case SayCommand():
                return self._screen.say(command) if self._screen else _off("the screen", "screen")
            case LowerHandCommand():
                return self._screen.lower_hand() if self._screen else DoneReply()
            case IdentifyCommand():
                return self._upkeep.identify(command)
            case LogsCommand():
                return self._upkeep.logs(command)
            case RestartCommand():
                return self._upkeep.restart(command)
            case RebootCommand():
                return self._upkeep.reboot(command)
            case CheckupCommand():
                return self._rounds.ask()
            case TryCommand():
                return self._tryouts.begin(command)
            case TryStateCommand():
                return self._tryouts.state(command)
            case UpdateCommand():
                return self._updates.begin(command)
            case UpdateStateCommand():
                return self._updates.state(command)
        return ErrorReply(reason=f"this booth has nothing that answers {command.type!r}")


def _off(what: str, section: str) -> ErrorReply:
    return ErrorReply(reason=f"{what} is switched off in this booth; see [{section}] in its device.toml")
