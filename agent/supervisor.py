"""What the service manager hears of this process: that it is up, that it still sees, that it leaves (sd_notify(3)).

systemd names a socket in `NOTIFY_SOCKET`; without it nobody listens, and nothing is said.
"""

import logging
import os
import socket
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

_ABSTRACT: Final = "@"


class Supervisor:
    """Used by one thread. A service manager that does not take a message does not hold up the agent."""

    def __init__(self, address: str | None = None) -> None:
        """`address`: a path, or a name in the abstract namespace after `@`; from the environment without it."""
        address = address if address is not None else os.environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith(_ABSTRACT) else address

    @property
    def watchdog_s(self) -> float | None:
        """How long the service manager waits for a sign of life of this process; None where it does not watch."""
        environ = os.environ
        if not self._address or environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
            return None
        try:
            return int(environ["WATCHDOG_USEC"]) / 1e6
        except (KeyError, ValueError):
            return None

    def ready(self) -> None:
        self._say("READY=1")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    def alive(self, status: str) -> None:
        """Resets the watchdog; `status` is shown by `systemctl status`."""
        self._say(f"WATCHDOG=1\nSTATUS={status}")

    def _say(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaker:
                speaker.setblocking(False)
                speaker.sendto(message.encode(), self._address)
        except OSError as error:
            log.warning("The service manager was not told %s: %s", message.split("\n")[0], error)


class Progress:
    """Whether every part went on since it was last asked. A part that stands still for a moment is slow, not dead: who
    asks decides how long that may last."""

    def __init__(self, *turns: Callable[[], int]) -> None:
        """Each tells how often its part came round; any other number than before is progress."""
        self._turns = turns
        self._before = [turn() - 1 for turn in turns]

    def made(self) -> bool:
        """True once all parts went on, since it was last true."""
        now = [turn() for turn in self._turns]
        if any(before == after for before, after in zip(self._before, now, strict=True)):
            return False
        self._before = now
        return True
