"""Views and talks: who is at it, how many may be, and that a booth shows nothing to those the hub does not know.

A person has at most `PER_PERSON` and a booth at most `PER_BOOTH` sockets; one more is refused with a sentence and close
code 4429, those that are there go on. Of the talks with a booth the newest one goes on, as on the booth's screen.
"""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Final, Literal
from uuid import UUID

from starlette.websockets import WebSocket

from contract.live import HangUpCommand
from contract.messages import Health
from hub.commands import Commands
from hub.metrics import Metrics
from hub.states import BoothStates
from hub.streaming.closing import GOING_AWAY, TAKEN_OVER, TOO_MANY, close_socket
from hub.streaming.peer import Peer, PeerKind, StillAllowed
from hub.streaming.signals import SignalTrouble
from hub.streaming.turn import IceServers
from hub.views import Me, WatchEnd
from hub.watching.watches import Watches

log = logging.getLogger(__name__)

PER_PERSON: Final = 32
"""A wall of live pictures, each for a moment twice while it is built again."""
PER_BOOTH: Final = 32
"""Twice what a booth serves: a browser that lost its network comes back before its first socket is gone."""
STRANGERS_AFTER_S: Final = 15.0
"""After a start of the hub, browsers that watched before may take so long to come back."""


class Signaling:
    def __init__(
        self, commands: Commands, states: BoothStates, watches: Watches, ice: IceServers, metrics: Metrics
    ) -> None:
        self._commands = commands
        self._states = states
        self._watches = watches
        self._ice = ice
        self._metrics = metrics
        self._peers: dict[UUID, Peer] = {}
        self._started = monotonic()
        self._stopping = False

    async def serve(
        self, socket: WebSocket, me: Me, booth_id: str, kind: PeerKind, still_allowed: StillAllowed
    ) -> None:
        """One view or talk, to its end. `socket` is accepted, and `me` may watch this booth."""
        if self._stopping:
            await close_socket(socket, GOING_AWAY, "the hub stops")
            return
        crowd = self._crowd(me, booth_id)
        if crowd:
            await self.refuse(socket, "Too many live pictures", crowd, "too_many", TOO_MANY, retry=True)
            return
        peer = Peer(
            socket,
            me,
            booth_id,
            kind,
            commands=self._commands,
            states=self._states,
            watches=self._watches,
            ice=self._ice,
            metrics=self._metrics,
            on_answered=self._answered,
        )
        self._peers[peer.peer_id] = peer
        self._count()
        try:
            await peer.run(still_allowed)
        finally:
            del self._peers[peer.peer_id]
            self._count()

    async def refuse(
        self, socket: WebSocket, title: str, detail: str, counted: str, code: int, *, retry: bool = False
    ) -> None:
        """Says why, in a message that has room for a sentence, and closes."""
        self._metrics.signaling_refused.labels(counted).inc()
        trouble = SignalTrouble(title=title, detail=detail, retry=retry)
        try:
            await socket.send_text(trouble.model_dump_json())
        except (RuntimeError, OSError) as error:
            log.debug("a browser was gone before it was told why: %s", error)
        await close_socket(socket, code, detail)

    def heard(self, booth_id: str, health: Health) -> None:
        """Hangs up on viewers that this hub does not know: left by one that was killed, or by a hang-up that was lost.

        Without it, whoever changed the dashboard's code could go on watching, unrecorded, after the hub died.
        """
        if monotonic() - self._started < STRANGERS_AFTER_S:
            return
        for viewer in health.viewers:
            if viewer.peer_id not in self._peers:
                log.warning("%s shows itself to %s, who is not known here; hanging up", booth_id, viewer.peer_id)
                self._metrics.signaling_strangers.inc()
                self._commands.tell(booth_id, HangUpCommand(peer_id=viewer.peer_id))

    def close_all(self) -> None:
        """The hub stops: booths are told, browsers connect again."""
        self._stopping = True
        self._close(lambda _: True, GOING_AWAY, "the hub stops", "hub_stopped")

    def _answered(self, peer: Peer) -> None:
        """The booth's screen ended an older talk; its browser is told by whom, or it would come back at once."""
        if peer.kind == "talk":
            self._close(
                lambda other: other.kind == "talk" and other.booth_id == peer.booth_id and other is not peer,
                TAKEN_OVER,
                f"{peer.me.display_name} speaks to this candidate now",
                "taken_over",
            )

    def _close(self, which: Callable[[Peer], bool], code: int, reason: str, why: WatchEnd) -> None:
        for peer in list(self._peers.values()):
            if which(peer):
                peer.close(code, reason, why)

    def _crowd(self, me: Me, booth_id: str) -> str:
        """Why there is no room, or nothing."""
        peers = self._peers.values()
        if sum(peer.me.username == me.username for peer in peers) >= PER_PERSON:
            return f"you have {PER_PERSON} open; close some of them"
        if sum(peer.booth_id == booth_id for peer in peers) >= PER_BOOTH:
            return f"{PER_BOOTH} people watch this booth; try again when some have left"
        return ""

    def _count(self) -> None:
        kinds: tuple[Literal["view"], Literal["talk"]] = ("view", "talk")
        for kind in kinds:
            number = sum(peer.kind == kind for peer in self._peers.values())
            self._metrics.signaling_sockets.labels(kind).set(number)
