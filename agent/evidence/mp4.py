"""Encoded pictures and sound as one MP4 file: put together, never encoded again.

The file is fragmented (ISO/IEC 14496-12, a fragment a keyframe) and has an index of its fragments (`sidx`) in front, so
that a player knows the duration and may begin anywhere before it has all of it.
"""

import io
import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any, Final

import av

from agent.errors import StorageError
from agent.streaming.h264 import EncodedFrame
from agent.streaming.rtp import RtpFrame

MEDIA_TYPE: Final = "video/mp4"
CLOCK_HZ: Final = 90_000
SOUND_HZ: Final = 48_000
CHUNK_TICKS: Final = SOUND_HZ // 50
"""20 ms: one packet of Opus."""
SILENCE: Final = b"\xf8\xff\xfe"
"""A frame of nothing: 20 ms, full band, one channel (RFC 6716, 3.1)."""
LONE_FRAME_S: Final = 1 / 15
"""How long a picture is shown after which none follows, where no others tell."""

_FLAGS: Final = "frag_keyframe+empty_moov+default_base_moof+skip_trailer"


def mux(video: Sequence[EncodedFrame], sound: Sequence[RtpFrame] = ()) -> bytes:
    """One file that starts with the first picture, which must be a keyframe; all pictures are of one size.

    Sound from before the first picture must not be given. Raises `StorageError`.
    """
    if not video or not video[0].keyframe:
        raise StorageError("Video that does not begin with a keyframe is no clip.")
    file = io.BytesIO()
    try:
        with av.open(file, "w", format="mp4", options={"movflags": _FLAGS}) as container:
            _fill(container, video, sound)
    except (av.error.FFmpegError, ValueError) as error:
        raise StorageError(f"A clip cannot be put together ({error}).") from error
    return _indexed(file.getbuffer(), _pieces(video))


def ticks(video: Sequence[EncodedFrame]) -> list[int]:
    """When each picture is shown, in `CLOCK_HZ` from the first one, and when the last one ends."""
    began_s = video[0].captured_s
    at = [round((frame.captured_s - began_s) * CLOCK_HZ) for frame in video]
    steps = [later - earlier for earlier, later in pairwise(at)]
    at.append(at[-1] + (round(median(steps)) if steps else round(LONE_FRAME_S * CLOCK_HZ)))
    return at


def duration_s(video: Sequence[EncodedFrame]) -> float:
    """From the first picture to the end of the last."""
    return ticks(video)[-1] / CLOCK_HZ


def _fill(container: Any, video: Sequence[EncodedFrame], sound: Sequence[RtpFrame]) -> None:
    """In order of time, because a player reads picture and sound side by side."""
    width, height = video[0].frame_wh
    stream = container.add_mux_stream("h264", width=width, height=height, time_base=Fraction(1, CLOCK_HZ))
    at = ticks(video)
    packets = [(frame.captured_s, _picture(stream, frame, *at[i : i + 2])) for i, frame in enumerate(video)]
    if sound:
        heard = _sound_stream(container)
        began_s = video[0].captured_s
        packets += [(began_s + at / SOUND_HZ, _chunk(heard, opus, at)) for opus, at in _in_row(sound, began_s)]
    for _, packet in sorted(packets, key=lambda timed: timed[0]):
        container.mux(packet)


def _picture(stream: Any, frame: EncodedFrame, begins: int, ends: int) -> Any:
    packet = av.Packet(frame.data)
    packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, CLOCK_HZ), frame.keyframe
    packet.pts = packet.dts = begins
    packet.duration = ends - begins
    return packet


def _sound_stream(container: Any) -> Any:
    """Opened as an encoder only because that writes the header which Opus needs; nothing is encoded."""
    stream = container.add_stream("libopus", rate=SOUND_HZ)
    stream.codec_context.layout = "mono"
    return stream


def _in_row(sound: Sequence[RtpFrame], began_s: float) -> Iterator[tuple[bytes, int]]:
    """When each chunk is heard, in `SOUND_HZ` from the first picture; two never overlap, whatever their clock does.

    Silence where there are none: a track must begin with the picture, as a fragmented file says nowhere that it does
    not, and players stumble over holes.
    """
    free = 0
    for chunk in sound:
        at = round((chunk.captured_s - began_s) * SOUND_HZ)
        while at - free >= CHUNK_TICKS:
            yield SILENCE, free
            free += CHUNK_TICKS
        yield b"".join(chunk.payloads), (at := max(at, free))
        free = at + CHUNK_TICKS


def _chunk(stream: Any, opus: bytes, at: int) -> Any:
    packet = av.Packet(opus)
    packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, SOUND_HZ), True
    packet.pts = packet.dts = at
    packet.duration = CHUNK_TICKS
    return packet


def _pieces(video: Sequence[EncodedFrame]) -> list[int]:
    """How long each fragment is, in `CLOCK_HZ`."""
    at = ticks(video)
    begins = [at[i] for i, frame in enumerate(video) if frame.keyframe]
    return [later - earlier for earlier, later in pairwise([*begins, at[-1]])]


def _boxes(data: memoryview) -> Iterator[tuple[bytes, int, int]]:
    """Name, begin and end of each box on the uppermost level."""
    begin = 0
    while begin + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, begin)
        yield name, begin, begin + size
        begin += size


def _indexed(data: memoryview, durations: Sequence[int]) -> bytes:
    """The file with a `sidx` box (14496-12, 8.16.3) before its first fragment."""
    begins = [begin for name, begin, _ in _boxes(data) if name == b"moof"]
    if len(begins) != len(durations):
        raise StorageError(f"A clip came out in {len(begins)} fragments, not in {len(durations)}.")
    sizes = [later - earlier for earlier, later in pairwise([*begins, len(data)])]
    index = struct.pack(">IIIQQHH", 0x01000000, 1, CLOCK_HZ, 0, 0, 0, len(sizes))
    for size, duration in zip(sizes, durations, strict=True):
        index += struct.pack(">III", size, duration, 0x90000000)  # starts with a keyframe (SAP type 1)
    index = struct.pack(">I4s", 8 + len(index), b"sidx") + index
    return b"".join((data[: begins[0]], index, data[begins[0] :]))
