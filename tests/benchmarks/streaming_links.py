"""Live video over poor networks into real Chromium: a link of 300 kbit/s, and one that loses 5 % of all packets.

The network is a relay in user space, so that no root is needed. While the narrow link is measured, two others watch
over good ones; those only count whole frames, as decoding three streams is more than two cores have to give.
"""

import asyncio
from itertools import pairwise
from typing import Final
from uuid import UUID

from agent.frame import FrameTap
from agent.health import Trouble
from agent.streaming.service import Streaming
from contract.device import StreamingConfig
from contract.live import AnswerReply, OfferCommand, Watcher
from tests.benchmarks.rows import Row
from tests.benchmarks.streaming import Child
from tests.support.chromium_viewer import chromium_browser, chromium_viewer
from tests.support.moving_camera import MovingCamera
from tests.support.udp_relay import UdpRelay, Weather

NARROW_BPS: Final = 300_000
LOSS: Final = 0.05
OTHERS: Final = 2
SETTLE_S: Final = 5.0
"""Until a viewer's link has been judged; the freeze of a lossy link is measured from the first picture on."""


async def narrow(seconds: float) -> tuple[float, float]:
    """Frames per second that a viewer behind the narrow link is shown, and that the slowest of two others gets."""
    crowd = Child("tests.benchmarks.streaming_crowd")
    tap = FrameTap()
    streaming = Streaming(tap, None, StreamingConfig(), Trouble())
    streaming.start()
    try:
        with MovingCamera(tap):
            async with UdpRelay(down=Weather(rate_bps=NARROW_BPS)) as relay, chromium_browser() as browser:
                slow = await (await chromium_viewer(browser)).watch(streaming, through=relay)
                for _ in range(OTHERS):
                    await _join(crowd, streaming)
                await asyncio.sleep(SETTLE_S)
                began_s, before = await slow.now_s(), crowd.ask()
                await asyncio.sleep(seconds)
                shown, after = await slow.shown(), crowd.ask()
    finally:
        streaming.stop()
        crowd.close()
    got = [now - then for then, now in zip(before["frames"], after["frames"], strict=True)]
    slow_fps = sum(began_s <= at_s < began_s + seconds for at_s, _, _ in shown) / seconds
    return slow_fps, min(got) / (after["at_s"] - before["at_s"])


async def lossy(loss: float, seconds: float) -> tuple[float, float]:
    """The longest time without a new picture, in seconds, and frames per second, of a viewer who loses packets."""
    tap = FrameTap()
    streaming = Streaming(tap, None, StreamingConfig(), Trouble())
    streaming.start()
    try:
        with MovingCamera(tap):
            async with UdpRelay(down=Weather(loss=loss)) as relay, chromium_browser() as browser:
                viewer = await (await chromium_viewer(browser)).watch(streaming, through=relay)
                await asyncio.sleep(seconds)
                shown_s = [at_s for at_s, _, _ in await viewer.shown()]
    finally:
        streaming.stop()
    steps_s = [after - before for before, after in pairwise(shown_s)]
    return max(steps_s), (len(shown_s) - 1) / (shown_s[-1] - shown_s[0])


async def _join(crowd: Child, streaming: Streaming) -> None:
    comer = crowd.ask(come=True)
    command = OfferCommand(peer_id=UUID(comer["peer_id"]), sdp=comer["offer"], watcher=Watcher(name="another"))
    reply = await asyncio.wrap_future(streaming.offer(command))
    assert isinstance(reply, AnswerReply), reply
    crowd.ask(answer=reply.sdp)


def measure(*, short: bool) -> list[Row]:
    """The floor of the freeze is the longest one without any loss: what this machine itself makes of a stream."""
    slow_fps, others_fps = asyncio.run(narrow(3.0 if short else 20.0))
    seconds = 5.0 if short else 20.0
    floor_s, clean_fps = asyncio.run(lossy(0.0, seconds))
    freeze_s, lossy_fps = asyncio.run(lossy(LOSS, seconds))
    return [
        Row("live: viewer behind 300 kbit/s", slow_fps, "fps", "higher", 8),
        Row("live: slowest of the others meanwhile", others_fps, "fps", "higher", 28),
        Row("live: longest freeze at 5 % loss", freeze_s, "s", "lower", 0.5, floor=floor_s),
        Row("  shown at 5 % loss", lossy_fps, "fps", "higher", floor=clean_fps),
    ]


if __name__ == "__main__":
    for row in measure(short=False):
        print(f"{row.name:52} {row.value:8.3f} {row.unit:4} goal {row.goal} floor {row.floor}")
