"""Who speaks to the candidate: one at a time, the newer replaces the older, and the older is told who came."""

import contextlib
from collections import OrderedDict
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from contract.live import AnswerReply, TalkCommand
from contract.messages import AnyReply, ErrorReply

REMEMBERED: Final = 32
"""Talks that are over, so that late words of their browsers get an answer that says so."""

MDNS: Final = (
    "The screen's browser hides its address behind a .local name, which many networks do not carry: start Chromium "
    "with --disable-features=WebRtcHideLocalIpsWithMdns (docs/screen.md)."
)
NO_SCREEN: Final = "no browser shows this booth's screen: is there a screen, and does Chromium run on it?"


@dataclass(slots=True)
class Speaking:
    """One offer of one interviewer, from the command to the end."""

    peer_id: UUID
    name: str
    offer: int
    answer: Future[AnyReply] = field(default_factory=Future)
    """Done exactly once, in any thread."""

    @property
    def answered(self) -> bool:
        return self.answer.done()


class Talks:
    """Not thread-safe: its owner holds a lock. Futures are given back to be settled outside of it."""

    def __init__(self) -> None:
        self.current: Speaking | None = None
        self._offers = 0
        self._over: OrderedDict[UUID, bool] = OrderedDict()
        """Peers of earlier talks; True: replaced by somebody else."""

    @property
    def speaker(self) -> str | None:
        return self.current.name if self.current is not None and self.current.answered else None

    def refusal(self, peer_id: UUID) -> str | None:
        """Why this peer may not speak now.

        A browser offers again when its connection fails, and it fails when somebody else takes over: without this, two
        interviewers would throw each other out for ever. Who asks anew, with a peer of its own, may.
        """
        current = self.current
        if current is None or current.peer_id == peer_id or not self._over.get(peer_id):
            return None
        return f"{current.name} speaks to this candidate now"

    def begin(self, command: TalkCommand) -> tuple[Speaking, Speaking | None]:
        """The new talk, and the one that it replaces: another interviewer's, or this one's earlier offer."""
        older = self.current
        if older is not None and older.peer_id != command.peer_id:
            self._remember(older.peer_id, replaced=True)
        self._offers += 1
        self._over.pop(command.peer_id, None)
        self.current = Speaking(command.peer_id, command.watcher.name, self._offers)
        return self.current, older

    def of(self, peer_id: UUID, offer: int | None = None) -> Speaking | None:
        """The current talk if it is this peer's (and about this offer)."""
        current = self.current
        if current is None or current.peer_id != peer_id or offer not in {None, current.offer}:
            return None
        return current

    def end(self) -> Speaking | None:
        """The talk that is over now."""
        ended, self.current = self.current, None
        if ended is not None:
            self._remember(ended.peer_id, replaced=False)
        return ended

    def knew(self, peer_id: UUID) -> bool:
        return peer_id in self._over

    def _remember(self, peer_id: UUID, *, replaced: bool) -> None:
        self._over[peer_id] = replaced
        self._over.move_to_end(peer_id)
        while len(self._over) > REMEMBERED:
            self._over.popitem(last=False)


def settle(talk: Speaking | None, reply: AnswerReply | ErrorReply) -> None:
    """Answer who waits, if nobody has yet."""
    if talk is not None:
        with contextlib.suppress(InvalidStateError):
            talk.answer.set_result(reply)


def done(reply: AnyReply) -> Future[AnyReply]:
    """An answer that needs no waiting."""
    future: Future[AnyReply] = Future()
    future.set_result(reply)
    return future
