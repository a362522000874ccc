"""A proctor's browser on a booth's page, and the network between the two, which can be cut.

Datagrams go through user-space relays in a thread of their own; signaling is routed through the page, so that it is cut
as well. Playwright hands signaling on only while it is asked something: wait with `Proctor.until`.
"""

import asyncio
import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Page, WebSocketRoute

from tests.support.barcode import READ
from tests.support.browser import open_page, sign_in
from tests.support.kiosk import FAKE, KIOSK, scene
from tests.support.processes import wait_for
from tests.support.stack import Stack
from tests.support.udp_relay import UdpRelay, Weather

Value = TypeVar("Value")


class Network:
    """All links between one browser and a booth, those of later attempts too."""

    def __init__(self) -> None:
        self.down, self.up = Weather(), Weather()
        self._loop = asyncio.new_event_loop()
        self._relays: list[UdpRelay] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._thread.start()

    @property
    def cut(self) -> bool:
        return self.down.cut

    @cut.setter
    def cut(self, cut: bool) -> None:
        self.down.cut = self.up.cut = cut

    def route(self, page: Page) -> None:
        page.route_web_socket(re.compile(r"/api/v1/booths/[^/]+/view$"), self._signaling)

    def close(self) -> None:
        for relay in self._relays:
            self._run(relay.__aexit__())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _signaling(self, socket: WebSocketRoute) -> None:
        if self.cut:
            return  # a connection that is never answered
        relay = UdpRelay(self.down, self.up)
        self._run(relay.__aenter__())
        self._relays.append(relay)
        hub = socket.connect_to_server()

        def up(text: str | bytes) -> None:
            message = json.loads(text)
            if message["type"] == "offer":
                message["sdp"] = relay.offer(message["sdp"])
            if not self.cut and message["type"] != "candidate":
                hub.send(json.dumps(message))

        def down(text: str | bytes) -> None:
            message = json.loads(text)
            if message["type"] == "answer":
                message["sdp"] = relay.answer(message["sdp"])
            if not self.cut:
                socket.send(json.dumps(message))

        socket.on_message(up)
        hub.on_message(down)

    def _run(self, work: Coroutine[Any, Any, Value]) -> Value:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)


class Proctor:
    def __init__(self, page: Page, booth: str) -> None:
        self.page, self.booth = page, booth

    def watch(self) -> None:
        """Click, and wait for the first picture."""
        self.page.get_by_role("button", name="Watch live").click()
        self.until("a picture", self.moment)

    def screen(self, centre: Stack) -> Page:
        """The booth's screen, in a window of the same browser that shares nothing else with this one."""
        browser = self.page.context.browser
        assert browser is not None
        screen = browser.new_context(viewport={"width": 1024, "height": 600}).new_page()
        screen.goto(f"http://127.0.0.1:{centre.screens[self.booth]}/")
        self.until("the booth's screen to show something", lambda: scene(screen) != "empty")
        return screen

    def stop(self) -> None:
        self.page.get_by_role("button", name="Stop", exact=True).click()
        self.page.locator("[data-watching=off]").wait_for()

    @property
    def phase(self) -> str:
        return self.page.locator("[data-watching]").get_attribute("data-watching") or ""

    def moment(self) -> int | None:
        """When the picture that the page shows was captured, in milliseconds."""
        video = self.page.locator("video").first
        ms: int | None = video.evaluate(READ) if video.count() else None
        return ms

    def until(self, what: str, probe: Callable[[], Value | None], timeout_s: float = 120) -> Value:
        """Like `wait_for`, while signaling goes on."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            value = probe()
            if value is not None and value is not False:
                return value
            self.page.wait_for_timeout(50)
        raise AssertionError(f"waited {timeout_s:.0f} s in vain for {what}; the page says {self.phase}")


@contextmanager
def proctor(centre: Stack, booth: str, network: Network | None = None) -> Iterator[Proctor]:
    """The administrator's browser on the page of `booth`, which is online."""
    with open_page(switches=(*FAKE, *KIOSK)) as page:
        if network is not None:
            network.route(page)
        sign_in(page, centre.url)
        page.get_by_role("listitem", name=booth.title()).get_by_text("Idle").wait_for()
        page.goto(f"{centre.url}/booths/{booth}")
        page.get_by_role("button", name="Watch live").wait_for()
        yield Proctor(page, booth)


def health(centre: Stack, booth: str) -> dict[str, Any]:
    """The booth's last word of itself; its first one comes a moment after it is online."""
    with centre.client() as client:
        found: dict[str, Any] = wait_for(
            "the booth to say how it is", lambda: client.get(f"/api/v1/booths/{booth}").json()["health"]
        )
    return found


def kill_browsers() -> None:
    """Every Chromium that this process has started, without a word, as when a computer is switched off."""
    children: dict[int, list[int]] = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(process.name))
    ours, found = [os.getpid()], []
    while ours:
        pid = ours.pop()
        ours += children.get(pid, [])
        try:
            if b"chrom" in (Path("/proc") / str(pid) / "cmdline").read_bytes().split(b"\0")[0]:
                found.append(pid)
        except OSError:
            continue
    assert found, "no browser runs"
    for pid in found:
        os.kill(pid, signal.SIGKILL)
