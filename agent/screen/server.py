"""The booth's screen: a small web server on loopback, and all that the agent can do with the page it serves."""

import asyncio
import contextlib
import logging
import random
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from agent.health import Trouble
from agent.screen.files import FALLBACK, FOLDER, Files
from agent.screen.link import BEHIND, REPLACED, PageLink
from agent.screen.loopback import HOST, listen
from agent.screen.state import ScreenState
from agent.screen.talks import MDNS, NO_SCREEN, Speaking, Talks, done, settle
from agent.screen.words import (
    Answer,
    Candidate,
    End,
    Ended,
    FromPage,
    Hand,
    Hello,
    Message,
    Read,
    Show,
    Talk,
    parse_page,
)
from agent.sitting.step import Act, Step
from contract.device import ScreenConfig
from contract.live import (
    AnswerReply,
    CandidateCommand,
    DoneReply,
    HangUpCommand,
    SayCommand,
    Screen,
    TalkCommand,
)
from contract.messages import AnyReply, ErrorReply
from contract.wire import InvalidError

log = logging.getLogger(__name__)

MESSAGE_MAX_BYTES: Final = 128 * 1024
"""An answer has 2 to 9 kB; a `Hello` with all its messages 20."""

QUEUE_MAX: Final = 16
"""Messages of the page not looked at yet; beyond, the page waits."""

HELLO_S: Final = 5.0
ANSWER_S: Final = 7.0
"""The page gathers its candidates for at most 4 s; the hub gives up later."""

BIND_AGAIN_S: Final = (1.0, 30.0)


