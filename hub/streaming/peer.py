"""One browser's signaling socket, from the welcome to the hang-up: its messages to the booth in order, answers back.

Bounds of each socket: `OUT` messages to a browser that does not read (then it is dropped with 4008 and connects again),
`QUEUE` commands on their way to the booth of which `WINDOW` are unanswered (more are dropped, counted and reported),
and the pace of messages and of offers. Whatever is refused is answered with `trouble`; the socket stays.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, Final, Literal
from uuid import uuid4

from pydantic import BaseModel
from starlette.websockets import WebSocket, WebSocketDisconnect

from contract.live import (
    AnswerReply,
    CandidateCommand,
    HangUpCommand,
    OfferCommand,
    RenditionCommand,
    TalkCommand,
    Watcher,
)
from contract.messages import AnyCommand, AnyReply
from contract.topics import MAX_PAYLOAD_BYTES
from contract.wire import InvalidError
from hub.commands import Commands
from hub.errors import RefusedError, StoreError
from hub.metrics import Metrics
from hub.states import BoothStates
from hub.streaming.closing import FAILED, NOT_ALLOWED, NOT_SIGNED_IN, TIMEOUT_S, TOO_SLOW, close_socket
from hub.streaming.pace import Pace
from hub.streaming.signals import (
    SignalAnswer,
    SignalCandidate,
    SignalHangUp,
    SignalOffer,
    SignalRendition,
    SignalTrouble,
    SignalWelcome,
    parse_browser_signal,
)
from hub.streaming.turn import IceServers
from hub.views import Me, WatchEnd
from hub.watching.watches import Watches

log = logging.getLogger(__name__)

OUT: Final = 64
QUEUE: Final = 256
"""Chromium offers with all its candidates to come: with several networks and three ways to a TURN server about 60."""
WINDOW: Final = 8
MESSAGES_PER_S: Final = 20.0
MESSAGES_AT_ONCE: Final = 200
OFFERS_PER_S: Final = 0.5
OFFERS_AT_ONCE: Final = 5
"""Each offer makes a booth build a connection."""
ANSWER_S: Final = 7.0
"""Less than a browser waits, so that it hears why. A booth that asks a dead TURN server takes five."""
COMMAND_S: Final = 5.0
ALLOWED_INTERVAL_S: Final = 2.0
"""How soon somebody is cut off who signed out or whose booth was taken away."""
NO_PATH: Final = "No network path was found"

PeerKind = Literal["view", "talk"]
StillAllowed = Callable[[], Awaitable[Me | None]]
Closing = tuple[int, str, WatchEnd]


class Peer:
    def __init__(
        self,
        socket: WebSocket,
        me: Me,
        booth_id: str,
        kind: PeerKind,
        *,
        commands: Commands,
        states: BoothStates,
        watches: Watches,
        ice: IceServers,
        metrics: Metrics,
        on_answered: Callable[["Peer"], None],
    ) -> None:
        self.peer_id = uuid4()
        self.me = me
        self.booth_id = booth_id
        self.kind = kind
        self._socket = socket
        self._commands = commands
        self._states = states
        self._watches = watches
        self._ice = ice
        self._metrics = metrics
        self._on_answered = on_answered
        self._out: asyncio.Queue[str] = asyncio.Queue(OUT)
        self._queue: asyncio.Queue[AnyCommand] = asyncio.Queue(QUEUE)
        self._window = asyncio.Semaphore(WINDOW)
        self._asking: set[asyncio.Task[None]] = set()
        self._pace = Pace(MESSAGES_PER_S, MESSAGES_AT_ONCE)
        self._offers = Pace(OFFERS_PER_S, OFFERS_AT_ONCE)
        self._offer: OfferCommand | TalkCommand | None = None
        self._candidates = 0
        self._closing: asyncio.Future[Closing] = asyncio.get_running_loop().create_future()

    def close(self, code: int, reason: str, why: WatchEnd) -> None:
        """Once; what comes later changes nothing."""
        if not self._closing.done():
            self._closing.set_result((code, reason, why))

    async def run(self, still_allowed: StillAllowed) -> None:
        """Until the browser leaves or `close` is called. The booth is told, and the watch ended, however this ends."""
        self._say(
            SignalWelcome(
                peer_id=self.peer_id,
                ice_servers=self._ice.for_user(self.me.username),
                relay_only=self._ice.relay_only,
            )
        )
        closing: asyncio.Future[Any] = self._closing
        tasks = [
            asyncio.create_task(work)
            for work in (self._send(), self._receive(), self._forward(), self._guard(still_allowed))
        ]
        try:
            await asyncio.wait([*tasks, closing], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*tasks, *self._asking):
                task.cancel()
            if self._offer is not None:
                self._commands.tell(self.booth_id, HangUpCommand(peer_id=self.peer_id))
            self._note_failures(await asyncio.gather(*tasks, *self._asking, return_exceptions=True))
            code, reason, why = self._closing.result() if self._closing.done() else (0, "", "left")
            await self._watches.end(self.peer_id, why)
        if code:
            await self._last_words()
            await close_socket(self._socket, code, reason)

    def trouble(self, title: str, detail: str, *, counted: str, retry: bool) -> None:
        self._metrics.signaling_trouble.labels(counted).inc()
        self._say(SignalTrouble(title=title, detail=detail, retry=retry))

    # --- between browser and hub ---

    def _say(self, message: BaseModel) -> None:
        try:
            self._out.put_nowait(message.model_dump_json())
        except asyncio.QueueFull:
            self._metrics.signaling_trouble.labels("too_slow").inc()
            self.close(TOO_SLOW, "too slow; connect again", "too_slow")

    async def _send(self) -> None:
        while True:
            await self._socket.send_text(await self._out.get())

    async def _last_words(self) -> None:
        """What is still to be said before the socket closes, unless the browser does not take it."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                while not self._out.empty():
                    await self._socket.send_text(self._out.get_nowait())
        except (TimeoutError, RuntimeError, WebSocketDisconnect, OSError) as error:
            log.debug("a browser was gone before it was told why: %s", error)

    async def _receive(self) -> None:
        while (message := await self._socket.receive())["type"] != "websocket.disconnect":
            if not self._pace.take():
                detail = f"at most {MESSAGES_PER_S:.0f} a second; this one was dropped"
                self.trouble("Too many messages", detail, counted="too_fast", retry=True)
                continue
            try:
                await self._hear(message.get("text"))
            except InvalidError as error:
                self.trouble("Message not understood", str(error), counted="malformed", retry=False)

    async def _hear(self, text: str | None) -> None:
        if text is None:
            raise InvalidError("send text, not bytes")
        signal = parse_browser_signal(text)
        if isinstance(signal, SignalOffer):
            await self._take_offer(signal)
        elif isinstance(signal, SignalCandidate):
            self._take_candidate(signal)
        elif isinstance(signal, SignalRendition):
            self._put(RenditionCommand(peer_id=self.peer_id, rendition=signal.rendition))
        elif isinstance(signal, SignalHangUp):
            self.close(1000, "hung up", "hung_up")

    async def _take_offer(self, signal: SignalOffer) -> None:
        """The watch is written down before the booth hears of it: what cannot be recorded does not happen."""
        state = self._states.availability(self.booth_id)
        if state != "online":
            detail = f"{self.booth_id} is {state.replace('_', ' ')}; it is tried again when it is back"
            self.trouble("The booth is not online", detail, counted="offline", retry=True)
            return
        if not self._offers.take():
            self.trouble("Too many offers", "wait some seconds and offer again", counted="too_fast", retry=True)
            return
        command = self._offer_command(signal)
        if len(command.to_json()) > MAX_PAYLOAD_BYTES:
            raise InvalidError(f"the offer is too large: at most {MAX_PAYLOAD_BYTES} bytes reach a booth")
        if self._offer is None:
            try:
                await self._watches.begin(self.peer_id, self.me, self.booth_id, self.kind)
            except StoreError as error:
                self.trouble("The hub cannot record this", error.hint or str(error), counted="unrecorded", retry=True)
                return
        self._offer = command
        self._candidates = signal.sdp.count("a=candidate:")
        self._put(command)

    def _offer_command(self, signal: SignalOffer) -> OfferCommand | TalkCommand:
        """The booth gets credentials of its own: what one end leaks says nothing about the other."""
        told: dict[str, Any] = {
            "peer_id": self.peer_id,
            "sdp": signal.sdp,
            "watcher": Watcher(name=self.me.display_name),
            "ice_servers": self._ice.for_user(f"booth-{self.booth_id}"),
            "relay_only": self._ice.relay_only,
        }
        return OfferCommand(**told, rendition=signal.rendition) if self.kind == "view" else TalkCommand(**told)

    def _take_candidate(self, signal: SignalCandidate) -> None:
        if self._offer is None:
            raise InvalidError("a candidate before the offer it belongs to")
        if signal.candidate.candidate:
            self._candidates += 1
        elif not self._candidates:
            detail = "this browser has no ICE candidate: check its network and the TURN server"
            self.trouble(NO_PATH, detail, counted="no_candidates_browser", retry=True)
        self._put(CandidateCommand(peer_id=self.peer_id, candidate=signal.candidate))

    # --- between hub and booth ---

    def _put(self, command: AnyCommand) -> None:
        if self._offer is None:
            raise InvalidError("offer first")
        try:
            self._queue.put_nowait(command)
        except asyncio.QueueFull:
            detail = f"{self.booth_id} does not take them; the last was dropped"
            self.trouble("Too many messages wait", detail, counted="queue_full", retry=True)

    async def _forward(self) -> None:
        """In order of arrival: a command is published in the first step of its task, and tasks start in order."""
        while True:
            command = await self._queue.get()
            await self._window.acquire()
            task = asyncio.create_task(self._ask(command))
            self._asking.add(task)
            task.add_done_callback(self._asked)

    def _asked(self, task: asyncio.Task[None]) -> None:
        self._asking.discard(task)
        self._window.release()
        if not task.cancelled():
            self._note_failures([task.exception()])

    async def _ask(self, command: AnyCommand) -> None:
        is_offer = isinstance(command, OfferCommand | TalkCommand)
        began = monotonic()
        try:
            reply = await self._commands.request(self.booth_id, command, timeout_s=ANSWER_S if is_offer else COMMAND_S)
        except RefusedError as error:
            if command is self._offer:
                counted = "unanswered" if error.status == 504 else "unreachable"
                self.trouble(error.title, error.detail, counted=counted, retry=True)
            return
        if command is self._offer:
            self._metrics.signaling_answer.labels(self.kind).observe(monotonic() - began)
            await self._take_answer(reply)
        elif not is_offer and reply.type == "error":
            # Of a connection that is over, mostly; what matters shows as a link that does not come about.
            self._metrics.signaling_trouble.labels("booth_refused").inc()
            log.info("%s refused a %s: %s", self.booth_id, command.type, reply.reason)

    async def _take_answer(self, reply: AnyReply) -> None:
        if not isinstance(reply, AnswerReply):
            reason = getattr(reply, "reason", "an unexpected answer")
            self.trouble(
                "The booth could not answer", f"{self.booth_id} says: {reason}", counted="booth_error", retry=True
            )
            return
        if "a=candidate:" not in reply.sdp:
            detail = f"{self.booth_id} has no ICE candidate: check its network and the TURN server"
            self.trouble(NO_PATH, detail, counted="no_candidates_booth", retry=True)
            return
        self._say(SignalAnswer(sdp=reply.sdp))
        self._on_answered(self)
        try:
            await self._watches.answered(self.peer_id)
        except StoreError as error:
            log.warning("that %s answered is written at the end: %s", self.booth_id, error)

    # --- whether it may go on ---

    async def _guard(self, still_allowed: StillAllowed) -> None:
        while True:
            await asyncio.sleep(ALLOWED_INTERVAL_S)
            try:
                me = await still_allowed()
            except StoreError as error:
                log.warning("cannot tell whether a viewer is still allowed: %s", error)
                continue
            if me is None:
                self.close(NOT_SIGNED_IN, "signed out", "signed_out")
            elif not me.may_watch(self.booth_id):
                detail = f"you are not assigned to {self.booth_id} any more; ask an administrator"
                self.trouble("Not your booth", detail, counted="not_allowed", retry=False)
                self.close(NOT_ALLOWED, "not assigned to this booth any more; ask an administrator", "not_allowed")

    def _note_failures(self, results: list[BaseException | None]) -> None:
        """A browser that went away in the middle of a message is none: Starlette raises `RuntimeError` then."""
        for error in results:
            if isinstance(error, WebSocketDisconnect | RuntimeError | OSError):
                log.info("the browser of a %s of %s is gone: %s", self.kind, self.booth_id, error)
            elif error is not None and not isinstance(error, asyncio.CancelledError):
                log.error("signaling with %s failed", self.booth_id, exc_info=error)
                self.close(FAILED, "the hub failed; connect again", "failed")
