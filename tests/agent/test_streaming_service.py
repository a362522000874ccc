"""Live video end to end within the process: real encoder, real connections."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from agent.frame import FrameTap
from agent.health import Trouble
from agent.streaming.service import Streaming
from contract.device import StreamingConfig
from tests.support.moving_camera import MovingCamera
from tests.support.viewer import TestViewer, until

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Booth:
    streaming: Streaming
    camera: MovingCamera
    tap: FrameTap
    trouble: Trouble


@pytest.fixture
def booth() -> Iterator[Booth]:
    tap, trouble = FrameTap(), Trouble()
    streaming = Streaming(tap, None, StreamingConfig(), trouble)
    streaming.start()
    with MovingCamera(tap) as camera:
        yield Booth(streaming, camera, tap, trouble)
        streaming.stop()
    assert not streaming.alive


async def test_a_viewer_sees_the_booth_and_its_encoder_stops_after_it(booth: Booth) -> None:
    assert booth.streaming.streams() == ()
    async with TestViewer(booth.streaming) as viewer:
        await viewer.watch()
        assert viewer.size_wh == (640, 480)
        await until(lambda: viewer.beats > 0, "a heartbeat that comes back")
        (stats,) = booth.streaming.viewers()
        assert (stats.name, stats.state, stats.rendition) == ("Ann", "connected", "high")
        assert [stream.stream for stream in booth.streaming.streams()] == ["high"]
    await until(lambda: booth.streaming.streams() == (), "the encoder's end")
    assert booth.streaming.viewers() == ()
