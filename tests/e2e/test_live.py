"""Live pictures from a booth's agent to a proctor's Chromium, through the hub, with everything real but the camera."""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Page

from tests.support.barcode import READ
from tests.support.browser import open_page, sign_in
from tests.support.processes import Program, wait_for
from tests.support.stack import Stack

BOOTH = "booth-1"

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def booth(centre: Stack) -> Program:
    return centre.add_barcode_booth(BOOTH)


@pytest.fixture
def page(centre: Stack, booth: Program) -> Iterator[Page]:
    """A proctor's browser on the page of the booth, which is online."""
    with open_page() as page:
        sign_in(page, centre.url)
        page.get_by_role("listitem", name="Booth-1").get_by_text("Online").wait_for()
        page.goto(f"{centre.url}/booths/{BOOTH}")
        yield page


def test_the_picture_that_is_watched_is_now(centre: Stack, page: Page) -> None:
    page.get_by_role("button", name="Watch live").click()
    first = wait_for("a picture", partial(moment, page))
    wait_for("a later picture", lambda: (moment(page) or 0) > first)
    page.locator("[data-quality]", has_text="kbit/s").wait_for()
    page.get_by_role("heading", name="Watching now").wait_for()
    assert page.evaluate("() => Date.now() % 2 ** 32") - wait_for("a picture", partial(moment, page)) < 60_000
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("heading", name="Watching now").wait_for(state="detached")
    wait_for("nobody to be said to watch", lambda: not viewers(centre))
    wait_for("the encoder to stop", lambda: not health(centre)["streams"])


def moment(page: Page) -> int | None:
    """When the picture that the page shows was captured, in milliseconds."""
    video = page.locator("video").first
    ms: int | None = video.evaluate(READ) if video.count() else None
    return ms


def health(centre: Stack) -> dict[str, list[dict[str, object]]]:
    with centre.client() as client:
        found: dict[str, list[dict[str, object]]] = client.get(f"/api/v1/booths/{BOOTH}").json()["health"]
    return found


def viewers(centre: Stack) -> list[dict[str, object]]:
    return health(centre)["viewers"]