class ScreenServer:
    """One thread with a loop of its own. Every method may be called from any other thread and waits for nothing."""

    def __init__(self, config: ScreenConfig, trouble: Trouble, folder: Path = FOLDER) -> None:
        """`folder`: where the page's files are."""
        self.on_hand: Callable[[datetime | None], None] = lambda _: None
        """Called in any thread when the candidate's hand goes up or down, with since when it is up."""
        self.on_act: Callable[[Act], None] = lambda _: None
        """Called in the screen's thread when the candidate does something about the exam session."""
        self.on_read: Callable[[UUID], object] = lambda _: None
        """Called in the screen's thread when the candidate confirms a message, once for each."""
        self.pictures: Callable[[], bytes | None] = lambda: None
        """Asked in any thread for what the camera sees, while the page shows it."""
        self._config = config
        self._trouble = trouble
        self._files = Files(config.lang, folder)
        if self._files.lang != config.lang:
            trouble.count("screen", f"The screen has no texts in {config.lang!r}; it speaks {FALLBACK!r}.")
        self._lock = threading.Lock()
        self._telling = threading.RLock()
        self._state = ScreenState()
        self._talks = Talks()
        self._link: PageLink | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._halt = asyncio.Event()
        self._listener: socket.socket | None = None
        self._port = 0
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """A port that somebody else has is tried again for as long as it takes; the agent goes on without a screen."""
        self._listener = self._bind()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(self._loop,), name="screen", daemon=True)
        self._thread.start()

    def stop(self, join_s: float = 5.0) -> None:
        self._post(self._halt.set)
        if self._thread is not None:
            self._thread.join(join_s)

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def port(self) -> int:
        """Where it listens; 0 while the port is not to be had."""
        return self._port

    # --- what the candidate sees ---

    def recording(self, on: bool) -> None:
        with self._lock:
            self._state.recording = on
        self._show()

    def watched_by(self, names: tuple[str, ...]) -> None:
        with self._lock:
            self._state.watchers = tuple(dict.fromkeys(names))
        self._show()

    def trouble(self, what: str | None) -> None:
        """Something is wrong with the booth; None: no longer. A key of the page's texts (`camera_lost`), or a sentence
        that a nervous candidate understands."""
        with self._lock:
            self._state.trouble = what
        self._show()

    def step(self, step: Step | None) -> None:
        """Where the candidate is in the exam session; None outside of one."""
        with self._lock:
            changed = self._state.turn(step)
        if changed:
            self._show()

    def identify(self, name: str, seconds: float) -> bool:
        """Show in large letters which booth this is, for so long. False where no page shows it."""
        with self._lock:
            shown = self._link is not None and self._state.sign(name, seconds)
        self._show()
        return shown

    def say(self, command: SayCommand) -> DoneReply | ErrorReply:
        """Keep the message until it is read. Without a page nobody would see it, so it is refused and not kept."""
        with self._lock:
            if self._link is None:
                return ErrorReply(reason=NO_SCREEN)
            room = self._state.add(Message.of(command))
            unread = self._state.unread
        self._show()
        return DoneReply() if room else ErrorReply(reason=f"the candidate has not read {unread} messages yet")

    # --- what the candidate says ---

    @property
    def hand_raised_at(self) -> datetime | None:
        with self._lock:
            return self._state.hand_raised_at

    def lower_hand(self) -> DoneReply:
        self._hand(raised=False)
        return DoneReply()

    def screen(self) -> Screen:
        with self._lock:
            return self._state.screen(connected=self._link is not None, speaker=self._talks.speaker)

    # --- who speaks to the candidate ---

    def talk(self, command: TalkCommand) -> Future[AnyReply]:
        with self._lock:
            if self._link is None:
                return done(ErrorReply(reason=NO_SCREEN))
            refusal = self._talks.refusal(command.peer_id)
            if refusal is not None:
                return done(ErrorReply(reason=refusal))
            talk, older = self._talks.begin(command)
            words = Talk(
                peer_id=talk.peer_id,
                offer=talk.offer,
                sdp=command.sdp,
                name=talk.name,
                ice_servers=command.ice_servers,
                relay_only=command.relay_only,
            )
            self._tell(words)
        settle(older, ErrorReply(reason=f"{talk.name} speaks to this candidate now"))
        self._post(lambda: asyncio.get_running_loop().call_later(ANSWER_S, self._give_up, talk))
        return talk.answer

    def candidate(self, command: CandidateCommand) -> Future[AnyReply] | None:
        """None: not a peer of this screen."""
        with self._lock:
            if self._talks.of(command.peer_id):
                self._tell(Candidate(peer_id=command.peer_id, candidate=command.candidate))
                return done(DoneReply())
            if not self._talks.knew(command.peer_id):
                return None
            reason = self._talks.refusal(command.peer_id) or "this talk is over"
        return done(ErrorReply(reason=reason))

    def hang_up(self, command: HangUpCommand) -> Future[AnyReply] | None:
        """None: not a peer of this screen."""
        with self._lock:
            talk = self._talks.of(command.peer_id)
            if talk is None and not self._talks.knew(command.peer_id):
                return None
            if talk is not None:
                self._talks.end()
                self._tell(End(peer_id=command.peer_id))
        settle(talk, ErrorReply(reason="hung up before the screen answered"))
        return done(DoneReply())

    # --- the thread ---

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(self._live())

    async def _live(self) -> None:
        """Until the halt. Whatever ends the server begins it anew: a screen that fails must not stop the agent."""
        wait_s, longest_s = BIND_AGAIN_S
        while not self._halt.is_set():
            listener = self._listener or self._bind()
            try:
                if listener is not None:
                    with listener:
                        await self._serve(listener)
            except Exception:
                self._trouble.count("screen")
                log.exception("The booth's screen failed; starting it again.")
            self._listener, self._port = None, 0
            await self._halted(wait_s * random.uniform(0.5, 1.0))  # noqa: S311 - hides nothing
            wait_s = min(wait_s * 2, longest_s)

    async def _serve(self, listener: socket.socket) -> None:
        quiet = logging.getLogger(f"{__name__}.http")
        quiet.setLevel(logging.CRITICAL)  # any program on the device may write nonsense to a port, as often as it likes
        async with serve(
            self._converse,
            sock=listener,
            process_request=self._request,
            compression=None,
            server_header=None,
            max_size=MESSAGE_MAX_BYTES,
            max_queue=QUEUE_MAX,
            open_timeout=HELLO_S,
            ping_interval=5,
            ping_timeout=10,
            close_timeout=1,
            logger=quiet,
        ):
            log.info("The booth's screen: http://%s:%d/", HOST, self.port)
            await self._halt.wait()

    async def _halted(self, within_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._halt.wait(), within_s)

    def _bind(self) -> socket.socket | None:
        listener = listen(self._config.port, self._trouble)
        if listener is not None:
            self._port = int(listener.getsockname()[1])
        return listener

    def _request(self, _: ServerConnection, request: Request) -> Response | None:
        response = self._files.answer(request, self.port)
        if response is not None and response.status_code in {403, 421}:
            self._trouble.count("screen", "A page that is not the booth's screen asked for it and was refused.")
        return response

    # --- one page ---

    async def _converse(self, page: ServerConnection) -> None:
        """From a page's first word to its end."""
        link = PageLink(page, self._words)
        try:
            hello = await asyncio.wait_for(self._hear(page), HELLO_S)
            if not isinstance(hello, Hello):
                await link.close(1002, "say hello first")
                return
            self._welcome(link, hello)
            film = link.film(lambda: self._state.filmed, self.pictures)
            tasks = [asyncio.create_task(link.write()), asyncio.create_task(film)]
            try:
                while True:
                    words = await self._hear(page)
                    if words is not None and self._link is link:
                        self._listen(words)
            finally:
                for task in tasks:
                    task.cancel()
        except TimeoutError:
            await link.close(1002, "say hello first")
        except ConnectionClosed as error:
            if error.sent is not None and error.sent.code == 1009:
                self._malformed(f"longer than {MESSAGE_MAX_BYTES} bytes")
        finally:
            self._farewell(link)

    async def _hear(self, page: ServerConnection) -> FromPage | None:
        """The next message, None where it is not one. Raises `ConnectionClosed`."""
        payload = await page.recv()
        try:
            return parse_page(payload)
        except InvalidError as error:
            self._malformed(str(error))
            return None

    def _malformed(self, why: str) -> None:
        self._trouble.count("message_malformed", f"A message of the booth's screen is not understood: {why}")

    def _welcome(self, link: PageLink, hello: Hello) -> None:
        with self._lock:
            raised = self._state.adopt(hello)
            older, self._link = self._link, link
            talk = self._talks.end()
        if older is not None:
            self._close(older, REPLACED, "shown elsewhere")
        settle(talk, ErrorReply(reason="the booth's screen was loaded again; offer again"))
        if raised:
            self._tell_hand()

    def _farewell(self, link: PageLink) -> None:
        with self._lock:
            if self._link is not link:
                return
            self._link = None
            talk = self._talks.end()
        settle(talk, ErrorReply(reason="the booth's screen was closed"))

    def _listen(self, words: FromPage) -> None:
        match words:
            case Read():
                with self._lock:
                    confirmed = self._state.read(words.message_id)
                self._show()
                if confirmed:
                    self.on_read(words.message_id)
            case Act():
                self.on_act(words)
            case Hand():
                self._hand(raised=words.raised)
            case Answer():
                if ".local " in words.sdp:
                    self._trouble.count("screen", MDNS)
                with self._lock:
                    talk = self._talks.of(words.peer_id, words.offer)
                settle(talk, AnswerReply(sdp=words.sdp))
            case Ended():
                with self._lock:
                    talk = self._talks.of(words.peer_id, words.offer)
                    if talk is not None:
                        self._talks.end()
                settle(talk, ErrorReply(reason=words.reason))

    def _hand(self, *, raised: bool) -> None:
        with self._lock:
            changed = self._state.hand(raised=raised)
        self._show()
        if changed:
            self._tell_hand()

    def _tell_hand(self) -> None:
        """One at a time and how it is by then: the last word is right when candidate and proctor act at once."""
        with self._telling:
            self.on_hand(self.hand_raised_at)

    def _give_up(self, talk: Speaking) -> None:
        """The page has not answered in time."""
        if talk.answered:
            return
        with self._lock:
            if self._talks.current is talk:
                self._talks.end()
                self._tell(End(peer_id=talk.peer_id))
        settle(talk, ErrorReply(reason="the booth's screen did not answer in time"))

    # --- odds and ends ---

    def _words(self) -> Show:
        with self._lock:
            return self._state.show(self._files.build)

    def _show(self) -> None:
        link = self._link
        if link is not None:
            self._post(link.show)

    def _tell(self, words: Talk | Candidate | End) -> None:
        """With the lock held, so that the words of one talk keep their order."""
        link = self._link
        if link is not None:
            self._post(lambda: self._deliver(link, words))

    def _deliver(self, link: PageLink, words: Talk | Candidate | End) -> None:
        if not link.tell(words):
            self._trouble.count("screen", "The booth's screen has fallen behind and has to connect again.")
            self._close(link, BEHIND, "fallen behind")

    def _close(self, link: PageLink, code: int, reason: str) -> None:
        task = asyncio.create_task(link.close(code, reason))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _post(self, action: Callable[[], object]) -> None:
        """Do it in the loop; one that has ended, or not begun, has nobody to tell."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(action)
