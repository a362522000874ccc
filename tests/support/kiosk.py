"""The booth's screen as the candidate has it: a real server, and a real Chromium started as docs/screen.md says."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, sync_playwright

from agent.health import Trouble
from agent.screen.files import FOLDER
from agent.screen.server import ScreenServer
from contract.device import ScreenConfig
from contract.live import SayCommand, TalkCommand, Watcher
from tests.support.browser import QUIET, chromium
from tests.support.processes import wait_for

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "screen.md"


def kiosk_switches() -> tuple[str, ...]:
    """Those of docs/screen.md, but for the window and the profile, which are the test's own."""
    command = DOCUMENT.read_text().partition("```sh\n")[2].partition("```")[0]
    assert command.startswith("chromium --kiosk"), "docs/screen.md has no command line for Chromium any more"
    own = ("--kiosk", "--app=", "--user-data-dir=")
    return tuple(word for word in command.split() if word.startswith("--") and not word.startswith(own))


KIOSK = kiosk_switches()

FAKE = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",  # a machine without any network has no other address
)
SMALL = (1024, 600)
LARGE = (1920, 1080)


@dataclass
class Booth:
    """A screen server, and a browser that can open its page, more than once."""

    server: ScreenServer
    trouble: Trouble
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    """What pages threw, wrote as an error (a breach of the content policy, say), or asked for outside of loopback."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/"

    def page(self, size: tuple[int, int] = SMALL, *, bypass_csp: bool = False) -> Page:
        """A new window that shows the screen, connected. Its context is its own."""
        width, height = size
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, bypass_csp=bypass_csp, has_touch=True
        )
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"thrown: {error}"))
        page.on("console", self._read)
        page.on("request", lambda request: self._leaves(request.url))
        page.goto(self.url)
        wait_for("the page to show something", lambda: scene(page) != "empty")
        return page

    def _read(self, line: ConsoleMessage) -> None:
        if line.type == "error" and "WebSocket connection to" not in line.text:  # an agent that is away, on purpose
            self.complaints.append(line.text)

    def _leaves(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:")):
            self.complaints.append(f"asked for {url}")


def scene(page: Page) -> str:
    return str(page.evaluate("document.body.dataset.scene"))


@contextmanager
def screen_server(
    trouble: Trouble | None = None, port: int = 0, folder: Path = FOLDER, lang: str = "en"
) -> Iterator[ScreenServer]:
    server = ScreenServer(ScreenConfig(port=port, lang=lang), trouble or Trouble(), folder)
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
def booth(*switches: str) -> Iterator[Booth]:
    trouble = Trouble()
    with screen_server(trouble) as server, browser(*(switches or KIOSK)) as running:
        here = Booth(server, trouble, running)
        yield here
        assert here.complaints == []


def message(text: str = "Please move a little to the left.", sender: str = "A. Proctor") -> SayCommand:
    return SayCommand(message_id=uuid4(), text=text, sender=sender)


def talk_command(sdp: str, name: str = "A. Proctor", peer_id: UUID | None = None) -> TalkCommand:
    return TalkCommand(peer_id=peer_id or uuid4(), sdp=sdp, watcher=Watcher(name=name))
