"""The booth's screen as the candidate has it: a real server, and a real Chromium started as docs/screen.md says."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from agent.health import Trouble
from agent.screen.server import ScreenServer
from contract.device import ScreenConfig
from contract.live import SayCommand, TalkCommand, Watcher
from tests.support.browser import QUIET, chromium

KIOSK = ("--autoplay-policy=no-user-gesture-required", "--disable-features=WebRtcHideLocalIpsWithMdns")
"""The two switches of the kiosk that change how a talk goes."""

FAKE = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",  # a machine without any network has no other address
)
SMALL = (1024, 600)
LARGE = (1920, 1080)


@dataclass
class Booth:
    """A screen server and a browser that can open its page, more than once."""

    server: ScreenServer
    trouble: Trouble
    browser: Browser

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/"

    def page(self, size: tuple[int, int] = SMALL, *, bypass_csp: bool = False) -> Page:
        """A new window that shows the screen. Its context is its own."""
        width, height = size
        context = self.browser.new_context(viewport={"width": width, "height": height}, bypass_csp=bypass_csp)
        page = context.new_page()
        page.goto(self.url)
        return page


@contextmanager
def screen_server(trouble: Trouble | None = None, port: int = 0) -> Iterator[ScreenServer]:
    server = ScreenServer(ScreenConfig(port=port), trouble or Trouble())
    server.start()
    try:
        yield server
    finally:
        server.stop()
        assert not server.alive


@contextmanager
def browser(*switches: str) -> Iterator[Browser]:
    with sync_playwright() as playwright, launched(playwright, *switches) as running:
        yield running


@contextmanager
def launched(playwright: Playwright, *switches: str) -> Iterator[Browser]:
    """Another browser beside the first: Playwright itself starts only once a thread."""
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    running = playwright.chromium.launch(executable_path=chromium(), args=[*QUIET, *FAKE, *switches, *sandbox])
    try:
        yield running
    finally:
        running.close()


@contextmanager
def booth() -> Iterator[Booth]:
    trouble = Trouble()
    with screen_server(trouble) as server, browser(*KIOSK) as running:
        yield Booth(server, trouble, running)


def message(text: str = "Please move a little to the left.", sender: str = "A. Proctor") -> SayCommand:
    return SayCommand(message_id=uuid4(), text=text, sender=sender)


def talk_command(sdp: str, name: str = "A. Proctor", peer_id: UUID | None = None) -> TalkCommand:
    return TalkCommand(peer_id=peer_id or uuid4(), sdp=sdp, watcher=Watcher(name=name))
