"""A candidate at the booth's screen in Chromium: touches what it shows, as often as a touch needs to count."""

import re
from collections.abc import Callable
from contextlib import suppress

from playwright.sync_api import Error, Page, expect

from tests.support.processes import wait_for


def open_screen(page: Page, port: int) -> None:
    """Once the agent serves it."""

    def opened() -> bool:
        try:
            page.goto(f"http://127.0.0.1:{port}/")
        except Error:
            return False
        return True

    wait_for("the booth's screen", opened)


def shows(page: Page, name: str) -> None:
    expect(page.locator("body")).to_have_attribute("data-page", name, timeout=90_000)


def press(page: Page, name: str, then: str) -> None:
    """The button called so, until the page is `then`."""
    button = page.get_by_role("button", name=re.compile(f"^{name}"))

    def turned() -> bool:
        return _touched(page, name, button.tap, lambda: page.evaluate("document.body.dataset.page") == then)

    wait_for(f"{then} after {name}", turned)


def type_code(page: Page, code: str) -> None:
    """On the screen's own keys."""
    for key in code:
        page.locator("#keys").get_by_role("button", name=key, exact=True).tap()


def take_photo(page: Page, then: str) -> None:
    """As soon as the camera sees enough, and it is good enough."""
    question = page.get_by_text("Is the photo good?")
    button = page.get_by_role("button", name=re.compile("^Take photo"))
    wait_for("the photo", lambda: _touched(page, "Take photo", button.tap, question.is_visible))
    press(page, "Use this photo", then)


def _touched(page: Page, name: str, tap: Callable[..., None], done: Callable[[], bool]) -> bool:
    if done():
        return True
    button = page.get_by_role("button", name=re.compile(f"^{name}"))
    with suppress(Error):  # the page turned meanwhile
        if button.is_visible() and button.is_enabled(timeout=2000):
            tap(timeout=2000)
    return done()
