"""Viewers in real Chromium, straight at a booth's streaming service: what a browser makes of loss and narrow links.

No hub and no dashboard: the page is empty and does what the dashboard's view does with its peer connection.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from playwright.async_api import Browser, Page, async_playwright

from agent.streaming.service import Streaming
from contract.live import AnswerReply, OfferCommand, RenditionWish, Watcher
from tests.support.browser import QUIET, chromium
from tests.support.udp_relay import UdpRelay

_OFFER = """async () => {
  const pc = window.pc = new RTCPeerConnection({iceServers: []});
  pc.addTransceiver('video', {direction: 'recvonly'});
  pc.addTransceiver('audio', {direction: 'recvonly'});
  const channel = pc.createDataChannel('heartbeat');
  channel.onopen = () => setInterval(() => channel.readyState === 'open' && channel.send('.'), 2000);
  const video = window.video = document.createElement('video');
  video.muted = video.autoplay = true;
  document.body.append(video);
  window.shown = [];
  const note = (now, frame) => {
    shown.push([now, frame.width, frame.height]);
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
  pc.ontrack = event => { if (event.track.kind === 'video') video.srcObject = new MediaStream([event.track]); };
  await pc.setLocalDescription();
  await new Promise(done => {
    const look = () => pc.iceGatheringState === 'complete' ? done() : setTimeout(look, 10);
    look();
  });
  return pc.localDescription.sdp;
}"""
_ACCEPT = "sdp => { window.began = performance.now(); return pc.setRemoteDescription({type: 'answer', sdp}); }"
_SHOWN = "() => [window.began, shown]"
_STATS = """async () => {
  for (const row of (await pc.getStats()).values())
    if (row.type === 'inbound-rtp' && row.kind === 'video') return row;
  return {};
}"""


class ChromiumViewer:
    def __init__(self, page: Page) -> None:
        self.peer_id: UUID = uuid4()
        self._page = page

    async def watch(
        self, streaming: Streaming, rendition: RenditionWish = "auto", through: UdpRelay | None = None
    ) -> "ChromiumViewer":
        """Offer and answer; does not wait for a picture."""
        sdp = await self._page.evaluate(_OFFER)
        command = OfferCommand(
            peer_id=self.peer_id,
            sdp=through.offer(sdp) if through else sdp,
            watcher=Watcher(name="Chromium"),
            rendition=rendition,
        )
        reply = await asyncio.wrap_future(streaming.offer(command))
        assert isinstance(reply, AnswerReply), reply
        await self._page.evaluate(_ACCEPT, through.answer(reply.sdp) if through else reply.sdp)
        return self

    async def shown(self) -> list[tuple[float, int, int]]:
        """Every picture on the screen so far: seconds since the answer, width and height."""
        began_ms, shown = await self._page.evaluate(_SHOWN)
        return [((at_ms - began_ms) / 1000, width, height) for at_ms, width, height in shown]

    async def now_s(self) -> float:
        """On the clock of `shown`."""
        return float(await self._page.evaluate("performance.now() - window.began")) / 1000

    async def stats(self) -> dict[str, Any]:
        """`inbound-rtp` of the video, as getStats has it."""
        found: dict[str, Any] = await self._page.evaluate(_STATS)
        return found


@asynccontextmanager
async def chromium_browser() -> AsyncIterator[Browser]:
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=[*QUIET, *sandbox])
        try:
            yield browser
        finally:
            await browser.close()


async def chromium_viewer(browser: Browser) -> ChromiumViewer:
    return ChromiumViewer(await browser.new_page())
