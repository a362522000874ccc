"""What real Chromium makes of the stream over poor networks."""

from collections.abc import Iterator

import pytest

from agent.frame import FrameTap
from agent.health import Trouble
from agent.streaming import link
from agent.streaming.service import Streaming
from contract.device import StreamingConfig
from tests.support.chromium_viewer import chromium_browser, chromium_viewer
from tests.support.moving_camera import MovingCamera
from tests.support.udp_relay import UdpRelay, Weather
from tests.support.viewer import TestViewer, longest_step_s, until, until_async

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def streaming() -> Iterator[Streaming]:
    tap = FrameTap()
    streaming = Streaming(tap, None, StreamingConfig(), Trouble())
    streaming.start()
    with MovingCamera(tap):
        yield streaming
        streaming.stop()


async def test_a_narrow_link_gets_the_low_rendition_and_slows_nobody(streaming: Streaming) -> None:
    async with (
        UdpRelay(down=Weather(rate_bps=300_000)) as relay,
        chromium_browser() as browser,
        TestViewer(streaming, "Fast") as fast,
    ):
        encoded_s: list[float] = []
        streaming.renditions["high"].subscribe(lambda frame: encoded_s.append(frame.captured_s))
        await fast.watch("high")
        slow = await (await chromium_viewer(browser)).watch(streaming, through=relay)

        async def flows() -> bool:
            shown = await slow.shown()
            return len(shown) >= 40 and all(tuple(size_wh) == (480, 360) for _, *size_wh in shown[-20:])

        await until_async(flows, "the low rendition on the narrow link")
        assert fast.size_wh == (640, 480)
        assert longest_step_s(fast.shown_s) - longest_step_s(encoded_s) < 0.5  # what the camera left out, nobody sees
        renditions = {stats.name: stats.rendition for stats in streaming.viewers()}
        assert renditions == {"Chromium": "low", "Fast": "high"}


async def test_a_link_that_is_wide_again_gets_the_high_rendition_back(
    streaming: Streaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although Chromium's own estimate still says for half a minute that it carries the low one only."""
    monkeypatch.setattr(link, "FIRST_REST_S", 3.0)
    network = Weather(rate_bps=300_000)
    async with UdpRelay(down=network) as relay, chromium_browser() as browser:
        viewer = await (await chromium_viewer(browser)).watch(streaming, through=relay)

        async def shows(size_wh: tuple[int, int], pictures: int) -> bool:
            shown = await viewer.shown()
            return len(shown) >= pictures and all((w, h) == size_wh for _, w, h in shown[-pictures:])

        await until_async(lambda: shows((480, 360), 15), "the low rendition")
        network.rate_bps = None
        await until_async(lambda: shows((640, 480), 120), "the high rendition, and that it stays")


async def test_random_loss_is_mended(streaming: Streaming) -> None:
    async with UdpRelay(down=Weather(loss=0.05)) as relay, chromium_browser() as browser:
        viewer = await (await chromium_viewer(browser)).watch(streaming, "high", through=relay)

        async def flows() -> bool:
            return len(await viewer.shown()) >= 150

        await until_async(flows, "150 pictures over a lossy link")
        stats = await viewer.stats()
        assert stats["retransmittedPacketsReceived"] > 0
        await until(lambda: (found := streaming.viewers()[0]).loss is not None and found.resent > 0, "its report")
