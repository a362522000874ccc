"""Session descriptions and ICE candidates of browsers, as they reach a booth's agent and aiortc in it.

A description that is none is answered with a reason within the time that an answer has; nobody else's picture stops.
"""

import asyncio
import random
import re
from typing import Final
from uuid import uuid4

from aiortc import RTCPeerConnection

from agent.frame import FrameTap
from agent.health import Trouble
from agent.streaming.service import Streaming
from contract.device import StreamingConfig
from contract.live import (
    AnswerReply,
    CandidateCommand,
    DoneReply,
    HangUpCommand,
    IceCandidate,
    OfferCommand,
    Watcher,
)
from contract.messages import ErrorReply
from tests.support import damage
from tests.support.fuzz import Record, count_of

CANDIDATES: Final = (
    b"candidate:1 1 udp 2130706431 127.0.0.1 50000 typ host",
    b"candidate:842163049 1 udp 1677729535 192.0.2.7 46154 typ srflx raddr 0.0.0.0 rport 0 generation 0",
    b"candidate:2 1 tcp 1518280447 ::1 9 typ host tcptype active",
)
ANSWER_S: Final = 60
LINES: Final = (
    "a=fingerprint:sha-256 00",
    "a=ice-ufrag:" + "x" * 3000,
    "a=setup:holdconn",
    "m=video 0 UDP/TLS/RTP/SAVPF",
    "m=application 99999 UDP/DTLS/SCTP webrtc-datachannel",
    "a=candidate:1 1 udp x y z typ host",
    "a=candidate:1 1 udp 1 some-name.local 9 typ host",
    "a=rtpmap:96 H264/0",
    "a=fmtp:96 profile-level-id=zzzzzz",
    "a=ssrc:-1 cname:x",
    "a=sctp-port:99999999999",
    "c=IN IP6 not-an-address",
)


async def an_offer() -> str:
    """As a browser would make it."""
    connection = RTCPeerConnection()
    try:
        for kind in ("video", "audio"):
            connection.addTransceiver(kind, direction="recvonly")
        connection.createDataChannel("heartbeat")
        await connection.setLocalDescription(await connection.createOffer())
        return str(connection.localDescription.sdp)
    finally:
        await connection.close()


def damaged_sdp(rng: random.Random, sdp: str) -> str:
    lines = sdp.split("\r\n")
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(lines))
        way = rng.randrange(5)
        if way == 0:
            lines[at] = damage.bytes_of(rng, lines[at].encode()).decode(errors="replace")
        elif way == 1:
            lines.insert(at, rng.choice(LINES))
        elif way == 2:
            del lines[at]
        elif way == 3:
            lines.insert(rng.randrange(len(lines)), lines[at])
        else:
            lines[at] = re.sub(
                r"\d+", lambda _: str(rng.choice((0, 1, 65536, 2**40, -1))), lines[at], count=rng.randint(1, 3)
            )
        lines = lines or [""]
    return "\r\n".join(lines)[:40_000] or "v"


def test_offers(record: Record) -> None:
    streaming = Streaming(FrameTap(), None, StreamingConfig(), Trouble())
    sdp = asyncio.run(an_offer())
    count, answered = count_of(0.01, short=12), 0
    streaming.start()
    try:
        for number in range(count):
            rng = random.Random(f"offer {number}")
            peer_id = uuid4()
            offered = sdp if number == 0 else damaged_sdp(rng, sdp)
            reply = streaming.offer(OfferCommand(peer_id=peer_id, sdp=offered, watcher=Watcher(name="Ada"))).result(
                ANSWER_S
            )
            assert isinstance(reply, AnswerReply | ErrorReply)
            assert number or isinstance(reply, AnswerReply), reply
            answered += isinstance(reply, AnswerReply)
            for _ in range(3):
                line = damage.bytes_of(rng, rng.choice(CANDIDATES), CANDIDATES).decode(errors="replace")
                try:
                    candidate = IceCandidate(candidate=line, sdp_mid=rng.choice(("0", "9", None)), sdp_mline_index=0)
                except ValueError:
                    continue
                told = streaming.candidate(CandidateCommand(peer_id=peer_id, candidate=candidate))
                assert told is None or isinstance(told.result(ANSWER_S), DoneReply | ErrorReply)
            gone = streaming.hang_up(HangUpCommand(peer_id=peer_id))
            assert gone is None or isinstance(gone.result(ANSWER_S), DoneReply)
            assert streaming.alive
        last = streaming.offer(OfferCommand(peer_id=uuid4(), sdp=sdp, watcher=Watcher(name="Ada"))).result(ANSWER_S)
        assert isinstance(last, AnswerReply), last
    finally:
        streaming.stop()
    row = {"parser": "SDP and ICE candidates", "inputs": 4 * count, "taken": answered, "refused": ""}
    record("fuzz", row | {"slowest_ms": "", "bytes_per_byte": ""})
