"""Sends RTP that was made once to one viewer: in place of aiortc's sender, of which each encodes and packetises anew.

aiortc's own takes five coroutines, three objects and a timestamp of the calendar for each packet; with eight viewers
that is more than the encoder costs. What differs between viewers is 12 bytes of header, the cipher and the address, so
only that is done here (docs/decisions/0017). All of it runs on the streaming loop.
"""

import random
import secrets
import struct
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Final, Protocol

from aiortc import RTCRtpSender
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpByePacket,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    unpack_remb_fci,
)

from agent.streaming.rtp import RtpFrame

HISTORY_FRAMES: Final = 60
"""Two seconds of video that can be sent again; older ones would come too late to be shown."""
RESEND_SHARE: Final = 0.25
"""Of what is sent, so much may be sent again: enough for a poor Wi-Fi, too little to choke a full link."""
RESEND_BURST_BYTES: Final = 40_000
"""What may be sent again at once: one keyframe."""
NTP_EPOCH_S: Final = 2_208_988_800
"""From 1900 to 1970."""
_MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
_ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
_HEADER = struct.Struct("!BBHII")


class Feedback(Protocol):
    """What a viewer's browser says about the stream."""

    def opened(self) -> None:
        """The connection stands; frames may be sent."""

    def keyframe_wanted(self) -> None:
        """It cannot go on without one (PLI, FIR)."""

    def reported(self, expected: int, lost: int, round_trip_s: float | None) -> None:
        """Packets expected and lost since the stream began, and the round trip if it can be told."""

    def estimated(self, bitrate_bps: int) -> None:
        """What its link carries, by its own estimate (REMB)."""


@dataclass(slots=True)
class SenderCounters:
    packets: int = 0
    bytes: int = 0
    frames: int = 0
    resent: int = 0
    refused: int = 0
    """Packets that were not sent again, as the budget was spent or they are forgotten."""


