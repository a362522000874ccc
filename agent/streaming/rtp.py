"""H.264 and Opus as RTP payloads (RFC 6184, RFC 7587), made once for all viewers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from agent.streaming.h264 import EncodedFrame, nal_units
from contract.live import Rendition

PAYLOAD_MAX: Final = 1200
"""Bytes. With RTP, SRTP, TURN and IPv6 around it that still passes every tunnel in use (1280)."""

_NAL_TYPE, _NRI = 0x1F, 0x60
_LEFT_OUT: Final = {6, 9, 12}
"""Supplemental information, delimiters and filler: a decoder of a live stream needs none of them."""
_STAP_A: Final = 24
_FU_A: Final = 28
_START, _END = 0x80, 0x40


@dataclass(frozen=True, slots=True, eq=False)
class RtpFrame:
    """One picture, or one packet of sound, ready to be sent to any number of viewers."""

    payloads: tuple[bytes, ...]
    captured_s: float
    position_s: float
    """On the stream's own clock, which RTP timestamps count: of video `captured_s`, of sound the samples until then."""
    keyframe: bool
    size: int
    """Bytes of all payloads."""
    rendition: Rendition | None = None
    """None: sound."""


def video_frame(encoded: EncodedFrame, rendition: Rendition) -> RtpFrame:
    payloads = tuple(packetize(encoded.data))
    size, captured_s = sum(map(len, payloads)), encoded.captured_s
    return RtpFrame(payloads, captured_s, captured_s, encoded.keyframe, size, rendition)


def packetize(access_unit: bytes) -> Iterator[bytes]:
    """Payloads of one access unit in Annex B: small NAL units together, large ones in equal pieces."""
    together: list[bytes] = []
    for nal in nal_units(access_unit):
        if nal[0] & _NAL_TYPE in _LEFT_OUT:
            continue
        if together and 1 + sum(2 + len(one) for one in together) + 2 + len(nal) > PAYLOAD_MAX:
            yield _aggregate(together)
            together = []
        if len(nal) > PAYLOAD_MAX:
            yield from _fragments(nal)
        else:
            together.append(nal)
    if together:
        yield _aggregate(together)


def _aggregate(nals: list[bytes]) -> bytes:
    if len(nals) == 1:
        return nals[0]
    header = _STAP_A | max(nal[0] & _NRI for nal in nals)
    return bytes((header,)) + b"".join(len(nal).to_bytes(2, "big") + nal for nal in nals)


def _fragments(nal: bytes) -> Iterator[bytes]:
    """Pieces of one size, the last of what is left."""
    room = PAYLOAD_MAX - 2
    body = len(nal) - 1
    piece = -(-body // -(-body // room))
    indicator, kind = nal[0] & _NRI | _FU_A, nal[0] & _NAL_TYPE
    for begin in range(1, len(nal), piece):
        end = begin + piece
        flags = (_START if begin == 1 else 0) | (_END if end >= len(nal) else 0)
        yield bytes((indicator, flags | kind)) + nal[begin:end]
