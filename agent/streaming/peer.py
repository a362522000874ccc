"""One viewer's peer connection: offer and answer, candidates, heartbeat, end. Only this and `sender` import aiortc."""

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine
from typing import Any, Final

from aiortc import (
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from aiortc.rtcconfiguration import RTCIceTransportPolicy
from aiortc.sdp import candidate_from_sdp

from agent.errors import DetectorError
from agent.streaming.sender import Feedback, SharedSender
from contract.live import IceCandidate, OfferCommand
from contract.sights import CHANNEL as SIGHTS

log = logging.getLogger(__name__)

ANSWER_S: Final = 6.0
"""aioice gathers candidates for 5 s at most, which a STUN or TURN server that does not answer makes it take. The hub
waits a second longer than this, so that who watches is told why."""
HEARTBEAT: Final = "heartbeat"
SIGHTS_WAITING_BYTES: Final = 4096
"""Some ten messages of what is seen. A link that is so far behind needs its room for the picture."""
_CLOCK_HZ: Final = {"video": 90_000, "audio": 48_000}
_CODECS: Final = {"video": ("video/H264", "video/rtx"), "audio": ("audio/opus",)}
_LOCAL_NAME = re.compile(r"^a=candidate:.* [a-zA-Z0-9-]{1,63}\.local \d+ typ .*\r?\n?", re.MULTILINE)
_MEDIA = re.compile(r"^m=(audio|video) [1-9]", re.MULTILINE)
_REFUSALS = (ValueError, KeyError, IndexError, AttributeError, AssertionError, TypeError, OSError)
"""What aiortc's parser raises for descriptions that are none, besides its own errors."""


class Peer:
    """Streaming loop only. `on_end` is called once, with why, when the connection is lost or the browser closes it."""

    def __init__(
        self, offer: OfferCommand, feedback: Feedback, on_beat: Callable[[], None], on_end: Callable[[str], None]
    ) -> None:
        self.video: SharedSender | None = None
        self.audio: SharedSender | None = None
        self._offer, self._feedback, self._on_beat, self._on_end = offer, feedback, on_beat, on_end
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._sights: Any = None
        """The data channel by which the browser asks for sights, open for as long as it does."""
        self._described = asyncio.Event()
        try:
            servers = [
                RTCIceServer(
                    urls=list(server.urls), username=server.username or None, credential=server.credential or None
                )
                for server in offer.ice_servers
            ]
            policy = RTCIceTransportPolicy.RELAY if offer.relay_only else RTCIceTransportPolicy.ALL
            self._connection = RTCPeerConnection(RTCConfiguration(iceServers=servers, iceTransportPolicy=policy))
        except _REFUSALS as error:
            raise DetectorError(f"the ICE servers cannot be used: {error}") from error
        self._connection.on("connectionstatechange", self._changed)
        self._connection.on("datachannel", self._channel)

    async def answer(self, *, with_audio: bool) -> str:
        """The agent's description with all its candidates; raises `DetectorError` that says why there is none."""
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._negotiate(with_audio)
        except TimeoutError as error:
            raise DetectorError("no answer in time: the STUN or TURN server does not answer") from error
        except (InternalError, InvalidAccessError, InvalidStateError, OperationError) as error:
            raise DetectorError(f"the offer cannot be answered: {error}") from error
        except _REFUSALS as error:
            raise DetectorError(f"the offer is malformed: {type(error).__name__}: {error}") from error
        sdp = str(self._connection.localDescription.sdp)
        if "\na=candidate:" not in sdp:
            raise DetectorError(
                "this booth has no ICE candidate: "
                + ("no TURN server let it in" if self._offer.relay_only else "it is on no network")
            )
        return sdp

    async def add(self, candidate: IceCandidate) -> None:
        """A candidate the browser found later. Raises `DetectorError` for one that cannot be read."""
        line = candidate.candidate.removeprefix("candidate:").strip()
        if not line:
            return  # no more to come; the connection is given up by the clock, not by that
        try:
            found = candidate_from_sdp(line)
        except _REFUSALS as error:
            raise DetectorError("that is no ICE candidate") from error
        await self._described.wait()
        found.sdpMid, found.sdpMLineIndex = candidate.sdp_mid, candidate.sdp_mline_index
        if found.sdpMid is None and found.sdpMLineIndex is None:
            found.sdpMLineIndex = 0
        if str(found.protocol).lower() != "udp":
            return  # aioice has no ICE over TCP
        if str(found.ip).endswith(".local"):
            self._later(self._resolve(found))
        else:
            await self._add(found)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._described.set()
        for task in self._tasks:
            task.cancel()
        await self._connection.close()

    # --- inside ---

    async def _negotiate(self, with_audio: bool) -> None:
        connection = self._connection
        sdp = _LOCAL_NAME.sub("", self._offer.sdp)
        if "\na=fingerprint:" not in sdp:
            raise DetectorError("the offer names no DTLS fingerprint")
        kinds = list(dict.fromkeys(_MEDIA.findall(sdp)))
        if "video" not in kinds:
            raise DetectorError("the offer has no place for video")
        for kind in kinds:
            transceiver = connection.addTransceiver(kind, direction="sendonly")
            wanted = _CODECS[kind]
            known = RTCRtpSender.getCapabilities(kind).codecs
            transceiver.setCodecPreferences([codec for codec in known if codec.mimeType in wanted])
        await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        self._described.set()
        senders: dict[str, SharedSender] = {}
        for transceiver in connection.getTransceivers():
            kind = transceiver.kind
            used = kind not in senders and (kind == "video" or with_audio)
            transceiver.direction = "sendonly" if used else "inactive"
            senders.setdefault(kind, self._take_over(transceiver))
        self.video = senders["video"]
        self.audio = senders.get("audio") if with_audio else None
        for line in _LOCAL_NAME.findall(self._offer.sdp):
            found = candidate_from_sdp(line.strip().removeprefix("a=candidate:"))
            found.sdpMLineIndex = 0
            self._later(self._resolve(found))
        await connection.setLocalDescription(await connection.createAnswer())

    def _take_over(self, transceiver: Any) -> SharedSender:
        """Put our sender in the place of aiortc's, which has no other door for that."""
        old = transceiver.sender
        kind = transceiver.kind
        feedback = self._feedback if kind == "video" else _Sound(self._feedback, self._on_beat)
        sender = SharedSender(kind, old.transport, _CLOCK_HZ[kind], feedback)
        sender._stream_id = old._stream_id
        transceiver.receiver._set_rtcp_ssrc(sender._ssrc)
        transceiver._RTCRtpTransceiver__sender = sender
        if id(transceiver.sender) != id(sender):
            raise DetectorError("this version of aiortc keeps its senders elsewhere; install the locked one")
        return sender

    async def _add(self, candidate: Any) -> None:
        try:
            await self._connection.addIceCandidate(candidate)
        except _REFUSALS as error:
            raise DetectorError(f"that ICE candidate cannot be used: {error}") from error

    async def _resolve(self, candidate: Any) -> None:
        """A name that browsers give instead of an address. Multicast may lead nowhere: nobody waits for it.

        Mostly it is not needed either: the browser reaches the booth, which learns the address from that.
        """
        try:
            await self._connection.addIceCandidate(candidate)
        except Exception as error:  # no multicast here, or the port is taken: whatever it is, the connection goes on
            log.debug("%s was not resolved: %s", candidate.ip, error)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _changed(self) -> None:
        state = self._connection.connectionState
        if state in ("failed", "closed") and not self._closed:
            self._on_end("the connection was lost" if state == "failed" else "the browser closed the connection")

    @property
    def shows_sights(self) -> bool:
        """Whether this viewer asks to be told what is seen. From any thread."""
        channel = self._sights
        return channel is not None and channel.readyState == "open"

    def show(self, sights: str) -> None:
        """Left out while the last ones have not gone yet: only now is of interest."""
        if self._sights is not None and self.shows_sights and self._sights.bufferedAmount < SIGHTS_WAITING_BYTES:
            self._sights.send(sights)

    def _channel(self, channel: Any) -> None:
        if channel.label == SIGHTS:
            self._sights = channel
            return
        if channel.label != HEARTBEAT:
            return

        def beat(_message: object) -> None:
            self._on_beat()
            channel.send(".")

        channel.on("message", beat)


class _Sound:
    """Feedback on sound: there is nothing to adapt, but it shows that the browser lives."""

    def __init__(self, video: Feedback, on_beat: Callable[[], None]) -> None:
        self._video, self._on_beat = video, on_beat

    def opened(self) -> None:
        self._video.opened()

    def keyframe_wanted(self) -> None:
        self._on_beat()

    def reported(self, expected: int, lost: int, round_trip_s: float | None) -> None:
        self._on_beat()

    def estimated(self, bitrate_bps: int) -> None:
        self._on_beat()