class SharedSender(RTCRtpSender):
    """Stands in the transceiver's place of its own sender; a viewer has one for video and one for audio."""

    def __init__(self, kind: str, transport: Any, clock_hz: int, feedback: Feedback) -> None:
        super().__init__(kind, transport)
        self.counters = SenderCounters()
        self._clock_hz, self._feedback = clock_hz, feedback
        self._open = False
        self._payload_type = 0
        self._rtx_type: int | None = None
        self._extension = b""
        self._stamped = False
        self._cname = b""
        self._sequence = self._first_sequence = secrets.randbelow(1 << 15)
        self._rtx_sequence = secrets.randbelow(1 << 15)
        self._origin = secrets.randbits(32)
        self._ticks: int | None = None
        """RTP timestamp of the newest frame, without the origin and not wrapped."""
        self._history: deque[tuple[int, int, RtpFrame]] = deque(maxlen=HISTORY_FRAMES)
        self._budget_bytes = float(RESEND_BURST_BYTES)
        self._sent: tuple[float, int] | None = None
        """When the newest frame was captured, on the monotonic clock, and its RTP timestamp."""
        self._reported: dict[int, float] = {}
        """Middle of the NTP time of the last sender reports, and when they were sent."""

    # --- what aiortc calls ---

    async def send(self, parameters: Any) -> None:
        """The connection stands: learn what was negotiated."""
        if self._open:
            return
        codec = parameters.codecs[0]
        self._payload_type = codec.payloadType
        self._rtx_type = next(
            (
                other.payloadType
                for other in parameters.codecs
                if other.name.lower() == "rtx" and other.parameters.get("apt") == codec.payloadType
            ),
            None,
        )
        self._extension, self._stamped = _extension(
            {extension.uri: extension.id for extension in parameters.headerExtensions}, parameters.muxId
        )
        self._cname = parameters.rtcp.cname.encode()
        self.transport._register_rtp_sender(self, parameters)
        self._open = True
        self._feedback.opened()

    async def stop(self) -> None:
        if self._open:
            self._open = False
            self.transport._unregister_rtp_sender(self)
            self._send_rtcp_now(bytes(RtcpByePacket(sources=[self._ssrc])))

    async def _handle_rtcp_packet(self, packet: Any) -> None:
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == self._ssrc:
                    expected = report.highest_sequence - self._first_sequence + 1
                    self._feedback.reported(expected, report.packets_lost, self._round_trip_s(report))
        elif isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            for sequence in packet.lost:
                self._resend(sequence)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt in (RTCP_PSFB_PLI, RTCP_PSFB_FIR):
            self._feedback.keyframe_wanted()
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            try:
                bitrate_bps, ssrcs = unpack_remb_fci(packet.fci)
            except ValueError:
                return  # another application's message
            if self._ssrc in ssrcs:
                self._feedback.estimated(bitrate_bps)

    # --- what the viewer calls ---

    @property
    def open(self) -> bool:
        return self._open and self._pair() is not None

    @property
    def waiting_bytes(self) -> int:
        """What the socket has not taken yet. It grows where TURN goes over TCP and the link is slow."""
        pair = self._pair()
        if pair is None:
            return 0
        transport = pair.protocol.transport
        relay = getattr(transport, "_TurnTransport__inner_protocol", None)
        return int((relay.transport if relay is not None else transport).get_write_buffer_size())

    def send_frame(self, frame: RtpFrame, now_s: float) -> None:
        """Every packet of the frame, at once. `now_s` is the monotonic clock."""
        pair = self._pair()
        if pair is None or not self._open:
            return
        protect, sendto, address = self.transport._tx_srtp.protect, pair.protocol.transport.sendto, pair.remote_addr
        first, timestamp = self._sequence, self._timestamp(frame.position_s)
        extension = self._stamp(now_s)
        version, payload_type, ssrc = 0x90 if extension else 0x80, self._payload_type, self._ssrc
        sequence, last = first, len(frame.payloads) - 1
        for number, payload in enumerate(frame.payloads):
            marked = payload_type | 0x80 if number == last else payload_type
            header = _HEADER.pack(version, marked, sequence, timestamp, ssrc)
            sendto(protect(header + extension + payload), address)
            sequence = sequence + 1 & 0xFFFF
        self._sequence = sequence
        self._history.append((first, timestamp, frame))
        self._budget_bytes = min(RESEND_BURST_BYTES, self._budget_bytes + RESEND_SHARE * frame.size)
        age_s = now_s - frame.captured_s
        self._sent = now_s - (age_s if 0 <= age_s < 2 else 0.0), timestamp
        counters = self.counters
        counters.frames += 1
        counters.packets += last + 1
        counters.bytes += frame.size

    def send_report(self, now_s: float) -> None:
        """RTCP: which RTP timestamp belongs to which time, by which a browser keeps lips and sound together."""
        if self._sent is None or not self._open:
            return
        at_s, timestamp = self._sent
        ntp = int((time.time() + NTP_EPOCH_S) * 2**32)
        self._reported[ntp >> 16 & 0xFFFFFFFF] = now_s
        for old in list(self._reported)[:-8]:
            del self._reported[old]
        info = RtcpSenderInfo(
            ntp_timestamp=ntp & 0xFFFFFFFFFFFFFFFF,
            rtp_timestamp=timestamp + int((now_s - at_s) * self._clock_hz) & 0xFFFFFFFF,
            packet_count=self.counters.packets & 0xFFFFFFFF,
            octet_count=self.counters.bytes & 0xFFFFFFFF,
        )
        names = RtcpSdesPacket(chunks=[RtcpSourceInfo(ssrc=self._ssrc, items=[(1, self._cname)])])
        self._send_rtcp_now(bytes(RtcpSrPacket(ssrc=self._ssrc, sender_info=info)) + bytes(names))

    # --- inside ---

    def _pair(self) -> Any:
        """The nominated candidate pair; None before there is one and after it is lost."""
        return self.transport.transport._connection._nominated.get(1)

    def _timestamp(self, position_s: float) -> int:
        """Always later than the one before: a receiver drops what seems old, a keyframe too.

        Two renditions of one picture come one after the other when a viewer changes between them, and a file that
        starts again goes back in time.
        """
        ticks = int(position_s * self._clock_hz)
        if self._ticks is not None and ticks <= self._ticks:
            later = self._ticks + self._clock_hz // 1000
            if later - ticks > self._clock_hz:
                self._origin += later - ticks
            else:
                ticks = later
        self._ticks = ticks
        return self._origin + ticks & 0xFFFFFFFF

    def _stamp(self, now_s: float) -> bytes:
        """The header extension; its last three bytes say when this was sent, 6.18 bits of seconds."""
        if not self._stamped:
            return self._extension
        return self._extension + (int(now_s * 2**18) & 0xFFFFFF).to_bytes(3, "big")

    def _resend(self, sequence: int) -> None:
        found = next(
            (one for one in reversed(self._history) if sequence - one[0] & 0xFFFF < len(one[2].payloads)), None
        )
        pair = self._pair()
        if found is None or pair is None or not self._open:
            self.counters.refused += 1
            return
        first, timestamp, frame = found
        number = sequence - first & 0xFFFF
        payload = frame.payloads[number]
        if len(payload) > self._budget_bytes:
            self.counters.refused += 1
            return
        self._budget_bytes -= len(payload)
        marker = 0x80 if number == len(frame.payloads) - 1 else 0
        extension = self._stamp(time.monotonic())
        version = 0x90 if extension else 0x80
        if self._rtx_type is None:
            header = _HEADER.pack(version, self._payload_type | marker, sequence, timestamp, self._ssrc)
        else:
            header = _HEADER.pack(version, self._rtx_type | marker, self._rtx_sequence, timestamp, self._rtx_ssrc)
            payload = sequence.to_bytes(2, "big") + payload
            self._rtx_sequence = self._rtx_sequence + 1 & 0xFFFF
        pair.protocol.transport.sendto(self.transport._tx_srtp.protect(header + extension + payload), pair.remote_addr)
        self.counters.resent += 1

    def _round_trip_s(self, report: Any) -> float | None:
        sent_s = self._reported.get(report.lsr)
        if sent_s is None:
            return None
        return max(0.0, time.monotonic() - sent_s - int(report.dlsr) / 65536)

    def _send_rtcp_now(self, packet: bytes) -> None:
        pair, session = self._pair(), self.transport._tx_srtp
        if pair is not None and session is not None:
            pair.protocol.transport.sendto(session.protect_rtcp(packet), pair.remote_addr)


def report_after_s() -> float:
    """Seconds to the next sender report, spread so that viewers' reports do not come together (RFC 3550, 6.2)."""
    return random.uniform(0.8, 1.2)  # noqa: S311 - no secret


def _extension(ids: dict[str, int], mid: str) -> tuple[bytes, bool]:
    """What stands before every payload (RFC 8285, one-byte headers), and whether a sending time is to follow it."""
    body = b""
    if _MID in ids and 0 < len(mid) <= 16:
        body = bytes((ids[_MID] << 4 | len(mid) - 1,)) + mid.encode()
        body += bytes(-len(body) % 4)
    stamped = _ABS_SEND_TIME in ids
    if not body and not stamped:
        return b"", False
    words = len(body) // 4 + stamped
    head = b"\xbe\xde" + words.to_bytes(2, "big") + body
    return head + bytes((ids[_ABS_SEND_TIME] << 4 | 2,)) if stamped else head, stamped
