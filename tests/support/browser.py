"""Real Chromium for tests, from the system's package: headless, offline but for loopback, thrown away afterwards."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.support.stack import PASSWORD, USER

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """Where Chromium is. A machine without it fails the test with the way to get it; nothing is skipped."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail("Chromium is not installed; run: make test (or: apt-get install chromium)")
    return path


@contextmanager
def open_page(width: int = 1440, height: int = 900, switches: Sequence[str] = ()) -> Iterator[Page]:
    """An empty page. Anything the page throws ends the test; so does a request that leaves loopback."""
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    trouble: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*QUIET, *sandbox, *switches])
        try:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.on("pageerror", lambda error: trouble.append(f"the page threw: {error}"))
            page.on("request", lambda request: trouble.extend(_leaves(request.url)))
            yield page
            assert not trouble, trouble
        finally:
            browser.close()


def _leaves(url: str) -> list[str]:
    inside = url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:", "http://localhost"))
    return [] if inside else [f"the page asked for {url}"]


def sign_in(page: Page, url: str) -> None:
    """As the administrator of `tests.support.stack`."""
    page.goto(url)
    page.get_by_label("User name").fill(USER)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
