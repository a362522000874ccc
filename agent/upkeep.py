"""What a technician asks of this device from afar: to show itself, to tell what it logged, to start again."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from agent.light import Light
from agent.logbook import Logbook
from agent.reboot import Reboot
from agent.screen.server import ScreenServer
from contract.live import DoneReply
from contract.messages import AnyReply, ErrorReply
from contract.sitting import SittingState
from contract.upkeep import IdentifyCommand, IdentifyReply, LogsCommand, RebootCommand, RestartCommand

log = logging.getLogger(__name__)

LEAVE_S: Final = 0.5
"""Until the agent ends: the answer is on its way by then."""

SITTING: Final[frozenset[SittingState]] = frozenset({"checked_in", "admitted", "in_progress", "paused", "on_break"})
NOTHING_TO_SHOW: Final = ErrorReply(
    reason="no browser shows this booth's screen, and the board has no light that the agent may switch"
)


class Upkeep:
    """Called in the uplink's thread; nothing here waits. `on_restart` is called in a thread of its own."""

    def __init__(
        self,
        logbook: Logbook,
        screen: ScreenServer | None,
        sitting: Callable[[], SittingState | None],
        light: Light | None = None,
        board: Reboot | None = None,
    ) -> None:
        """`sitting`: the state of the exam session that this booth follows now."""
        self.on_restart: Callable[[], object] = lambda: None
        self.restarting = False
        self._logbook = logbook
        self._screen = screen
        self._sitting = sitting
        self._light = light or Light()
        self._board = board or Reboot()

    def identify(self, command: IdentifyCommand) -> AnyReply:
        shown = self._screen is not None and self._screen.identify(command.name, command.seconds)
        blinks = self._light.blink(command.seconds)
        return IdentifyReply(screen=shown, light=blinks) if shown or blinks else NOTHING_TO_SHOW

    def logs(self, command: LogsCommand) -> AnyReply:
        return self._logbook.newest(command.lines)

    def restart(self, command: RestartCommand) -> AnyReply:
        if refusal := self._refusal(force=command.force):
            return refusal
        log.warning("Somebody asked for a restart; ending for the supervisor to start the agent again.")
        self._leave()
        return DoneReply()

    def reboot(self, command: RebootCommand) -> AnyReply | Future[AnyReply]:
        return self._refusal(force=command.force) or self._board.ask()

    def _leave(self) -> None:
        self.restarting = True
        timer = threading.Timer(LEAVE_S, self.on_restart)
        timer.daemon = True
        timer.start()

    def _refusal(self, *, force: bool) -> ErrorReply | None:
        state = self._sitting()
        if state in SITTING and not force:
            return ErrorReply(reason=f"an exam session is on here ({state}); an administrator may force it")
        return None

    def renewed(self) -> bool:
        """There is a new key: the agent starts again with it, as soon as nobody sits here. Whether it does so now."""
        if self.restarting or self._sitting() in SITTING:
            return False
        log.warning("The device's certificate was renewed; ending for the supervisor to start the agent with it.")
        self._leave()
        return True

    def stop(self) -> None:
        self._light.rest()
