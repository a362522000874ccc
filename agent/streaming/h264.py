"""H.264 as bytes: one encoded picture, its NAL units, and the parameter sets that a keyframe needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, eq=False)
class EncodedFrame:
    """One picture as H.264. Shared by all viewers and by evidence, so it never changes."""

    data: bytes
    """One access unit in Annex B. A keyframe is an IDR picture with its SPS and PPS before it: who starts here sees."""
    keyframe: bool
    captured_s: float
    """`Frame.captured_s` of the picture; rises from one to the next."""
    wall_time: datetime
    frame_wh: tuple[int, int]


def nal_units(access_unit: bytes) -> Iterator[bytes]:
    """What lies between the start codes, empty ones left out."""
    at = access_unit.find(b"\0\0\1")
    while at >= 0:
        begin = at + 3
        at = access_unit.find(b"\0\0\1", begin)
        nal = access_unit[begin : at if at >= 0 else len(access_unit)]
        if at >= 0:
            nal = nal.rstrip(b"\0")  # the zero of a four-byte start code; a NAL unit itself never ends in one
        if nal:
            yield nal


class ParameterSets:
    """Puts SPS and PPS before every keyframe, for encoders that say them only once.

    The Raspberry Pi's can repeat them itself, but stumbles after some 20 000 frames (raspberrypi/linux issue 4520).
    """

    _SPS, _PPS = 7, 8

    def __init__(self) -> None:
        self._known: dict[int, bytes] = {}

    def complete(self, data: bytes, *, keyframe: bool) -> bytes:
        if not keyframe and self._known:
            return data
        found = {nal[0] & 0x1F: nal for nal in nal_units(data) if nal[0] & 0x1F in (self._SPS, self._PPS)}
        self._known |= found
        if not keyframe or self._SPS in found:
            return data
        return b"".join(b"\0\0\0\1" + self._known[kind] for kind in sorted(self._known)) + data
