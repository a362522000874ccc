"""The sender under hostile feedback: what a viewer may ask again, and what it costs the others."""

import asyncio
from collections.abc import Iterator

import pytest
from aiortc.rtp import RtcpPsfbPacket, RtcpRtpfbPacket

from agent.frame import FrameTap
from agent.health import Trouble
from agent.streaming.sender import RESEND_BURST_BYTES, SharedSender
from agent.streaming.service import Streaming
from contract.device import StreamingConfig
from tests.support.moving_camera import MovingCamera
from tests.support.viewer import TestViewer, until

pytestmark = pytest.mark.anyio


@pytest.fixture
def streaming() -> Iterator[Streaming]:
    tap = FrameTap()
    streaming = Streaming(tap, None, StreamingConfig(), Trouble())
    streaming.start()
    with MovingCamera(tap):
        yield streaming
        streaming.stop()


async def video_of(streaming: Streaming, viewer: TestViewer) -> SharedSender:
    sender = streaming._seats[viewer.peer_id].peer.video
    assert sender is not None
    await until(lambda: sender.counters.frames > 30, "a stream under way")
    return sender


async def tell(streaming: Streaming, sender: SharedSender, packet: object) -> None:
    """As if the browser had sent it, on the loop where it would arrive."""
    work = sender._handle_rtcp_packet(packet)
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, streaming._loop))


async def test_packets_are_sent_again_within_a_budget(streaming: Streaming) -> None:
    async with TestViewer(streaming) as viewer:
        await viewer.watch()
        sender = await video_of(streaming, viewer)
        newest = sender._sequence - 1 & 0xFFFF
        before = sender.counters.resent
        await tell(streaming, sender, RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=sender._ssrc, lost=[newest] * 1000))
        again = sender.counters.resent - before
        assert 0 < again < 1000
        assert again * 1200 < 2 * RESEND_BURST_BYTES or sender.counters.refused > 0
        assert sender.counters.refused >= 1000 - again
        seen = len(viewer.seen_s)
        await until(lambda: len(viewer.seen_s) > seen + 10, "the stream to go on")


async def test_what_is_forgotten_or_was_never_sent_is_not_sent_again(streaming: Streaming) -> None:
    async with TestViewer(streaming) as viewer:
        await viewer.watch()
        sender = await video_of(streaming, viewer)
        future = sender._sequence + 5000 & 0xFFFF
        before = sender.counters.resent
        await tell(streaming, sender, RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=sender._ssrc, lost=[future]))
        assert sender.counters.resent == before


@pytest.mark.parametrize("fmt", [1, 4])
async def test_a_viewer_that_asks_for_keyframes_all_the_time_does_not_spoil_it(streaming: Streaming, fmt: int) -> None:
    """PLI is 1, FIR is 4: both ask, and both are coalesced."""
    async with TestViewer(streaming) as viewer:
        await viewer.watch()
        sender = await video_of(streaming, viewer)
        sizes: list[bool] = []
        streaming.renditions["high"].subscribe(lambda frame: sizes.append(frame.keyframe))
        while len(sizes) < 45:
            await tell(streaming, sender, RtcpPsfbPacket(fmt=fmt, ssrc=1, media_ssrc=sender._ssrc))
            await asyncio.sleep(0.005)
        assert 1 <= sum(sizes) <= 8  # 45 frames are 1.5 s or, on a busy machine, more
        assert sum(sizes) < len(sizes) / 3


async def test_foreign_application_messages_are_ignored(streaming: Streaming) -> None:
    async with TestViewer(streaming) as viewer:
        await viewer.watch()
        sender = await video_of(streaming, viewer)
        await tell(streaming, sender, RtcpPsfbPacket(fmt=15, ssrc=1, media_ssrc=0, fci=b"nonsense"))
        seen = len(viewer.seen_s)
        await until(lambda: len(viewer.seen_s) > seen + 5, "the stream to go on")


async def test_two_renditions_of_one_picture_have_two_timestamps() -> None:
    sender = SharedSender.__new__(SharedSender)
    sender._clock_hz, sender._origin, sender._ticks = 90_000, 0xFFFFFF00, None
    first, second = sender._timestamp(10.0), sender._timestamp(10.0)
    earlier, later = sender._timestamp(9.99), sender._timestamp(10.1)
    assert 0 < second - first & 0xFFFFFFFF < 900
    assert 0 < earlier - second & 0xFFFFFFFF < 900
    assert later - first & 0xFFFFFFFF == 9000
    again = sender._timestamp(0.5)  # a file that starts again
    assert 0 < again - later & 0xFFFFFFFF < 900
    assert sender._timestamp(0.6) - again & 0xFFFFFFFF == 9000
