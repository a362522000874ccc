"""Live video end to end within the process: real encoder, real connections, poor networks in user space."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from uuid import uuid4

import pytest

from agent.frame import Frame, FrameTap
from agent.health import Trouble
from agent.streaming import service
from agent.streaming.h264 import EncodedFrame
from agent.streaming.service import SILENT_S, TICK_S, Streaming
from agent.streaming.x264 import X264Encoder
from contract.device import StreamingConfig
from contract.live import AnswerReply, CandidateCommand, DoneReply, HangUpCommand, IceCandidate, RenditionCommand
from contract.messages import ErrorReply
from contract.sights import CHANNEL
from tests.support.moving_camera import MovingCamera
from tests.support.udp_relay import UdpRelay, Weather
from tests.support.viewer import TestViewer, longest_step_s, until

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Booth:
    streaming: Streaming
    camera: MovingCamera
    trouble: Trouble
    watchers: list[tuple[str, ...]]


@pytest.fixture
def config() -> StreamingConfig:
    return StreamingConfig()


@pytest.fixture
def booth(config: StreamingConfig) -> Iterator[Booth]:
    tap, trouble = FrameTap(), Trouble()
    streaming = Streaming(tap, None, config, trouble)
    watchers: list[tuple[str, ...]] = []
    streaming.on_watchers = watchers.append
    streaming.start()
    with MovingCamera(tap) as camera:
        yield Booth(streaming, camera, trouble, watchers)
        streaming.stop()
    assert not streaming.alive
    assert streaming.streams() == ()


async def test_a_viewer_sees_the_booth_and_its_encoder_stops_after_it(booth: Booth) -> None:
    assert booth.streaming.streams() == ()
    async with TestViewer(booth.streaming) as viewer:
        await viewer.watch()
        assert viewer.size_wh == (640, 480)
        await until(lambda: viewer.beats > 0, "a heartbeat that comes back")
        (stats,) = booth.streaming.viewers()
        assert (stats.name, stats.state, stats.rendition) == ("Ann", "connected", "high")
        assert [stream.stream for stream in booth.streaming.streams()] == ["high"]
        assert booth.watchers == [("Ann",)]
        await until(lambda: (s := booth.streaming.viewers()[0]).fps > 5 and s.bitrate_bps > 100_000, "figures")
        await until(lambda: booth.streaming.viewers()[0].round_trip_ms is not None, "the viewer's first report")
    await until(lambda: booth.streaming.streams() == (), "the encoder's end")
    assert booth.streaming.viewers() == ()
    assert booth.watchers == [("Ann",), ()]


async def test_what_is_seen_is_told_to_the_viewer_who_asks_for_as_long_as_it_does(booth: Booth) -> None:
    async with TestViewer(booth.streaming) as asks, TestViewer(booth.streaming, "Bob") as other:
        await asks.watch()
        await other.watch()
        assert not booth.streaming.sights_wanted()
        told: list[str] = []
        channel = asks.connection.createDataChannel(CHANNEL, ordered=False, maxRetransmits=0)
        channel.on("message", told.append)
        await until(booth.streaming.sights_wanted, "the question")
        booth.streaming.show("one")
        await until(lambda: told == ["one"], "what is seen")
        channel.close()
        await until(lambda: not booth.streaming.sights_wanted(), "the end of the question")
        booth.streaming.show("two")
        await until(lambda: other.beats > 0 and asks.beats > 0, "beats that go on")
        assert told == ["one"]


async def test_many_see_the_same_encoder_and_who_comes_late_sees_at_once(booth: Booth) -> None:
    async with TestViewer(booth.streaming, "Ann") as ann, TestViewer(booth.streaming, "Bob") as bob:
        await ann.watch()
        await until(lambda: len(ann.seen_s) > 30, "a stream under way")
        await bob.watch()
        assert [stream.stream for stream in booth.streaming.streams()] == ["high"]
        assert booth.watchers[-1] == ("Ann", "Bob")
        here = len(ann.seen_s)
        await until(lambda: len(bob.seen_s) > 10 and len(ann.seen_s) > here + 10, "both to go on")


async def test_the_rendition_is_the_viewers_wish_and_changes_without_a_break(booth: Booth) -> None:
    async with TestViewer(booth.streaming) as viewer, TestViewer(booth.streaming, "Bob") as other:
        await other.watch("high")
        await viewer.watch("low")
        assert viewer.size_wh == (480, 360)
        change = booth.streaming.rendition(RenditionCommand(peer_id=viewer.peer_id, rendition="high"))
        assert change is not None
        assert await asyncio.wrap_future(change) == DoneReply()
        await until(lambda: viewer.size_wh == (640, 480), "the high rendition")
        await until(lambda: len(booth.streaming.streams()) == 1, "the low rendition's end")
        assert all(after > before for before, after in pairwise(viewer.shown_s))  # one clock for both
        assert other.size_wh == (640, 480)


async def test_random_loss_is_mended_without_a_long_freeze(booth: Booth) -> None:
    async with UdpRelay(down=Weather(loss=0.05)) as relay, TestViewer(booth.streaming) as viewer:
        encoded_s: list[float] = []
        booth.streaming.renditions["high"].subscribe(lambda frame: encoded_s.append(frame.captured_s))
        await viewer.watch("high", through=relay)
        await until(lambda: len(viewer.seen_s) > 200, "200 pictures over a lossy link")
        # Of the stream's own time, and beyond what the camera itself left out on a busy machine.
        assert longest_step_s(viewer.shown_s) - longest_step_s(encoded_s) < 0.5
        assert booth.streaming.viewers()[0].resent > 0
        assert relay.down.dropped > 0


async def test_a_killed_browser_is_released(booth: Booth) -> None:
    assert SILENT_S + 2 * TICK_S < 10
    async with TestViewer(booth.streaming) as viewer, TestViewer(booth.streaming, "Bob") as bob:
        await viewer.watch()
        await bob.watch()
        viewer.vanish()
        await until(lambda: [stats.name for stats in booth.streaming.viewers()] == ["Bob"], "its release")
        assert booth.watchers[-1] == ("Bob",)


async def test_a_second_offer_replaces_the_first_connection(booth: Booth) -> None:
    async with TestViewer(booth.streaming) as first, TestViewer(booth.streaming) as second:
        await first.watch()
        second.peer_id = first.peer_id
        await second.watch()
        assert len(booth.streaming.viewers()) == 1
        await until(lambda: first.connection.connectionState == "closed", "the first connection's end")
        seen = len(second.seen_s)
        await until(lambda: len(second.seen_s) > seen + 20, "the second to go on")


async def test_hanging_up_ends_it_and_strangers_are_nobodys(booth: Booth) -> None:
    async with TestViewer(booth.streaming) as viewer:
        await viewer.watch()
        gone = booth.streaming.hang_up(HangUpCommand(peer_id=viewer.peer_id))
        assert gone is not None
        assert await asyncio.wrap_future(gone) == DoneReply()
        assert booth.streaming.viewers() == ()
    stranger = uuid4()
    assert booth.streaming.hang_up(HangUpCommand(peer_id=stranger)) is None
    assert booth.streaming.rendition(RenditionCommand(peer_id=stranger, rendition="low")) is None
    nothing = CandidateCommand(peer_id=stranger, candidate=IceCandidate(candidate=""))
    assert booth.streaming.candidate(nothing) is None


@pytest.mark.parametrize("config", [StreamingConfig(max_viewers=1)])
async def test_one_more_than_may_is_told_so(booth: Booth) -> None:
    async with TestViewer(booth.streaming) as viewer, TestViewer(booth.streaming) as refused:
        await viewer.watch()
        reply = await refused.ask(await refused.offer())
        assert isinstance(reply, ErrorReply)
        assert reply.reason == "1 people watch this booth already, and no more may"
        assert booth.trouble.of("viewer_refused") == 1


async def test_no_candidates_is_an_error_and_not_silence(booth: Booth) -> None:
    async with TestViewer(booth.streaming) as viewer:
        reply = await viewer.ask(await viewer.offer(), relay_only=True)
        assert isinstance(reply, ErrorReply)
        assert "no ICE candidate" in reply.reason
        assert booth.streaming.viewers() == ()


async def test_offers_that_are_none_are_refused_and_stop_nobody(booth: Booth) -> None:
    async with TestViewer(booth.streaming) as viewer, TestViewer(booth.streaming) as other:
        await viewer.watch()
        sdp = await other.offer()
        broken = ["hello", "v=0\r\n", re.sub("a=ice-ufrag:.*\r\n", "", sdp), re.sub("a=fingerprint:.*\r\n", "", sdp)]
        broken += [re.sub("H264", "H266", sdp), sdp.replace("m=video", "m=image"), sdp[: len(sdp) // 3]]
        broken += [sdp.replace("a=group:BUNDLE", "a=group:BUNDLE x"), sdp.replace("a=mid:0", "a=mid:")]
        for text in broken:
            reply = await other.ask(text)
            assert isinstance(reply, ErrorReply), text
            assert reply.reason
        lines = sdp.splitlines(keepends=True)
        for number in range(len(lines)):  # any line may be missing: an answer or an error, never silence
            other.peer_id = uuid4()
            reply = await other.ask("".join(lines[:number] + lines[number + 1 :]))
            assert isinstance(reply, AnswerReply | ErrorReply)
            if (gone := booth.streaming.hang_up(HangUpCommand(peer_id=other.peer_id))) is not None:
                await asyncio.wrap_future(gone)
        seen = len(viewer.seen_s)
        await until(lambda: len(viewer.seen_s) > seen + 20, "the first viewer to go on")


async def test_candidates_may_trickle_in_both_forms_and_names_delay_nothing(booth: Booth) -> None:
    async with TestViewer(booth.streaming) as viewer:
        sdp = await viewer.offer()
        candidates = re.findall(r"^a=(candidate:.*)\r$", sdp, re.MULTILINE)
        bare = re.sub(r"^a=(candidate:.*|end-of-candidates)\r\n", "", sdp, flags=re.MULTILINE)
        name = "a=candidate:1 1 udp 2122 3f1e5a10-aaaa-bbbb-cccc-1234567890ab.local 5000 typ host\r\n"
        asking = asyncio.ensure_future(viewer.ask(bare.replace("a=ice-ufrag", name + "a=ice-ufrag")))
        await asyncio.sleep(0)
        lines = [*candidates, "candidate:2 1 udp 2122 4f1e5a10-aaaa-bbbb-cccc-1234567890ab.local 5001 typ host", ""]
        lines += ["candidate:3 1 tcp 1518 192.0.2.1 9 typ host tcptype active"]
        for line in lines:
            candidate = IceCandidate(candidate=line, sdp_mid="0", sdp_mline_index=0)
            added = booth.streaming.candidate(CandidateCommand(peer_id=viewer.peer_id, candidate=candidate))
            assert added is not None
            assert await asyncio.wrap_future(added) == DoneReply()
        nonsense = IceCandidate(candidate="candidate:nonsense", sdp_mid="0")
        refused = booth.streaming.candidate(CandidateCommand(peer_id=viewer.peer_id, candidate=nonsense))
        assert refused is not None
        told = await asyncio.wrap_future(refused)
        assert isinstance(told, ErrorReply)
        await viewer.accept(await asking)
        await until(lambda: viewer.frames, "a picture")


async def test_a_camera_that_was_lost_is_seen_again_without_a_click(booth: Booth) -> None:
    async with TestViewer(booth.streaming) as viewer:
        await viewer.watch()
        booth.camera.covered = True
        await until(lambda: booth.streaming.viewers()[0].fps == 0, "the stream's standstill")
        beats = viewer.beats
        await until(lambda: viewer.beats > beats + 2, "the connection to live on")
        booth.camera.covered = False
        seen = len(viewer.seen_s)
        await until(lambda: len(viewer.seen_s) > seen + 10, "the picture's return")


class FailingEncoder(X264Encoder):
    """Gives up after 20 frames, as a driver does."""

    left = 20

    def encode(self, frame: Frame, *, keyframe: bool) -> list[EncodedFrame]:
        self.left -= 1
        if self.left <= 0:
            raise RuntimeError("the driver has gone")
        return super().encode(frame, keyframe=keyframe)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "factories", lambda _choice: (FailingEncoder, X264Encoder))


async def test_an_encoder_that_fails_is_counted_and_the_next_takes_over(failing: None, booth: Booth) -> None:
    async with TestViewer(booth.streaming) as viewer:
        await viewer.watch("high")  # a busy machine is a late one: by itself it might take the other encoder too
        await until(lambda: len(viewer.seen_s) > 60, "pictures from the next encoder")
        assert booth.trouble.of("encoder_failed") == 1
