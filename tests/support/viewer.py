"""A viewer for tests: aiortc in a browser's place, which offers, watches and beats as the dashboard does."""

import asyncio
import time
from collections.abc import Sequence
from itertools import pairwise
from types import TracebackType
from typing import Any
from uuid import UUID, uuid4

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from agent.streaming.service import Streaming
from contract.live import AnswerReply, OfferCommand, RenditionWish, Watcher
from contract.messages import AnyReply, ErrorReply
from tests.support.udp_relay import UdpRelay

BEAT_S = 0.5


class TestViewer:
    """Counts what it sees; the last two pictures are kept."""

    __test__ = False

    def __init__(self, streaming: Streaming, name: str = "Ann", *, beats: bool = True) -> None:
        self.peer_id: UUID = uuid4()
        self.name = name
        self.frames: list[Any] = []
        self.seen_s: list[float] = []
        """When each picture was there, on the monotonic clock."""
        self.shown_s: list[float] = []
        """When each picture was taken, on the stream's own clock."""
        self.heard = 0
        self.beats = 0
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._streaming, self._beating = streaming, beats
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "TestViewer":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def offer(self) -> str:
        self.connection.addTransceiver("video", direction="recvonly")
        self.connection.addTransceiver("audio", direction="recvonly")
        channel = self.connection.createDataChannel("heartbeat")
        channel.on("open", lambda: self._go(self._beat(channel)))
        channel.on("message", self._beaten)
        self.connection.on("track", lambda track: self._go(self._watch(track)))
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return str(self.connection.localDescription.sdp)

    async def ask(self, sdp: str, rendition: RenditionWish = "auto", **more: Any) -> AnyReply:
        command = OfferCommand(
            peer_id=self.peer_id, sdp=sdp, watcher=Watcher(name=self.name), rendition=rendition, **more
        )
        return await asyncio.wrap_future(self._streaming.offer(command))

    async def accept(self, reply: AnyReply) -> None:
        assert not isinstance(reply, ErrorReply), reply.reason
        assert isinstance(reply, AnswerReply)
        await self.connection.setRemoteDescription(RTCSessionDescription(reply.sdp, "answer"))

    async def watch(
        self, rendition: RenditionWish = "auto", *, through: UdpRelay | None = None, **more: Any
    ) -> "TestViewer":
        """Offer, answer, and wait for the first picture."""
        sdp = await self.offer()
        reply = await self.ask(through.offer(sdp) if through else sdp, rendition, **more)
        if through and isinstance(reply, AnswerReply):
            reply = AnswerReply(sdp=through.answer(reply.sdp))
        await self.accept(reply)
        await until(lambda: len(self.frames) > 0, "the first picture")
        return self

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.connection.close()

    @property
    def size_wh(self) -> tuple[int, int] | None:
        return (self.frames[-1].width, self.frames[-1].height) if self.frames else None

    def vanish(self) -> None:
        """As a killed browser: nothing is said, nothing is sent, nothing is heard any more."""
        for task in self._tasks:
            task.cancel()
        for transceiver in self.connection.getTransceivers():
            ice = transceiver.receiver.transport.transport._connection
            for protocol in ice._protocols:
                protocol.transport.abort()

    def _go(self, work: Any) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(work))

    def _beaten(self, _message: object) -> None:
        self.beats += 1

    async def _beat(self, channel: Any) -> None:
        while self._beating and channel.readyState == "open":
            channel.send(".")
            await asyncio.sleep(BEAT_S)

    async def _watch(self, track: Any) -> None:
        try:
            while True:
                frame = await track.recv()
                if track.kind == "video":
                    self.frames.append(frame)
                    self.seen_s.append(time.monotonic())
                    self.shown_s.append(float(frame.pts * frame.time_base))
                    del self.frames[:-2]
                else:
                    self.heard += 1
        except MediaStreamError:
            return


def longest_step_s(times_s: Sequence[float]) -> float:
    """Between one and the next."""
    return max(after - before for before, after in pairwise(times_s))


async def until(condition: Any, what: str, timeout_s: float = 60) -> None:
    """Wait for a condition; the time-out only ends a test that hangs."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, f"waited {timeout_s:.0f} s in vain for {what}"
        await asyncio.sleep(0.02)


async def until_async(condition: Any, what: str, timeout_s: float = 60) -> None:
    """As `until`, of a condition that must be awaited."""
    deadline_s = time.monotonic() + timeout_s
    while not await condition():
        assert time.monotonic() < deadline_s, f"waited {timeout_s:.0f} s in vain for {what}"
        await asyncio.sleep(0.2)
