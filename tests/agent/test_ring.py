"""The ring: what a clip is cut from starts at a keyframe, and never grows beyond its bounds."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from agent.evidence.ring import PacketRing
from agent.streaming.h264 import EncodedFrame
from agent.streaming.rtp import RtpFrame

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def frame(captured_s: float, *, keyframe: bool = False, size: int = 10) -> EncodedFrame:
    return EncodedFrame(b"x" * size, keyframe, captured_s, NOON, (64, 48))


def filled(seconds: int, fps: int = 10, every: int = 20, ring: PacketRing | None = None) -> PacketRing:
    """A keyframe every two seconds, from 100 s on."""
    ring = ring or PacketRing()
    for i in range(seconds * fps):
        ring.put(frame(100 + i / fps, keyframe=i % every == 0))
    return ring


def test_what_it_gives_starts_at_the_keyframe_before() -> None:
    frames = filled(20).video(105.5, 110.0)
    assert frames[0].keyframe
    assert frames[0].captured_s == 104.0
    assert 109.8 < frames[-1].captured_s < 110.0


def test_before_its_time_it_gives_what_there_is() -> None:
    ring = filled(20)
    assert ring.video(50, 102)[0].captured_s == 100.0
    assert ring.video(50, 99) == []
    assert PacketRing().video(0, 1000) == []


def test_pictures_before_the_first_keyframe_are_of_no_use() -> None:
    ring = PacketRing()
    ring.put(frame(1))
    ring.put(frame(2, keyframe=True))
    ring.put(frame(3))
    assert [each.captured_s for each in ring.video(0, 10)] == [2, 3]


def test_a_minute_stays_and_what_is_older_goes_by_whole_groups() -> None:
    ring = filled(200, ring=PacketRing(ring_s=60))
    frames = ring.video(0, 1000)
    assert frames[0].keyframe
    assert 58 <= frames[-1].captured_s - frames[0].captured_s <= 60
    assert ring.size_bytes == sum(len(each.data) for each in frames)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 400)), max_size=80))
def test_it_never_holds_more_bytes_than_allowed_and_always_starts_at_a_keyframe(
    pictures: list[tuple[bool, int]],
) -> None:
    ring = PacketRing(max_bytes=1000)
    for i, (keyframe, size) in enumerate(pictures):
        ring.put(frame(i / 10, keyframe=keyframe, size=size))
        held = ring.video(0, 1e9)
        assert ring.size_bytes == sum(len(each.data) for each in held) <= 1000
        assert not held or held[0].keyframe


def test_a_clock_that_goes_back_begins_anew() -> None:
    ring = filled(10)
    ring.put(frame(3, keyframe=True))
    assert [each.captured_s for each in ring.video(0, 1e9)] == [3]


def test_sound_of_the_last_minute_is_kept_beside_the_picture() -> None:
    ring = PacketRing(ring_s=60)
    for i in range(5000):
        ring.put_sound(RtpFrame((b"s",), i / 50, i / 50, True, 1))
    assert ring.sound(0, 1e9)[0].captured_s == 40
    heard = [chunk.captured_s for chunk in ring.sound(90, 91)]
    assert heard[0] == 90
    assert len(heard) == 50
