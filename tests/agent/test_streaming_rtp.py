"""H.264 as RTP payloads: whatever is cut up comes together again, by somebody else's code."""

from datetime import UTC, datetime

import pytest
from aiortc.codecs.h264 import h264_depayload
from hypothesis import given
from hypothesis import strategies as st

from agent.streaming.h264 import EncodedFrame, nal_units
from agent.streaming.rtp import PAYLOAD_MAX, packetize, video_frame

START = b"\0\0\0\1"


def nal(kind: int, size: int, fill: int = 7) -> bytes:
    return bytes((0x60 | kind,)) + bytes((fill,)) * (size - 1)


def rejoined(payloads: list[bytes]) -> list[bytes]:
    return list(nal_units(b"".join(map(h264_depayload, payloads))))


@given(
    st.lists(st.tuples(st.sampled_from([1, 5, 7, 8]), st.integers(2, 6000)), min_size=1, max_size=8),
    st.sampled_from([b"\0\0\1", START]),
)
def test_what_is_cut_up_comes_together_again(shape: list[tuple[int, int]], start: bytes) -> None:
    nals = [nal(kind, size) for kind, size in shape]
    payloads = list(packetize(b"".join(start + one for one in nals)))
    assert rejoined(payloads) == nals
    assert max(map(len, payloads)) <= PAYLOAD_MAX


def test_parameter_sets_travel_together() -> None:
    payloads = list(packetize(START + nal(7, 20) + START + nal(8, 5) + START + nal(5, 3000)))
    assert [payload[0] & 0x1F for payload in payloads] == [24, 28, 28, 28]


def test_pieces_of_a_picture_are_of_one_size() -> None:
    sizes = [len(payload) for payload in packetize(START + nal(1, 5000))]
    assert len(set(sizes[:-1])) == 1
    assert sizes[-1] <= sizes[0]


def test_what_no_decoder_needs_is_left_out() -> None:
    payloads = list(packetize(START + nal(9, 2) + START + nal(6, 700) + START + nal(1, 50) + START + nal(12, 900)))
    assert payloads == [nal(1, 50)]


@pytest.mark.parametrize("rubbish", [b"", b"\0\0", b"\0\0\1", b"no start code", b"\0\0\1\0\0\1"])
def test_rubbish_gives_nothing(rubbish: bytes) -> None:
    assert list(packetize(rubbish)) == []


def test_a_frame_knows_its_size_and_its_time() -> None:
    encoded = EncodedFrame(START + nal(5, 3000), True, 12.5, datetime.now(UTC), (640, 480))
    frame = video_frame(encoded, "low")
    assert (frame.keyframe, frame.captured_s, frame.position_s, frame.rendition) == (True, 12.5, 12.5, "low")
    assert frame.size == sum(map(len, frame.payloads)) > 3000
