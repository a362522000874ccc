"""Live video and sound to everybody who watches this booth, on a thread of its own."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from agent.capture.microphone import MicrophoneThread
from agent.errors import DetectorError
from agent.frame import FrameTap
from agent.health import Trouble
from agent.streaming.audio import AudioThread
from agent.streaming.encoder import settings_of
from agent.streaming.encoders import factories
from agent.streaming.h264 import EncodedFrame
from agent.streaming.peer import Peer
from agent.streaming.rendition import RenditionThread
from agent.streaming.rtp import RtpFrame, video_frame
from agent.streaming.viewer import Viewer
from contract.device import StreamingConfig
from contract.live import (
    AnswerReply,
    CandidateCommand,
    DoneReply,
    HangUpCommand,
    OfferCommand,
    Rendition,
    RenditionCommand,
    StreamStats,
    ViewerStats,
)
from contract.messages import AnyReply, ErrorReply

log = logging.getLogger(__name__)

TICK_S: Final = 0.5
SILENT_S: Final = 8.0
"""A viewer of whom nothing was heard for so long is gone. Browsers beat every 2 s and report every second."""
CONNECT_S: Final = 15.0
"""A viewer who has not connected so long after the answer is given up."""
INBOX_FRAMES: Final = 60
"""Frames that wait for the streaming thread: two seconds of video; then all of them are dropped up to a keyframe."""


GONE: Final = "this viewer is gone"


@dataclass(frozen=True, slots=True, eq=False)
class _Seat:
    viewer: Viewer
    peer: Peer


class Streaming:
    """Call from any thread; every answer is a future that the streaming thread fulfils."""

    def __init__(
        self, frames: FrameTap, microphone: MicrophoneThread | None, config: StreamingConfig, trouble: Trouble
    ) -> None:
        self.on_watchers: Callable[[tuple[str, ...]], None] = lambda _names: None
        """Called by the streaming thread when the names of those who see the booth change."""
        self.renditions: dict[Rendition, RenditionThread] = {
            rendition: RenditionThread(
                rendition,
                frames,
                settings_of(rendition, config.high_bps, config.low_bps),
                factories(config.encoder),
                trouble,
            )
            for rendition in ("high", "low")
        }
        """For who needs the same packets, as evidence does."""
        self._audio = self.audio = None if microphone is None else AudioThread(microphone, trouble)
        self._config, self._trouble = config, trouble
        self._sinks = {rendition: self._sink(rendition) for rendition in self.renditions}
        self._encoding: set[Rendition] = set()
        self._seats: dict[UUID, _Seat] = {}
        self._known: set[UUID] = set()
        """Peers whose offer has come, if only just: their candidates may come before the loop has seen the offer."""
        self._watchers: tuple[str, ...] = ()
        self._inbox: deque[RtpFrame] = deque()
        self._inbox_lock = threading.Lock()
        self._overflowed = False
        self._loop: asyncio.AbstractEventLoop
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="streaming", daemon=True)

    def start(self) -> None:
        """Before anything else is called."""
        self._loop = asyncio.new_event_loop()
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Hang up on everybody and end the threads."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(timeout_s)
        for rendition in self.renditions.values():
            rendition.stop()
        if self._audio is not None:
            self._audio.stop(timeout_s)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    # --- what the hub asks ---

    def offer(self, command: OfferCommand) -> Future[AnyReply]:
        self._known.add(command.peer_id)
        return self._soon(self._offer(command))

    def candidate(self, command: CandidateCommand) -> Future[AnyReply] | None:
        """None: no viewer of ours."""
        return self._soon(self._candidate(command)) if command.peer_id in self._known else None

    def rendition(self, command: RenditionCommand) -> Future[AnyReply] | None:
        return self._soon(self._rendition(command)) if command.peer_id in self._known else None

    def hang_up(self, command: HangUpCommand) -> Future[AnyReply] | None:
        return self._soon(self._hang_up(command)) if command.peer_id in self._known else None

    def sights_wanted(self) -> bool:
        """Whether any viewer asks to be told what is seen."""
        return any(seat.peer.shows_sights for seat in tuple(self._seats.values()))

    def show(self, sights: str) -> None:
        """To those who ask for it; one whose link is behind is left out."""
        try:
            self._loop.call_soon_threadsafe(self._show, sights)
        except RuntimeError:
            log.debug("sights came after the end")

    def viewers(self) -> tuple[ViewerStats, ...]:
        return tuple(seat.viewer.stats() for seat in tuple(self._seats.values()))

    def streams(self) -> tuple[StreamStats, ...]:
        running = [rendition.stats() for rendition in self.renditions.values()]
        running += [self._audio.stats()] if self._audio is not None else []
        return tuple(stats for stats in running if stats is not None)

    # --- on the streaming loop ---

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._watch())
        finally:
            self._loop.run_until_complete(_end_all())
            self._loop.close()

    async def _watch(self) -> None:
        while not self._stopping.is_set():
            try:
                async with asyncio.timeout(TICK_S):
                    await self._stopping.wait()
            except TimeoutError:
                await self._tick(time.monotonic())
        for seat in list(self._seats.values()):
            await self._release(seat, "the agent stops")

    async def _tick(self, now_s: float) -> None:
        for seat in list(self._seats.values()):
            viewer = seat.viewer
            viewer.mark(now_s)
            silent_s = now_s - viewer.heard_s
            if silent_s > (SILENT_S if viewer.connected else CONNECT_S):
                why = "nothing is heard of its browser" if viewer.connected else "it did not connect"
                await self._release(seat, why)
                continue
            for sender in (viewer.video, viewer.audio):
                if sender is not None:
                    sender.send_report(now_s)
            viewer.turn(now_s)
        self._balance()

    async def _offer(self, command: OfferCommand) -> AnyReply:
        peer_id = command.peer_id
        if (old := self._seats.get(peer_id)) is not None:
            await self._release(old, "it offers anew")
        refusal = self._refusal()
        if refusal is not None:
            self._trouble.count("viewer_refused")
            self._known.discard(peer_id)
            return ErrorReply(reason=refusal)
        viewer = Viewer(peer_id, command.watcher.name, command.rendition, self._balance, self._ask)
        try:
            peer = Peer(command, viewer, viewer.heard, lambda why: self._ended(peer_id, viewer, why))
        except DetectorError as error:
            self._known.discard(peer_id)
            return self._failed(error)
        seat = self._seats[peer_id] = _Seat(viewer, peer)
        self._known.add(peer_id)
        try:
            sdp = await peer.answer(with_audio=self._audio is not None)
        except Exception as error:
            if not isinstance(error, DetectorError):
                log.exception("offer of %s", command.watcher.name)
            await self._release(seat, str(error))
            return self._failed(error)
        viewer.video, viewer.audio = peer.video, peer.audio
        viewer.heard()
        return AnswerReply(sdp=sdp)

    async def _candidate(self, command: CandidateCommand) -> AnyReply:
        seat = self._seats.get(command.peer_id)
        if seat is None:
            return ErrorReply(reason=GONE)
        try:
            await seat.peer.add(command.candidate)
        except DetectorError as error:
            return ErrorReply(reason=str(error)[:300])
        return DoneReply()

    async def _rendition(self, command: RenditionCommand) -> AnyReply:
        seat = self._seats.get(command.peer_id)
        if seat is None:
            return ErrorReply(reason=GONE)
        seat.viewer.link.wish = command.rendition
        self._balance()
        seat.viewer.turn(time.monotonic())
        return DoneReply()

    async def _hang_up(self, command: HangUpCommand) -> AnyReply:
        if (seat := self._seats.get(command.peer_id)) is not None:
            await self._release(seat, "it hung up")
        self._known.discard(command.peer_id)
        return DoneReply()

    def _refusal(self) -> str | None:
        """Why nobody more may watch."""
        if not self._config.enabled:
            return "live video is switched off on this booth ([streaming] in its device.toml)"
        if len(self._seats) >= self._config.max_viewers:
            return f"{len(self._seats)} people watch this booth already, and no more may"
        return None

    def _failed(self, error: Exception) -> ErrorReply:
        self._trouble.count("viewer_failed", f"a viewer got no answer: {error}")
        return ErrorReply(reason=(str(error) or type(error).__name__)[:300])

    def _ended(self, peer_id: UUID, viewer: Viewer, why: str) -> None:
        seat = self._seats.get(peer_id)
        if seat is not None and seat.viewer is viewer:
            self._last_words = self._loop.create_task(self._release(seat, why))

    async def _release(self, seat: "_Seat", why: str) -> None:
        """Everything that belongs to a viewer; its encoder too if nobody else needs it."""
        viewer = seat.viewer
        if self._seats.get(viewer.peer_id) is seat:
            del self._seats[viewer.peer_id]
            self._known.discard(viewer.peer_id)
            log.info("%s no longer watches: %s", viewer.name, why)
        self._balance()
        try:
            await seat.peer.close()
        except Exception:  # what aiortc leaves behind is its own; everybody else goes on
            log.exception("closing the connection of %s", viewer.name)

    def _balance(self) -> None:
        """Encode what is needed and nothing else, and say who watches."""
        needed: set[Rendition] = set()
        for seat in self._seats.values():
            needed |= seat.viewer.needs
        for rendition in needed - self._encoding:
            self.renditions[rendition].subscribe(self._sinks[rendition])
        for rendition in self._encoding - needed:
            self.renditions[rendition].unsubscribe(self._sinks[rendition])
        self._encoding = needed
        if self._audio is not None:
            if any(seat.viewer.hears for seat in self._seats.values()):
                self._audio.start(self._put)
            else:
                self._audio.leave(self._put)
        names = tuple(sorted({seat.viewer.name for seat in self._seats.values() if seat.viewer.connected}))
        if names != self._watchers:
            self._watchers = names
            self.on_watchers(names)

    def _show(self, sights: str) -> None:
        for seat in tuple(self._seats.values()):
            seat.peer.show(sights)

    def _ask(self, rendition: Rendition) -> None:
        if rendition not in self._encoding:
            self._balance()
        self.renditions[rendition].request_keyframe()

    # --- frames, from the encoding threads to the loop ---

    def _sink(self, rendition: Rendition) -> Callable[[EncodedFrame], None]:
        """Packetising is done by the encoding thread, once for all viewers."""
        return lambda encoded: self._put(video_frame(encoded, rendition))

    def _put(self, frame: RtpFrame) -> None:
        with self._inbox_lock:
            first = not self._inbox
            if len(self._inbox) >= INBOX_FRAMES:
                self._inbox.clear()
                self._overflowed = True
            self._inbox.append(frame)
        if first and not self._loop.is_closed():
            try:
                self._loop.call_soon_threadsafe(self._fan_out)
            except RuntimeError:
                log.debug("a frame came after the end")

    def _fan_out(self) -> None:
        with self._inbox_lock:
            frames, overflowed = list(self._inbox), self._overflowed
            self._inbox.clear()
            self._overflowed = False
        now_s = time.monotonic()
        if overflowed:
            for seat in self._seats.values():
                seat.viewer.lost_frames()
        for frame in frames:
            for seat in self._seats.values():
                seat.viewer.offer(frame, now_s)

    def _soon(self, work: Coroutine[Any, Any, AnyReply]) -> Future[AnyReply]:
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:  # the loop is closed: the hub asks while the agent stops
            work.close()
            late: Future[AnyReply] = Future()
            late.set_result(ErrorReply(reason="the agent is stopping"))
            return late


async def _end_all() -> None:
    """What connections left running, aiortc's handshakes with peers that never answered above all."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await asyncio.sleep(0)  # sockets that were closed are let go of in the loop's next turn
